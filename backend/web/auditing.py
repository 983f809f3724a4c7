"""What requests leave in the audit log (rules Y4 to Y6). An act is written down with its operation, in one
transaction; all else here, before the answer goes out: nobody has a key, a session or a certificate that the log does
not know of."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError, TimeoutError

from backend import audit
from backend.errors import Forbidden, StorageUnavailable, TooManyRequests, Unauthenticated
from backend.system import System
from backend.web import problems
from backend.web.noted import noted

log = structlog.get_logger(__name__)

READS = ("GET", "HEAD", "OPTIONS")
ISSUING = {"certificates.certificate", "certificates.page", "certificate-pages.as_file", "certificate-pages.as_paper"}
"""What is asked by GET and gives something out that lasts."""
ASKING = {"auth.nonce", "certificates.verify", "receivables.read", "acts.act", "door.choose_language", "verify.verify"}
"""What is asked by POST and changes nothing by itself: only that it was forbidden is written down."""


def install(app: Flask, system: System) -> None:
    @app.before_request
    def begin() -> None:
        if request.url_rule is not None:
            about = "/".join(str(value) for value in (request.view_args or {}).values())
            audit.begin(audit.Asked(f"{request.method} {request.url_rule.rule}", ascii(about)[1:-1][: audit.LONGEST]))

    @app.after_request
    def end(response: Response) -> Response:
        if not _is_to_be_kept(noted("refusal")):
            return response
        outcome, account = noted("refusal") or noted("outcome") or "done", _account()
        begin()  # a request within may have ended
        try:
            with system.database.begin() as db:
                audit.record(db, account, outcome, operation=noted("operation"))
        except (DBAPIError, TimeoutError) as complaint:
            log.exception("not-audited", account=account, path=request.path, outcome=outcome)
            if noted("refusal") is None:
                return problems.of_storage(complaint)
        return response

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        audit.begin(None)


def _is_to_be_kept(refusal: str | None) -> bool:
    """What a limit turned away is not, nor what was asked without any credential: whoever likes could fill the disk
    with it. What the database would not have, it would not have here either."""
    if request.url_rule is None or noted("is_kept") or refusal in (TooManyRequests.type, StorageUnavailable.type):
        return False
    if noted("is_attempt") and refusal == Unauthenticated.type:
        return True
    if request.method in READS:
        return request.endpoint in ISSUING and refusal is None
    if request.endpoint in ASKING:
        return refusal in (Forbidden.type, Unauthenticated.type) and bool(_account())
    return refusal is None or noted("is_attempt") or bool(_account())


def _account() -> str:
    """Who asked: whoever came in by this request, or was in; empty for nobody."""
    actor = g.get("actor")
    return noted("account") or (actor.account if actor is not None else "")
