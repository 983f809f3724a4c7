"""How often anybody may ask (rules Y1 to Y3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from backend.config import Settings
from backend.errors import TooManyRequests, Unauthenticated, both
from backend.testing import Network
from backend.web.app import create_app
from backend.web.limits import _WELCOME as WELCOME
from backend.web.limits import Limits, address
from tests.backend.integration.pages.browser import Browser

from .driver import Answer, Raw, is_chinese, problem
from .test_sign_in import Door

Limit = Callable[..., None]


@pytest.fixture
def limit(feiqian: Network) -> Limit:
    """Sets limits of its own, with all as if nobody had asked yet."""

    def to(**most: int) -> None:
        settings = feiqian.world.settings.model_copy(update=most)
        feiqian.world.app.extensions["feiqian-limits"] = Limits(settings)

    return to


def get(network: Network, path: str = "/me", **more: Any) -> Answer:
    return Raw(network).send("GET", path, **{"token": network.tier1.token, **more})


def test_there_are_limits_unless_it_is_said_otherwise() -> None:
    plain = Settings.from_env({})
    assert 0 < plain.attempts_per_minute < 100 < plain.writes_per_minute < plain.reads_per_minute


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_read_too_many_is_told_when_there_is_room(feiqian: Network, limit: Limit, language: str) -> None:
    limit(reads_per_minute=3)
    assert [get(feiqian).status for _ in range(3)] == [200] * 3
    answer = get(feiqian, language=language)
    found = problem(answer, 429)
    assert found["type"] == "/problems/too-many-requests" and is_chinese(found["detail"]) is (language == "zh")
    assert "3" in found["detail"] and answer.headers["Retry-After"] in found["detail"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_what_a_caller_asks_is_counted_whatever_it_comes_with_and_nobody_elses(feiqian: Network, limit: Limit) -> None:
    """By its account: neither another key nor the pages give it more."""
    second = feiqian.operator.post(f"/participants/{feiqian.tier1.account}/api-keys")["apiKey"]
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    limit(reads_per_minute=2)
    assert [get(feiqian, token=one).status for one in (feiqian.tier1.token, second)] == [200, 200]
    assert [get(feiqian, token=one).status for one in (feiqian.tier1.token, second)] == [429, 429]
    page = browser.get("/desks/supplier")
    assert page.status_code == 429 and "Too many requests" in page.text and page.headers["Retry-After"]
    assert get(feiqian, token=feiqian.tier2.token).status == 200


def test_writes_are_counted_apart_from_reads(feiqian: Network, limit: Limit) -> None:
    limit(writes_per_minute=1)
    raw, path = Raw(feiqian), f"/participants/{feiqian.tier1.account}/acceptance-wishes"
    assert raw.send("POST", path, {"wanted": True}, token=feiqian.tier1.token).status in (200, 202)
    assert raw.send("POST", path, {"wanted": True}, token=feiqian.tier1.token).status == 429
    assert (
        raw.send("DELETE", f"/participants/{feiqian.tier1.account}/api-keys", token=feiqian.tier1.token).status == 429
    )
    assert get(feiqian).status == 200


def test_an_act_on_a_page_counts_once(feiqian: Network, limit: Limit) -> None:
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    limit(writes_per_minute=2)
    for _ in range(2):
        assert browser.post("/acts/hand-over", {"step": "review"}).status_code != 429
    assert browser.post("/acts/hand-over", {"step": "review"}).status_code == 429


def test_who_is_not_signed_in_is_counted_by_address(feiqian: Network, limit: Limit) -> None:
    limit(writes_per_minute=2)
    client = feiqian.world.app.test_client()

    def nonce(where: str) -> int:
        return int(client.post("/api/v1/auth/nonces", json={}, environ_base={"REMOTE_ADDR": where}).status_code)

    assert [nonce("192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert nonce("192.0.2.2") == 200


def test_what_watches_over_it_is_never_turned_away(feiqian: Network, limit: Limit) -> None:
    limit(reads_per_minute=1)
    client = feiqian.world.app.test_client()
    for path in ("/healthz", "/metrics", "/assets/feiqian.css"):
        assert [client.get(path).status_code for _ in range(3)] == [200] * 3


# ---- attempts


def test_an_address_has_so_many_tries(feiqian: Network, limit: Limit) -> None:
    """Then none is looked at, not even one that would have been right; the pages and the API count together."""
    limit(attempts_per_minute=2)
    door, browser = Door(feiqian), Browser(feiqian)
    message = door.message()
    form = {"message": message, "signature": door.sign(message)}
    assert door.enter("hello").status == 422
    assert browser.post("/door/wallet", form | {"signature": "0x" + "11" * 65}).status_code == 401
    message = door.message()
    answer = door.enter(message)
    assert problem(answer, 429)["type"] == "/problems/too-many-requests" and answer.headers["Retry-After"]
    assert browser.post("/door/wallet", form).status_code == 429
    limit(attempts_per_minute=2)
    assert door.enter(message).status == 200, "its nonce was not spent"


def test_an_address_has_so_many_tokens_that_fail(feiqian: Network, limit: Limit) -> None:
    limit(attempts_per_minute=2)
    browser = Browser(feiqian)
    assert get(feiqian, token="fq_guessed").status == 401
    assert browser.post("/door/key", {"key": "fq_guessed"}).status_code == 401
    assert browser.post("/door/key", {"key": str(feiqian.tier2.token)}).status_code == 429
    assert problem(get(feiqian, token="fq_guessed"), 429)["type"] == "/problems/too-many-requests"
    assert get(feiqian, token=feiqian.world.settings.operator_api_key).status == 429


def test_a_key_that_is_good_spends_none(feiqian: Network, limit: Limit) -> None:
    limit(attempts_per_minute=1)
    key = {"key": str(feiqian.tier1.token)}
    assert [Browser(feiqian).post("/door/key", key).status_code for _ in range(3)] == [303] * 3
    assert [get(feiqian, token=None).status for _ in range(3)] == [401] * 3, "no token is no try"
    assert get(feiqian).status == 200


def test_wallets_are_to_be_had_in_any_number(feiqian: Network, limit: Limit) -> None:
    """So each sign-in counts, and what those do who are no participants counts for their address."""
    limit(attempts_per_minute=2, reads_per_minute=3)
    doors = [Door(feiqian) for _ in range(3)]
    answers = [door.enter(door.message()) for door in doors]
    assert [answer.status for answer in answers] == [200, 200, 429]
    tokens = [answer.body["token"] for answer in answers[:2]]
    assert [get(feiqian, token=tokens[n % 2]).status for n in range(4)] == [200, 200, 200, 429]
    assert get(feiqian).status == 200


def test_whose_token_was_good_is_not_shut_out_by_others_at_its_address(feiqian: Network, limit: Limit) -> None:
    limit(attempts_per_minute=1)
    assert get(feiqian).status == 200
    assert [get(feiqian, token="fq_guessed").status for _ in range(2)] == [401, 429]
    assert get(feiqian).status == 200
    assert get(feiqian, token=feiqian.tier2.token).status == 429, "one that was not seen yet waits"


def test_a_token_that_was_revoked_is_one_of_the_guesses(feiqian: Network, limit: Limit) -> None:
    limit(attempts_per_minute=1)
    assert get(feiqian).status == 200
    feiqian.world.app.extensions["feiqian-access"].revoke_api_keys(feiqian.tier1.account)
    assert [get(feiqian).status for _ in range(2)] == [401, 429]


def test_of_good_tokens_so_many_are_remembered_and_then_none(feiqian: Network) -> None:
    """Whoever makes any number of them does not fill the memory; one that is forgotten waits as one never seen."""
    limits = Limits(feiqian.world.settings.model_copy(update={"attempts_per_minute": 1}))

    def show(token: str) -> None:
        with limits.showing(token, "192.0.2.1"):
            if token == "bad":
                raise Unauthenticated(reason=both("no such token", "令牌不存在"))

    for number in range(WELCOME):
        show(f"good {number}")
    with pytest.raises(Unauthenticated):
        show("bad")
    show("good 0")
    limits = Limits(feiqian.world.settings.model_copy(update={"attempts_per_minute": 1}))
    for number in range(WELCOME + 1):
        show(f"good {number}")
    with pytest.raises(Unauthenticated):
        show("bad")
    with pytest.raises(TooManyRequests):
        show("good 0")
    show(f"good {WELCOME}")


# ---- whence


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("192.0.2.7:4711", "192.0.2.7:4711"),
        ("", ""),
    ],
)
def test_an_address_is_what_a_network_was_given(said: str, counted: str) -> None:
    with Flask("x").test_request_context(environ_base={"REMOTE_ADDR": said}):
        assert address() == counted


@pytest.mark.parametrize(("proxies", "counted"), [(0, "127.0.0.1"), (1, "192.0.2.9"), (2, "198.51.100.1")])
def test_only_so_many_proxies_are_believed(feiqian: Network, proxies: int, counted: str) -> None:
    """Rule Y3. The first of the list is whatever the client likes to say."""
    system = feiqian.world.system
    settings = system.settings.model_copy(update={"proxies": proxies})
    app, seen = create_app(type(system)(**{**vars(system), "settings": settings})), []
    app.before_request(lambda: seen.append(address()))
    headers = {"X-Forwarded-For": "203.0.113.66, 198.51.100.1, 192.0.2.9", "X-Forwarded-Proto": "https, https"}
    answer = app.test_client().get("/healthz", headers=headers)
    assert seen == [counted]
    assert ("Strict-Transport-Security" in answer.headers) is (proxies > 0)
