"""SQLite as it is opened here: durable, readers beside a writer, writers one after another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from backend.database import open_database, reading

_metadata = MetaData()
counter = Table("counter", _metadata, Column("id", Integer, primary_key=True), Column("value", Integer))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    _metadata.create_all(made)
    with made.begin() as db:
        db.execute(insert(counter).values(id=1, value=0))
    yield made
    made.dispose()


def value(database: Engine) -> int | None:
    with reading(database) as db:
        return db.execute(select(counter.c.value)).scalar()


def test_what_is_committed_is_on_disk(database: Engine) -> None:
    with reading(database) as db:
        assert db.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert db.execute(text("PRAGMA synchronous")).scalar() == 2
        assert db.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_reader_sees_one_moment_and_waits_for_nobody(database: Engine) -> None:
    with reading(database) as first:
        assert first.execute(select(counter.c.value)).scalar() == 0
        with database.begin() as writer:
            writer.execute(update(counter).values(value=7))
            assert value(database) == 0, "not committed yet"
        assert first.execute(select(counter.c.value)).scalar() == 0, "still the same moment"
    assert value(database) == 7


def test_writers_queue_and_nothing_is_lost(database: Engine) -> None:
    def increment() -> None:
        for _ in range(20):
            with database.begin() as db:
                seen = db.execute(select(counter.c.value)).scalar_one()
                db.execute(update(counter).values(value=seen + 1))

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(database) == 80


def test_what_fails_leaves_nothing(database: Engine) -> None:
    with pytest.raises(IntegrityError), database.begin() as db:
        db.execute(update(counter).values(value=9))
        db.execute(insert(counter).values(id=1, value=0))
    assert value(database) == 0
