"""Notes and goods sold by signed quotes, and the documents spent on the way."""

from __future__ import annotations

from sqlalchemy import Connection, Table, insert, select

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import currency_of_token, is_money, kept, receivable, use_nonce
from backend.projections.ledger import post


def on_settled(db: Connection, event: e.Settled) -> None:
    """Settlement executes any two parties' quote on any contracts they name, so what is neither a claim nor
    goods of ours against money of ours says nothing: the title and the cash that did move have their own events."""
    if not is_money(db, event.cash):
        return
    if _is_of(tables.lots, db, event.asset, event.asset_key):
        _post_goods(db, event, currency_of_token(db, event.cash))
        return
    if not _is_of(tables.receivables, db, event.asset, event.asset_key):
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


def _post_goods(db: Connection, event: e.Settled, paid: int) -> None:
    """Title to goods against money: goods are counted in no money, so what was paid for them is all there is to say."""
    db.execute(
        insert(tables.receipt_sales).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            at=event.place.at,
            buyer=event.financier,
            seller=event.seller,
            lot_id=event.asset_key,
            receipt_id=event.delivered_id,
            quantity=event.value,
            currency=paid,
            price=event.price,
        )
    )
    post(
        db,
        event.place,
        paid,
        (event.seller, ledger.SETTLEMENTS, event.price),
        (event.seller, ledger.GOODS, -event.price),
        (event.financier, ledger.SETTLEMENTS, -event.price),
        (event.financier, ledger.GOODS, event.price),
    )


def on_confirmation_used(db: Connection, event: e.ConfirmationUsed) -> None:
    use_nonce(db, event)


def on_agreement_used(db: Connection, event: e.AgreementUsed) -> None:
    use_nonce(db, event)


def on_loan_quote_used(db: Connection, event: e.LoanQuoteUsed) -> None:
    use_nonce(db, event)


def on_count_used(db: Connection, event: e.CountUsed) -> None:
    use_nonce(db, event)


def on_bid_used(db: Connection, event: e.BidUsed) -> None:
    use_nonce(db, event)


def on_quote_used(db: Connection, event: e.QuoteUsed) -> None:
    use_nonce(db, event)


def _is_of(table: Table, db: Connection, asset: str, key: int) -> bool:
    """Whether row `key` of receivables or lots is a thing of the contract `asset`: the registry of fingerprints says
    which contract keeps it."""
    things = tables.fingerprints
    found = select(things.c.asset_id).join(table, table.c.fingerprint == things.c.fingerprint)
    mine = things.c.asset_contract == asset, things.c.asset_id == kept(key), table.c.id == things.c.asset_id
    return db.execute(found.where(*mine)).first() is not None
