"""The way in and out (rules G1 to G3, G5): by a wallet's signature, by an API key, or, on a development chain on this
machine, as any party whose key the backend keeps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request

from backend.errors import Forbidden, InvalidInput, both
from backend.queries import participants as queries
from backend.web import context, limits
from backend.web.noted import note
from backend.web.pages import readers, sessions
from backend.web.pages.cookies import called
from backend.web.pages.shared import pages

blueprint = pages("door", are_public=True)

HOME = "/"
MOST_DOORS = 200


@blueprint.get("/door")
def door() -> str:
    """Where one signs in."""
    deployment = context.desk().contracts.deployment
    return render_template(
        "door.html",
        doors=_doors(),
        domain=context.system().settings.sign_in_domain,
        chain_id=deployment.chain_id,
    )


@blueprint.post("/door/wallet")
def enter_by_wallet() -> Response:
    """Sign in with Ethereum (EIP-4361): the message and its signature."""
    message = _field("message").replace("\r\n", "\n")  # a form's lines end so, whatever stood in it
    signature = _field("signature")
    limits.sign_in()
    token, account, _ = context.access().sign_in(message, signature)
    note(account=account)
    sessions.end()
    return sessions.keep(make_response(redirect(HOME, 303)), token)


@blueprint.post("/door/key")
def enter_by_key() -> Response:
    """With an API key, as the party that it was given to."""
    key = _field("key").strip()
    with limits.showing(key):
        account = context.access().actor(key).account
    return _enter(account)


@blueprint.post("/door/parties/<account>")
def enter_as(account: str) -> Response:
    """As a party, on a development chain on this machine."""
    if account not in {one["account"] for one in _doors()}:
        raise Forbidden(
            reason=both(
                "this network does not let {account} in unasked", "本网络不允许直接以 {account} 进入", account=account
            )
        )
    return _enter(account)


@blueprint.post("/door/leave")
def leave() -> Response:
    """Ends the session."""
    sessions.end()
    return sessions.forget(make_response(redirect("/door", 303)))


@blueprint.post("/door/language")
def choose_language() -> Response:
    """Keeps the reader's language, and shows the page again that it was chosen on."""
    chosen = _field("language")
    if chosen not in readers.LANGUAGES:
        raise InvalidInput(field="language", reason=both("is en or zh", "应为 en 或 zh"))
    response = make_response(redirect(_back(), 303))
    name = called(readers.COOKIE)
    response.set_cookie(name, chosen, max_age=365 * 86_400, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def _enter(account: str) -> Response:
    note(account=account)
    return sessions.keep(make_response(redirect(HOME, 303)), sessions.begin(account))


def _doors() -> list[dict[str, Any]]:
    """Who may come in unasked: nobody but on a development chain whose API is on loopback."""
    system = context.system()
    if not system.settings.has_open_doors or system.node.development is None:
        return []
    everybody = queries.participants(system.database, None, 0, MOST_DOORS)["items"]
    return [one for one in everybody if system.keystore.holds(one["account"])]


def _field(name: str) -> str:
    """A field of the form. Raises InvalidInput where it is missing."""
    value = request.form.get(name, "")
    if not value:
        raise InvalidInput(field=name, reason=both("is missing", "缺少该字段"))
    return value


def _back() -> str:
    """The page of ours that asked, or the first one."""
    there = urlsplit(request.headers.get("Referer", ""))
    is_ours = there.netloc == request.host and there.path.startswith("/") and not there.path.startswith("//")
    return there.path if is_ours else HOME
