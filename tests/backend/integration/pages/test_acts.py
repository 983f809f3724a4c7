"""Acts on pages: the same as the API's, said before they are done (rules G6, G7, G8)."""

from __future__ import annotations

import re
import string
from typing import Any

import pytest

from backend.testing import Network
from backend.web.pages.acts.act import Act
from backend.web.pages.acts.catalogue import ACTS

from .browser import Browser


def places(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.fixture(scope="module")
def spec(feiqian_base: Any) -> dict[str, Any]:
    return dict(feiqian_base.world.app.test_client().get("/api/v1/openapi.json").json)


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.name)
def test_an_act_is_one_of_the_api(spec: dict[str, Any], act: Act) -> None:
    """Its path is there, its fields are fields of that path's body, and none that the body requires is missing."""
    paths = {re.sub(r"\{\w+\}", "{id}", path): operations for path, operations in spec["paths"].items()}
    operation = paths[f"/api/v1{act.path}"]["post"]
    body = _resolved(spec, operation["requestBody"]["content"]["application/json"]["schema"])
    asked = {field.name for field in act.fields}
    assert asked <= body.get("properties", {}).keys()
    needed = set(body.get("required", [])) - asked
    if needed:
        assert act.given is not Act.__dataclass_fields__["given"].default, f"{needed} are given by nobody"
    assert ("{id}" in act.path) <= (act.subject is not None)


@pytest.mark.parametrize("act", ACTS.values(), ids=lambda act: act.name)
def test_what_it_does_can_be_said_in_both_languages(act: Act) -> None:
    known = {field.name for field in act.fields} | ({"subject"} if act.subject else set())
    assert places(act.does) == places(act.does.zh) <= known
    assert act.does and act.does.zh and act.title.zh != act.title


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def review(browser: Browser, path: str, form: dict[str, str]) -> tuple[str, str]:
    """The page that says what will happen, and the key that it bears."""
    answer = browser.post(path, form | {"step": "review"})
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return answer.text, found[1]


def test_it_says_what_will_happen_and_does_it_once(feiqian: Network) -> None:
    _, note = feiqian.confirmed(1_000_00)
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    form = {"to": feiqian.tier2.account, "valueFen": "1,0.5", "withRecourse": "yes"}
    assert browser.post(f"/acts/endorse/{note}", form | {"valueFen": "1.234", "step": "review"}).status_code == 422
    form["valueFen"] = "600.50"
    page, key = review(browser, f"/acts/endorse/{note}", form)
    assert f"600.50 CNY of note {note} pass to tier2, with recourse" in page
    assert "have you buy it back" in page
    assert feiqian.tier2.notes() == [], "nothing is done before it is said yes to"

    do = form | {"step": "do", "key": key}
    refused = browser.post(f"/acts/endorse/{note}", do)
    assert refused.status_code == 422
    assert feiqian.tier2.notes() == [], "nobody has agreed"
    agreed = do | {"consent-recourse": "yes"}
    places = {browser.post(f"/acts/endorse/{note}", agreed).headers["Location"] for _ in range(2)}
    assert len(places) == 1, "the same operation"
    assert [one["valueFen"] for one in feiqian.tier2.notes()] == ["60050"]
    assert f"/notes/{note + 1}" in browser.get(places.pop()).text


def test_without_recourse_there_is_no_risk_to_take(feiqian: Network) -> None:
    _, note = feiqian.confirmed(1_000_00)
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    form = {"to": feiqian.tier2.account, "valueFen": "1", "withRecourse": "no"}
    page, key = review(browser, f"/acts/endorse/{note}", form)
    assert "consent-" not in page and "Risk" not in page
    assert browser.post(f"/acts/endorse/{note}", form | {"step": "do", "key": key}).status_code == 303


def test_consents_are_never_bundled(feiqian: Network) -> None:
    claim = feiqian.registered(amount=1_000_00)
    browser = Browser(feiqian).enter_as(feiqian.car_maker.account)
    form = {"amountFen": "1000", "setOffWaived": "yes"}
    page, key = review(browser, f"/acts/confirm/{claim}", form)
    assert page.count('type="checkbox"') == 2
    for only in ("pay", "set-off"):
        do = form | {"step": "do", "key": key, f"consent-{only}": "yes"}
        assert browser.post(f"/acts/confirm/{claim}", do).status_code == 422
    assert feiqian.car_maker.receivable(claim)["status"] == "submitted"


