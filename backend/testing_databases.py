"""Where the tests keep their databases: SQLite files, or, with DATABASE=postgresql in the environment, databases of a
PostgreSQL that is started for the run."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from backend.private_postgresql import PrivatePostgresql

KINDS = ("sqlite", "postgresql")


class Databases(Protocol):
    def new(self, folder: Path, *, empty: bool = False) -> str:
        """The URL of a new database. It may have the newest schema already, unless it is to be `empty`."""
        ...

    def copy(self, url: str, folder: Path) -> str:
        """The URL of a copy of a database that nobody uses just now."""
        ...

    def drop(self, url: str) -> None: ...


@dataclass
class SqliteFiles:
    _made: int = 0

    def new(self, folder: Path, *, empty: bool = False) -> str:
        self._made += 1
        return f"sqlite:///{folder / f'test{self._made}.db'}"

    def copy(self, url: str, folder: Path) -> str:
        from sqlalchemy import create_engine

        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        made = self.new(folder)
        shutil.copy(url.removeprefix("sqlite:///"), made.removeprefix("sqlite:///"))
        return made

    def drop(self, url: str) -> None:
        """Goes with its folder."""


@dataclass
class PostgresqlDatabases:
    server: PrivatePostgresql
    _made: int = 0
    _schema: str = ""

    def new(self, folder: Path, *, empty: bool = False) -> str:
        return self._create("template0" if empty else self._newest())

    def copy(self, url: str, folder: Path) -> str:
        return self._create(_name(url))

    def drop(self, url: str) -> None:
        self.server.drop(_name(url))

    def _create(self, template: str) -> str:
        self._made += 1
        return self.server.create(f"test{self._made}", template)

    def _newest(self) -> str:
        """The database with the newest schema that others are copies of."""
        from backend.database import open_database
        from backend.migrations import migrate

        if not self._schema:
            engine = open_database(self.server.create("newest"))
            migrate(engine)
            engine.dispose()
            self._schema = "newest"
        return self._schema


def _name(url: str) -> str:
    from sqlalchemy.engine import make_url

    return str(make_url(url).database)


@contextlib.contextmanager
def open_databases() -> Iterator[Databases]:
    kind = os.environ.get("DATABASE") or "sqlite"
    assert kind in KINDS, f"DATABASE={kind}: the tests know {' and '.join(KINDS)}"
    if kind == "sqlite":
        yield SqliteFiles()
        return
    from backend.private_postgresql import NotInstalled, PrivatePostgresql

    try:
        server = PrivatePostgresql()
    except NotInstalled as missing:
        said = f"POSTGRESQL IS NOT INSTALLED: nothing is tested on it ({missing}; apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    with server:
        yield PostgresqlDatabases(server)
