"""What I have at a glance: cash, claims and notes, and what falls due when."""

from __future__ import annotations

import re
from typing import Any

from flask import g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from backend.errors import InvalidInput, both
from backend.queries import notes, participants, receivables
from backend.web import context
from backend.web.pages import sessions
from backend.web.pages.shared import pages

blueprint = pages("overview")

LIMIT = 20
NOBODY = "0x" + 40 * "0"


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    """Cash, notes and claims of whoever looks; the operator sees all claims."""
    if g.actor is None:
        return make_response(redirect("/door", 303))
    reader = sessions.reader()
    engine = context.desk().engine
    viewer = context.viewer()
    known = viewer is not None and participants.is_participant(engine, viewer)
    return render_template(
        "overview.html",
        me=participants.participant(engine, viewer) if known and viewer else None,
        account=reader.account,
        position=participants.position(engine, viewer) if viewer else None,
        claims=_named(
            engine, receivables.receivables(engine, viewer, None, _after("claims"), LIMIT), "obligor", "supplier"
        ),
        notes=_counted(
            engine, _named(engine, notes.notes(engine, viewer, None, _after("notes"), LIMIT), "holder", "endorser")
        ),
        statuses=receivables.STATUSES,
        now=context.desk().now(),
    )


def _after(name: str) -> int:
    """Where a list goes on. Raises InvalidInput."""
    said = request.args.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,18}", said):
        raise InvalidInput(field=name, reason=both("is no place in the list", "不是列表中的位置"))
    return int(said)


def _named(engine: Engine, page: dict[str, Any], *fields: str) -> dict[str, Any]:
    """The page, with the names of the parties beside their accounts."""
    accounts = {row[field] for row in page["items"] for field in fields}
    names = {NOBODY: ""} | participants.names(engine, accounts)
    for row in page["items"]:
        row["names"] = {field: names.get(row[field], row[field]) for field in fields}
    return page


def _counted(engine: Engine, page: dict[str, Any]) -> dict[str, Any]:
    """The notes, each with the currency that its receivable is counted in."""
    codes = receivables.currencies(engine, {row["receivableId"] for row in page["items"]})
    for row in page["items"]:
        row["currency"] = codes[row["receivableId"]]
    return page
