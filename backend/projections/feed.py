"""What is told of the chain: each event once, and once more where it is taken back (rules B30 and B31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Table, bindparam, insert, literal, select

from backend.projections.tables import events, feed

SAID = [column.name for column in feed.columns if column.name in events.columns]
"""What the feed repeats of an event."""

_TOLD = select(feed.c.seq).where(feed.c.block_number >= bindparam("first", type_=BigInteger())).limit(1)

Told = Mapping[Any, Any]


def tell(db: Connection, first: int, last: int | None = None) -> None:
    """Makes the feed say of the blocks from `first` to `last` (or to the end) what the read model's events say: what
    else was told of them is taken back, the last first, and what was told already is not told again."""
    standing = _standing(db, first, last) if db.execute(_TOLD, {"first": first}).first() else {}
    if not standing:
        told = select(literal("event"), *(events.c[name] for name in SAID)).where(*_within(events, first, last))
        db.execute(insert(feed).from_select(["kind", *SAID], told.order_by(events.c.block_number, events.c.log_index)))
        return
    query = select(events).where(*_within(events, first, last)).order_by(events.c.block_number, events.c.log_index)
    happened = {(row["block_hash"], row["log_index"]): row for row in db.execute(query).mappings()}
    gone = [row for place, row in reversed(standing.items()) if place not in happened]
    new = [row for place, row in happened.items() if place not in standing]
    rows = [_row("retraction", row) for row in gone] + [_row("event", row) for row in new]
    if rows:
        db.execute(insert(feed), rows)


def _standing(db: Connection, first: int, last: int | None) -> dict[tuple[str, int], Told]:
    """What was told of those blocks and not taken back since."""
    standing: dict[tuple[str, int], Told] = {}
    for row in db.execute(select(feed).where(*_within(feed, first, last)).order_by(feed.c.seq)).mappings():
        place = row["block_hash"], row["log_index"]
        if row["kind"] == "event":
            standing[place] = row
        else:
            del standing[place]
    return standing


def _within(table: Table, first: int, last: int | None) -> list[ColumnElement[bool]]:
    number = table.c.block_number
    return [number >= first] if last is None else [number >= first, number <= last]


def _row(kind: str, said: Told) -> dict[str, Any]:
    return {"kind": kind, **{name: said[name] for name in SAID}}
