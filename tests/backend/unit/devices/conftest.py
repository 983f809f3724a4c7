"""A store of its own for each test, and one lot with simulated devices, without a chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from backend.database import open_database
from backend.devices.documents import Domain
from backend.migrations import migrate
from backend.testing import NewDatabase

from .scene import DOMAIN, Scene


@pytest.fixture
def database(new_database: NewDatabase) -> Iterator[Engine]:
    made = open_database(new_database())
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def domain() -> Domain:
    return DOMAIN


@pytest.fixture
def scene(database: Engine) -> Scene:
    return Scene(database)
