"""Keyset pages: everything behind a key, so that a page stays right while rows are added, and costs the same however
many rows there are (rule B45)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    String,
    bindparam,
    or_,
    select,
    tuple_,
    union,
)

from backend.database import reading

PAGE = 100
EXAMINED = 2_000
"""So many rows are looked at for a page where only some of them are wanted, a few at first; it may then have fewer
items than it could, and yet a `next`."""

KEPT = 200
"""So many statements are kept put together."""
VIEWER = bindparam("viewer", type_=String())
"""Whoever looks, in statements that are made once."""
AMOUNT = bindparam("amount", type_=Integer(), literal_execute=True)
"""So many rows, said in the statement itself: a plan for any number would be one for many."""
STATUS = bindparam("status", type_=String(), literal_execute=True)
"""Likewise: of some there are many, of others few."""

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

    def behind(self, columns: Sequence[Column[Any]] = ()) -> ColumnElement[bool]:
        """The condition that a row is behind the place that `values` are of."""
        wide = [
            bindparam(f"after_{number}", type_=BigInteger() if isinstance(column.type, Integer) else column.type)
            for number, column in enumerate(self.columns)
        ]
        keys = columns or self.columns
        left, right = (keys[0], wide[0]) if len(keys) == 1 else (tuple_(*keys), tuple_(*wide))
        return left < right if self.latest_first else left > right

    def values(self, place: Place) -> dict[str, Any]:
        if place is None:
            return {}
        values = place if isinstance(place, tuple) else (place,)
        return {f"after_{number}": value for number, value in enumerate(values)}

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
    sources: tuple[Source, ...] = (),
    only: tuple[ColumnElement[bool], ...] = (),
    **values: Any,
) -> dict[str, Any]:
    """At most `limit` rows of `query` behind `after` in the order of `key`; `next` is where to go on from, or None.

    With `sources` only rows whose (single) key one of them has; `query` has a row for each. `only` are conditions that
    no index serves together with them: then a bounded number of rows is looked at, and a page may be shorter although
    there are more. `values` are those of parameters. What is made once, for every viewer, need not be put together
    again for each page, which takes longer than to answer it.
    """
    order = _Order(key if isinstance(key, tuple) else (key,), latest_first)
    with reading(engine) as db:
        if sources and only:
            rows, place = _sparse(db, query.where(*only), order, sources, after, limit, values)
        else:
            statement = _statement(query, order, sources, only, after is None)
            rows = list(db.execute(statement, {**values, **order.values(after), "amount": limit + 1}).mappings())
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
    **values: Any,
) -> dict[str, Any]:
    """A page of documents by their `id`, the latest first: those with `viewer` in a column of `parties` (None: all).
    `is_narrow` where `query` is about one thing, of which there are never many."""
    key = parties[0].table.c.id
    sources, only = _of_parties(parties, is_narrow) if viewer is not None else ((), ())
    values |= {"viewer": viewer}
    return page(engine, query, key, after, limit, shown, latest_first=True, sources=sources, only=only, **values)


@lru_cache(KEPT)
def _of_parties(
    parties: tuple[Column[Any], ...], is_narrow: bool
) -> tuple[tuple[Source, ...], tuple[ColumnElement[bool], ...]]:
    mine = [column == VIEWER for column in parties]
    return ((), (or_(*mine),)) if is_narrow else (tuple(Source(parties[0].table.c.id, (which,)) for which in mine), ())


@lru_cache(KEPT)
def _statement(
    query: Select[Any],
    order: _Order,
    sources: tuple[Source, ...],
    only: tuple[ColumnElement[bool], ...],
    from_the_first: bool,
) -> Select[Any]:
    if sources:
        keys = _keys(sources, order, from_the_first).subquery()
        return query.join(keys, keys.c.key == order.columns[0]).order_by(*order.by())
    behind = () if from_the_first else (order.behind(),)
    return query.where(*only, *behind).order_by(*order.by()).limit(AMOUNT)


def _sparse(
    db: Connection,
    query: Select[Any],
    order: _Order,
    sources: tuple[Source, ...],
    after: Place,
    limit: int,
    values: dict[str, Any],
) -> tuple[list[RowMapping], Place]:
    """The rows of `query` among those that the sources lead to, and where to go on from."""
    found: list[RowMapping] = []
    for amount in goes(limit):
        place = {**values, **order.values(after), "amount": amount}
        keys = list(db.execute(_keys(sources, order, after is None), place).scalars())
        rows = query.where(order.columns[0].in_(keys)).order_by(*order.by())
        found += db.execute(rows, values).mappings().all()
        if len(found) > limit:
            return found[:limit], order.place_of(found[limit - 1])
        if len(keys) < amount:
            return found, None
        after = keys[-1]
    return found, after


def goes(limit: int) -> Iterator[int]:
    """How many rows to look at in each go, for a page of `limit`."""
    amount, left = 4 * (limit + 1), max(EXAMINED, limit + 1)
    while left > 0:
        yield min(amount, left)
        left, amount = left - amount, 4 * amount


@lru_cache(KEPT)
def _keys(sources: tuple[Source, ...], order: _Order, from_the_first: bool) -> Select[Any]:
    """The first keys behind a place: each source is asked for no more than could be needed."""
    parts = []
    for source in sources:
        behind = () if from_the_first else (order.behind([source.key]),)
        first = select(source.key.label("key")).where(*source.where, *behind).distinct()
        parts.append(select(first.order_by(*order.by([source.key])).limit(AMOUNT).subquery().c.key))
    every = union(*parts).subquery()
    return select(every.c.key).order_by(*order.by([every.c.key])).limit(AMOUNT)


def _said(place: Place) -> str | int | None:
    return "-".join(map(str, place)) if isinstance(place, tuple) else place


def place_from(said: str | None) -> tuple[int, ...] | None:
    """The place that a `next` of several numbers says."""
    return None if said is None else tuple(int(number) for number in said.split("-"))
