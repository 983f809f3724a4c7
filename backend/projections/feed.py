"""What is told of the chain: each event once, and once more where it is taken back (rules B30 and B31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from backend.projections.tables import feed

Told = Mapping[Any, Any]


def tell(db: Connection, first: int, last: int | None, happened: Iterable[Told] = ()) -> None:
    """Makes the feed say that in the blocks from `first` to `last` (or to the end) just this `happened`, row by row of
    `events`: what else it said of them is taken back, the last first, and what it said already is not said again."""
    standing = _standing(db, first, last)
    events = {(row["block_hash"], row["log_index"]): row for row in happened}
    gone = [row for place, row in reversed(standing.items()) if place not in events]
    new = [row for place, row in events.items() if place not in standing]
    rows = [_row("retraction", row) for row in gone] + [_row("event", row) for row in new]
    if rows:
        db.execute(insert(feed), rows)


def _standing(db: Connection, first: int, last: int | None) -> dict[tuple[str, int], Told]:
    """What was told of those blocks and not taken back since."""
    query = select(feed).where(feed.c.block_number >= first)
    if last is not None:
        query = query.where(feed.c.block_number <= last)
    standing: dict[tuple[str, int], Told] = {}
    for row in db.execute(query.order_by(feed.c.seq)).mappings():
        place = row["block_hash"], row["log_index"]
        if row["kind"] == "event":
            standing[place] = row
        else:
            del standing[place]
    return standing


def _row(kind: str, said: Told) -> dict[str, Any]:
    return {
        "kind": kind,
        "block_number": said["block_number"],
        "block_hash": said["block_hash"],
        "log_index": said["log_index"],
        "contract": said["contract"],
        "name": said["name"],
        "args": said["args"],
        "tx_hash": said["tx_hash"],
        "at": said["at"],
    }
