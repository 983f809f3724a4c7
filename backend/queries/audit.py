"""The audit log read, and whether its chain is whole (rules Y4 to Y7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from backend.audit import GENESIS, audit, digest_of
from backend.database import metadata, reading

AT_ONCE = 5_000


@dataclass(frozen=True)
class Head:
    """The last row, or one that was the last: what is kept elsewhere, so that nobody cuts the log off unseen."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"


@dataclass(frozen=True)
class Verdict:
    """`wrong` says what is the matter with the first row that is not as it was written; `head` is the last good one."""

    head: Head
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return not self.wrong


def rows(engine: Engine, *, last: int, account: str | None = None) -> list[dict[str, Any]]:
    """The latest rows, of one account where it is given, the oldest of them first."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(last)
    if account is not None:
        query = query.where(audit.c.account == account)
    with reading(engine) as db:
        return [dict(row) for row in reversed(db.execute(query).mappings().all())]


def verify(engine: Engine, known: Head | None = None) -> Verdict:
    """Goes through all rows from the first on. Beyond the chain itself, the row that was the head once (`known`) has to
    be there still, and each operation since the log began has its row."""
    with reading(engine) as db:
        seq, before = 0, GENESIS
        for row in _all(db):
            if row["seq"] != seq + 1:
                return Verdict(Head(seq, before), f"row {seq + 1} is missing; the next one is {row['seq']}")
            if row["digest"] != digest_of(before, row):
                return Verdict(Head(seq, before), f"row {row['seq']} is not what was written behind row {seq}")
            seq, before = row["seq"], row["digest"]
            if known is not None and known.seq == seq and known.digest != before:
                return Verdict(Head(seq, before), f"row {seq} is another one than the head that was kept")
        head = Head(seq, before)
        if known is not None and known.seq > seq:
            return Verdict(head, f"row {seq + 1} is missing; row {known.seq} was there")
        lacking = _first_without_row(db)
        return Verdict(head, f"operation {lacking} has no row" if lacking else "")


def _all(db: Connection) -> Iterator[Any]:
    after = -1
    query = select(audit).order_by(audit.c.seq).limit(AT_ONCE)
    while found := db.execute(query.where(audit.c.seq > after)).mappings().all():
        yield from found
        after = found[-1]["seq"]


def _first_without_row(db: Connection) -> str | None:
    """The first operation that has no row, of those that were written since the first one that has."""
    operations = metadata.tables["operations"]
    is_its = audit.c.operation == operations.c.id
    began = select(func.min(operations.c.seq)).join(audit, is_its).scalar_subquery()
    query = select(operations.c.id).join(audit, is_its, isouter=True).where(audit.c.seq.is_(None))
    return db.execute(query.where(operations.c.seq >= began).order_by(operations.c.seq).limit(1)).scalar()
