"""What happened, the latest first, by where it is looked for; of each list a viewer gets what is its business (rules
B7, B51, G31)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, select, tuple_

from backend.database import reading
from backend.documents.tables import feed_words
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.projections.things import Thing
from backend.queries.chain import shown_event
from backend.queries.concerning import concerning
from backend.queries.pages import goes

Place = tuple[int, ...] | None
Page = dict[str, Any]

_events, _about, _ledger = tables.events, tables.events_of_things, tables.ledger
MOST_OF_TRANSACTIONS = 2_000
"""Events that are looked at to tell whose business some transactions are."""


def latest(engine: Engine, viewer: str | None, after: Place, limit: int) -> Page:
    """All of them."""
    return _page(engine, _places(_events), viewer, after, limit)


def of_contract(engine: Engine, contract: str, viewer: str | None, after: Place, limit: int) -> Page:
    """What a contract said."""
    return _page(engine, _places(_events, _events.c.contract == contract), viewer, after, limit)


def of_thing(engine: Engine, kind: str, number: int, viewer: str | None, after: Place, limit: int) -> Page:
    """What happened to a receivable, a note, a receipt, a lot or a loan."""
    one = _about.c.kind == kind, _about.c.number == number
    return _page(engine, _places(_about, *one), viewer, after, limit)


def of_account(engine: Engine, account: str, viewer: str | None, after: Place, limit: int) -> Page:
    """What stands in the books of an account."""
    return _page(engine, _places(_ledger, _ledger.c.party == account).distinct(), viewer, after, limit)


def of_block(engine: Engine, number: int, viewer: str | None, after: Place, limit: int) -> Page:
    """What is in a block."""
    return _page(engine, _places(_events, _events.c.block_number == number), viewer, after, limit)


def of_transaction(engine: Engine, tx_hash: str, viewer: str | None, after: Place, limit: int) -> Page:
    """What a transaction did."""
    return _page(engine, _places(_events, _events.c.tx_hash == tx_hash), viewer, after, limit)


def transactions_concerning(engine: Engine, hashes: Sequence[str], viewer: str) -> set[str]:
    """Those of the transactions that did something which is the viewer's business."""
    query = select(_events).where(_events.c.tx_hash.in_(list(hashes))).limit(MOST_OF_TRANSACTIONS)
    with reading(engine) as db:
        return {row["tx_hash"] for row in _concerning(db, db.execute(query).mappings(), viewer)}


def concerns_wholly(engine: Engine, tx_hash: str, viewer: str) -> bool:
    """Whether all that a transaction did is the viewer's business. That a document was spent says nothing more."""
    query = select(_events).where(_events.c.tx_hash == tx_hash, _events.c.name != "NonceUsed")
    with reading(engine) as db:
        rows = db.execute(query.limit(MOST_OF_TRANSACTIONS + 1)).mappings().all()
        return 0 < len(rows) <= MOST_OF_TRANSACTIONS and len(_concerning(db, rows, viewer)) == len(rows)


def counts(engine: Engine, blocks: Collection[int]) -> dict[int, int]:
    """How many events each of the blocks has."""
    found = dict.fromkeys(blocks, 0)
    number = _events.c.block_number
    query = select(number, func.count()).where(number.in_(list(blocks))).group_by(number)
    with reading(engine) as db:
        return found | {row[0]: row[1] for row in db.execute(query)}


def currencies(engine: Engine, things: Iterable[Thing]) -> dict[Thing, str]:
    """What the amounts of each thing are counted in; of a price feed (0x-hex) too, where its words are known."""
    numbers: dict[str, set[Any]] = {}
    for kind, number in things:
        numbers.setdefault(kind, set()).add(number)
    with reading(engine) as db:
        return {
            (kind, row.id): code_of(row.currency)
            for kind, query in _CURRENCIES.items()
            if kind in numbers
            for row in db.execute(query.where(query.selected_columns.id.in_(numbers[kind])))
        }


def accounts(engine: Engine, numbers: Collection[int]) -> dict[int, str]:
    """The account of each participant, by its number."""
    people = tables.participants
    with reading(engine) as db:
        return {
            row.id: row.account
            for row in db.execute(select(people.c.id, people.c.account).where(people.c.id.in_(list(numbers))))
        }


_CURRENCIES: dict[str, Select[Any]] = {
    "receivable": select(tables.receivables.c.id, tables.receivables.c.currency),
    "note": select(tables.notes.c.id, tables.receivables.c.currency).join_from(
        tables.notes, tables.receivables, tables.receivables.c.id == tables.notes.c.receivable_id
    ),
    "lot": select(tables.lots.c.id, tables.lots.c.currency),
    "receipt": select(tables.receipts.c.id, tables.lots.c.currency).join_from(
        tables.receipts, tables.lots, tables.lots.c.id == tables.receipts.c.lot_id
    ),
    "feed": select(feed_words.c.feed.label("id"), feed_words.c.currency),
    "loan": select(tables.loans.c.id, tables.loans.c.currency),
}


def _places(table: Any, *where: ColumnElement[bool]) -> Select[Any]:
    return select(table.c.block_number, table.c.log_index).where(*where)


def _page(engine: Engine, places: Select[Any], viewer: str | None, after: Place, limit: int) -> Page:
    """A page of the events at these places. For a viewer that does not see all a bounded number is looked at: a page
    may then be shorter although there are more."""
    key = places.selected_columns.block_number, places.selected_columns.log_index
    found: list[Any] = []
    end = False
    with reading(engine) as db:
        for amount in (limit + 1,) if viewer is None else goes(limit):
            query = places if after is None else places.where(tuple_(*key) < after)
            some = query.order_by(*(column.desc() for column in key)).limit(amount).subquery()
            there = and_(_events.c.block_number == some.c.block_number, _events.c.log_index == some.c.log_index)
            in_order = _events.c.block_number.desc(), _events.c.log_index.desc()
            rows = list(db.execute(select(_events).join(some, there).order_by(*in_order)).mappings())
            found += rows if viewer is None else _concerning(db, rows, viewer)
            if end := len(rows) < amount:
                break
            after = _place(rows[-1])
            if len(found) > limit:
                break
    if len(found) > limit:
        return {"items": [shown_event(row) for row in found[:limit]], "next": _said(_place(found[limit - 1]))}
    return {"items": [shown_event(row) for row in found], "next": None if end or after is None else _said(after)}


def _concerning(db: Connection, rows: Iterable[Any], viewer: str) -> list[Any]:
    """As the feed has it, of rows that are no feed."""
    told = [{**row, "seq": _place(row), "kind": "event"} for row in rows]
    return concerning(db, told, viewer) if told else []


def _place(row: Any) -> tuple[int, int]:
    return row["block_number"], row["log_index"]


def _said(place: tuple[int, ...]) -> str:
    return "-".join(map(str, place))
