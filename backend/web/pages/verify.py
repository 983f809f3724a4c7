"""Where anybody has a certificate checked."""

from __future__ import annotations

from flask import render_template, request

from backend.certificates.canonical import MAX_BYTES
from backend.errors import InvalidInput, both
from backend.web import certificates
from backend.web.pages.shared import pages

blueprint = pages("verify", are_public=True)


@blueprint.get("/verify")
def choose() -> str:
    """The form for a file."""
    return render_template("verify.html", checks=None)


@blueprint.post("/verify")
def verify() -> str:
    """What came of a file, line by line."""
    sent = request.files.get("certificate")
    if sent is None or not sent.filename:
        raise InvalidInput(field="certificate", reason=both("choose a file", "请选择文件"))
    holds, checks = certificates.examine(sent.stream.read(MAX_BYTES + 1))
    return render_template("verify.html", checks=checks, holds=holds, file=sent.filename[:100])
