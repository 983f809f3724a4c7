"""Settlement tokens and what everybody holds of them."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import NOBODY, currency_of_token, kept, put, update_token
from backend.projections.ledger import post


def on_settlement_token_set(db: Connection, event: e.SettlementTokenSet) -> None:
    db.execute(insert(tables.tokens).values(address=event.token, currency=event.currency, supply=0, reserve=0))


def on_reserve_attested(db: Connection, event: e.ReserveAttested) -> None:
    update_token(db, event.place.address, reserve=kept(event.reserve))


def on_cash_redeemed(db: Connection, event: e.CashRedeemed) -> None:
    update_token(db, event.place.address, reserve=tables.tokens.c.reserve - event.amount)


def on_cash_frozen(db: Connection, event: e.CashFrozen) -> None:
    put(
        db,
        tables.cash_balances,
        {"token": event.place.address, "account": event.account},
        frozen=kept(event.amount),
        defaults={"amount": 0},
    )


def on_cash_transferred(db: Connection, event: e.CashTransferred) -> None:
    token, currency = event.place.address, currency_of_token(db, event.place.address)
    issued, redeemed = event.from_ == NOBODY, event.to == NOBODY
    if not issued:
        _add_cash(db, token, event.from_, -event.value)
    if not redeemed:
        _add_cash(db, token, event.to, event.value)
    if issued or redeemed:
        change = event.value if issued else -event.value
        party = event.to if issued else event.from_
        update_token(db, token, supply=tables.tokens.c.supply + change)
        post(db, event.place, currency, (party, ledger.CASH, change), (party, ledger.BANK, -change))
        return
    post(
        db,
        event.place,
        currency,
        (event.from_, ledger.CASH, -event.value),
        (event.from_, ledger.SETTLEMENTS, event.value),
        (event.to, ledger.CASH, event.value),
        (event.to, ledger.SETTLEMENTS, -event.value),
    )


def _add_cash(db: Connection, token: str, account: str, change: int) -> None:
    put(
        db,
        tables.cash_balances,
        {"token": token, "account": account},
        amount=tables.cash_balances.c.amount + change,
        defaults={"amount": change, "frozen": 0},
    )
