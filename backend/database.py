"""The database connection and the one metadata that every table belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def open_database(url: str) -> Engine:
    """An engine for `url`. SQLite runs in WAL mode, so that readers never wait for the writer, and takes its
    write lock when a transaction begins, so that two writers queue instead of failing half-way."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the begin hook below says BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=20000")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_shared: ContextVar[dict[Engine, Connection] | None] = ContextVar("shared", default=None)


@contextmanager
def reading_once(engine: Engine) -> Iterator[None]:
    """Whatever reads inside sees one and the same moment, over one connection."""
    with reading(engine) as connection:
        token = _shared.set({**(_shared.get() or {}), engine: connection})
        try:
            yield
        finally:
            _shared.reset(token)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: it sees one moment and holds nobody up."""
    if (shared := (_shared.get() or {}).get(engine)) is not None:
        yield shared
        return
    with engine.connect().execution_options(reading=True) as connection:
        yield connection
