"""Notes and goods sold by signed quotes, and the documents spent on the way."""

from __future__ import annotations

from sqlalchemy import Table

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import currency_of_token, is_money, kept, use_nonce
from backend.projections.ledger import post
from backend.projections.rows import Rows


def on_settled(rows: Rows, event: e.Settled) -> None:
    """Settlement executes any two parties' quote on any contracts they name, so what is neither a claim nor
    goods of ours against money of ours says nothing: the title and the cash that did move have their own events."""
    if not is_money(rows, event.cash):
        return
    if _is_of(tables.lots, rows, event.asset, event.asset_key):
        _post_goods(rows, event, currency_of_token(rows, event.cash))
        return
    if not _is_of(tables.receivables, rows, event.asset, event.asset_key):
        return
    rows.record(
        tables.settlements,
        event,
        tx_hash=event.place.tx_hash,
        financier=event.financier,
        seller=event.seller,
        receivable_id=event.asset_key,
        note_id=event.delivered_id,
        value=event.value,
        price=event.price,
        levy=event.levy,
        with_recourse=event.with_recourse,
    )
    owed, paid = rows.get(tables.receivables, event.asset_key)["currency"], currency_of_token(rows, event.cash)
    if owed != paid:
        _post_exchange(rows, event, owed, paid)
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
    post(rows, event.place, paid, *lines)


def _post_exchange(rows: Rows, event: e.Settled, owed: int, paid: int) -> None:
    """A claim of one currency against money of another: no discount, since units of two currencies have no
    difference."""
    post(
        rows,
        event.place,
        owed,
        (event.seller, ledger.CONSIDERATION, -event.value),
        (event.seller, ledger.EXCHANGE, event.value),
        (event.financier, ledger.CONSIDERATION, event.value),
        (event.financier, ledger.EXCHANGE, -event.value),
    )
    post(
        rows,
        event.place,
        paid,
        (event.seller, ledger.SETTLEMENTS, event.price - event.levy),
        (event.seller, ledger.LEVIES, event.levy),
        (event.seller, ledger.EXCHANGE, -event.price),
        (event.financier, ledger.SETTLEMENTS, -event.price),
        (event.financier, ledger.EXCHANGE, event.price),
        first_line=4,
    )


def _post_goods(rows: Rows, event: e.Settled, paid: int) -> None:
    """Title to goods against money: goods are counted in no money, so what was paid for them is all there is to say."""
    rows.record(
        tables.receipt_sales,
        event,
        buyer=event.financier,
        seller=event.seller,
        lot_id=event.asset_key,
        receipt_id=event.delivered_id,
        quantity=event.value,
        currency=paid,
        price=event.price,
    )
    post(
        rows,
        event.place,
        paid,
        (event.seller, ledger.SETTLEMENTS, event.price),
        (event.seller, ledger.GOODS, -event.price),
        (event.financier, ledger.SETTLEMENTS, -event.price),
        (event.financier, ledger.GOODS, event.price),
    )


def on_confirmation_used(rows: Rows, event: e.ConfirmationUsed) -> None:
    use_nonce(rows, event)


def on_agreement_used(rows: Rows, event: e.AgreementUsed) -> None:
    use_nonce(rows, event)


def on_loan_quote_used(rows: Rows, event: e.LoanQuoteUsed) -> None:
    use_nonce(rows, event)


def on_count_used(rows: Rows, event: e.CountUsed) -> None:
    use_nonce(rows, event)


def on_bid_used(rows: Rows, event: e.BidUsed) -> None:
    use_nonce(rows, event)


def on_quote_used(rows: Rows, event: e.QuoteUsed) -> None:
    use_nonce(rows, event)


def _is_of(table: Table, rows: Rows, asset: str, key: int) -> bool:
    """Whether row `key` of receivables or lots is a thing of the contract `asset`: the registry of fingerprints says
    which contract keeps it."""
    row = rows.find(table, kept(key))
    thing = rows.find(tables.fingerprints, row["fingerprint"]) if row else None
    return thing is not None and (thing["asset_contract"], thing["asset_id"]) == (asset, kept(key))
