"""Certificates of what the chain holds, and their examination, which is for everybody."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from backend.certificates.canonical import MAX_BYTES
from backend.certificates.shape import Certificate
from backend.web import certificates, context
from backend.web.api.shared import NUMBER, documents_read, refusals, topic
from backend.web.certificates import KIND

blueprint = topic("certificates", open_to_all=("verify",))


@blueprint.get(f"/certificates/<{KIND}:kind>/<{NUMBER}:thing_id>")
@documents_read(blueprint, 409, media="application/json")
def certificate(kind: str, thing_id: int) -> Response:
    """A thing as the chain has it at one block, with its proofs: to be kept byte for byte."""
    return certificates.as_json(kind, thing_id, context.viewer())


@blueprint.get(f"/certificates/<{KIND}:kind>/<{NUMBER}:thing_id>.pdf")
@documents_read(blueprint, 409, media="application/pdf")
def page(kind: str, thing_id: int) -> Response:
    """The same on one page of paper (PDF), with the file attached."""
    return certificates.as_pdf(kind, thing_id, context.viewer())


@blueprint.post("/certificates/verifications")
@blueprint.input(Certificate, arg_name="body")
@blueprint.doc(responses=refusals(400, 413, 415, 422, 429, 503))
def verify(body: Certificate) -> Response:
    """Check a certificate against this platform's chain. The body is the file, byte for byte: written otherwise, it
    does not hold."""
    file = request.get_data()
    if len(file) > MAX_BYTES:
        raise RequestEntityTooLarge
    return context.answer(certificates.shown(*certificates.examine(file)))
