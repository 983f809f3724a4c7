"""Leases: one worker at a time, and nobody waits for the dead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from backend import leases as leases_module
from backend.database import open_database
from backend.leases import LeaseLost, Leases, holders, leases
from backend.migrations import migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(made)
    yield made
    made.dispose()


def test_what_one_holds_another_does_not(database: Engine) -> None:
    one, two = Leases(database), Leases(database)
    assert one.hold(["a", "b"]) == ["a", "b"]
    assert two.hold(["b", "c", "a"]) == ["c"]
    assert holders(database) == {"a": one.owner, "b": one.owner, "c": two.owner}
    one.release()
    assert two.hold(["a", "b"]) == ["a", "b"]
    assert one.hold([]) == []


def test_a_lease_ends_unless_it_is_renewed(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = Leases(database), Leases(database)
    assert one.holds("a")
    now = leases_module.time.time() + leases_module.LEASE_SECONDS + 1
    monkeypatch.setattr(leases_module.time, "time", lambda: now)
    assert two.holds("a")
    monkeypatch.setattr(leases_module, "LEASE_SECONDS", 0.0)
    one._held.clear()
    assert not one.holds("a")


def test_work_that_was_taken_over_is_not_written(database: Engine) -> None:
    one, two = Leases(database), Leases(database)
    assert one.hold(["a", "b"]) == ["a", "b"]
    with database.begin() as db:
        one.confirm(db, ["a", "b"])
        db.execute(update(leases).where(leases.c.name == "b").values(owner=two.owner))
    with pytest.raises(LeaseLost), database.begin() as db:
        one.confirm(db, ["a", "b"])
    assert two.holds("b") and not one.holds("b"), "it knows now"


def test_the_lease_of_a_dead_process_of_this_machine_is_free_at_once(database: Engine) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    dead, alive, elsewhere = Leases(database), Leases(database), Leases(database)
    host = dead.owner.partition("/")[0]
    dead.owner = f"{host}/{ended.stdout.strip()}/x"
    alive.owner = f"{host}/{os.getppid()}/x"
    elsewhere.owner = f"another-host/{ended.stdout.strip()}/x"
    assert dead.holds("a") and alive.holds("b") and elsewhere.holds("c")
    assert Leases(database).hold(["a", "b", "c"]) == ["a"]
