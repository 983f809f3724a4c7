"""What became of an act: its state, its way to the chain, what it changed, and why it failed."""

from __future__ import annotations

from flask import render_template

from backend.errors import NotFound, both
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.shared import pages

blueprint = pages("operation-pages")


@blueprint.get("/operations/<any_id:operation_id>")
def operation(operation_id: str) -> str:
    """For whoever asked for it; operator and regulator see all."""
    found = visibility.hidden(lambda: _visible(operation_id))
    return render_template("operation.html", operation=context.shown_operation(found))


def _visible(operation_id: str) -> context.Json:
    found = context.system().outbox.operation(operation_id)
    if not people.reader().sees_all and found["actor"] != people.reader().account:
        raise NotFound(what=both("operation", "操作"), id=operation_id)
    return dict(found)
