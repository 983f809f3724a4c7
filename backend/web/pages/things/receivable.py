"""A receivable: what it is, what is due, its document, its notes, and what may be done with it."""

from __future__ import annotations

from flask import render_template

from backend.queries import adjustments, chain, notes, receivables
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.rows import named, names_of
from backend.web.pages.things import cash, lineage


def page(number: int) -> str:
    engine, viewer = context.desk().engine, people.reader().viewer
    claim = visibility.hidden(lambda: receivables.visible_receivable(engine, number, viewer))
    now = chain.position(engine)["at"]
    invoice = receivables.invoice(engine, claim["documentHash"])
    held = named(notes.notes(engine, None, number, 0, 500), "holder", "endorser")
    flows = cash.flows(number)
    return render_template(
        "things/receivable.html",
        claim=claim,
        names=names_of((claim["supplier"], claim["obligor"])),
        due=receivables.dues(engine, number, now),
        notes=held,
        invoice=invoice["facts"] if invoice else None,
        disputes=receivables.disputes(engine, number),
        tree=lineage.drawn(held["items"], claim["currency"]),
        flows=flows,
        flow=cash.drawn(flows),
        statuses=receivables.STATUSES,
        now=now,
        **adjustments.agreements(engine, number, now),
    )
