"""Title in escrow: what stands for which loan, and the cash that came for it (rules K2, K10 to K12, K15, K18)."""

from __future__ import annotations

from typing import Any

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.loans import keep_act
from backend.projections.ledger import post
from backend.projections.rows import Rows


def on_title_pledged(rows: Rows, event: e.TitlePledged) -> None:
    is_note = event.asset == rows.address("Receivables")
    if is_note:
        rows.change(tables.loans, event.loan_id, asset="note")
    row = rows.get(tables.loans, event.loan_id)
    lot = None if is_note else rows.find(tables.lots, event.asset_key)
    rows.put(
        tables.loan_titles,
        event.loan_id,
        event.token_id,
        asset_key=event.asset_key,
        lender=row["lender"],
        borrower=row["borrower"],
        custodian=lot["custodian"] if lot else "",
        state="pledged",
        pledged_at=event.place.at,
    )
    keep_act(rows, event, "pledged", token=event.token_id, value=event.value)
    if is_note:
        _move_in_books(rows, event, row["borrower"], event.value)


def on_title_released(rows: Rows, event: e.TitleReleased) -> None:
    """A part that goes out is a token of its own; then the one in escrow stays."""
    row = rows.get(tables.loans, event.loan_id)
    if event.released_id == event.token_id:
        _update_title(rows, event, state="released")
    keep_act(rows, event, "released", row["borrower"], token=event.released_id, value=event.value)
    if row["asset"] == "note":
        _move_in_books(rows, event, row["borrower"], -event.value)


def on_title_returned(rows: Rows, event: e.TitleReturned) -> None:
    _give_up(rows, event, "returned")


def on_title_sold(rows: Rows, event: e.TitleSold) -> None:
    _give_up(rows, event, "sold")


def on_title_kept(rows: Rows, event: e.TitleKept) -> None:
    _update_title(rows, event, state="kept")
    keep_act(rows, event, "title_kept", token=event.token_id)


def on_proceeds_received(rows: Rows, event: e.ProceedsReceived) -> None:
    """What came for a note lowers what the borrower has in escrow; what came for goods is insurance."""
    row, keeper = rows.get(tables.loans, event.loan_id), event.place.address
    rows.change(tables.loans, event.loan_id, proceeds=row["proceeds"] + event.amount)
    keep_act(rows, event, "proceeds_received", token=event.token_id, amount=event.amount)
    book = ledger.PLEDGED if row["asset"] == "note" else ledger.INSURANCE
    post(
        rows,
        event.place,
        row["currency"],
        (keeper, book, event.amount),
        (keeper, ledger.PROCEEDS, -event.amount),
        (row["borrower"], book, -event.amount),
        (row["borrower"], ledger.PROCEEDS, event.amount),
    )


def _give_up(rows: Rows, event: e.TitleReturned | e.TitleSold, state: str) -> None:
    row = rows.get(tables.loans, event.loan_id)
    _update_title(rows, event, state=state)
    keep_act(rows, event, state, token=event.token_id)
    if row["asset"] == "note":
        _move_in_books(rows, event, row["borrower"], -rows.get(tables.notes, event.token_id)["value"])


def _move_in_books(rows: Rows, event: Any, borrower: str, value: int) -> None:
    """Whoever gives title away has a consideration to come; here it is the note in escrow itself."""
    keeper = event.place.address
    post(
        rows,
        event.place,
        rows.get(tables.loans, event.loan_id)["currency"],
        (borrower, ledger.CONSIDERATION, -value),
        (borrower, ledger.PLEDGED, value),
        (keeper, ledger.CONSIDERATION, value),
        (keeper, ledger.PLEDGED, -value),
    )


def _update_title(rows: Rows, event: Any, **values: Any) -> None:
    rows.change(tables.loan_titles, event.loan_id, event.token_id, **values)
