"""The settlement run (rule M8): pays all current holders of all receivables that mature on a day.

A run is a row; what is left to do is read from the read model at every step, and each step goes through the outbox
under a key of its own. So it can be stopped anywhere and taken up by any process: nothing is done twice.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, insert, update

from backend.chain.contracts import Call
from backend.chain.outbox import Intent, Row
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_operator
from backend.config import DAY
from backend.crashpoints import crash_point
from backend.documents import tables
from backend.errors import ContractRefused, InvalidInput, both
from backend.queries import chain as chain_queries
from backend.queries import settlement_runs as queries

log = structlog.get_logger(__name__)

BATCH = 100
"""Notes paid in one transaction: about 5 million gas."""
MOST_CALLS = 20
"""Transactions of one step."""
MOST_FAILURES = 3


@act("settlement-run.open")
def open_run(desk: Desk, request: Request, day: str) -> Row:
    """M8. Opens a run for a UTC day (YYYY-MM-DD) that has begun."""
    require_operator(request)
    starts = _starts(day)
    now = desk.now()
    if starts > now:
        raise InvalidInput(field="day", reason=both("{day} is still to come", "{day} 尚未到来", day=day))

    def keep(db: Connection) -> dict[str, Any]:
        identifier = tables.fresh_id()
        run = {"id": identifier, "day": starts, "state": "open", "reason": "", "at": now, "ended_at": 0}
        db.execute(insert(tables.settlement_runs).values(**run))
        return {"runId": identifier, "day": day}

    row = desk.outbox.settle(request.intent, now, keep)
    desk.outbox.wake()
    return row


class SettlementRuns:
    """Drives the open runs; the engine calls `step` in its turns."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._refusals: Counter[str] = Counter()

    def step(self) -> bool:
        """Sends what is next of the first open run of each day, so that two never do the same; whether anything was.
        Raises ChainUnavailable."""
        first: dict[int, dict[str, Any]] = {}
        for run in queries.open_runs(self._desk.engine):
            first.setdefault(run["day"], run)
        moved = False
        for run in first.values():
            moved = self._advance(run) or moved
        return moved

    def _advance(self, run: dict[str, Any]) -> bool:
        actor = f"run:{run['id']}"
        progress = queries.progress(self._desk.engine, actor)
        if progress.is_under_way:
            return False
        if progress.failures >= MOST_FAILURES:
            log.error("settlement-run-suspended", run=run["id"], reason=progress.reason)
            return self._end(run, "suspended", progress.reason)
        seen_until = chain_queries.position(self._desk.engine)["at"]
        calls = self._next(run)
        if not calls and seen_until < run["day"] + DAY:
            return False  # something may mature before the day is over
        if not calls:
            return self._end(run, "done", "")
        intent = Intent("settlement-run.pay", actor, None, f"{run['id']}-{progress.sent}")
        try:
            self._desk.outbox.send(intent, self._desk.power("registrar"), *calls)
            crash_point("settlement-run.sent")
        except ContractRefused as refusal:  # somebody was faster, or something is wrong with it
            self._refusals[run["id"]] += 1
            if self._refusals[run["id"]] >= MOST_FAILURES:
                return self._end(run, "suspended", str(refusal.params["error"]))
        return True

    def _end(self, run: dict[str, Any], state: str, reason: str) -> bool:
        table, now = tables.settlement_runs, self._desk.contracts.node.head().timestamp
        with self._desk.engine.begin() as db:
            db.execute(update(table).where(table.c.id == run["id"]).values(state=state, reason=reason, ended_at=now))
        crash_point("settlement-run.ended")
        return True

    def _next(self, run: dict[str, Any]) -> list[Call]:
        """The calls that are possible now; later ones follow from what these change."""
        data = self._desk.contracts.call_data
        calls: list[Call] = []
        payable: list[int] = []
        for work in queries.work_of_day(self._desk.engine, run["day"], run["day"] + DAY):
            calls += [data("Receivables", "decline", note) for note in work.lapsed]
            if work.to_absorb:
                calls.append(data("Adjustments", "absorb", work.receivable_id, work.to_absorb))
            elif work.to_allot is not None and not work.lapsed:
                calls.append(data("Repayments", "allot", work.receivable_id, work.to_allot))
            payable += work.to_redeem
            if len(calls) + len(payable) // BATCH >= MOST_CALLS:
                break
        for first in range(0, len(payable), BATCH):
            calls.append(data("Repayments", "redeemMany", payable[first : first + BATCH]))
        return calls[:MOST_CALLS]


def _starts(day: str) -> int:
    """The first second of a UTC day. Raises InvalidInput."""
    try:
        return int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise InvalidInput(field="day", reason=both("{day} is no day", "{day} 不是有效日期", day=day)) from None
