"""A claim from its root to its leaves and back: the tree of its notes, and the money that belongs to it by the books
(rule G52)."""

from __future__ import annotations

import re
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from backend.errors import InvalidInput, both
from backend.queries import notes, participants, payments, receivables
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.rows import named, names_of
from backend.web.pages.words import EVENTS

MOST = 500
KINDS = ("note", "receivable", "participant")


def search() -> ResponseReturnValue:
    """Where what was written leads: to the trail of a note or a receivable, or to the participants of that name."""
    _require()
    kind, what = request.args.get("kind", ""), request.args.get("what", "").strip()
    if kind not in KINDS:
        raise InvalidInput(field="kind", reason=both("is none of those that there are", "不在可选值之内"))
    engine = context.desk().engine
    if kind == "participant":
        found = participants.called(engine, what, MOST) if what else []
        if len(found) == 1:
            return redirect(f"/participants/{found[0]['account']}", 303)
        return render_template("things/found.html", what=what, found=found)
    if not re.fullmatch(r"[0-9]{1,18}", what, re.ASCII):
        raise InvalidInput(field="what", reason=both("is a number", "应为编号"))
    if kind == "receivable":
        return redirect(f"/trails/{what}", 303)
    note = visibility.hidden(lambda: notes.visible_note(engine, int(what), None))
    return redirect(f"/trails/{note['receivableId']}?note={note['id']}#note-{note['id']}", 303)


def page(number: int) -> str:
    _require()
    engine = context.desk().engine
    claim = visibility.hidden(lambda: receivables.receivable(engine, number))
    tree = notes.tree(engine, number, None)
    rows = _in_order(tree["notes"])
    paid = payments.payments_of(engine, number, [row["id"] for row in rows], MOST)
    wanted = request.args.get("note", "")
    accounts = {claim["supplier"], claim["obligor"]} | {row[side] for row in rows for side in ("holder", "endorser")}
    return render_template(
        "things/trail.html",
        claim=claim,
        rows=rows,
        line=_line(rows, int(wanted)) if re.fullmatch(r"[0-9]{1,18}", wanted, re.ASCII) else set(),
        merges=tree["merges"],
        payments=named({"items": paid}, "from", "to")["items"],
        names=names_of(accounts),
        statuses=receivables.STATUSES,
        event_words=EVENTS,
    )


def _require() -> None:
    people.require(people.REGULATOR, people.OPERATOR)


def _in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each note behind the one it came from, with its `level`: as one reads a tree."""
    known = {row["id"]: row for row in found}
    ordered: list[dict[str, Any]] = []
    waiting = [(row["id"], 0) for row in reversed(found) if not row["parentId"]]
    while waiting:
        number, level = waiting.pop()
        ordered.append({**known[number], "level": level})
        waiting += [(child, level + 1) for child in reversed(known[number]["children"])]
    return ordered


def _line(rows: list[dict[str, Any]], note: int) -> set[int]:
    """A note with all it came from and all that came from it."""
    parents = {row["id"]: row["parentId"] for row in rows}
    line, above = set(), note
    while above in parents:
        line.add(above)
        above = parents[above]
    below = {note} & parents.keys()
    for row in rows:  # parents stand before their children
        if row["parentId"] in below:
            below.add(row["id"])
    return line | below
