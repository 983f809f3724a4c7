"""Sales of collateral: bids, and who got what of the price (rules K14, K15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.loans import discharge, forget_titles, keep_act, loan, reduce_debt, update_loan
from backend.projections.handlers.shared import NOBODY
from backend.projections.ledger import post


def on_sale_opened(db: Connection, event: e.SaleOpened) -> None:
    db.execute(
        insert(tables.sales).values(
            loan_id=event.loan_id,
            round=event.round,
            state="open",
            minimum=event.minimum,
            opened_at=event.place.at,
            ends_at=event.ends_at,
            bidder=NOBODY,
            bid=0,
        )
    )
    keep_act(db, event, "sale_opened", minimum=event.minimum, ends_at=event.ends_at, round=event.round)


def on_bid_placed(db: Connection, event: e.BidPlaced) -> None:
    _update_last(db, event.loan_id, bidder=event.bidder, bid=event.amount)
    keep_act(db, event, "bid_placed", event.bidder, amount=event.amount)
    _post_bid(db, event, event.amount)


def on_bid_returned(db: Connection, event: e.BidReturned) -> None:
    _update_last(db, event.loan_id, bidder=NOBODY, bid=0)
    keep_act(db, event, "bid_returned", event.bidder, amount=event.amount)
    _post_bid(db, event, -event.amount)


def on_collateral_sold(db: Connection, event: e.CollateralSold) -> None:
    row, keeper = loan(db, event.loan_id), event.place.address
    to_lender = reduce_debt(db, event, row, event.split)
    _update_last(db, event.loan_id, state="sold")
    forget_titles(db, event.loan_id)
    if event.shortfall:
        update_loan(db, event.loan_id, status="uncovered", call_by=0, call_price=0)
    keep_act(
        db,
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
        db,
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


def on_sale_failed(db: Connection, event: e.SaleFailed) -> None:
    _update_last(db, event.loan_id, state="failed")
    update_loan(db, event.loan_id, status="live")
    keep_act(db, event, "sale_failed", round=event.round)


def on_sale_called_off(db: Connection, event: e.SaleCalledOff) -> None:
    """The loan has ended meanwhile; its own event says so."""
    _update_last(db, event.loan_id, state="called_off")
    keep_act(db, event, "sale_called_off", round=event.round)


def _post_bid(db: Connection, event: e.BidPlaced | e.BidReturned, amount: int) -> None:
    keeper = event.place.address
    post(
        db,
        event.place,
        loan(db, event.loan_id)["currency"],
        (event.bidder, ledger.BIDS, amount),
        (event.bidder, ledger.SETTLEMENTS, -amount),
        (keeper, ledger.BIDS, -amount),
        (keeper, ledger.SETTLEMENTS, amount),
    )


def _update_last(db: Connection, loan_id: int, **values: Any) -> None:
    table = tables.sales
    last = select(func.max(table.c.round)).where(table.c.loan_id == loan_id).scalar_subquery()
    db.execute(update(table).where(table.c.loan_id == loan_id, table.c.round == last).values(**values))
