"""One key, one act: asked once or eight times, at the same time, in another order, or after everything changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.chain.outbox import operations
from backend.sdk import Refused
from backend.testing import Network

from .driver import FACE, Answer, Raw, Scene, nothing_changes, problem, written


def count(network: Network) -> int:
    with network.world.system.database.connect() as db:
        return int(db.execute(select(func.count()).select_from(operations)).scalar_one())


def at_once(network: Network, path: str, body: dict[str, Any], token: str | None, times: int = 8) -> list[Answer]:
    """The same request with the same key, from as many threads."""
    with ThreadPoolExecutor(times) as pool:
        asked = [
            pool.submit(
                Raw(network).send, "POST", path, body, token=token, Idempotency_Key="the-same", Prefer="wait=20"
            )
            for _ in range(times)
        ]
        return [answer.result() for answer in asked]


def test_the_same_key_is_the_same_operation(scene: Scene) -> None:
    case = scene.cases["POST", "/receivables"]
    first = scene.call("POST", case, "tier1", Idempotency_Key="k", Prefer="wait=20")
    assert first.status == 200 and first.body["state"] == "succeeded"
    with nothing_changes(scene.network):
        again = scene.call("POST", case, "tier1", Idempotency_Key="k")
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["Location"] == first.headers["Location"] == f"/api/v1/operations/{first.body['id']}"


def test_the_same_key_with_another_body_or_path_is_refused(scene: Scene) -> None:
    send, token = scene.raw.send, scene.tokens["tier1"]
    path, body = f"/notes/{scene.note}/endorsements", {"to": scene.network.tier2.account, "valueFen": "100"}
    assert send("POST", path, body, token=token, Idempotency_Key="k", Prefer="wait=20").status == 200
    assignments = f"/notes/{scene.note}/assignments"
    with nothing_changes(scene.network):
        for other_path, other_body in [
            (path, {**body, "valueFen": "101"}),
            (path, {**body, "withRecourse": True}),
            (path.replace(str(scene.note), "4711"), body),
            (assignments, {"to": scene.network.tier2.account}),
        ]:
            answer = send("POST", other_path, other_body, token=token, Idempotency_Key="k")
            assert problem(answer, 409)["type"] == "/problems/idempotency-conflict"
        answer = send("POST", assignments, {"to": scene.network.tier2.account}, token=token, language="zh",
                      Idempotency_Key="k")  # fmt: skip
        assert "内容不同" in problem(answer, 409)["detail"]


def test_a_key_belongs_to_who_used_it(feiqian: Network) -> None:
    raw = Raw(feiqian)
    body = {"currency": "CNY", "amountFen": "5", "payoutReference": "p"}
    seen = {
        raw.send("POST", "/cash/redemptions", body, token=bank.token, Idempotency_Key="k", Prefer="wait=20").body["id"]
        for bank in (feiqian.bank_a, feiqian.bank_b)
    }
    assert len(seen) == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é", "\t", "a\x7f", "键"])
def test_a_key_that_is_no_key_is_refused(feiqian: Network, key: str) -> None:
    header = key.encode("utf-8").decode("latin-1")
    with nothing_changes(feiqian):
        answer = Raw(feiqian).send(
            "POST", "/receivables", {"invoice": "eA=="}, token=feiqian.tier1.token, Idempotency_Key=header
        )
        assert problem(answer, 422)["field"] == "Idempotency-Key"


def test_without_a_key_every_request_is_another(feiqian: Network) -> None:
    body = {"currency": "CNY", "amountFen": "5", "payoutReference": "p"}
    raw = Raw(feiqian)
    ids = {raw.send("POST", "/cash/redemptions", body, token=feiqian.bank_a.token).body["id"] for _ in range(2)}
    assert len(ids) == 2


def test_what_was_done_is_told_whatever_has_changed_since(scene: Scene) -> None:
    """A retry after a lost answer: the note is no longer the caller's, the quote is used, the claim is repaid."""
    network, send = scene.network, scene.raw.send
    token = scene.tokens
    acts = [
        ("POST", f"/quotes/{scene.quote}/acceptances", {}, "tier1"),
        ("POST", f"/notes/{scene.note}/assignments", {"to": network.tier2.account}, "tier1"),
        ("POST", f"/receivables/{scene.confirmed}/repayments", {"amountFen": str(FACE)}, "car_maker"),
        ("POST", f"/notes/{scene.note}/redemptions", {}, "tier2"),
        ("POST", f"/participants/{network.tier2.account}/freezes", {"order": "o"}, "operator"),
        ("POST", "/participants", {"name": "N", "identifier": "91310000MA1NEW0001", "roles": ["supplier"]}, "operator"),
    ]
    first = [
        send(method, path, body, token=token[role], Idempotency_Key=path, Prefer="wait=20")
        for method, path, body, role in acts
    ]
    assert [answer.body.get("state") for answer in first] == ["succeeded"] * len(acts), [a.body for a in first]
    with nothing_changes(network):
        for (method, path, body, role), answer in zip(acts, first, strict=True):
            assert send(method, path, body, token=token[role], Idempotency_Key=path).body == answer.body


