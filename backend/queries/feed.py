"""The live feed: what happened and what was taken back, in the order in which the read model learned it.

A position is a row's `seq`. The indexer alone writes the feed, one at a time by its lease, so positions are committed
in their order: nothing can appear later before a position that was read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine, RowMapping, func, select

from backend.database import reading
from backend.projections import tables
from backend.queries.concerning import concerning

_feed = tables.feed
END = select(func.max(_feed.c.seq))
"""The position of the last row; NULL where there is none."""


@dataclass(frozen=True)
class Page:
    """What a viewer gets of a stretch of the feed, and the `position` up to which it was looked at."""

    rows: list[RowMapping]
    position: int


def end(engine: Engine) -> int:
    """The position of the last row; 0 where there is none."""
    with reading(engine) as db:
        return int(db.execute(END).scalar() or 0)


def after(engine: Engine, position: int, viewer: str | None, names: Collection[str] = (), limit: int = 500) -> Page:
    """Of the next `limit` rows after `position` those that are the viewer's business (None: all) and are called one of
    `names` (none: any)."""
    with reading(engine) as db:
        query = select(_feed).where(_feed.c.seq > position).order_by(_feed.c.seq).limit(limit)
        rows = list(db.execute(query).mappings())
        last = rows[-1]["seq"] if rows else position
        if names:
            rows = [row for row in rows if row["name"] in names]
        if viewer is not None and rows:
            rows = concerning(db, rows, viewer)
    return Page(rows, last)
