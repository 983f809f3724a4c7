"""How far the read model is, and the events it was made from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, RowMapping, select

from backend.database import reading
from backend.projections import tables
from backend.queries.pages import page

_events = tables.events
_ALL = select(_events)
_CURSOR = select(tables.cursor)


def position(engine: Engine) -> dict[str, int]:
    """Number and time of the last block that was read; zeros before the first."""
    with reading(engine) as db:
        row = db.execute(_CURSOR).mappings().first()
    return {"block": row["block_number"], "at": row["at"]} if row is not None else {"block": 0, "at": 0}


def events(engine: Engine, after: tuple[int, ...] | None, limit: int) -> dict[str, Any]:
    """A page of the events in the order they happened, behind a place (block, log)."""
    key = _events.c.block_number, _events.c.log_index
    return page(engine, _ALL, key, after, limit, shown_event)


def shown_event(row: RowMapping) -> dict[str, Any]:
    return {
        "block": row["block_number"],
        "logIndex": row["log_index"],
        "tx": row["tx_hash"],
        "contract": row["contract"],
        "name": row["name"],
        "args": row["args"],
        "at": row["at"],
    }
