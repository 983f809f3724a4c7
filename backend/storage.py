"""Whether the database takes what is written, and what its complaint means: that it is full, read-only or away is
nobody's mistake, and ends by itself (rule B57)."""

from __future__ import annotations

import time

from sqlalchemy import BigInteger, Column, Engine, Integer, String, Table, delete, insert
from sqlalchemy.exc import DBAPIError, TimeoutError

from backend.database import metadata
from backend.errors import Phrase, StorageUnavailable, both

probes = Table(
    "probes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("filler", String, nullable=False),
)
"""What is written to see whether it can be."""
KEPT_SECONDS = 10

_FULL = both("its disk is full", "数据库磁盘已满")
_READ_ONLY = both("it is read-only", "数据库为只读")
_BUSY = both("another holds it for too long", "数据库长时间被占用")
_AWAY = both("it does not answer", "数据库无响应")

_SQLITE = {
    "database or disk is full": _FULL,
    "attempt to write a readonly database": _READ_ONLY,
    "database is locked": _BUSY,
    "unable to open database file": _AWAY,
    "disk i/o error": _AWAY,
}
_POSTGRESQL = {
    "53100": _FULL,  # disk_full
    "25006": _READ_ONLY,  # read_only_sql_transaction
    "53300": _BUSY,  # too_many_connections
    "55P03": _BUSY,  # lock_not_available
    "57014": _BUSY,  # query_canceled
    "57P01": _AWAY,  # admin_shutdown
    "57P03": _AWAY,  # cannot_connect_now
}


def try_writing(engine: Engine) -> Phrase | None:
    """Writes a page to the disk; what is wrong where that cannot be done. Raises DBAPIError for a fault of ours."""
    now = int(time.time())
    try:
        with engine.begin() as db:
            db.execute(insert(probes).values(at=now, filler="." * 4_096))
            db.execute(delete(probes).where(probes.c.at < now - KEPT_SECONDS))
    except DBAPIError as complaint:
        reason = _reason(complaint)
        if reason is None:
            raise
        return reason
    return None


def trouble(error: DBAPIError | TimeoutError) -> StorageUnavailable | None:
    """The refusal that `error` stands for (a TimeoutError: no connection was free); None where it is a fault of
    ours."""
    reason = _BUSY if isinstance(error, TimeoutError) else _reason(error)
    return None if reason is None else StorageUnavailable(reason=reason)


def _reason(error: DBAPIError) -> Phrase | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or (_AWAY if state.startswith("08") else None)
    said = str(error.orig).lower()
    found = next((reason for words, reason in _SQLITE.items() if words in said), None)
    away = error.connection_invalidated or "connection" in said
    return found or (_AWAY if away else None)
