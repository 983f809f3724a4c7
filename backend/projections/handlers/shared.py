"""What handlers share: reading and changing rows of the read model, and the postings that several events make."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.ledger import Line, post

NOBODY = "0x" + 40 * "0"


def update_participant(db: Connection, participant_id: int, **values: Any) -> None:
    db.execute(update(tables.participants).where(tables.participants.c.id == participant_id).values(**values))


def update_receivable(db: Connection, receivable_id: int, **values: Any) -> None:
    db.execute(update(tables.receivables).where(tables.receivables.c.id == receivable_id).values(**values))


def update_note(db: Connection, note_id: int, **values: Any) -> None:
    db.execute(update(tables.notes).where(tables.notes.c.id == note_id).values(**values))


def update_token(db: Connection, address: str, **values: Any) -> None:
    db.execute(update(tables.tokens).where(tables.tokens.c.address == address).values(**values))


def receivable(db: Connection, receivable_id: int) -> Any:
    return db.execute(select(tables.receivables).where(tables.receivables.c.id == receivable_id)).mappings().one()


def note(db: Connection, note_id: int) -> Any:
    return db.execute(select(tables.notes).where(tables.notes.c.id == note_id)).mappings().one()


def currency_of_token(db: Connection, address: str) -> int:
    return int(db.execute(select(tables.tokens.c.currency).where(tables.tokens.c.address == address)).scalar_one())


def is_money(db: Connection, address: str) -> bool:
    return db.execute(select(tables.tokens.c.address).where(tables.tokens.c.address == address)).first() is not None


def kept(number: int) -> int:
    """A limit as a 64-bit column can keep it: what is larger is beyond all the money there can be."""
    return min(number, 2**63 - 1)


def put(
    db: Connection, table: Any, key: dict[str, Any], *, defaults: dict[str, Any] | None = None, **values: Any
) -> None:
    """Inserts the row with `values` over `defaults`, or updates it with `values`."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    first = {**values, **(defaults or {})}
    db.execute(
        dialect.insert(table).values(**key, **first).on_conflict_do_update(index_elements=list(key), set_=values)
    )


def post_title(
    db: Connection, place: e.Place, currency: int, giver: str, taker: str, value: int, *beside: Line
) -> None:
    """A title changed hands; what was given for it is said by another event, or by none."""
    post(
        db,
        place,
        currency,
        (giver, ledger.NOTES, -value),
        (giver, ledger.CONSIDERATION, value),
        (taker, ledger.NOTES, value),
        (taker, ledger.CONSIDERATION, -value),
        *beside,
    )


def post_payment(
    db: Connection, place: e.Place, currency: int, payer: str, debtor: str, *debts: tuple[str, int]
) -> None:
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
    post(db, place, currency, *lines)


def post_purchase(db: Connection, place: e.Place, currency: int, seller: str, buyer: str, value: int) -> None:
    """A title that changed hands was paid with its value."""
    post(
        db,
        place,
        currency,
        (seller, ledger.CONSIDERATION, -value),
        (seller, ledger.SETTLEMENTS, value),
        (buyer, ledger.CONSIDERATION, value),
        (buyer, ledger.SETTLEMENTS, -value),
    )


def recovered(db: Connection, note: Any, value: int) -> list[Line]:
    """`value` of a note left its holder's hands, paid or sold: of what it had written off the loss is smaller. The
    lines that say so beside the event's own."""
    back = min(value, note["written_off"])
    if not back:
        return []
    update_note(db, note["id"], written_off=note["written_off"] - back)
    return [(note["holder"], ledger.ALLOWANCE, back), (note["holder"], ledger.LOSSES, -back)]


def use_nonce(db: Connection, event: Any) -> None:
    """A document of the emitting contract is spent: its `signer` and `nonce` are the event's."""
    db.execute(
        insert(tables.used_nonces).values(
            contract=event.place.contract, signer=event.signer, nonce=str(event.nonce), at=event.place.at
        )
    )


def withhold(db: Connection, event: Any, change: int) -> None:
    """M6. The emitting contract keeps `change` more (or less) of the event's `currency` for its `holder`."""
    custodian = event.place.address
    key = {"contract": event.place.contract, "holder": event.holder, "currency": event.currency}
    put(db, tables.withheld, key, amount=tables.withheld.c.amount + change, defaults={"amount": change})
    post(
        db,
        event.place,
        event.currency,
        (event.holder, ledger.WITHHELD, change),
        (event.holder, ledger.SETTLEMENTS, -change),
        (custodian, ledger.WITHHELD, -change),
        (custodian, ledger.SETTLEMENTS, change),
    )
