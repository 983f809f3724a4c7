"""The audit log: who asked for what, when, and what came of it. Rows are only ever added, each with a hash over its
content and the hash of the one before, so that none is changed, taken out or slipped in unseen (rules Y4 to Y7).

There is one chain, whatever the number of processes: writers queue (docs/adr/0018-one-writer-at-a-time.md), so whoever
adds a row is alone with the head until its transaction ends.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, insert, select

from backend.correlation import request_id
from backend.database import metadata

GENESIS = "0" * 64
"""What stands for the row before the first."""
LONGEST = 120

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("account", String(64), nullable=False),
    Column("route", String(LONGEST), nullable=False),
    Column("object", String(LONGEST), nullable=False),
    Column("operation", String(32)),
    Column("outcome", String(64), nullable=False),
    Column("request_id", String(64)),
    Column("digest", String(64), nullable=False),
)
"""`at` is the host's clock: a log must not travel with a chain's. `route` is that of a request, or the kind of what
began inside. Triggers refuse every change (migration 0010)."""

_HEAD = select(audit.c.seq, audit.c.digest).order_by(audit.c.seq.desc()).limit(1)
_ADD = insert(audit)


@dataclass(frozen=True)
class Asked:
    """What a request asks for: its route, and the thing that its path names."""

    route: str
    thing: str


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


def begin(asked: Asked | None) -> None:
    """What is recorded here from now on was asked for so; None outside of any request."""
    _asked.set(asked)


def record(db: Connection, account: str, outcome: str, *, kind: str = "", operation: str | None = None) -> None:
    """Adds a row in the transaction of `db`; `kind` stands for the route of what no request asked for."""
    seq, before = db.execute(_HEAD).one_or_none() or (0, GENESIS)
    asked = _asked.get() or Asked(kind, "")
    row = {
        "seq": seq + 1,
        "at": int(time.time()),
        "account": account,
        "route": asked.route,
        "object": asked.thing,
        "operation": operation,
        "outcome": outcome,
        "request_id": request_id(),
    }
    db.execute(_ADD, {**row, "digest": digest_of(before, row)})


def digest_of(before: str, row: Mapping[str, Any]) -> str:
    """The hash of a row behind the one that has the hash `before`."""
    content = [row[column.name] for column in audit.columns if column.name != "digest"]
    written = json.dumps([before, *content], separators=(",", ":"), default=str)  # who tampers may leave anything there
    return hashlib.sha256(written.encode()).hexdigest()
