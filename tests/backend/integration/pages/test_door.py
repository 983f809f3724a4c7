"""The way in and out of the pages (rules G1 to G3)."""

from __future__ import annotations

import pytest
from eth_account import Account

from backend.config import Settings
from backend.sdk import Party
from backend.testing import Network
from tests.backend.integration.api.test_sign_in import Door

from .browser import Browser


def test_who_is_not_signed_in_is_shown_the_door(feiqian: Network) -> None:
    answer = Browser(feiqian).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/door")


def test_a_wallet_comes_in_and_leaves(feiqian: Network) -> None:
    browser, door = Browser(feiqian), Door(feiqian)
    message = door.message()
    answer = browser.post("/door/wallet", {"message": message, "signature": door.sign(message)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "No participant yet" in browser.home().text
    session = browser.session
    assert browser.post("/door/leave").status_code == 303
    assert browser.session is None
    browser.client.set_cookie("feiqian_session", str(session))
    assert browser.is_outside, "its session has ended, not only its cookie"


def test_a_message_is_good_for_one_session(feiqian: Network) -> None:
    door = Door(feiqian)
    message = door.message()
    form = {"message": message, "signature": door.sign(message)}
    assert Browser(feiqian).post("/door/wallet", form).status_code == 303
    assert Browser(feiqian).post("/door/wallet", form).status_code == 401


def test_a_signature_of_another_opens_nothing(feiqian: Network) -> None:
    browser, door = Browser(feiqian), Door(feiqian)
    message = door.message()
    answer = browser.post("/door/wallet", {"message": message, "signature": door.sign(message, Account.create())})
    assert answer.status_code == 401
    assert browser.session is None


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/door/wallet", {"signature": "0x" + 65 * "11"}),
        ("/door/wallet", {"message": "hello"}),
        ("/door/key", {}),
        ("/door/language", {}),
        ("/door/language", {"language": "fr"}),
    ],
)
def test_a_form_that_lacks_something_is_refused(feiqian: Network, path: str, form: dict[str, str]) -> None:
    browser = Browser(feiqian)
    answer = browser.post(path, form)
    assert answer.status_code == 422 and "Set-Cookie" not in answer.headers
    assert browser.is_outside


def test_an_api_key_comes_in_as_its_party(feiqian: Network) -> None:
    browser = Browser(feiqian)
    assert browser.post("/door/key", {"key": str(feiqian.tier1.token)}).status_code == 303
    assert '<h1 class="page-title me-auto">tier1' in browser.home().text
    assert Browser(feiqian).post("/door/key", {"key": "fq_wrong"}).status_code == 401


def test_the_operator_sees_the_network(feiqian: Network) -> None:
    browser = Browser(feiqian)
    browser.post("/door/key", {"key": feiqian.world.settings.operator_api_key})
    claim, _ = feiqian.confirmed(amount=1_000_000)
    assert "10,000.00" in browser.get(f"/receivables/{claim}").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_doors_are_open_on_a_development_chain(feiqian: Network, language: str) -> None:
    browser = Browser(feiqian, **{"Accept-Language": language})
    page = browser.get("/door").text
    assert {"en": "Come in as", "zh": "以下列身份进入"}[language] in page
    browser.enter_as(feiqian.car_maker.account)
    assert "car_maker" in browser.home().text


def test_nobody_comes_in_as_a_wallet_of_its_own(feiqian: Network) -> None:
    """Its key is not the backend's, so neither is its consent."""
    wallet: Party = feiqian.operator.register("Owner", "OWNER-1", ["supplier"], account=Account.create().address)
    assert Browser(feiqian).post(f"/door/parties/{wallet.account}").status_code == 403


def test_doors_are_shut_elsewhere(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(feiqian.world.system.node), "development", None)
    browser = Browser(feiqian)
    assert "Come in as" not in browser.get("/door").text
    assert browser.post(f"/door/parties/{feiqian.tier1.account}").status_code == 403


