"""The supplier's desk: claims, notes and receipts at a glance, quotes side by side, what arrives when."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.queries import notes, participants, quotes, receivables
from backend.queries import warehouse_receipts as goods
from backend.web import context
from backend.web.pages import people
from backend.web.pages.rows import LIMIT, counted, named, place, place_by_id


def desk() -> str:
    me = people.require("supplier")
    engine, now = context.desk().engine, context.desk().now()
    return render_template(
        "desks/supplier.html",
        now=now,
        position=participants.position(engine, me.account),
        claims=named(receivables.receivables(engine, me.viewer, None, place("claims"), LIMIT), "obligor", "supplier"),
        notes=counted(named(notes.notes(engine, me.viewer, None, place("notes"), LIMIT), "holder", "endorser")),
        receipts=named(goods.receipts(engine, me.viewer, None, place("receipts"), LIMIT, now), "holder", "custodian"),
        quotes=counted(
            named(quotes.quotes(engine, me.viewer, None, place_by_id("quotes"), LIMIT, now), "financier", "seller")
        ),
        statuses=receivables.STATUSES,
        arriving=_arriving(notes.maturities(engine, me.account)),
    )


def _arriving(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What arrives when, by currency: the days, the first first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["currency"], []).append(row)
    return found
