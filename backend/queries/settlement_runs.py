"""Settlement runs: which are open, how far they are, and what is left to do on their day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, func, select

from backend.config import DAY
from backend.database import metadata, reading
from backend.documents import tables as documents
from backend.errors import NotFound, both
from backend.projections import tables

_runs, _claims, _notes = documents.settlement_runs, tables.receivables, tables.notes
_OPEN_RUNS = select(_runs).where(_runs.c.state == "open").order_by(_runs.c.id)


@dataclass
class Work:
    """What a receivable of the day waits for. One of these at a time, apart from notes that lapsed."""

    receivable_id: int
    lapsed: list[int] = field(default_factory=list)
    to_absorb: list[int] = field(default_factory=list)
    to_allot: list[int] | None = None
    to_redeem: list[int] = field(default_factory=list)

    @property
    def is_something(self) -> bool:
        return bool(self.lapsed or self.to_absorb or self.to_redeem or self.to_allot is not None)


@dataclass
class Progress:
    """What a run has sent so far."""

    sent: int
    failures: int
    reason: str
    is_under_way: bool


def open_runs(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as db:
        return [dict(row) for row in db.execute(_OPEN_RUNS).mappings()]


def run(engine: Engine, run_id: str) -> dict[str, Any]:
    """A run and what is left to do. Raises NotFound."""
    with reading(engine) as db:
        row = db.execute(select(_runs).where(_runs.c.id == run_id)).mappings().first()
    if row is None:
        raise NotFound(what=both("settlement run", "清分批次"), id=run_id)
    left = work_of_day(engine, row["day"], row["day"] + DAY)
    return {
        "id": row["id"],
        "day": datetime.fromtimestamp(row["day"], UTC).strftime("%Y-%m-%d"),
        "state": row["state"],
        "reason": row["reason"],
        "openedAt": row["at"],
        "endedAt": row["ended_at"],
        "transactions": progress(engine, f"run:{run_id}").sent,
        "notesLeft": sum(len(work.to_redeem) for work in left),
        "receivablesLeft": len(left),
    }


def progress(engine: Engine, actor: str) -> Progress:
    """What `actor` (a run) has sent; it is under way until the read model has all of its blocks."""
    operations = metadata.tables["operations"]
    query = select(operations.c.state, operations.c.block_number, operations.c.error).where(operations.c.actor == actor)
    with reading(engine) as db:
        rows = db.execute(query.order_by(operations.c.seq)).mappings().all()
        read = db.execute(select(func.max(tables.cursor.c.block_number))).scalar() or 0
    failed = [row for row in rows if row["state"] == "failed"]
    behind = any(row["block_number"] is not None and row["block_number"] > read for row in rows)
    open_still = any(row["state"] not in ("succeeded", "failed") for row in rows)
    reason = str(failed[-1]["error"]["error"]) if failed else ""
    return Progress(len(rows), len(failed), reason, behind or open_still)


def work_of_day(engine: Engine, first: int, end: int) -> list[Work]:
    """What is left to pay of the receivables that mature in [first, end) (UTC seconds)."""
    query = select(_claims).where(
        _claims.c.maturity_at >= first,
        _claims.c.maturity_at < end,
        _claims.c.status.in_(("confirmed", "disputed", "repaid")),
    )
    with reading(engine) as db:
        claims = db.execute(query.order_by(_claims.c.id)).mappings().all()
        now = db.execute(select(func.max(tables.cursor.c.at))).scalar() or 0
    return [work for claim in claims if (work := _work(engine, claim, now)).is_something]


def _work(engine: Engine, claim: RowMapping, now: int) -> Work:
    work = Work(claim["id"])
    penalty = claim["penalty_paid"] - claim["penalty_redeemed"]
    if claim["repaid"] + claim["made_good"] - claim["redeemed"] + penalty == 0:
        return work
    notes, open_round = _notes_of(engine, claim["id"])
    if open_round is not None:
        unserved = [note for note in notes if note["served_round"] != open_round]
        work.to_redeem = [note["id"] for note in unserved if note["value"] > note["locked"]]
        return work
    work.lapsed = [note["id"] for note in notes if 0 < note["accept_by"] < now]
    if claim["status"] == "repaid" and not penalty:
        work.to_redeem = [note["id"] for note in notes if not note["accept_by"]]
    elif claim["status"] == "repaid" or claim["maturity_at"] <= now:
        _divide(work, claim, notes)
    return work


def _divide(work: Work, claim: RowMapping, notes: list[RowMapping]) -> None:
    """M4. The supplier's notes absorb first what it owes; where everything is locked there is nothing to divide."""
    free = [note for note in notes if note["value"] > note["locked"]]
    if claim["reduced"] - claim["absorbed"] - claim["made_good"] > 0:
        work.to_absorb = [note["id"] for note in free if note["holder"] == claim["supplier"]]
    if free or not notes:
        work.to_allot = [note["id"] for note in notes]


def _notes_of(engine: Engine, receivable_id: int) -> tuple[list[RowMapping], int | None]:
    """The notes with value, ascending, and the round of the division that is open."""
    allotments = tables.allotments
    query = select(_notes).where(_notes.c.receivable_id == receivable_id, _notes.c.value > 0).order_by(_notes.c.id)
    with reading(engine) as db:
        rows = list(db.execute(query).mappings())
        found = db.execute(
            select(allotments.c.round).where(allotments.c.receivable_id == receivable_id, allotments.c.left > 0)
        ).scalar()
    return rows, None if found is None else int(found)
