"""Settlement tokens and what everybody holds of them."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import NOBODY, currency_of_token, kept
from backend.projections.ledger import post
from backend.projections.rows import Rows


def on_settlement_token_set(rows: Rows, event: e.SettlementTokenSet) -> None:
    rows.add(tables.tokens, address=event.token, currency=event.currency, supply=0, reserve=0)


def on_reserve_attested(rows: Rows, event: e.ReserveAttested) -> None:
    rows.change(tables.tokens, event.place.address, reserve=kept(event.reserve))


def on_cash_redeemed(rows: Rows, event: e.CashRedeemed) -> None:
    rows.increase(tables.tokens, event.place.address, reserve=-event.amount)


def on_cash_frozen(rows: Rows, event: e.CashFrozen) -> None:
    balance = event.place.address, event.account
    rows.put(tables.cash_balances, *balance, frozen=kept(event.amount), defaults={"amount": 0})


def on_cash_transferred(rows: Rows, event: e.CashTransferred) -> None:
    token, currency = event.place.address, currency_of_token(rows, event.place.address)
    issued, redeemed = event.from_ == NOBODY, event.to == NOBODY
    if not issued:
        _add_cash(rows, token, event.from_, -event.value)
    if not redeemed:
        _add_cash(rows, token, event.to, event.value)
    if issued or redeemed:
        change = event.value if issued else -event.value
        party = event.to if issued else event.from_
        rows.increase(tables.tokens, token, supply=change)
        post(rows, event.place, currency, (party, ledger.CASH, change), (party, ledger.BANK, -change))
        return
    post(
        rows,
        event.place,
        currency,
        (event.from_, ledger.CASH, -event.value),
        (event.from_, ledger.SETTLEMENTS, event.value),
        (event.to, ledger.CASH, event.value),
        (event.to, ledger.SETTLEMENTS, -event.value),
    )


def _add_cash(rows: Rows, token: str, account: str, change: int) -> None:
    rows.put(tables.cash_balances, token, account, defaults={"amount": 0, "frozen": 0})
    rows.increase(tables.cash_balances, token, account, amount=change)
