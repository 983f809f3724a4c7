"""The core enterprise's desk: what waits to be confirmed, with its document; what falls due when; what is proposed."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.queries import adjustments, participants, payables
from backend.web import context
from backend.web.pages import people, readers
from backend.web.pages.desks import drawn
from backend.web.pages.rows import LIMIT, named, place, place_by_day

INBOX = 10
"""So many documents stand on one page."""
DAYS = 30
"""So many days on which something falls due have a row of their own; the rest is summed up."""


def desk() -> str:
    me = people.require("obligor")
    engine, now = context.desk().engine, context.desk().now()
    position = participants.position(engine, me.account)
    due = _calendar(payables.calendar(engine, me.account, now))
    waiting = adjustments.waiting(engine, me.account, now)
    return render_template(
        "desks/obligor.html",
        now=now,
        position=position,
        inbox=named(payables.inbox(engine, me.account, place("inbox"), INBOX), "supplier"),
        due=due,
        falling=drawn.bars(due["days"], lambda row: readers.plain_day(row["day"]), amountFen=""),
        payables=named(payables.payables(engine, me.account, place_by_day("payables"), LIMIT, now), "supplier"),
        disputed=named(payables.disputed(engine, me.account, place("disputed"), LIMIT), "supplier"),
        resolutions=named({"items": waiting["resolutions"]}, "proposer")["items"],
        counterclaims=named({"items": waiting["counterclaims"]}, "supplier")["items"],
        limits=_limits(position, participants.participant(engine, me.account)["confirmationLimits"]),
    )


def _limits(position: dict[str, Any], limits: dict[str, str]) -> list[dict[str, Any]]:
    """Each currency's limit, and what of it is used: all that is owed on what was confirmed (rule P4)."""
    owed = {row["currency"]: row["valueFen"] for row in position["owed"]}
    return [
        {"currency": code, "usedFen": owed.get(code, 0), "limitFen": int(limits.get(code, 0))}
        for code in sorted(limits.keys() | owed.keys())
    ]


def _calendar(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What is overdue, the next days on which something is due, and what is due later, by currency."""
    days = sorted({row["day"] for row in rows if row["day"]})
    near = set(days[:DAYS])
    later: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["day"] and row["day"] not in near:
            one = later.setdefault(row["currency"], {"currency": row["currency"], "amountFen": 0, "number": 0})
            one["amountFen"] += row["amountFen"]
            one["number"] += row["number"]
    return {
        "overdue": [row for row in rows if not row["day"]],
        "days": [row for row in rows if row["day"] in near],
        "later": list(later.values()),
    }
