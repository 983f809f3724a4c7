"""A note: where it came from and went to, who stands in for it, and what may be done with it."""

from __future__ import annotations

from flask import render_template

from backend.queries import notes, receivables
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.rows import names_of
from backend.web.pages.things import lineage


def page(number: int) -> str:
    engine, viewer = context.desk().engine, people.reader().viewer
    found = visibility.hidden(lambda: notes.lineage(engine, number, viewer))
    claim = receivables.receivable(engine, found["note"]["receivableId"])
    rows = [*found["path"], *found["children"]]
    accounts = {claim["supplier"], claim["obligor"]}
    accounts |= {row[field] for row in rows for field in ("holder", "endorser")}
    return render_template(
        "things/note.html",
        **found,
        claim=claim,
        names=names_of(accounts),
        tree=lineage.drawn(notes.notes(engine, None, claim["id"], 0, lineage.MOST + 1)["items"], claim["currency"]),
    )
