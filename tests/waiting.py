"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from backend.sdk import Refused

Found = TypeVar("Found")
PAUSE = 0.02


def eventually(holds: Callable[[], Found | None], seconds: float = 20) -> Found:
    """The first true answer of `holds`; a refusal counts as no. After so many seconds the test fails with what was last
    said."""
    deadline = time.monotonic() + seconds
    while True:
        said: object
        try:
            if found := holds():
                return found
            said = found
        except Refused as refused:
            said = refused
        assert time.monotonic() < deadline, f"it never came to be: {said!r}"
        time.sleep(PAUSE)
