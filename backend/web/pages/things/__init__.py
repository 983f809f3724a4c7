"""One thing a page: a receivable, a note, a receipt, a lot, a loan, a participant. Who may not see it learns
nothing."""

from __future__ import annotations

from backend.web.api.shared import NUMBER
from backend.web.pages.shared import pages
from backend.web.pages.things import lot, note, participant, receipt, receivable, trail

blueprint = pages("things")

_NUMBERED = f"<{NUMBER}:number>"

for _path, _view in (
    (f"receivables/{_NUMBERED}", receivable.page),
    (f"notes/{_NUMBERED}", note.page),
    (f"receipts/{_NUMBERED}", receipt.page),
    (f"lots/{_NUMBERED}", lot.page),
    ("participants/<account>", participant.page),
    (f"trails/{_NUMBERED}", trail.page),
):
    blueprint.add_url_rule(f"/{_path}", _path.partition("/")[0], _view)

blueprint.add_url_rule("/trails", "search", trail.search)
