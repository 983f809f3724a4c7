"""What handlers share: what several of them look up, and the postings that several events make."""

from __future__ import annotations

from typing import Any

from backend.events import types as e
from backend.money import MOST
from backend.projections import ledger, tables
from backend.projections.ledger import Line, post
from backend.projections.rows import Rows

NOBODY = "0x" + 40 * "0"


def currency_of_token(rows: Rows, address: str) -> int:
    return int(rows.get(tables.tokens, address)["currency"])


def is_money(rows: Rows, address: str) -> bool:
    return rows.find(tables.tokens, address) is not None


def kept(number: int) -> int:
    """A limit as a 64-bit column can keep it: what is larger is beyond all the money there can be."""
    return min(number, MOST)


def post_title(rows: Rows, place: e.Place, currency: int, giver: str, taker: str, value: int, *beside: Line) -> None:
    """A title changed hands; what was given for it is said by another event, or by none."""
    post(
        rows,
        place,
        currency,
        (giver, ledger.NOTES, -value),
        (giver, ledger.CONSIDERATION, value),
        (taker, ledger.NOTES, value),
        (taker, ledger.CONSIDERATION, -value),
        *beside,
    )


def post_payment(rows: Rows, place: e.Place, currency: int, payer: str, debtor: str, *debts: tuple[str, int]) -> None:
    """Cash came to the contract at `place` for what `debtor` owes: `debts` by book."""
    amount, custodian = sum(part for _, part in debts), place.address
    lines = [(debtor, book, part) for book, part in debts]
    lines += [
        (payer, ledger.SETTLEMENTS, -amount),
        (custodian, ledger.SETTLEMENTS, amount),
        (custodian, ledger.OWED_TO_HOLDERS, -amount),
    ]
    if payer != debtor:
        lines += [(payer, ledger.PAID_FOR_OTHERS, amount), (debtor, ledger.PAID_FOR_OTHERS, -amount)]
    post(rows, place, currency, *lines)


def post_purchase(rows: Rows, place: e.Place, currency: int, seller: str, buyer: str, value: int) -> None:
    """A title that changed hands was paid with its value."""
    post(
        rows,
        place,
        currency,
        (seller, ledger.CONSIDERATION, -value),
        (seller, ledger.SETTLEMENTS, value),
        (buyer, ledger.CONSIDERATION, value),
        (buyer, ledger.SETTLEMENTS, -value),
    )


def recovered(rows: Rows, note: Any, value: int) -> list[Line]:
    """`value` of a note left its holder's hands, paid or sold: of what it had written off the loss is smaller. The
    lines that say so beside the event's own."""
    back = min(value, note["written_off"])
    if not back:
        return []
    rows.change(tables.notes, note["id"], written_off=note["written_off"] - back)
    return [(note["holder"], ledger.ALLOWANCE, back), (note["holder"], ledger.LOSSES, -back)]


def use_nonce(rows: Rows, event: Any) -> None:
    """A document of the emitting contract is spent: its `signer` and `nonce` are the event's."""
    rows.add(
        tables.used_nonces,
        contract=event.place.contract,
        signer=event.signer,
        nonce=str(event.nonce),
        at=event.place.at,
    )


def withhold(rows: Rows, event: Any, change: int) -> None:
    """M6. The emitting contract keeps `change` more (or less) of the event's `currency` for its `holder`."""
    custodian = event.place.address
    key = event.place.contract, event.holder, event.currency
    rows.put(tables.withheld, *key, defaults={"amount": 0})
    rows.increase(tables.withheld, *key, amount=change)
    post(
        rows,
        event.place,
        event.currency,
        (event.holder, ledger.WITHHELD, change),
        (event.holder, ledger.SETTLEMENTS, -change),
        (custodian, ledger.WITHHELD, -change),
        (custodian, ledger.SETTLEMENTS, change),
    )
