"""The rows of one batch of events: read once, changed in memory, written together at the end (rule B32)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, Table, bindparam, func, select, tuple_, update

from backend.events.types import Event
from backend.projections import tables
from backend.projections.bulk import add_many, insert_many

Row = Mapping[str, Any]
"""A row as it stands now: what a handler changes later shows in it."""

Key = tuple[Any, ...]

Before = dict[str, Any] | None
"""What a row held in the columns that changed; None where there was no row."""

AT_ONCE = 400
"""Keys in one question: SQLite takes a thousand values, and a key may be made of two."""


class RowMissing(LookupError):
    """A handler counts on a row that is not there: a fault of the program, so the indexer stops at it."""


class Rows:
    """What a batch of events reads and changes. Reads from `db`; writes nothing before `flush`.

    A row is known by its table and key. What happened once and is never changed (`record`, `append`) has no place in
    memory beyond the batch, and is not found again by key.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._shelves = _Shelves(db)
        self._appended: dict[Table, list[dict[str, Any]]] = {}
        self._sums: dict[Table, dict[Key, list[int]]] = {}
        self._addresses: dict[str, str] = {}

    # ---- what handlers use

    def get(self, table: Table, /, *key: Any) -> Row:
        """The row of that key. Raises RowMissing."""
        return self._shelves[table].get(key)

    def find(self, table: Table, /, *key: Any) -> Row | None:
        """The row of that key, if there is one."""
        return self._shelves[table].find(key)

    def having(self, table: Table, column: str, value: Any) -> list[Row]:
        """All rows with that value in `column`, in the order of their keys."""
        found = self._shelves[table].index(column, value)
        return [found[key] for key in sorted(found)]

    def add(self, table: Table, /, **values: Any) -> None:
        """A new row, with every column."""
        self._shelves[table].add(values)

    def change(self, table: Table, /, *key: Any, **values: Any) -> None:
        """Gives a row these values. Raises RowMissing."""
        self._shelves[table].change(key, values)

    def increase(self, table: Table, /, *key: Any, **by: int) -> None:
        """Adds to columns of a row. Raises RowMissing."""
        shelf = self._shelves[table]
        row = shelf.get(key)
        shelf.change(key, {name: row[name] + amount for name, amount in by.items()})

    def put(self, table: Table, /, *key: Any, defaults: Mapping[str, Any] | None = None, **values: Any) -> None:
        """Gives the row these values; where there is none, a new one has `defaults` beside them."""
        shelf = self._shelves[table]
        if shelf.find(key) is not None:
            shelf.change(key, values)
        else:
            shelf.add({**dict(zip(shelf.key, key, strict=True)), **(defaults or {}), **values})

    def record(self, table: Table, event: Event, /, **values: Any) -> None:
        """A row for the event itself, under its place."""
        place = event.place
        self.append(table, {"block_number": place.block_number, "log_index": place.log_index, "at": place.at, **values})

    def append(self, table: Table, *rows: dict[str, Any]) -> None:
        """Rows that nothing changes any more."""
        self._appended.setdefault(table, []).extend(rows)

    def sum_up(self, table: Table, key: Key, *by: int) -> None:
        """Adds to the columns beside the key, in their order; where there is no such row, it begins with these. Nobody
        reads it in the batch, and what the blocks of a reorganisation added is for others to take away again."""
        sums = self._sums.setdefault(table, {})
        known = sums.get(key)
        sums[key] = list(by) if known is None else [had + more for had, more in zip(known, by, strict=True)]

    def address(self, contract: str) -> str | None:
        """Where the contract of that name is, by what it said so far."""
        if contract not in self._addresses:
            said = tables.events
            found = self._db.execute(select(said.c.address).where(said.c.contract == contract).limit(1)).scalar()
            if found is None:
                return None
            self._addresses[contract] = found
        return self._addresses[contract]

    # ---- what the indexer uses

    def hear(self, contract: str, address: str) -> None:
        """Remembers who speaks from where."""
        self._addresses[contract] = address

    def load(self, table: Table, keys: Iterable[Key]) -> None:
        """Reads many rows at once that will be asked for."""
        self._shelves[table].load(keys)

    def turn_page(self) -> dict[str, list[tuple[Key, Before]]]:
        """What changed since the last page, as it was before, by table."""
        return {str(shelf.table.name): shelf.turn_page() for shelf in self._shelves.values() if shelf.page}

    def flush(self, db: Connection) -> None:
        """Writes everything, a statement or two for each table."""
        for shelf in self._shelves.values():
            shelf.flush(db)
        for table, rows in self._appended.items():
            insert_many(db, table, rows)
        for table, sums in self._sums.items():
            names = table.columns.keys()
            add_many(db, table, [dict(zip(names, (*key, *by), strict=True)) for key, by in sums.items()])


class _Shelves(dict[Table, "_Shelf"]):
    def __init__(self, db: Connection) -> None:
        super().__init__()
        self._db = db

    def __missing__(self, table: Table) -> _Shelf:
        shelf = self[table] = _Shelf(self._db, table)
        return shelf


