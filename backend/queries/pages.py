"""Keyset pages: everything after a key, so that a page stays right while rows are added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Engine, RowMapping, Select

from backend.database import reading

PAGE = 100


def page(
    engine: Engine,
    query: Select[Any],
    key: Column[Any],
    after: int,
    limit: int,
    shown: Callable[[RowMapping], dict[str, Any]],
) -> dict[str, Any]:
    """At most `limit` rows of `query` whose `key` is above `after`; `next` is the key to go on from, or None."""
    with reading(engine) as db:
        rows = db.execute(query.where(key > after).order_by(key).limit(limit + 1)).mappings().all()
    more = len(rows) > limit
    items = rows[:limit]
    return {"items": [shown(row) for row in items], "next": items[-1][key.name] if more else None}
