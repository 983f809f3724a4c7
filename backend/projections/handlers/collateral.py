"""Title in escrow: what stands for which loan, and the cash that came for it (rules K2, K10 to K12, K15, K18)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.loans import keep_act, loan, update_loan
from backend.projections.handlers.shared import note
from backend.projections.ledger import post


def on_title_pledged(db: Connection, event: e.TitlePledged) -> None:
    is_note = _is_note(db, event.asset)
    if is_note:
        update_loan(db, event.loan_id, asset="note")
    row, lots = loan(db, event.loan_id), tables.lots
    keeper = None if is_note else db.execute(select(lots.c.custodian).where(lots.c.id == event.asset_key)).scalar()
    db.execute(
        insert(tables.loan_titles).values(
            loan_id=event.loan_id,
            token_id=event.token_id,
            asset_key=event.asset_key,
            lender=row["lender"],
            borrower=row["borrower"],
            custodian=keeper or "",
            state="pledged",
            pledged_at=event.place.at,
        )
    )
    keep_act(db, event, "pledged", token=event.token_id, value=event.value)
    if is_note:
        _move_in_books(db, event, row["borrower"], event.value)


def on_title_released(db: Connection, event: e.TitleReleased) -> None:
    """A part that goes out is a token of its own; then the one in escrow stays."""
    row = loan(db, event.loan_id)
    if event.released_id == event.token_id:
        _update_title(db, event, state="released")
    keep_act(db, event, "released", row["borrower"], token=event.released_id, value=event.value)
    if row["asset"] == "note":
        _move_in_books(db, event, row["borrower"], -event.value)


def on_title_returned(db: Connection, event: e.TitleReturned) -> None:
    _give_up(db, event, "returned")


def on_title_sold(db: Connection, event: e.TitleSold) -> None:
    _give_up(db, event, "sold")


def on_title_kept(db: Connection, event: e.TitleKept) -> None:
    _update_title(db, event, state="kept")
    keep_act(db, event, "title_kept", token=event.token_id)


def on_proceeds_received(db: Connection, event: e.ProceedsReceived) -> None:
    """What came for a note lowers what the borrower has in escrow; what came for goods is insurance."""
    row, keeper = loan(db, event.loan_id), event.place.address
    update_loan(db, event.loan_id, proceeds=row["proceeds"] + event.amount)
    keep_act(db, event, "proceeds_received", token=event.token_id, amount=event.amount)
    book = ledger.PLEDGED if row["asset"] == "note" else ledger.INSURANCE
    post(
        db,
        event.place,
        row["currency"],
        (keeper, book, event.amount),
        (keeper, ledger.PROCEEDS, -event.amount),
        (row["borrower"], book, -event.amount),
        (row["borrower"], ledger.PROCEEDS, event.amount),
    )


def _give_up(db: Connection, event: e.TitleReturned | e.TitleSold, state: str) -> None:
    row = loan(db, event.loan_id)
    _update_title(db, event, state=state)
    keep_act(db, event, state, token=event.token_id)
    if row["asset"] == "note":
        _move_in_books(db, event, row["borrower"], -note(db, event.token_id)["value"])


def _move_in_books(db: Connection, event: Any, borrower: str, value: int) -> None:
    """Whoever gives title away has a consideration to come; here it is the note in escrow itself."""
    keeper = event.place.address
    post(
        db,
        event.place,
        loan(db, event.loan_id)["currency"],
        (borrower, ledger.CONSIDERATION, -value),
        (borrower, ledger.PLEDGED, value),
        (keeper, ledger.CONSIDERATION, value),
        (keeper, ledger.PLEDGED, -value),
    )


def _update_title(db: Connection, event: Any, **values: Any) -> None:
    table = tables.loan_titles
    here = (table.c.loan_id == event.loan_id) & (table.c.token_id == event.token_id)
    db.execute(update(table).where(here).values(**values))


def _is_note(db: Connection, asset: str) -> bool:
    said = tables.events
    found = select(said.c.address).where(said.c.contract == "Receivables", said.c.address == asset).limit(1)
    return db.execute(found).first() is not None
