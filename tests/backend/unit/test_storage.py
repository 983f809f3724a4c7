"""Rule B57: what a database complains of is told apart from faults of ours, whichever database it is."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, TimeoutError

from backend.storage import trouble


def sqlite(said: str) -> OperationalError:
    return OperationalError("INSERT", {}, sqlite3.OperationalError(said))


def postgresql(state: str | None, said: str = "") -> OperationalError:
    complaint: Any = type("Complaint", (Exception,), {"sqlstate": state})(said)
    return OperationalError("INSERT", {}, complaint)


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        (sqlite("database or disk is full"), "disk is full"),
        (sqlite("attempt to write a readonly database"), "read-only"),
        (sqlite("database is locked"), "another holds it"),
        (sqlite("unable to open database file"), "does not answer"),
        (postgresql("53100"), "disk is full"),
        (postgresql("25006"), "read-only"),
        (postgresql("08006"), "does not answer"),
        (postgresql(None, "connection refused"), "does not answer"),
        (TimeoutError("QueuePool limit"), "another holds it"),
    ],
)
def test_trouble_is_named(complaint: Any, words: str) -> None:
    refusal = trouble(complaint)
    assert refusal is not None and refusal.status == 503
    assert words in refusal.describe("en") and "数据库" in refusal.describe("zh")


@pytest.mark.parametrize(
    "fault",
    [
        sqlite("no such table: nothing"),
        postgresql("42P01"),
        IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed")),
        InternalError("INSERT", {}, sqlite3.InternalError("what?")),
    ],
)
def test_a_fault_of_ours_stays_one(fault: Any) -> None:
    assert trouble(fault) is None
