"""Rows by the thousand: one statement, and the driver's own executemany without what SQLAlchemy does for each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table

Processor = Callable[[Any], Any]
Processors = list[tuple[int, Processor]]
"""By the places of the values."""


def insert_many(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows that have every column of the table."""
    _execute(db, rows, *_insert(db.dialect, table))


def add_many(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds the numbers of these rows, one a key, to those that the table has under their keys; where it has none yet,
    they are inserted."""
    statement, names, processors = _insert(db.dialect, table)
    _execute(db, rows, statement + _adding(db.dialect, table), names, processors)


def _execute(
    db: Connection, rows: Sequence[Mapping[str, Any]], statement: str, names: list[str], processors: Processors
) -> None:
    values = list(map(itemgetter(*names), rows))
    if processors:
        values = [_processed(row, processors) for row in values]
    if values:
        db.exec_driver_sql(statement, values)


def _processed(row: tuple[Any, ...], processors: Processors) -> tuple[Any, ...]:
    new = list(row)
    for place, process in processors:
        new[place] = process(new[place])
    return tuple(new)


@lru_cache(maxsize=1_024)
def _insert(dialect: Dialect, table: Table) -> tuple[str, list[str], Processors]:
    """The statement, the names of its values in their order, and which of them the database wants otherwise."""
    columns = list(table.columns)
    quoted = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
    sign = "?" if dialect.paramstyle == "qmark" else "%s"
    target = dialect.identifier_preparer.format_table(table)
    # Names of our own tables and columns, quoted; the values are bound.
    statement = f"INSERT INTO {target} ({quoted}) VALUES ({', '.join([sign] * len(columns))})"  # noqa: S608
    processors: Processors = [
        (place, process)
        for place, column in enumerate(columns)
        if (process := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    return statement, [column.name for column in columns], processors


@lru_cache(maxsize=64)
def _adding(dialect: Dialect, table: Table) -> str:
    """What SQLite and PostgreSQL share: the columns beside the key are added up."""
    name, target = dialect.identifier_preparer.format_column, dialect.identifier_preparer.format_table(table)
    keys = ", ".join(map(name, table.primary_key))
    sums = [f"{name(c)} = {target}.{name(c)} + excluded.{name(c)}" for c in table.columns if not c.primary_key]
    return f" ON CONFLICT ({keys}) DO UPDATE SET {', '.join(sums)}"