class _Shelf:
    """One table's rows in the batch, by key. A key that is known to have none holds None."""

    def __init__(self, db: Connection, table: Table) -> None:
        self.table = table
        self.key = tuple(column.name for column in table.primary_key)
        self.page: dict[Key, Before] = {}
        self._db = db
        self._last: int | None = None
        self._rows: dict[Key, dict[str, Any] | None] = {}
        self._new: dict[Key, dict[str, Any]] = {}
        self._changed: dict[Key, dict[str, Any]] = {}
        self._changed_columns: set[str] = set()
        self._indexes: dict[str, dict[Any, dict[Key, dict[str, Any]]]] = {}

    def find(self, key: Key) -> dict[str, Any] | None:
        try:
            return self._rows[key]
        except KeyError:
            self.load([key])
            return self._rows[key]

    def get(self, key: Key) -> dict[str, Any]:
        row = self.find(key)
        if row is None:
            raise RowMissing(f"{self.table.name} has no row {', '.join(map(str, key))}")
        return row

    def add(self, row: dict[str, Any]) -> None:
        key = tuple([row[name] for name in self.key])
        if self._rows.get(key) is not None:
            raise ValueError(f"{self.table.name} has a row {', '.join(map(str, key))} already")
        self._rows[key] = self._new[key] = row
        self.page[key] = None
        for column, index in self._indexes.items():
            if row[column] in index:
                index[row[column]][key] = row

    def change(self, key: Key, values: Mapping[str, Any]) -> None:
        row = self.get(key)
        before = self.page.setdefault(key, {})
        if before is not None:
            for name in values:
                if name not in before:
                    before[name] = row[name]
        for column in self._indexes:
            if column in values:
                self._move(column, key, row, values[column])
        row.update(values)
        if key not in self._new:
            self._changed[key] = row
            self._changed_columns |= values.keys()

    def index(self, column: str, value: Any) -> dict[Key, dict[str, Any]]:
        """The rows with that value, those in memory before those in the database."""
        index = self._indexes.setdefault(column, {})
        if value not in index:
            for row in self._db.execute(_where(self.table, column), {"value": value}).mappings():
                self._rows.setdefault(tuple([row[name] for name in self.key]), dict(row))
            known = self._rows.items()
            index[value] = {key: row for key, row in known if row is not None and row[column] == value}
        return index[value]

    def load(self, keys: Iterable[Key]) -> None:
        missing = [key for key in keys if key not in self._rows]
        if len(missing) > 1:
            missing = self._old(missing)
        for first in range(0, len(missing), AT_ONCE):
            asked = missing[first : first + AT_ONCE]
            self._rows.update(dict.fromkeys(asked))
            for row in self._db.execute(_by_keys(self.table), {"keys": asked}).mappings():
                self._rows[tuple([row[name] for name in self.key])] = dict(row)

    def _old(self, keys: list[Key]) -> list[Key]:
        """The keys that may be in the database: of what is numbered, none above the last."""
        (column, *more) = self.table.primary_key
        if more or not isinstance(column.type, Integer):
            return keys
        if self._last is None:
            self._last = self._db.execute(_last(self.table)).scalar() or 0
        last = self._last
        self._rows.update(dict.fromkeys(key for key in keys if key[0] > last))
        return [key for key in keys if key[0] <= last]

    def turn_page(self) -> list[tuple[Key, Before]]:
        page, self.page = self.page, {}
        return list(page.items())

    def flush(self, db: Connection) -> None:
        if self._new:
            insert_many(db, self.table, list(self._new.values()))
        if self._changed:
            columns = sorted(self._changed_columns)
            rewrite(db, self.table, columns, ((key, row) for key, row in self._changed.items()))

    def _move(self, column: str, key: Key, row: dict[str, Any], value: Any) -> None:
        index = self._indexes[column]
        index.get(row[column], {}).pop(key, None)
        if value in index:
            index[value][key] = row


def rewrite(db: Connection, table: Table, columns: list[str], rows: Iterable[tuple[Key, Row]]) -> None:
    """Writes `columns` of rows that are there."""
    keys = [f"key_{column.name}" for column in table.primary_key]
    names = [f"new_{name}" for name in columns]
    statement = (
        update(table)
        .where(*(column == bindparam(name) for column, name in zip(table.primary_key, keys, strict=True)))
        .values({column: bindparam(name) for column, name in zip(columns, names, strict=True)})
    )
    values = [
        {**dict(zip(keys, key, strict=True)), **{f"new_{name}": row[name] for name in columns}} for key, row in rows
    ]
    db.execute(statement, values)


@cache
def _by_keys(table: Table) -> Select[Any]:
    columns = list(table.primary_key)
    return select(table).where(tuple_(*columns).in_(bindparam("keys", expanding=True)))


@cache
def _last(table: Table) -> Select[Any]:
    (column,) = table.primary_key
    return select(func.max(column))


@cache
def _where(table: Table, column: str) -> Select[Any]:
    return select(table).where(table.c[column] == bindparam("value"))
