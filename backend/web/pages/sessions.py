"""Who looks at a page: a session in a cookie, which no API call reads, and the token that a form of ours bears (rules
G1 to G3)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from flask import Response, g, request

from backend.commands.desk import Actor
from backend.errors import Forbidden, Unauthenticated, both
from backend.web import context
from backend.web.pages.cookies import called

COOKIE = "feiqian_session"
FIELD = "form_token"
HEADER = "X-Form-Token"
_READS = ("GET", "HEAD", "OPTIONS")


def recognise() -> None:
    """For this request: whose session it is, if anybody's. Raises Forbidden where something is to be changed and it was
    no page of ours that asked."""
    g.session_token = request.cookies.get(called(COOKIE))
    g.actor = _actor(g.session_token)
    if g.actor is None:
        g.session_token = None
    if request.method not in _READS:
        _require_own_page()


def reader() -> Actor:
    """Whoever is signed in. Raises Unauthenticated."""
    if g.actor is None:
        raise Unauthenticated(reason=both("sign in first", "请先登录"))
    return g.actor  # type: ignore[no-any-return]


def begin(account: str) -> str:
    """A new session of `account`; its token. The one that the browser had is ended: whoever put it there learns
    nothing."""
    end()
    token, _ = context.access().open_session(account)
    return token


def end() -> None:
    """Ends the session of this request."""
    if g.session_token is not None:
        context.access().sign_out(g.session_token)


def keep(response: Response, token: str) -> Response:
    """Has the browser keep a session."""
    seconds = context.system().settings.session_seconds
    response.set_cookie(
        called(COOKIE), token, max_age=seconds, httponly=True, samesite="Strict", secure=request.is_secure, path="/"
    )
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(called(COOKIE), httponly=True, samesite="Strict", secure=request.is_secure, path="/")
    return response


def form_token() -> str:
    """What a form of this session bears: another one on each page, so that the size of a compressed page tells
    nothing of it. Empty without a session."""
    if g.get("session_token") is None:
        return ""
    salt = secrets.token_hex(8)
    return salt + _mac(g.session_token, salt)


def _actor(token: str | None) -> Actor | None:
    if not token:
        return None
    try:
        return context.access().actor_of_session(token)
    except Unauthenticated:
        return None


def _require_own_page() -> None:
    if not _is_from_here():
        raise Forbidden(reason=both("this was asked by a page of another site", "该请求来自其他网站的页面"))
    if g.session_token is not None:
        given = request.headers.get(HEADER) or request.form.get(FIELD, "")
        salt, mac = given[:16], given[16:]
        if not hmac.compare_digest(mac, _mac(g.session_token, salt)):
            raise Forbidden(
                reason=both("the form is not of this session; load the page again", "表单不属于本次登录;请重新载入页面")
            )


def _is_from_here() -> bool:
    """Browsers say where a form comes from, in one of two headers; what says neither is no browser, and has no cookie
    that it was not given."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _mac(token: str, salt: str) -> str:
    return hmac.new(token.encode(), f"form:{salt}".encode(), hashlib.sha256).hexdigest()
