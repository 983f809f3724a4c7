"""The regulator's desk: the network in figures, what is large, what is suspicious, what waits for an order, the books
and the proof (rules G50 to G53). The operator carries its orders out, and sees the same."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, render_template, request

from backend.books import beancount
from backend.errors import InvalidInput, both
from backend.queries import books, chain, network, participants, payments, receivables, suspicions
from backend.web import context
from backend.web.pages import people
from backend.web.pages.rows import LIMIT, named, names_of, place, place_in_chain
from backend.web.pages.words import BOOKS, EVENTS

LARGE = 2_000_000
"""Whole units from which a payment is large: what China's central bank has banks report of companies (order 3 of 2016,
art. 5)."""
MOST = 100


def desk() -> str:
    people.require(people.REGULATOR, people.OPERATOR)
    engine, now = context.desk().engine, context.desk().now()
    threshold = _threshold()
    large = payments.large_payments(engine, threshold, place_in_chain("large", 3), LIMIT)
    found = suspicions.suspicions(engine, MOST)
    return render_template(
        "desks/regulator.html",
        now=now,
        figures=network.figures(engine, now),
        threshold=threshold,
        large=named(large, "from", "to"),
        suspicions=found,
        who=names_of(account for one in found for account in one["parties"]),
        rules=suspicions.RULES,
        disputes=named(_all(network.open_disputes(engine, MOST)), "supplier", "obligor")["items"],
        frozen=network.frozen_participants(engine, MOST),
        frozen_receipts=named(_all(network.frozen_receipts(engine, MOST)), "holder")["items"],
        locked=named(_all(network.locked_lots(engine, MOST)), "custodian")["items"],
        people=participants.participants(engine, None, place("people"), LIMIT),
        statuses=receivables.STATUSES,
        loan_states=network.LOAN_STATES,
        event_words=EVENTS,
    )


def all_books() -> str:
    """The trial balance, a page of its own: it goes through the whole ledger, which a desk that is live should not."""
    people.require(people.REGULATOR, people.OPERATOR)
    engine = context.desk().engine
    return render_template(
        "desks/books.html",
        balance=books.trial_balance(engine),
        position=chain.position(engine),
        book_words=BOOKS,
    )


def export() -> Response:
    """The books of all as a Beancount file."""
    people.require(people.REGULATOR, people.OPERATOR)
    response = Response("".join(beancount(context.desk().engine)), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="feiqian.beancount"'
    return response


def _threshold() -> int:
    said = request.args.get("threshold", str(LARGE)).replace(",", "").strip()
    if not re.fullmatch(r"[0-9]{1,12}", said, re.ASCII):
        raise InvalidInput(
            field="threshold", reason=both("is a whole number, such as 2,000,000", "应为整数,如 2,000,000")
        )
    return int(said)


def _all(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": rows, "next": None}
