"""One thing a page: a receivable, a note, a receipt, a lot, a loan, a participant. Who may not see it learns
nothing."""

from __future__ import annotations

from backend.web.pages.shared import pages
from backend.web.pages.things import lot, note, participant, receipt, receivable, trail

blueprint = pages("things")

for _path, _view in (
    ("receivables/<int:number>", receivable.page),
    ("notes/<int:number>", note.page),
    ("receipts/<int:number>", receipt.page),
    ("lots/<int:number>", lot.page),
    ("participants/<account>", participant.page),
    ("trails/<int:number>", trail.page),
):
    blueprint.add_url_rule(f"/{_path}", _path.partition("/")[0], _view)

blueprint.add_url_rule("/trails", "search", trail.search)
