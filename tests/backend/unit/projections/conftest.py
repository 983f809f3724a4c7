from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from paper_desk import Desk
from paper_life import Happen
from paper_source import TOKEN, Entry, PaperSource, registered
from sqlalchemy import Engine

from backend.database import open_database
from backend.migrations import migrate
from backend.projections.indexer import Indexer


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def happen(database: Engine) -> Happen:
    """Puts events in a block of their own, `later` seconds after the last, and reads it."""
    source = PaperSource()
    indexer = Indexer(database, source)  # type: ignore[arg-type]

    def happens(*events: Entry, later: int = 10) -> None:
        source.add(*events, later=later)
        indexer.catch_up()

    happens(("Policy", "SettlementTokenSet", {"currency": 156, "token": TOKEN}), *(registered(n) for n in (1, 2, 3)))
    return happens


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.database.dispose()
