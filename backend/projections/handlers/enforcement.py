"""Sales of collateral: bids, and who got what of the price (rules K14, K15)."""

from __future__ import annotations

from typing import Any

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.loans import discharge, forget_titles, keep_act, reduce_debt
from backend.projections.handlers.shared import NOBODY
from backend.projections.ledger import post
from backend.projections.rows import Rows


def on_sale_opened(rows: Rows, event: e.SaleOpened) -> None:
    rows.add(
        tables.sales,
        loan_id=event.loan_id,
        round=event.round,
        state="open",
        minimum=event.minimum,
        opened_at=event.place.at,
        ends_at=event.ends_at,
        bidder=NOBODY,
        bid=0,
    )
    keep_act(rows, event, "sale_opened", minimum=event.minimum, ends_at=event.ends_at, round=event.round)


def on_bid_placed(rows: Rows, event: e.BidPlaced) -> None:
    _update_last(rows, event.loan_id, bidder=event.bidder, bid=event.amount)
    keep_act(rows, event, "bid_placed", event.bidder, amount=event.amount)
    _post_bid(rows, event, event.amount)


def on_bid_returned(rows: Rows, event: e.BidReturned) -> None:
    _update_last(rows, event.loan_id, bidder=NOBODY, bid=0)
    keep_act(rows, event, "bid_returned", event.bidder, amount=event.amount)
    _post_bid(rows, event, -event.amount)


def on_collateral_sold(rows: Rows, event: e.CollateralSold) -> None:
    row, keeper = rows.get(tables.loans, event.loan_id), event.place.address
    to_lender = reduce_debt(rows, event, row, event.split)
    _update_last(rows, event.loan_id, state="sold")
    forget_titles(rows, event.loan_id)
    if event.shortfall:
        rows.change(tables.loans, event.loan_id, status="uncovered", call_by=0, call_price=0)
    keep_act(
        rows,
        event,
        "sold_to",
        event.buyer,
        amount=event.amount,
        storage=event.storage_paid,
        **event.split,
        to_borrower=event.to_borrower,
        shortfall=event.shortfall,
    )
    post(
        rows,
        event.place,
        row["currency"],
        (event.buyer, ledger.BIDS, -event.amount),
        (event.buyer, ledger.CONSIDERATION, event.amount),
        (row["borrower"], ledger.CONSIDERATION, -event.amount),
        (row["borrower"], ledger.STORAGE, event.storage_paid),
        (row["borrower"], ledger.SETTLEMENTS, event.to_borrower),
        *discharge(row, event.split),
        (row["lender"], ledger.SETTLEMENTS, to_lender),
        (keeper, ledger.BIDS, event.amount),
        (keeper, ledger.STORAGE, -event.storage_paid),
        (keeper, ledger.SETTLEMENTS, event.storage_paid - event.amount),
    )


def on_sale_failed(rows: Rows, event: e.SaleFailed) -> None:
    _update_last(rows, event.loan_id, state="failed")
    rows.change(tables.loans, event.loan_id, status="live")
    keep_act(rows, event, "sale_failed", round=event.round)


def on_sale_called_off(rows: Rows, event: e.SaleCalledOff) -> None:
    """The loan has ended meanwhile; its own event says so."""
    _update_last(rows, event.loan_id, state="called_off")
    keep_act(rows, event, "sale_called_off", round=event.round)


def _post_bid(rows: Rows, event: e.BidPlaced | e.BidReturned, amount: int) -> None:
    keeper = event.place.address
    post(
        rows,
        event.place,
        rows.get(tables.loans, event.loan_id)["currency"],
        (event.bidder, ledger.BIDS, amount),
        (event.bidder, ledger.SETTLEMENTS, -amount),
        (keeper, ledger.BIDS, -amount),
        (keeper, ledger.SETTLEMENTS, amount),
    )


def _update_last(rows: Rows, loan_id: int, **values: Any) -> None:
    last = rows.having(tables.sales, "loan_id", loan_id)[-1]
    rows.change(tables.sales, loan_id, last["round"], **values)
