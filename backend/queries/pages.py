"""Keyset pages: everything behind a key, so that a page stays right while rows are added, and costs the same however
many rows there are (rule B45)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    RowMapping,
    Select,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
)

from backend.database import reading

PAGE = 100
EXAMINED = 500
"""So many rows are looked at in one go where only some of them are wanted."""
ROUNDS = 4
"""So many goes there are; a page may then have fewer items than it could, and yet a `next`."""

Place = str | int | tuple[int, ...] | None
"""Where a page begins: behind this key; None: at the first row."""


@dataclass(frozen=True)
class Source:
    """Where the keys of a list come from: `key` of the rows that meet `where`, in the order of an index."""

    key: Column[Any]
    where: tuple[ColumnElement[bool], ...]

    def has(self, key: Column[Any]) -> ColumnElement[bool]:
        """The condition that `key` of a row is among them."""
        return select(self.key).where(self.key == key, *self.where).exists()


@dataclass(frozen=True)
class _Order:
    columns: tuple[Column[Any], ...]
    latest_first: bool

    def behind(self, place: Place, columns: Sequence[Column[Any]] = ()) -> ColumnElement[bool]:
        if place is None:
            return true()
        values = place if isinstance(place, tuple) else (place,)
        wide = [
            literal(value, BigInteger() if isinstance(column.type, Integer) else column.type)
            for value, column in zip(values, self.columns, strict=True)
        ]
        keys = columns or self.columns
        left, right = (keys[0], wide[0]) if len(keys) == 1 else (tuple_(*keys), tuple_(*wide))
        return left < right if self.latest_first else left > right

    def by(self, columns: Sequence[Any] = ()) -> list[Any]:
        return [column.desc() if self.latest_first else column for column in columns or self.columns]

    def place_of(self, row: RowMapping) -> Place:
        values = tuple(row[column.name] for column in self.columns)
        return values[0] if len(values) == 1 else values


def page(
    engine: Engine,
    query: Select[Any],
    key: Column[Any] | tuple[Column[Any], ...],
    after: Place,
    limit: int,
    shown: Callable[[RowMapping], dict[str, Any]],
    *,
    latest_first: bool = False,
    sources: Sequence[Source] = (),
    only: Sequence[ColumnElement[bool]] = (),
) -> dict[str, Any]:
    """At most `limit` rows of `query` behind `after` in the order of `key`; `next` is where to go on from, or None.

    With `sources` only rows whose (single) key one of them has. `only` are conditions that no index serves together
    with them: then a bounded number of rows is looked at, and a page may be shorter although there are more.
    """
    order = _Order(key if isinstance(key, tuple) else (key,), latest_first)
    with reading(engine) as db:
        if sources:
            rows, place = _of_sources(db, query.where(*only), order, sources, after, limit, sparse=bool(only))
        else:
            query = query.where(*only, order.behind(after)).order_by(*order.by()).limit(limit + 1)
            rows = list(db.execute(query).mappings())
            place = order.place_of(rows[limit - 1]) if len(rows) > limit else None
    return {"items": [shown(row) for row in rows[:limit]], "next": _said(place)}


def page_of_parties(
    engine: Engine,
    query: Select[Any],
    parties: tuple[Column[Any], ...],
    viewer: str | None,
    after: Place,
    limit: int,
    shown: Callable[[RowMapping], dict[str, Any]],
    *,
    is_narrow: bool = False,
) -> dict[str, Any]:
    """A page of documents by their `id`, the latest first: those with `viewer` in a column of `parties` (None: all).
    `is_narrow` where `query` is about one thing, of which there are never many."""
    key = parties[0].table.c.id
    mine = [] if viewer is None else [column == viewer for column in parties]
    sources = [] if is_narrow else [Source(key, (which,)) for which in mine]
    only = [or_(*mine)] if is_narrow and mine else []
    return page(engine, query, key, after, limit, shown, latest_first=True, sources=sources, only=only)


def _of_sources(
    db: Connection,
    query: Select[Any],
    order: _Order,
    sources: Sequence[Source],
    after: Place,
    limit: int,
    *,
    sparse: bool,
) -> tuple[list[RowMapping], Place]:
    """The rows that the sources lead to, and where to go on from."""
    found: list[RowMapping] = []
    amount = max(EXAMINED, limit + 1) if sparse else limit + 1
    for _ in range(ROUNDS):
        keys = list(db.execute(_keys(sources, order, after, amount)).scalars())
        rows = query.where(order.columns[0].in_(keys)).order_by(*order.by())
        found += db.execute(rows).mappings().all()
        if len(found) > limit:
            return found[:limit], order.place_of(found[limit - 1])
        if len(keys) < amount:
            return found, None
        after = keys[-1]
    return found, after


def _keys(sources: Sequence[Source], order: _Order, after: Place, amount: int) -> Select[Any]:
    """The first keys behind a place: each source is asked for no more than could be needed."""
    parts = []
    for source in sources:
        behind = order.behind(after, [source.key])
        first = select(source.key.label("key")).where(*source.where, behind).distinct()
        parts.append(select(first.order_by(*order.by([source.key])).limit(amount).subquery().c.key))
    every = union(*parts).subquery()
    return select(every.c.key).order_by(*order.by([every.c.key])).limit(amount)


def _said(place: Place) -> str | int | None:
    return "-".join(map(str, place)) if isinstance(place, tuple) else place


def place_from(said: str | None) -> tuple[int, ...] | None:
    """The place that a `next` of several numbers says."""
    return None if said is None else tuple(int(number) for number in said.split("-"))
