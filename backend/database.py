"""The database connection and the one metadata that every table belongs to. What differs between SQLite and
PostgreSQL is said here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles

from backend.sqlite_queue import WriterQueue

WAIT_SECONDS = 20
"""So long a writer waits for another one."""
READ_SECONDS = 60
"""No question may take longer on PostgreSQL; a change may."""
POOL = 10
OVERFLOW = 22
"""Connections of a process to PostgreSQL: as many stay open, and as many more while they are wanted."""

_WRITERS = 0x666569716961  # the key of the lock that writers queue at

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def open_database(url: str) -> Engine:
    """An engine for `url`. Readers see one moment and never wait for the writer; writers queue when their transaction
    begins, instead of failing half-way (docs/adr/0018-one-writer-at-a-time.md). SQLite runs in WAL mode."""
    parsed = _with_driver(make_url(url))
    kind = parsed.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise ArgumentError(f"{kind}: a database is sqlite:// or postgresql://")
    if kind == "sqlite":
        engine = create_engine(parsed, json_serializer=_json)
        event.listen(engine, "connect", _configure_sqlite)
        queue = WriterQueue(parsed.database, WAIT_SECONDS) if parsed.database else None
        if queue is not None:
            queue.install(engine)
        event.listen(engine, "begin", partial(_begin_sqlite, queue))
        return engine
    engine = create_engine(
        parsed,
        pool_pre_ping=True,
        json_serializer=_json,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        isolation_level="AUTOCOMMIT",  # the begin hook below says BEGIN, not the driver
        connect_args={"options": _session(), "connect_timeout": 10},
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _with_driver(url: URL) -> URL:
    """postgres:// and postgresql:// mean psycopg 3."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgres", "postgresql") else url


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a number of more than 64 bits
        return json.dumps(value)


# ---- SQLite


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the begin hook below says BEGIN, not the driver
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1_000}")
    cursor.close()


def _begin_sqlite(queue: WriterQueue | None, connection: Any) -> None:
    if connection.get_execution_options().get("reading", False):
        connection.exec_driver_sql("BEGIN")
        return
    if queue is not None:
        queue.enter(connection)
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        if queue is not None:
            queue.leave(connection)
        raise


# ---- PostgreSQL


def _session() -> str:
    said = {
        "timezone": "UTC",
        "statement_timeout": f"{READ_SECONDS}s",
        "lock_timeout": f"{WAIT_SECONDS}s",
        "idle_in_transaction_session_timeout": "10min",  # a writer that hangs holds all others up
        "jit": "off",  # to compile a short question takes longer than to answer it …
        "max_parallel_workers_per_gather": "0",  # … and whoever asks beside it needs the other cores
    }
    return " ".join(f"-c {name}={value}" for name, value in said.items())


def _begin_postgresql(connection: Any) -> None:
    if connection.get_execution_options().get("reading", False):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED")
    queue = f"SELECT pg_advisory_xact_lock({_WRITERS}), set_config('statement_timeout', '0', true)"
    connection.exec_driver_sql(queue)


@compiles(String, "postgresql")
def _text(kind: String, compiler: Any, **options: Any) -> str:
    """Columns compare by code point whatever the database's locale: rows have the same order as on SQLite."""
    written = str(compiler.visit_string(kind, **options))
    return f'{written} COLLATE "C"' if isinstance(options.get("type_expression"), Column) else written


# ---- both

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
        with suppress(SQLAlchemyError):  # what was read was read
            connection.commit()  # after a rollback psycopg forgets what it prepared


def insert_new(db: Connection, table: Table, **values: Any) -> bool:
    """Inserts a row where none like it is there yet; whether it did."""
    dialect = sqlite if db.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return db.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1
