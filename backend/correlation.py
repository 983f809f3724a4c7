"""What belongs to one request, from its first line in the log to its block: the request's id."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

import structlog

HEADER = "X-Request-Id"

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id() -> str | None:
    """The id of the request that is served here; None outside of any."""
    return _request_id.get()


def begin(said: str | None) -> str:
    """Begins a request: every line of its log and every operation that it writes bears its id, which is the one that
    the caller `said`, where that can be one."""
    found = said if said is not None and re.fullmatch(r"[A-Za-z0-9._-]{1,64}", said) else secrets.token_hex(16)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=found)
    _request_id.set(found)
    return found


def end() -> None:
    structlog.contextvars.clear_contextvars()
    _request_id.set(None)