@pytest.mark.parametrize(
    ("host", "asked", "open_"),
    [("127.0.0.1", None, True), ("0.0.0.0", None, False), ("0.0.0.0", True, True), ("127.0.0.1", False, False)],
)
def test_doors_are_open_on_loopback_unless_it_is_said_otherwise(host: str, asked: bool | None, open_: bool) -> None:
    assert Settings.from_env({}, host=host, open_doors=asked).has_open_doors is open_


# ---- G1: sessions


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_has(feiqian: Network) -> None:
    browser = Browser(feiqian)
    answer = browser.post(f"/door/parties/{feiqian.tier1.account}")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    secure = Browser(feiqian).client.post(
        f"/door/parties/{feiqian.tier1.account}",
        base_url="https://localhost",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert "Secure" in secure.headers["Set-Cookie"]


def test_over_https_no_other_host_sets_our_cookies(feiqian: Network) -> None:
    client, here = Browser(feiqian).client, {"base_url": "https://localhost"}
    own = {"Sec-Fetch-Site": "same-origin"}
    cookie = client.post(f"/door/parties/{feiqian.tier1.account}", headers=own, **here).headers["Set-Cookie"]
    assert cookie.startswith("__Host-feiqian_session=") and "Domain" not in cookie and "Path=/" in cookie
    assert client.get("/", **here).headers.get("Location") != "/door"

    tossed = Browser(feiqian).client
    session = cookie.partition("=")[2].partition(";")[0]
    tossed.set_cookie("feiqian_session", session, domain="localhost")
    assert tossed.get("/", **here).headers["Location"] == "/door", "without the prefix it is none of ours"

    chosen = client.post("/door/language", data={"language": "zh", "form_token": ""}, headers=own, **here)
    assert chosen.status_code == 403, "a form of this session bears its token"
    chosen = Browser(feiqian).client.post("/door/language", data={"language": "zh"}, headers=own, **here)
    kept = chosen.headers["Set-Cookie"]
    assert kept.startswith("__Host-feiqian_language=zh;") and "Secure; HttpOnly; Path=/" in kept


def test_each_way_in_begins_another_session(feiqian: Network) -> None:
    """Session fixation: whoever left a cookie in the browser learns nothing by it, and its session is over."""
    thief, browser = Browser(feiqian), Browser(feiqian)
    thief.enter_as(feiqian.tier1.account)
    planted = str(thief.session)
    browser.client.set_cookie("feiqian_session", planted)
    browser.enter_as(feiqian.tier2.account)
    assert browser.session != planted
    assert thief.is_outside


def test_the_api_takes_no_cookie_and_pages_no_bearer(feiqian: Network) -> None:
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    assert browser.get("/api/v1/me").status_code == 401
    bearer = {"Authorization": f"Bearer {feiqian.tier1.token}"}
    assert feiqian.world.app.test_client().get("/", headers=bearer).headers["Location"] == "/door"
    key_as_cookie = Browser(feiqian)
    key_as_cookie.client.set_cookie("feiqian_session", str(feiqian.tier1.token))
    assert key_as_cookie.is_outside, "an API key is no session"


# ---- G3: forms


@pytest.mark.parametrize("token", ["", "0" * 80, "another"])
def test_a_form_of_another_session_does_nothing(feiqian: Network, token: str) -> None:
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    given = Browser(feiqian).enter_as(feiqian.tier1.account).token() if token == "another" else token
    assert browser.post("/door/leave", token=given).status_code == 403
    assert not browser.is_outside, "it is signed in still"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil"},
    ],
    ids=str,
)
def test_another_site_cannot_ask(feiqian: Network, headers: dict[str, str]) -> None:
    browser = Browser(feiqian)
    sent = browser.headers | {name: value for name, value in headers.items() if value}
    answer = browser.client.post(f"/door/parties/{feiqian.tier1.account}", headers=sent)
    assert answer.status_code == 403
    assert browser.session is None, "nor have somebody come in as whom it likes"


def test_the_token_of_a_form_is_another_each_time(feiqian: Network) -> None:
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    assert browser.token() != browser.token()
