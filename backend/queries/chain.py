"""How far the read model is, and the events it was made from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from backend.database import reading
from backend.projections import tables


def position(engine: Engine) -> dict[str, int]:
    """Number and time of the last block that was read; zeros before the first."""
    with reading(engine) as db:
        row = db.execute(select(tables.cursor)).mappings().first()
    return {"block": row["block_number"], "at": row["at"]} if row is not None else {"block": 0, "at": 0}


def events(engine: Engine, after_block: int, after_log: int | None, limit: int) -> dict[str, Any]:
    """Events in the order they happened, after a place: a log of a block, or (None) all before that block."""
    table = tables.events
    behind = -1 if after_log is None else after_log
    query = (
        select(table)
        .where(
            (table.c.block_number > after_block)
            | ((table.c.block_number == after_block) & (table.c.log_index > behind))
        )
        .order_by(table.c.block_number, table.c.log_index)
        .limit(limit)
    )
    with reading(engine) as db:
        rows = db.execute(query).mappings().all()
    return {
        "items": [
            {
                "block": row["block_number"],
                "logIndex": row["log_index"],
                "tx": row["tx_hash"],
                "contract": row["contract"],
                "name": row["name"],
                "args": row["args"],
                "at": row["at"],
            }
            for row in rows
        ]
    }
