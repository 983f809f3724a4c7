"""What every test of the backend shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """A command configures the log of the whole process: the next test must not find it so."""
    yield
    structlog.reset_defaults()
