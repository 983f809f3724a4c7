"""How far the chain has been read, and in which of its histories: the indexer says it, and the sender heeds it."""

from __future__ import annotations

import secrets

from sqlalchemy import BigInteger, Column, Connection, Integer, RowMapping, String, Table, select

from backend.database import metadata

cursor = Table(
    "cursor",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", String(66), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("history", BigInteger, nullable=False, server_default="0"),  # another number after each rewind
)

_READ = select(cursor)


def read(connection: Connection) -> RowMapping | None:
    """The last block that is in the read model; None before the first."""
    return connection.execute(_READ).mappings().first()


def new_history() -> int:
    """A number that none of the histories before had."""
    return secrets.randbits(62)
