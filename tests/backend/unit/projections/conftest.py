from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from backend.database import open_database
from backend.migrations import migrate
from backend.projections.indexer import Indexer
from backend.testing import NewDatabase
from tests.backend.unit.projections.paper_desk import Desk
from tests.backend.unit.projections.paper_life import Happen
from tests.backend.unit.projections.paper_source import TOKEN, Entry, PaperSource, registered


@pytest.fixture
def database(new_database: NewDatabase) -> Iterator[Engine]:
    made = open_database(new_database())
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
def desk(new_database: NewDatabase) -> Iterator[Desk]:
    made = Desk(new_database())
    yield made
    made.database.dispose()
