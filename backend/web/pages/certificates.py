"""The certificate of a thing, as a file and as a page of paper, for whoever may see the thing."""

from __future__ import annotations

from flask import Response

from backend.web import certificates
from backend.web.api.shared import NUMBER
from backend.web.certificates import KIND
from backend.web.pages import people, visibility
from backend.web.pages.shared import pages

blueprint = pages("certificate-pages")


@blueprint.get(f"/certificates/<{KIND}:kind>/<{NUMBER}:thing_id>")
def as_file(kind: str, thing_id: int) -> Response:
    return visibility.hidden(lambda: certificates.as_json(kind, thing_id, people.reader().viewer))


@blueprint.get(f"/certificates/<{KIND}:kind>/<{NUMBER}:thing_id>.pdf")
def as_paper(kind: str, thing_id: int) -> Response:
    return visibility.hidden(lambda: certificates.as_pdf(kind, thing_id, people.reader().viewer))
