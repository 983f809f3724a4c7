"""A page for each thing: receivable, note, receipt, lot, loan, participant. Who may not see it is told nothing."""

from __future__ import annotations

from backend.web.pages.shared import pages
from backend.web.pages.things import loan, note, receivable

blueprint = pages("things")

for _path, _view in (
    ("receivables/<int:number>", receivable.page),
    ("notes/<int:number>", note.page),
    ("loans/<int:number>", loan.page),
):
    blueprint.add_url_rule(f"/{_path}", _path.partition("/")[0], _view)
