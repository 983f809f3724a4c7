"""Notes sold by signed quotes, and the documents spent on the way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import currency_of_token, is_money, kept, receivable
from backend.projections.ledger import post


def on_settled(db: Connection, event: e.Settled) -> None:
    """Settlement executes any two parties' quote on any contracts they name, so what is not a claim of ours against
    money of ours says nothing: the title and the cash that did move have their own events."""
    if not _is_claim(db, event.asset, event.asset_key) or not is_money(db, event.cash):
        return
    db.execute(
        insert(tables.settlements).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            tx_hash=event.place.tx_hash,
            at=event.place.at,
            financier=event.financier,
            seller=event.seller,
            receivable_id=event.asset_key,
            note_id=event.delivered_id,
            value=event.value,
            price=event.price,
            levy=event.levy,
            with_recourse=event.with_recourse,
        )
    )
    owed, paid = receivable(db, event.asset_key)["currency"], currency_of_token(db, event.cash)
    if owed != paid:
        _post_exchange(db, event, owed, paid)
        return
    discount = event.value - event.price
    lines: list[ledger.Line] = [
        (event.seller, ledger.CONSIDERATION, -event.value),
        (event.seller, ledger.SETTLEMENTS, event.price - event.levy),
        (event.seller, ledger.LEVIES, event.levy),
        (event.seller, ledger.DISCOUNT, discount),
        (event.financier, ledger.CONSIDERATION, event.value),
        (event.financier, ledger.SETTLEMENTS, -event.price),
        (event.financier, ledger.DISCOUNT, -discount),
    ]
    post(db, event.place, paid, *lines)


def _post_exchange(db: Connection, event: e.Settled, owed: int, paid: int) -> None:
    """A claim of one currency against money of another: no discount, since units of two currencies have no
    difference."""
    post(
        db,
        event.place,
        owed,
        (event.seller, ledger.CONSIDERATION, -event.value),
        (event.seller, ledger.EXCHANGE, event.value),
        (event.financier, ledger.CONSIDERATION, event.value),
        (event.financier, ledger.EXCHANGE, -event.value),
    )
    post(
        db,
        event.place,
        paid,
        (event.seller, ledger.SETTLEMENTS, event.price - event.levy),
        (event.seller, ledger.LEVIES, event.levy),
        (event.seller, ledger.EXCHANGE, -event.price),
        (event.financier, ledger.SETTLEMENTS, -event.price),
        (event.financier, ledger.EXCHANGE, event.price),
        first_line=4,
    )


def on_confirmation_used(db: Connection, event: e.ConfirmationUsed) -> None:
    _use_nonce(db, "Receivables", event)


def on_agreement_used(db: Connection, event: e.AgreementUsed) -> None:
    _use_nonce(db, "Adjustments", event)


def on_loan_quote_used(db: Connection, event: e.LoanQuoteUsed) -> None:
    _use_nonce(db, "Loans", event)


def on_count_used(db: Connection, event: e.CountUsed) -> None:
    _use_nonce(db, "Collateral", event)


def on_bid_used(db: Connection, event: e.BidUsed) -> None:
    _use_nonce(db, "Enforcement", event)


def on_quote_used(db: Connection, event: e.QuoteUsed) -> None:
    _use_nonce(db, "Settlement", event)


def _is_claim(db: Connection, asset: str, key: int) -> bool:
    claims = tables.fingerprints
    found = select(claims.c.asset_id).where(claims.c.asset_contract == asset, claims.c.asset_id == kept(key))
    return db.execute(found).first() is not None


def _use_nonce(db: Connection, contract: str, event: Any) -> None:
    db.execute(
        insert(tables.used_nonces).values(
            contract=contract, signer=event.signer, nonce=str(event.nonce), at=event.place.at
        )
    )
