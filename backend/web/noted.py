"""What is noted of a request on its way, for its end. It is kept with the request itself: one of ours may stand within
another (rule G6)."""

from __future__ import annotations

from typing import Any

from flask import request

_KEY = "feiqian.noted"


def note(**facts: Any) -> None:
    request.environ.setdefault(_KEY, {}).update(facts)


def noted(name: str) -> Any:
    """What was noted under `name`; None where nothing was."""
    return request.environ.get(_KEY, {}).get(name)
