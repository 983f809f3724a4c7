"""A database as it is opened here, on SQLite and on PostgreSQL: durable, readers beside a writer, writers one after
another (rules B40, B41)."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from backend import database as module
from backend.database import insert_new, open_database, reading
from backend.sqlite_queue import WriterQueue
from backend.testing import NewDatabase

_metadata = MetaData()
counter = Table("counter", _metadata, Column("id", Integer, primary_key=True), Column("value", Integer))
words = Table("words", _metadata, Column("word", String(20), primary_key=True))


@pytest.fixture
def database(new_database: NewDatabase) -> Iterator[Engine]:
    made = open_database(new_database(empty=True))
    _metadata.create_all(made)
    with made.begin() as db:
        db.execute(insert(counter).values(id=1, value=0))
    yield made
    made.dispose()


def value(database: Engine) -> int | None:
    with reading(database) as db:
        return db.execute(select(counter.c.value)).scalar()


def test_what_is_committed_is_on_disk(database: Engine) -> None:
    if database.dialect.name != "sqlite":
        pytest.skip("the server's settings decide on PostgreSQL")
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


def test_a_row_that_is_there_is_not_inserted_again(database: Engine) -> None:
    with database.begin() as db:
        assert insert_new(db, counter, id=2, value=5)
        assert not insert_new(db, counter, id=2, value=6)
    with reading(database) as db:
        assert db.execute(select(counter.c.value).where(counter.c.id == 2)).scalar() == 5


def test_text_has_the_order_of_its_code_points(database: Engine) -> None:
    said = ["a", "B", "_", "é", "Z", "b", "-", "中", "A"]
    with database.begin() as db:
        db.execute(insert(words), [{"word": word} for word in said])
    with reading(database) as db:
        assert list(db.execute(select(words.c.word).order_by(words.c.word)).scalars()) == sorted(said)
        assert list(db.execute(select(words.c.word).where(words.c.word > "Z").order_by(words.c.word)).scalars()) == [
            "_", "a", "b", "é", "中",
        ]  # fmt: skip


def test_a_writer_that_hangs_is_not_waited_for_for_ever(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 1)
    database = open_database(new_database(empty=True))
    _metadata.create_all(database)
    with database.begin(), pytest.raises(DBAPIError), database.begin() as second:
        second.execute(insert(counter).values(id=1, value=0))
    database.dispose()


def test_a_writer_of_another_process_that_hangs_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    """SQLite itself decides then: here it lets the writer through."""
    engine = open_database(f"sqlite:///{tmp_path / 'one.db'}")
    queue = WriterQueue(str(tmp_path / "one.db"), 0.3)
    with (tmp_path / "one.db.writers").open("w") as other, engine.connect() as mine:
        fcntl.flock(other, fcntl.LOCK_EX)
        for _ in range(2):  # its own turn is free again
            began = time.monotonic()
            queue.enter(mine)
            assert 0.3 <= time.monotonic() - began < 5
        fcntl.flock(other, fcntl.LOCK_UN)
        queue.enter(mine)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        queue.leave(mine)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    engine.dispose()


def test_a_database_in_memory_has_one_process_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs no file that others would queue at."""
    monkeypatch.chdir(tmp_path)
    database = open_database("sqlite://")
    _metadata.create_all(database)
    with database.begin() as db:
        db.execute(insert(counter).values(id=1, value=3))
    assert value(database) == 3
    database.dispose()
    assert list(tmp_path.iterdir()) == []


def test_a_reader_cannot_write_on_postgresql(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite does not keep a reader from it")
    with pytest.raises(DBAPIError, match="read-only"), reading(database) as db:
        db.execute(insert(counter).values(id=3, value=0))
    assert value(database) == 0


def test_what_is_asked_often_stays_prepared(database: Engine) -> None:
    if database.dialect.name != "postgresql":
        pytest.skip("SQLite prepares nothing on a server")
    for _ in range(8):
        value(database)
    with reading(database) as db:
        kept = db.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert any("FROM counter" in statement for statement in kept)


def test_the_short_names_of_postgresql() -> None:
    """What providers hand out as DATABASE_URL."""
    for name in ("postgres", "postgresql", "postgresql+psycopg"):
        engine = open_database(f"{name}://user:word@db.example/feiqian")
        assert (engine.dialect.name, engine.driver) == ("postgresql", "psycopg")
        assert engine.url.password == "word"
        engine.dispose()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(SQLAlchemyError, match="sqlite:// or postgresql://"):
        open_database("mysql://somewhere/feiqian")
