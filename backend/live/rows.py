"""A row of the feed as it is told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from backend.chain.outbox import exact


def shown(row: RowMapping) -> dict[str, Any]:
    """Numbers in `args` are strings, as in an operation's events: JSON's own are not exact past 2^53."""
    return {
        "id": row["seq"],
        "kind": row["kind"],
        "block": row["block_number"],
        "blockHash": row["block_hash"],
        "logIndex": row["log_index"],
        "tx": row["tx_hash"],
        "contract": row["contract"],
        "name": row["name"],
        "args": exact(row["args"]),
        "at": row["at"],
    }
