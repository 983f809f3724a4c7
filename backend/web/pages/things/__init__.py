"""A page for each thing: receivable, note, receipt, lot, loan, participant. Who may not see it is told nothing."""

from __future__ import annotations

from backend.web.api.shared import NUMBER
from backend.web.pages.shared import pages
from backend.web.pages.things import loan, lot, note, participant, receipt, receivable, trail

blueprint = pages("things")

_NUMBERED = f"<{NUMBER}:number>"

for _path, _view in (
    (f"receivables/{_NUMBERED}", receivable.page),
    (f"notes/{_NUMBERED}", note.page),
    (f"receipts/{_NUMBERED}", receipt.page),
    (f"lots/{_NUMBERED}", lot.page),
    (f"loans/{_NUMBERED}", loan.page),
    ("participants/<account>", participant.page),
    (f"trails/{_NUMBERED}", trail.page),
):
    blueprint.add_url_rule(f"/{_path}", _path.partition("/")[0], _view)

blueprint.add_url_rule("/trails", "search", trail.search)