def test_a_refusal_stands_beside_its_field(feiqian: Network) -> None:
    claim = feiqian.registered(amount=1_000_00)
    browser = Browser(feiqian, **{"Accept-Language": "zh-CN"}).enter_as(feiqian.car_maker.account)
    answer = browser.post(f"/acts/confirm/{claim}", {"amountFen": "x", "setOffWaived": "no", "step": "review"})
    assert answer.status_code == 422
    assert "aria-invalid=true" in answer.text and 'id="amountFen-wrong"' in answer.text
    assert "应为 1,234.56 这样的数字" in answer.text

    form = {"amountFen": "2000", "setOffWaived": "no"}
    _, key = review(browser, f"/acts/confirm/{claim}", form)
    answer = browser.post(f"/acts/confirm/{claim}", form | {"step": "do", "key": key, "consent-pay": "yes"})
    where = answer.headers.get("Location", "")
    shown = browser.get(where).text if where else answer.text
    assert "未" in shown and feiqian.car_maker.receivable(claim)["status"] == "submitted"


@pytest.mark.parametrize(
    ("act", "field", "written", "says"),
    [
        ("watch-lot", "toleranceBps", "1.234", "has two decimals at most"),
        ("watch-lot", "maxMilliKelvin", "4.0001", "has three decimals at most"),
        ("watch-lot", "quorum", "two", "is a whole number"),
        ("register-device", "kind", "smell", "is none of those that there are"),
        ("register-device", "calibratedUntil", "tomorrow", "is a day such as 2026-12-31"),
    ],
)
def test_what_is_written_wrongly_is_told_beside_its_field(
    feiqian: Network, act: str, field: str, written: str, says: str
) -> None:
    lot, _ = feiqian.stored()
    right = {
        "watch-lot": {"toleranceBps": "1", "maxSilenceSeconds": "1", "quorum": "2", "maxMetres": "100"},
        "register-device": {
            "device": feiqian.tier2.account, "kind": "door", "calibratedUntil": "2036-12-31", "simulated": "yes",
        },
    }[act]  # fmt: skip
    browser = Browser(feiqian).enter_as(feiqian.warehouse.account)
    review(browser, f"/acts/{act}/{lot}", right)
    answer = browser.post(f"/acts/{act}/{lot}", right | {field: written, "step": "review"})
    assert answer.status_code == 422
    assert f'id="{field}-wrong"' in answer.text and says in answer.text


@pytest.mark.parametrize(("degrees", "kelvin"), [("-18.5", 254_650), ("4", 277_150), ("-500", 1)])
def test_a_temperature_is_written_in_degrees(feiqian: Network, degrees: str, kelvin: int) -> None:
    """Below the coldest that there is, the watch has the least that it can keep."""
    lot, _ = feiqian.stored()
    browser = Browser(feiqian).enter_as(feiqian.warehouse.account)
    form = {
        "toleranceBps": "1", "maxSilenceSeconds": "1", "quorum": "2", "maxMilliKelvin": degrees, "maxMetres": "100",
    }  # fmt: skip
    _, key = review(browser, f"/acts/watch-lot/{lot}", form)
    assert browser.post(f"/acts/watch-lot/{lot}", form | {"step": "do", "key": key}).status_code == 303
    assert feiqian.warehouse.evidence(lot)["watch"]["maxMilliKelvin"] == kelvin


def test_nobody_acts_from_a_page_that_is_not_his(feiqian: Network) -> None:
    """Another role, somebody else's thing, and a thing that is not there: 403, the last two with the same words."""
    claim, note = feiqian.confirmed(1_000_00)
    browser = Browser(feiqian).enter_as(feiqian.tier2.account)
    assert browser.get(f"/acts/confirm/{claim}").status_code == 403
    for path in ("/acts/endorse", "/notes", "/receivables"):
        foreign, missing = browser.get(f"{path}/{note}"), browser.get(f"{path}/99999")
        assert (foreign.status_code, missing.status_code) == (403, 403)
        assert _main(foreign.text) == _main(missing.text)
    for path in ("/acts/endorse/x", "/acts/endorse/-1", "/acts/endorse/" + "9" * 30):
        assert browser.get(path).status_code == 403
    assert browser.get("/acts/no-such-act").status_code == 404
    assert browser.get("/acts/hand-over").status_code == 200
    assert browser.get("/acts/hand-over/1").status_code == 404, "it is about nothing that has a number"
    for desk, owner in (("supplier", feiqian.car_maker), ("operator", feiqian.tier1)):
        answer = Browser(feiqian).enter_as(owner.account).get(f"/desks/{desk}")
        assert answer.status_code in (403, 404), desk


@pytest.mark.parametrize("key", ["", "short", "x" * 60, "has space in it, 24 long"])
def test_a_key_is_one_of_ours(feiqian: Network, key: str) -> None:
    _, note = feiqian.confirmed(1_000_00)
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    form = {"to": feiqian.tier2.account, "valueFen": "1", "withRecourse": "no", "step": "do", "key": key}
    assert browser.post(f"/acts/endorse/{note}", form).status_code == 422
    assert feiqian.tier2.notes() == []


def _main(page: str) -> str:
    return page[page.index("<main") :]
