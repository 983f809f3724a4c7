"""Rows by the thousand: one statement, and the driver's own executemany without what SQLAlchemy does for each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table

Processor = Callable[[Any], Any]


def insert_many(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows that have every column of the table."""
    statement, names, processors = _insert(db.dialect, table)
    values = list(map(itemgetter(*names), rows))
    if processors:
        values = [_processed(row, processors) for row in values]
    if values:
        db.exec_driver_sql(statement, values)


def _processed(row: tuple[Any, ...], processors: list[tuple[int, Processor]]) -> tuple[Any, ...]:
    new = list(row)
    for place, process in processors:
        new[place] = process(new[place])
    return tuple(new)


@lru_cache(maxsize=1_024)
def _insert(dialect: Dialect, table: Table) -> tuple[str, list[str], list[tuple[int, Processor]]]:
    """The statement, the names of its values in their order, and which of them the database wants otherwise."""
    columns = list(table.columns)
    quoted = ", ".join(dialect.identifier_preparer.format_column(column) for column in columns)
    sign = "?" if dialect.paramstyle == "qmark" else "%s"
    target = dialect.identifier_preparer.format_table(table)
    # Names of our own tables and columns, quoted; the values are bound.
    statement = f"INSERT INTO {target} ({quoted}) VALUES ({', '.join([sign] * len(columns))})"  # noqa: S608
    processors: list[tuple[int, Processor]] = [
        (place, process)
        for place, column in enumerate(columns)
        if (process := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    return statement, [column.name for column in columns], processors
