"""An indexer with its database, over a chain on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from backend.database import open_database, reading
from backend.migrations import migrate
from backend.projections import tables
from backend.projections.indexer import Indexer, read_model_digest
from tests.backend.unit.projections.paper_source import PaperSource


class Desk:
    def __init__(self, database_url: str, confirmations: int = 0) -> None:
        self.database = open_database(database_url)
        migrate(self.database)
        self.source = PaperSource()
        self.indexer = Indexer(self.database, self.source, confirmations)  # type: ignore[arg-type]

    def people(self) -> list[int]:
        with reading(self.database) as db:
            return list(db.execute(select(tables.participants.c.id).order_by(tables.participants.c.id)).scalars())

    def count(self, table: Any) -> int:
        with reading(self.database) as db:
            return int(db.execute(select(func.count()).select_from(table)).scalar_one())

    def rebuilt(self, folder: Path) -> dict[str, str]:
        """The digest of a read model made anew from the same chain."""
        fresh = open_database(f"sqlite:///{folder / 'fresh.db'}")
        migrate(fresh)
        Indexer(fresh, self.source).catch_up()  # type: ignore[arg-type]
        digest = read_model_digest(fresh)
        fresh.dispose()
        return digest

    def told(self) -> list[tuple[str, str, int]]:
        """The feed: kind, block and log, in the order of telling."""
        with reading(self.database) as db:
            said = db.execute(select(tables.feed).order_by(tables.feed.c.seq)).mappings()
            return [(row["kind"], row["block_hash"], row["log_index"]) for row in said]

    def known(self) -> list[tuple[str, int]]:
        """The events in the read model: block and log, in the order of the chain."""
        table = tables.events
        with reading(self.database) as db:
            query = select(table.c.block_hash, table.c.log_index).order_by(table.c.block_number, table.c.log_index)
            return [(row.block_hash, row.log_index) for row in db.execute(query)]
