"""The desks: for each role, one page with what it has to do."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from backend.web.pages import people
from backend.web.pages.desks import custodian, financier, obligor, operator, regulator, supplier
from backend.web.pages.shared import pages

blueprint = pages("desks")

DESKS = {
    "supplier": supplier,
    "obligor": obligor,
    "financier": financier,
    "custodian": custodian,
    "regulator": regulator,
    "operator": operator,
}


@blueprint.get("/")
def first() -> Response | str:
    """The reader's first desk, one of its own role before one that it stands in at; what was done stays said."""
    me = people.reader()
    mine = sorted(people.desks_of(me), key=lambda role: role not in me.roles)
    if not mine:
        return render_template("desks/none.html")
    asked = request.query_string.decode("ascii", "ignore")
    return redirect(f"/desks/{mine[0]}" + (f"?{asked}" if asked else ""), 303)


for _role, _desk in DESKS.items():
    blueprint.add_url_rule(f"/desks/{_role}", _role, _desk.desk)

blueprint.add_url_rule("/desks/regulator/books", "books", regulator.all_books)
blueprint.add_url_rule("/desks/regulator/books.beancount", "export", regulator.export)
