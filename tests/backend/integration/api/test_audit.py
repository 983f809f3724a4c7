"""Who did what is written down, whether it was done or refused, and nothing else is (rules Y4 to Y6)."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from backend import audit
from backend.chain.outbox import operations
from backend.database import reading
from backend.queries.audit import rows, verify
from backend.sdk import Refused
from backend.testing import Network
from backend.web.api.shared import NUMBER
from backend.web.auditing import ASKING, ISSUING
from tests.backend.integration.pages.browser import Browser
from tests.backend.integration.pages.test_acts import review

from .driver import Raw, Scene, own_wallet, problem
from .test_regulator import regulator_of
from .test_sign_in import Door

Row = dict[str, Any]


def kept(network: Network) -> list[Row]:
    database = network.world.system.database
    assert verify(database).wrong == ""
    return rows(database, last=10_000)


@contextmanager
def new(network: Network) -> Any:
    """A list that has, afterwards, the rows that came in between."""
    found: list[Row] = []
    before = len(kept(network))
    yield found
    found += kept(network)[before:]


def said(row: Row) -> tuple[str, str, str, str]:
    return row["account"], row["route"], row["object"], row["outcome"]


def test_each_act_has_its_row_written_with_its_operation(feiqian: Network) -> None:
    with new(feiqian) as found:
        claim, note = feiqian.confirmed(amount=1_000_000)
        feiqian.tier1.endorse(note, feiqian.tier2, 1_000)
    tier1, car_maker = feiqian.tier1.account, feiqian.car_maker.account
    assert [said(row) for row in found] == [
        (tier1, "POST /api/v1/receivables", "", "accepted"),
        (car_maker, f"POST /api/v1/receivables/<{NUMBER}:receivable_id>/confirmations", str(claim), "accepted"),
        (tier1, f"POST /api/v1/notes/<{NUMBER}:note_id>/endorsements", str(note), "accepted"),
    ]
    with reading(feiqian.world.system.database) as db:
        known = {row["id"]: row for row in db.execute(select(operations)).mappings()}
    assert set(known) == {row["operation"] for row in kept(feiqian) if row["operation"]}, "each has one"
    assert all(known[row["operation"]]["request_id"] == row["request_id"] for row in found)


def test_what_is_refused_is_written_down_with_its_reason(scene: Scene) -> None:
    """Every write of the API, by somebody who may not or does it wrong."""
    for (method, path), case in scene.cases.items():
        if method == "GET" or path in PUBLIC:
            continue
        with new(scene.network) as found:
            answer = scene.raw.send(method, case.path, token=scene.tokens["wallet"], data=b"{", X_Request_Id="mine")
        (row,) = found
        assert answer.status >= 400
        type_ = answer.body["type"].rpartition("/")[2]
        assert row["outcome"] == (str(answer.status) if type_ == "about:blank" else type_), path
        assert row["account"] and row["request_id"] == "mine" and row["operation"] is None
        assert row["route"].startswith(f"{method} /api/v1/")


PUBLIC = {"/auth/nonces", "/auth/sessions", "/certificates/verifications", "/invoices/readings"}


def test_a_contract_that_refuses_and_a_role_that_may_not(feiqian: Network) -> None:
    _, note = feiqian.confirmed(amount=1_000_000)
    with new(feiqian) as found:
        with pytest.raises(Refused):
            feiqian.tier1.endorse(note, feiqian.tier2, 2_000_000)
        with pytest.raises(Refused):
            feiqian.tier1.post(f"/participants/{feiqian.tier2.account}/freezes", {"order": "mine"})
    assert [row["outcome"] for row in found] == ["contract-refused", "forbidden"]
    assert found[1]["object"] == feiqian.tier2.account


def test_orders_of_a_regulator_stand_under_its_name(feiqian: Network) -> None:
    regulator = regulator_of(feiqian)
    with new(feiqian) as found:
        regulator.act(f"/participants/{feiqian.tier1.account}/freezes", {"order": "order 7"})
    assert [said(row) for row in found] == [
        (regulator.account, "POST /api/v1/participants/<account>/freezes", feiqian.tier1.account, "accepted")
    ]
    assert "order 7" not in json.dumps(found), "its words are on the operation, their hash on the chain"


def test_a_key_that_is_asked_under_again_is_repeated(feiqian: Network) -> None:
    body = {"wanted": True}
    path = f"/participants/{feiqian.tier1.account}/acceptance-wishes"
    with new(feiqian) as found:
        for _ in range(2):
            feiqian.tier1.act(path, body, key="one")
        with pytest.raises(Refused):
            feiqian.tier1.act(path, {"wanted": False}, key="one")
    assert [row["outcome"] for row in found] == ["accepted", "repeated", "idempotency-conflict"]
    assert found[0]["operation"] == found[1]["operation"]


# ---- ways in


def test_ways_in_and_tries_that_failed(feiqian: Network) -> None:
    door = Door(feiqian)
    with new(feiqian) as found:
        message = door.message()
        assert door.enter(message).status == 200
        assert door.enter(message).status == 401
        assert door.enter("hello").status == 422
        assert Raw(feiqian).send("GET", "/me", token="fq_guessed").status == 401
        assert Raw(feiqian).send("POST", "/receivables", {}, token="fq_guessed").status == 401
    nobody, at = "", "POST /api/v1/auth/sessions"
    assert [said(row) for row in found] == [
        (door.wallet.address, at, "", "done"),
        (nobody, at, "", "unauthenticated"),
        (nobody, at, "", "invalid-input"),
        (nobody, "GET /api/v1/me", "", "unauthenticated"),
        (nobody, "POST /api/v1/receivables", "", "unauthenticated"),
    ]
    assert "fq_guessed" not in json.dumps(found) and message not in json.dumps(found)


def test_the_door_of_the_pages(feiqian: Network) -> None:
    browser, key = Browser(feiqian), str(feiqian.tier1.token)
    with new(feiqian) as found:
        browser.post("/door/key", {"key": "fq_wrong"})
        browser.post("/door/key", {"key": key})
        browser.post("/door/leave", token="0" * 80)
        browser.post("/door/language", {"language": "zh"})
        browser.post("/door/leave")
        browser.post(f"/door/parties/{feiqian.tier2.account}")
    tier1, tier2 = feiqian.tier1.account, feiqian.tier2.account
    assert [said(row) for row in found] == [
        ("", "POST /door/key", "", "unauthenticated"),
        (tier1, "POST /door/key", "", "done"),
        (tier1, "POST /door/leave", "", "forbidden"),
        (tier1, "POST /door/leave", "", "done"),
        (tier2, "POST /door/parties/<account>", tier2, "done"),
    ]
    assert key not in json.dumps(found)


def test_keys_given_and_revoked(feiqian: Network) -> None:
    path = f"/participants/{feiqian.tier1.account}/api-keys"
    with new(feiqian) as found:
        given = feiqian.operator.post(path)["apiKey"]
        Raw(feiqian).send("DELETE", path, token=given)
    route = "/api/v1/participants/<account>/api-keys"
    assert [said(row) for row in found] == [
        ("operator", f"POST {route}", feiqian.tier1.account, "done"),
        (feiqian.tier1.account, f"DELETE {route}", feiqian.tier1.account, "done"),
    ]
    assert given not in json.dumps(found)


def test_certificates_that_are_given_out(scene: Scene) -> None:
    path = f"/certificates/receivable/{scene.confirmed}"
    with new(scene.network) as found:
        assert scene.raw.send("GET", path, token=scene.tokens["tier1"]).status == 200
        assert scene.raw.send("GET", path, token=scene.tokens["tier2"]).status == 404
        page = Browser(scene.network).enter_as(scene.network.tier1.account)
        assert page.get(f"{path}.pdf").status_code == 200
    given = [said(row) for row in found if "certificates" in row["route"]]
    assert [(account, thing, outcome) for account, _, thing, outcome in given] == [
        (scene.network.tier1.account, f"receivable/{scene.confirmed}", "done")
    ] * 2


# ---- pages


def test_an_act_on_a_page_has_one_row(feiqian: Network) -> None:
    _, note = feiqian.confirmed(1_000_00)
    browser, page = Browser(feiqian).enter_as(feiqian.tier1.account), f"/acts/endorse/{note}"
    form = {"to": feiqian.tier2.account, "valueFen": "1", "withRecourse": "no"}
    with new(feiqian) as found:
        _, key = review(browser, page, form)
        assert browser.post(page, form | {"step": "do", "key": key}, token="0" * 80).status_code == 403
        for _ in range(2):
            assert browser.post(page, form | {"step": "do", "key": key}).status_code == 303
        assert browser.post(page, form | {"step": "do", "key": "k" * 24, "valueFen": "9999"}).status_code == 409
    assert {row["account"] for row in found} == {feiqian.tier1.account}
    act, api = "POST /acts/<name>/<identifier>", f"POST /api/v1/notes/<{NUMBER}:note_id>/endorsements"
    assert [said(row)[1:] for row in found] == [
        (act, f"endorse/{note}", "forbidden"),
        (api, str(note), "accepted"),
        (api, str(note), "repeated"),
        (api, str(note), "contract-refused"),
    ]


# ---- what is not written down


def test_what_nobody_asked_is_not_written_down(feiqian: Network) -> None:
    """Whoever likes could fill the disk with it."""
    raw = Raw(feiqian)
    with new(feiqian) as found:
        assert raw.send("POST", "/receivables", {}).status == 401
        assert raw.send("POST", "/auth/sessions", {"message": 7}).status == 422
        assert raw.send("POST", "/nothing", {}).status == 404
        assert raw.send("GET", "/receivables", token=feiqian.tier1.token).status == 200
        assert raw.send("GET", "/receivables/77", token=feiqian.tier1.token).status == 404
    assert found == []


def test_a_path_full_of_anything_is_kept_as_plain_text(feiqian: Network) -> None:
    with new(feiqian) as found:
        path = "/participants/%00%F0%9F%92%A3%0a" + "x" * 300 + "/api-keys"
        Raw(feiqian).send("POST", path, {}, token=feiqian.tier1.token)
    (row,) = found
    assert row["object"].isprintable() and row["object"].isascii() and len(row["object"]) == audit.LONGEST


def test_a_success_that_cannot_be_written_down_is_not_given(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    path = f"/participants/{feiqian.tier1.account}/api-keys"
    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", fail)
        answer = Raw(feiqian).send("POST", path, {}, token=feiqian.tier1.token)
        assert problem(answer, 503)["type"] == "/problems/storage-unavailable"
        assert answer.headers["X-Frame-Options"] == "DENY", "it is hardened as every answer is"
        assert problem(Raw(feiqian).send("POST", path, data=b"{", token=feiqian.tier1.token), 400), "a refusal stands"
        with pytest.raises(Refused, match="disk is full"):
            feiqian.tier1.hand_over(feiqian.invoice())
    assert feiqian.tier1.receivables() == [], "an act and its row are one"


def test_every_route_that_is_named_is_one(feiqian: Network) -> None:
    assert set(feiqian.world.app.view_functions) >= ASKING | ISSUING


def test_a_wallet_of_its_own_stands_under_its_account(feiqian: Network) -> None:
    party, wallet = own_wallet(feiqian, "supplier", "OWN-1")
    with new(feiqian) as found, pytest.raises(Refused):
        party.hand_over(feiqian.invoice(seller="OWN-1"))
    assert [(row["account"], row["outcome"]) for row in found] == [(wallet.address, "key-not-held")]
