"""Leases: who of several processes does a piece of work, such as a signer's lane or the reading of the chain.

A lease is held for LEASE_SECONDS and renewed long before. Work that must not be done twice does not rely on the clock:
it confirms the lease in the database transaction that it writes in, which also locks its row. Where the holder was a
process of this machine and is gone, its lease is free at once.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Connection, Engine, Float, String, Table, bindparam, delete, func, select, update

from backend.database import insert_new, metadata, reading

LEASE_SECONDS = 4.0

leases = Table(
    "leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("owner", String(120), nullable=False),
    Column("until", Float, nullable=False),
)

_RENEW = (
    update(leases)
    .where(leases.c.name.in_(bindparam("names", expanding=True)), leases.c.owner == bindparam("holder"))
    .values(until=bindparam("later"))
)


class LeaseLost(Exception):
    """Another process has taken the work over."""


class Leases:
    """The leases of one worker: a thread of a process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        self._held: dict[str, float] = {}
        """Name → when it is to be renewed, monotonic seconds."""

    def hold(self, names: Sequence[str]) -> list[str]:
        """Those of `names` that this worker holds now; taken where they are free."""
        clock = time.monotonic()
        due = [name for name in names if self._held.get(name, 0.0) <= clock]
        if due:
            with self._engine.begin() as db:
                taken = self._take(db, due)
            for name in due:
                self._held.pop(name, None)
            self._held.update(dict.fromkeys(taken, clock + LEASE_SECONDS / 2))
        return [name for name in names if name in self._held]

    def holds(self, name: str) -> bool:
        return bool(self.hold([name]))

    def confirm(self, db: Connection, names: Iterable[str]) -> None:
        """Locks the leases in the transaction of `db`. Raises LeaseLost where one of them is no longer this
        worker's."""
        wanted = sorted(set(names))
        mine = {"names": wanted, "holder": self.owner, "later": _now(db) + LEASE_SECONDS}
        if db.execute(_RENEW, mine).rowcount != len(wanted):
            self._held.clear()
            raise LeaseLost(", ".join(wanted))

    def release(self) -> None:
        """Gives all back at once: nobody has to wait for them to end."""
        if not self._held:
            return
        self._held.clear()
        with self._engine.begin() as db:
            db.execute(delete(leases).where(leases.c.owner == self.owner))

    def _take(self, db: Connection, names: list[str]) -> list[str]:
        now = _now(db)
        # A row for each comes first, so that two who want a new one at the same time meet at its lock.
        for name in names:
            insert_new(db, leases, name=name, owner="", until=0.0)
        query = select(leases).where(leases.c.name.in_(names)).order_by(leases.c.name).with_for_update()
        known = {row["name"]: row for row in db.execute(query).mappings()}
        free = [
            name
            for name, row in known.items()
            if row["owner"] == self.owner or row["until"] <= now or _is_gone(row["owner"])
        ]
        mine = update(leases).where(leases.c.name.in_(free)).values(owner=self.owner, until=now + LEASE_SECONDS)
        db.execute(mine)
        return free


def holders(engine: Engine) -> dict[str, str]:
    """Name → owner of every lease that runs."""
    with reading(engine) as db:
        rows = db.execute(select(leases).where(leases.c.until > _now(db))).mappings()
        return {row["name"]: row["owner"] for row in rows}


def _now(db: Connection) -> float:
    """Seconds by the clock that all who share the database have in common."""
    if db.dialect.name == "sqlite":
        return time.time()
    return float(db.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())


def _is_gone(owner: str) -> bool:
    host, pid, _ = owner.split("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return False
