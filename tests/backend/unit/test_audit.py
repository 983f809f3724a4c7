"""The audit log is one chain: only added to, and whole, or its first row that is not is named (rules Y5 and Y7)."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from backend import audit
from backend.audit import GENESIS, Asked, digest_of, record
from backend.chain.outbox import operations
from backend.cli import main
from backend.config import ROOT
from backend.database import open_database, reading
from backend.migrations import migrate
from backend.queries.audit import Head, rows, verify
from backend.testing import NewDatabase

ROWS = 6
COLUMNS = [column.name for column in audit.audit.columns if column.name != "seq"]


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    return new_database(empty=True)


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def log(database: Engine) -> Engine:
    """Rows as they come: acts with their operations, and other things."""
    for number in range(ROWS):
        operation = uuid.uuid4().hex if number % 2 else None
        with database.begin() as db:
            if operation is not None:
                db.execute(insert(operations).values(id=operation, kind="k", actor="0xA", state="pending"))
            audit.begin(Asked("POST /x", str(number)))
            record(db, "0xA", "done", operation=operation)
    audit.begin(None)
    return database


def without_triggers(database: Engine) -> None:
    """As whoever owns the database can have it."""
    with database.begin() as db:
        if database.dialect.name == "sqlite":
            for name in ("UPDATE", "DELETE", "INSERT"):
                db.execute(text(f"DROP TRIGGER audit_no_{name}"))
        else:
            db.execute(text("DROP TRIGGER audit_is_only_added_to ON audit"))


def run(database: Engine, statement: str, **values: object) -> None:
    with database.begin() as db:
        db.execute(text(statement), values)


def test_rows_follow_each_other(log: Engine) -> None:
    found = rows(log, last=100)
    assert [row["seq"] for row in found] == list(range(1, ROWS + 1))
    before = GENESIS
    for row in found:
        assert row["digest"] == digest_of(before, row)
        before = row["digest"]
    verdict = verify(log)
    assert verdict.holds and verdict.head == Head(ROWS, before)
    assert verify(log, verdict.head).holds and verify(log, Head(3, found[2]["digest"])).holds
    assert [row["seq"] for row in rows(log, last=2)] == [ROWS - 1, ROWS]
    assert rows(log, last=10, account="0xB") == []


def test_an_empty_log_is_whole(database: Engine) -> None:
    assert verify(database).head == Head(0, GENESIS) and verify(database).holds


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET outcome = 'done' WHERE seq = 2",
        "UPDATE audit SET outcome = outcome",
        "DELETE FROM audit WHERE seq = 6",
        "DELETE FROM audit",
    ],
)
def test_the_database_refuses_to_change_or_delete(log: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only added"):
        run(log, statement)
    assert verify(log).head.seq == ROWS


def test_nor_is_a_row_replaced(log: Engine) -> None:
    values = "SELECT seq, 0, account, route, object, operation, outcome, request_id, digest FROM audit WHERE seq = 2"
    if log.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO audit {values}"
    else:
        statement = f"INSERT INTO audit {values} ON CONFLICT (seq) DO UPDATE SET at = 0"
    with pytest.raises(DBAPIError, match="only added"):
        run(log, statement)
    if log.dialect.name == "postgresql":
        with pytest.raises(DBAPIError, match="only added"):
            run(log, "TRUNCATE audit")
    assert verify(log).holds


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("seq", range(1, ROWS + 1))
def test_a_change_of_any_row_is_found_there(log: Engine, seq: int, column: str) -> None:
    without_triggers(log)
    new: object = 7 if column == "at" else "f" * 32
    run(log, f"UPDATE audit SET {column} = :new WHERE seq = :seq", new=new, seq=seq)
    verdict = verify(log)
    assert not verdict.holds and verdict.wrong.startswith(f"row {seq} ")
    assert verdict.head.seq == seq - 1


@pytest.mark.parametrize("seq", range(1, ROWS))
def test_a_row_that_was_taken_out_is_missed(log: Engine, seq: int) -> None:
    without_triggers(log)
    run(log, "DELETE FROM audit WHERE seq = :seq", seq=seq)
    assert verify(log).wrong == f"row {seq} is missing; the next one is {seq + 1}"


@pytest.mark.parametrize("seq", range(2, ROWS))
def test_those_behind_cannot_close_up(log: Engine, seq: int) -> None:
    without_triggers(log)
    run(log, "DELETE FROM audit WHERE seq = :seq", seq=seq)
    for later in range(seq + 1, ROWS + 1):
        run(log, "UPDATE audit SET seq = seq - 1 WHERE seq = :later", later=later)
    assert verify(log).wrong.startswith(f"row {seq} ")


def test_an_end_that_was_cut_off_shows_by_a_head_that_was_kept(log: Engine) -> None:
    kept = verify(log).head
    without_triggers(log)
    run(log, "DELETE FROM audit WHERE seq >= 5")
    assert verify(log, kept).wrong == "row 5 is missing; row 6 was there"
    assert not verify(log).holds, "and by an operation that is there and has no row"
    run(log, "DELETE FROM operations WHERE seq = (SELECT max(seq) FROM operations)")
    assert verify(log).holds, "with its operation gone, the head that was kept is what is left"
    assert not verify(log, kept).holds


def test_a_chain_that_was_written_anew_is_not_the_one_of_the_head_that_was_kept(log: Engine) -> None:
    kept = verify(log).head
    without_triggers(log)
    found, before = rows(log, last=100), GENESIS
    for row in found:
        row["account"] = "0xEVIL"
        before = digest_of(before, row)
        run(log, "UPDATE audit SET account = '0xEVIL', digest = :d WHERE seq = :s", d=before, s=row["seq"])
    assert verify(log).holds
    assert verify(log, kept).wrong == f"row {ROWS} is another one than the head that was kept"


def test_what_was_rolled_back_leaves_no_gap(log: Engine) -> None:
    with pytest.raises(RuntimeError), log.begin() as db:
        record(db, "0xA", "done")
        raise RuntimeError
    with log.begin() as db:
        record(db, "0xA", "done", kind="settlement-run.pay")
    assert verify(log).head.seq == ROWS + 1 and verify(log).holds
    assert rows(log, last=1)[0]["route"] == "settlement-run.pay"


def test_writers_of_several_threads_and_processes_make_one_chain(database: Engine, url: str) -> None:
    code = (
        "import sys; from backend.audit import record; from backend.database import open_database\n"
        "engine = open_database(sys.argv[1])\n"
        "for number in range(25):\n"
        "    with engine.begin() as db: record(db, sys.argv[2], 'done', kind=str(number))\n"
        "engine.dispose()"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, url, f"process {one}"], cwd=ROOT) for one in range(2)]
    failed: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for number in range(25):
                with database.begin() as db:
                    record(db, name, "done", kind=str(number))
        except BaseException as fault:
            failed.append(fault)

    threads = [threading.Thread(target=write, args=(f"thread {one}",)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait(60) for other in others] == [0, 0] and failed == []
    assert verify(database).holds and verify(database).head.seq == 150
    with reading(database) as db:
        counted = select(audit.audit.c.account, func.count()).group_by(audit.audit.c.account)
        assert set(db.execute(counted).tuples()) == {
            *((f"thread {one}", 25) for one in range(4)), *((f"process {one}", 25) for one in range(2))
        }  # fmt: skip


def test_the_command_names_the_first_row_and_prints_the_head(
    log: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEIQIAN_DATABASE_URL", url)
    whole = CliRunner().invoke(main, ["audit", "verify"])
    head = whole.output.splitlines()[-1].removeprefix("head ")
    assert whole.exit_code == 0 and head == str(verify(log).head)
    assert CliRunner().invoke(main, ["audit", "verify", "--head", head]).exit_code == 0
    assert CliRunner().invoke(main, ["audit", "verify", "--head", "6:short"]).exit_code == 2
    shown = CliRunner().invoke(main, ["audit", "--last", "2"]).output.splitlines()
    assert len(shown) == 2 and "0xA" in shown[-1] and "POST /x 5" in shown[-1]
    without_triggers(log)
    run(log, "UPDATE audit SET account = '0xB' WHERE seq = 4")
    broken = CliRunner().invoke(main, ["audit", "verify", "--json"])
    assert broken.exit_code == 1 and '"wrong": "row 4 ' in broken.output
