"""A play as its audience sees it: where it is, what comes next, and each step with what carried it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.demo.playing import Play
from backend.demo.stage import RUN
from backend.demo.tape import Cue, Recorded
from backend.errors import FeiqianError, Phrase, both
from backend.queries import feed
from backend.queries import stage as queries
from backend.sdk import OperationFailed, Refused
from backend.web import context, problems
from backend.web.pages import readers
from backend.web.pages.stage.picturing import pictured
from backend.web.pages.stage.places import Places, figure, line
from backend.web.reverts import sentence

LONGEST = 500
"""Events of one step that are pictured."""
STATES: dict[str, Phrase] = {
    "preparing": both("the parties are taken in", "参与方登记中"),
    "waiting": both("waits for the next step", "等待下一步"),
    "acting": both("under way", "执行中"),
    "proving": both("the books are compared with the chain", "账目与链上核对中"),
    "over": both("the story is over", "剧本已结束"),
    "failed": both("the story broke off", "剧本中断"),
    "ended": both("the story was ended", "剧本已终止"),
}


def shown(play: Play, known: int, places: Places) -> dict[str, Any]:
    """The play, with the steps behind the first `known`."""
    tape = play.tape
    recorded = tape.steps[known:]
    return {
        "id": play.id,
        "title": readers.said(play.story.title),
        "state": play.state,
        "says": readers.said(STATES[play.state]),
        "isUnderWay": play.is_under_way,
        "isRunning": play.is_running,
        "shown": tape.shown,
        "count": len(tape.steps),
        "next": _cue(play.next),
        "fault": _said(play.fault) if play.fault is not None else "",
        "opening": places.lines(play.opening),
        "proof": render_template("stage/proof.html", proof=play.proof) if play.proof is not None else "",
        "steps": [_step(one, places) for one in recorded],
    }


def _cue(cue: Cue | None) -> dict[str, str] | None:
    if cue is None:
        return None
    return {"name": readers.said(cue.name), "actor": readers.said(cue.actor), "why": readers.said(cue.why)}


def _step(one: Recorded, places: Places) -> dict[str, Any]:
    engine = context.desk().engine
    begun, ended = one.told
    rows = [row for row in feed.after(engine, begun, None, limit=LONGEST).rows if row["seq"] <= ended]
    carried = queries.transactions(engine, {one.step.tx or "", *(row["tx_hash"] for row in rows)})
    if one.step.tx:
        carried = [row for row in carried if row["tx"] == one.step.tx]
    elif one.step.actor is RUN:
        carried = [row for row in carried if row["actor"].startswith("run:")]
    else:
        carried = []
    mine = {row["tx"] for row in carried}
    refusal = _said(one.step.refused) if one.step.refused is not None else ""
    html = render_template(
        "stage/step.html",
        one=one,
        refusal=refusal,
        transactions=carried,
        changes=_changes(one, places),
        names={document.signer: places.name_of(document.signer) for document in one.documents},
    )
    return {
        **(_cue(one.cue) or {}),
        "number": one.number,
        "html": html,
        "lines": places.lines(one.after),
        "movements": pictured([row for row in rows if row["tx_hash"] in mine], places),
        "refusal": refusal,
    }


def _said(fault: Exception) -> str:
    """What went wrong, in the reader's language where a contract refused it or it knows its own words."""
    if isinstance(fault, Refused | OperationFailed) and fault.error is not None:
        return problems.spoken(sentence(fault.error, fault.arguments))
    if isinstance(fault, FeiqianError):
        return fault.describe(problems.language())
    if isinstance(fault, Refused):
        return str(fault.problem.get("detail") or fault)
    return f"{type(fault).__name__}: {fault}"


def _changes(one: Recorded, places: Places) -> list[dict[str, str]]:
    """What each party had before and after, where that is not the same."""
    found = []
    for account, after in one.after.items():
        rows = {(row["what"], row["unit"]): row for row in [*one.before.get(account, []), *after]}
        for key, row in rows.items():
            was, now = (_of(held, key) for held in (one.before.get(account, []), after))
            if was != now:
                found.append(
                    {
                        "party": places.name_of(account),
                        "what": line(row)["label"],
                        "before": figure(row, was),
                        "after": figure(row, now),
                        "change": ("+" if now > was else "−") + figure(row, abs(now - was)),
                    }
                )
    return found


def _of(held: list[dict[str, Any]], key: tuple[str, str]) -> int:
    return next((int(row["amount"]) for row in held if (row["what"], row["unit"]) == key), 0)
