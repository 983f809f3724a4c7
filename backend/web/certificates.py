"""Certificates for whoever may see a thing, and the examination of a file against this platform's own chain."""

from __future__ import annotations

from typing import Any

from flask import Response

from backend.certificates import canonical, paper
from backend.certificates.anchors import of_deployment, on_chain
from backend.certificates.checking import Check, check, failures
from backend.certificates.making import make
from backend.chain.finality import confirmations
from backend.queries import chain, loans, notes, receivables, warehouse_receipts
from backend.web import context
from backend.web.problems import spoken

KIND = "any(receivable, note, receipt, loan)"
"""Path converter of the kinds of things that are certified."""


def as_json(kind: str, number: int, viewer: str | None) -> Response:
    """The file, byte for byte. Raises NotFound for what is not the viewer's business, and as `make` does."""
    file = _certificate(kind, number, viewer)
    return _download(file, "application/json", file, "json")


def as_pdf(kind: str, number: int, viewer: str | None) -> Response:
    """The page with the file in it. Raises as `as_json`."""
    file = _certificate(kind, number, viewer)
    return _download(paper.page(file, context.system().settings.public_url), "application/pdf", file, "pdf")


def examine(file: bytes) -> tuple[bool, list[Check]]:
    """Whether a file is a certificate of this platform that holds, and all that was looked at."""
    system = context.system()
    found = check(file)
    checks = list(found.checks)
    if found.certificate is not None:
        checks.append(of_deployment(found.certificate, system.contracts.deployment))
        checks += on_chain(found.certificate, system.node, system.settings)
    return not failures(checks), checks


def shown(holds: bool, checks: list[Check]) -> dict[str, Any]:
    return {
        "holds": holds,
        "checks": [{"name": one.name, "holds": one.holds, "says": spoken(one.says)} for one in checks],
    }


def _certificate(kind: str, number: int, viewer: str | None) -> bytes:
    system = context.system()
    _require_visible(kind, number, viewer)
    depth = confirmations(system.node, system.settings)
    return make(system.contracts, system.keystore, system.database, depth, kind, number)


def _require_visible(kind: str, number: int, viewer: str | None) -> None:
    engine = context.desk().engine
    if kind == "receivable":
        receivables.visible_receivable(engine, number, viewer)
    elif kind == "note":
        notes.visible_note(engine, number, viewer)
    elif kind == "receipt":
        warehouse_receipts.visible_receipt(engine, number, viewer, chain.position(engine)["at"])
    elif viewer is None:
        loans.loan_row(engine, number)
    else:
        loans.require_visible(engine, number, viewer)


def _download(body: bytes, kind: str, file: bytes, ending: str) -> Response:
    name = paper.file_name(canonical.parse(file), ending)
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
