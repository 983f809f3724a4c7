"""What every answer tells a browser (rule Y9)."""

from __future__ import annotations

import pytest

from backend.testing import Network
from tests.backend.integration.pages.browser import Browser

PATHS = {
    "a page with a session": "/desks/supplier",
    "a way to another page": "/",
    "the door": "/door",
    "nothing": "/nothing",
    "an answer of the API": "/api/v1/me",
    "the API's own description": "/api/v1/openapi.json",
    "the documentation": "/docs",
    "an asset": "/assets/feiqian.css",
    "health": "/healthz",
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    return PATHS[request.param]


@pytest.fixture
def browser(feiqian: Network) -> Browser:
    return Browser(feiqian).enter_as(feiqian.tier1.account)


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_answer_has_it(browser: Browser, path: str, name: str) -> None:
    assert browser.get(path).headers.getlist(name) == [EVERYWHERE[name]]


def test_what_no_page_of_ours_uses_is_switched_off(browser: Browser, path: str) -> None:
    policy = browser.get(path).headers["Permissions-Policy"]
    allowed = dict(part.strip().split("=") for part in policy.split(","))
    assert {"camera", "microphone", "geolocation", "payment", "usb"} <= allowed.keys()
    assert set(allowed.values()) == {"()"}


def test_https_stays_https(browser: Browser, path: str) -> None:
    assert "Strict-Transport-Security" not in browser.get(path).headers, "over http it means nothing"
    answer = browser.get(path, base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_nothing_but_assets_is_kept_on_the_way(browser: Browser, path: str) -> None:
    kept = browser.get(path).headers["Cache-Control"]
    assert kept == ("public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-store")


def test_every_answer_has_a_policy_for_what_it_loads(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    if answer.mimetype != "text/html":
        assert policy.keys() == {"default-src", "base-uri", "frame-ancestors", "form-action"}, "nothing at all"
    else:
        inline = "'self' 'unsafe-inline'" if path == "/docs" else "'self'"
        assert policy["script-src"] == policy["style-src"] == inline
        assert policy["connect-src"] == policy["form-action"] == "'self'"


def test_text_says_how_it_is_written(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert not answer.data or answer.content_type
    if answer.mimetype.startswith("text/"):
        assert answer.mimetype_params["charset"].lower() == "utf-8"


def test_no_other_origin_is_let_in(browser: Browser, path: str) -> None:
    for headers in ({"Origin": "https://evil"}, {"Origin": "null"}):
        answer = browser.client.get(path, headers=headers)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
    asked = {"Origin": "https://evil", "Access-Control-Request-Method": "POST"}
    assert not browser.client.options(path, headers=asked).headers.get("Access-Control-Allow-Origin")


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_nothing_is_echoed(browser: Browser, path: str, method: str) -> None:
    answer = browser.client.open(path, method=method, headers={"X-Secret": "echo me"})
    assert answer.status_code in (404, 405) and b"echo me" not in answer.data
