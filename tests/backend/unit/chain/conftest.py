from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.testing import NewDatabase
from tests.backend.unit.chain.paper_bench import Bench


@pytest.fixture
def bench(tmp_path: Path, new_database: NewDatabase) -> Iterator[Bench]:
    made = Bench(tmp_path, new_database())
    yield made
    made.database.dispose()