@pytest.mark.parametrize("name", ["transaction", "document", "registration"])
def test_eight_at_once_are_one(feiqian: Network, name: str) -> None:
    claim, note = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, 100, [feiqian.bank_a])
    path, body, token = {
        "transaction": (
            f"/notes/{note}/endorsements", {"to": feiqian.tier2.account, "valueFen": "100"}, feiqian.tier1.token,
        ),
        "document": (
            "/quotes",
            {"receivableId": claim, "seller": feiqian.tier1.account, "valueFen": "100", "priceFen": "99"},
            feiqian.bank_a.token,
        ),
        "registration": (
            "/participants",
            {"name": "N", "identifier": "91310000MA1NEW0001", "roles": ["supplier"]},
            feiqian.world.settings.operator_api_key,
        ),
    }[name]  # fmt: skip
    before, operations_before = written(feiqian), count(feiqian)
    answers = at_once(feiqian, path, body, token)
    assert {answer.status for answer in answers} == {200}, [answer.body for answer in answers]
    assert {answer.body["state"] for answer in answers} == {"succeeded"}
    assert len({answer.body["id"] for answer in answers}) == 1
    after = written(feiqian)
    sent = {
        "transaction": {feiqian.tier1.account: 1},
        "document": {},
        "registration": {feiqian.world.system.contracts.deployment.roles["registrar"]: 1},
    }[name]
    nonces = {
        account: int(after["nonces"][account], 16) - int(nonce, 16)
        for account, nonce in before["nonces"].items()
        if after["nonces"][account] != nonce
    }
    assert nonces == sent
    # A registration also has the new key approve the contracts: title for two, and cash in each currency for four.
    approvals = 2 + len(feiqian.world.system.contracts.deployment.tokens) if name == "registration" else 0
    assert count(feiqian) - operations_before == 1 + approvals
    assert len(after["keys"]) - len(before["keys"]) == (1 if name == "registration" else 0)


def test_what_was_refused_may_be_asked_again_under_its_key(feiqian: Network) -> None:
    claim = feiqian.registered(amount=FACE)
    with pytest.raises(Refused):
        feiqian.tier1.hand_over(b"no invoice", key="k")
    assert feiqian.tier1.hand_over(feiqian.invoice(), key="k")["state"] == "succeeded"
    assert claim


def test_without_a_wish_to_wait_the_answer_is_at_once(scene: Scene) -> None:
    network = scene.network
    network.world.system.engine.stop()
    try:
        case = scene.cases["POST", "/receivables"]
        at_once_ = scene.call("POST", case, "tier1", Idempotency_Key="k")
        assert (at_once_.status, at_once_.body["state"]) == (202, "pending")
        assert at_once_.headers["Location"] == f"/api/v1/operations/{at_once_.body['id']}"
        assert "Preference-Applied" not in at_once_.headers
        waited = scene.call("POST", case, "tier1", Idempotency_Key="k", Prefer="respond-async, wait=1")
        assert (waited.status, waited.headers["Preference-Applied"]) == (202, "wait=1")
        path = at_once_.headers["Location"].removeprefix("/api/v1")
        asked = scene.raw.send("GET", path, token=scene.tokens["tier1"], Prefer="wait=1")
        assert (asked.status, asked.body["state"]) == (200, "pending")
    finally:
        network.world.system.engine.start()
    done = scene.raw.send("GET", path, token=scene.tokens["tier1"], Prefer="wait=20")
    assert [step["state"] for step in done.body["history"]] == ["pending", "submitted", "succeeded"]
    assert network.tier1.receivable(int(done.body["result"]["receivableId"]))["status"] == "submitted"


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [("wait=3", "wait=3"), ('wait="3"', "wait=3"), ("return=minimal; wait=3", "wait=3"), ("wait=999999", "wait=60"),
     ("wait = 3, x", "wait=3"), ("wait=0", None), ("wait=-1", None), ("wait=3x", None), ("wait=1.5", None),
     ("waiting=3", None), ("wait=99999999", None), ("", None)],
)  # fmt: skip
def test_how_a_wish_to_wait_is_understood(feiqian: Network, prefer: str, applied: str | None) -> None:
    done = feiqian.bank_a.redeem_cash(1, "p")
    answer = Raw(feiqian).send("GET", f"/operations/{done['id']}", token=feiqian.bank_a.token, Prefer=prefer)
    assert (answer.status, answer.headers.get("Preference-Applied")) == (200, applied)
