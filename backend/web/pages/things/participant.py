"""A participant: who it is, for everybody; what it may owe, has, owes and was posted, for itself and for who oversees
it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from backend.errors import Forbidden, NotFound, both
from backend.queries import books, participants
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.rows import LIMIT
from backend.web.pages.words import BOOKS, EVENTS
from backend.web.schemas import check_address


def page(account: str) -> str:
    """Who is no participant sees none, as by the API."""
    me = people.reader()
    if not me.roles:
        raise Forbidden(reason=both("this page is for participants", "此页面仅供参与方查看"))
    found = visibility.hidden(lambda: _participant(account))
    is_own = me.sees_all or me.account == found["account"]
    return render_template(
        "things/participant.html",
        one=found,
        is_own=is_own,
        signs_itself=not context.desk().keystore.holds(found["account"]),
        now=context.desk().now(),
        book_words=BOOKS,
        event_words=EVENTS,
        **(_own(found) if is_own else {}),
    )


def _participant(account: str) -> dict[str, Any]:
    try:
        account = check_address(account)
    except ValueError:
        raise NotFound(what=both("participant", "参与方"), id=account) from None
    return participants.participant(context.desk().engine, account)


def _own(found: dict[str, Any]) -> dict[str, Any]:
    engine, account = context.desk().engine, found["account"]
    position = participants.position(engine, account)
    owed = {row["currency"]: row["valueFen"] for row in position["owed"]}
    limits = [
        {"currency": code, "limitFen": int(limit), "usedFen": owed.get(code, 0)}
        for code, limit in sorted(found["confirmationLimits"].items())
    ]
    after = request.args.get("statement") or None
    return {
        "position": position,
        "limits": limits,
        "statement": books.statement(engine, account, after=after, limit=LIMIT),
    }
