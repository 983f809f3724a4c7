"""Everybody acts as itself and sees what is its business: every route, asked by every kind of caller."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.config import ROOT
from backend.testing import Network

from . import matrix
from .driver import FACE, Scene, nothing_changes, problem
from .matrix import ROLES, Both

OWN_VIEW = [
    "/receivables", "/notes", "/quotes", "/quote-requests", "/lots", "/receipts", "/intakes", "/delivery-orders",
    "/receipt-quotes",
]  # fmt: skip


@pytest.fixture
def both(feiqian: Network) -> Both:
    return Both.of(feiqian)


def test_every_route_is_asked_by_everybody_for_its_own_and_for_what_is_of_others(both: Both) -> None:
    """Who is refused learns nothing of the thing, not even that there is one; who is not is let in; and the table that
    people read says so."""
    answers = matrix.ask_everything(both)
    routes = {(method.upper(), path) for path, methods in both.ours.spec["paths"].items() for method in methods}
    asked = {(method, f"/api/v1{path}") for method, path in both.ours.cases}
    assert {route for route in routes if route[1].startswith("/api/")} == asked, "a route without a row"
    assert all((route, role, True) in answers for route in both.ours.cases if "{" in route[1] for role in ROLES)
    assert (ROOT / "docs" / "authorisation.md").read_text(encoding="utf-8") == matrix.page(answers), (
        "write it anew: python scripts/authorisation.py"
    )


def test_a_refusal_changes_nothing(both: Both) -> None:
    secrets = matrix.secrets_of(both)
    with nothing_changes(both.ours.network):
        tried = [
            matrix.refused(both, route, role, case, secrets)
            for route, role, _, case, may in both.questions()
            if not may
        ]
    assert len(tried) > 1_500


def test_lists_show_a_caller_its_own(scene: Scene) -> None:
    seen = {role: {path: _items(scene, path, role) for path in OWN_VIEW} for role in ROLES if role != "anonymous"}
    for role in ("wallet", "tier2", "bank_b"):
        assert all(seen[role][path] == [] for path in OWN_VIEW), role
    all_claims = {scene.submitted, scene.confirmed, scene.contested}
    for role, claims in {
        "tier1": all_claims, "car_maker": all_claims, "bank_a": all_claims - {scene.contested}, "operator": all_claims,
    }.items():  # fmt: skip
        assert {item["id"] for item in seen[role]["/receivables"]} == claims
    assert [item["receivableId"] for item in seen["tier1"]["/notes"]] == [scene.confirmed, scene.contested]
    assert seen["car_maker"]["/notes"] == seen["car_maker"]["/quotes"] == seen["car_maker"]["/quote-requests"] == []
    for role in ("tier1", "bank_a", "operator"):
        assert [item["id"] for item in seen[role]["/quotes"]] == [scene.quote]
        assert len(seen[role]["/quote-requests"]) == 2
    listed = scene.raw.send("GET", f"/quotes?receivableId={scene.confirmed}", token=scene.tokens["tier1"])
    assert listed.body["items"] == []


def test_a_list_of_another_claims_notes_is_refused(scene: Scene) -> None:
    for role in ("tier2", "bank_b", "wallet"):
        answer = scene.raw.send("GET", f"/notes?receivableId={scene.confirmed}", token=scene.tokens[role])
        assert problem(answer, 404)["field"] == "receivableId"
    for role in ("tier1", "car_maker", "bank_a", "operator"):
        answer = scene.raw.send("GET", f"/notes?receivableId={scene.confirmed}", token=scene.tokens[role])
        assert [note["id"] for note in answer.body["items"]] == [scene.note]


def test_a_confirmation_limit_is_between_the_obligor_and_the_operator(scene: Scene) -> None:
    path = f"/participants/{scene.network.car_maker.account}"
    for role, sees in {"car_maker": True, "operator": True, "tier1": False, "bank_a": False}.items():
        answer = scene.raw.send("GET", path, token=scene.tokens[role])
        assert answer.status == 200
        assert ("confirmationLimits" in answer.body) is sees
    everybody = scene.raw.send("GET", "/participants", token=scene.tokens["tier1"])
    assert not any("confirmationLimits" in item for item in everybody.body["items"])


def test_a_signature_is_told_to_nobody_but_its_signer(scene: Scene) -> None:
    given = scene.network.bank_a.quote(scene.confirmed, scene.network.tier1, FACE, price=FACE - 1)
    signature = given["result"]["signature"]
    for role in ("tier1", "operator", "car_maker"):
        for path in ("/quotes", "/receivables", f"/receivables/{scene.confirmed}", "/quote-requests"):
            answer = scene.raw.send("GET", path, token=scene.tokens[role])
            assert signature not in json.dumps(answer.body)
    path = f"/operations/{given['id']}"
    assert scene.raw.send("GET", path, token=scene.tokens["bank_a"]).body["result"]["signature"] == signature
    problem(scene.raw.send("GET", path, token=scene.tokens["tier1"]), 404)


def test_a_competitor_learns_nothing_from_being_asked_too(scene: Scene) -> None:
    network = scene.network
    network.tier1.ask_for_quotes(scene.confirmed, FACE, [network.bank_b])
    network.bank_a.quote(scene.confirmed, network.tier1, FACE, price=FACE - 5)
    network.bank_b.quote(scene.confirmed, network.tier1, FACE, price=FACE - 7)
    assert [quote["priceFen"] for quote in network.bank_b.quotes()] == [str(FACE - 7)]
    assert {request["financier"] for request in network.bank_b.get("/quote-requests")["items"]} == {
        network.bank_b.account
    }


def test_who_has_assigned_a_note_sees_the_claim_no_more_and_who_endorsed_it_does(scene: Scene) -> None:
    network = scene.network
    child = int(network.tier1.endorse(scene.note, network.tier2, 100)["result"]["noteId"])
    assert network.tier2.lineage(child)["path"][1]["id"] == scene.note
    network.tier2.assign(child, network.bank_b)
    assert network.tier2.receivables() == []
    problem(scene.raw.send("GET", f"/notes/{child}", token=scene.tokens["tier2"]), 404)
    assert network.bank_b.receivable(scene.confirmed)["id"] == scene.confirmed
    grandchild = int(network.bank_b.endorse(child, network.tier2, 50)["result"]["noteId"])
    assert network.bank_b.lineage(grandchild)["note"]["endorser"] == network.bank_b.account


def test_nobody_sells_the_note_of_another_or_learns_who_holds_it(scene: Scene) -> None:
    network = scene.network
    other, others = network.confirmed(FACE)
    network.tier1.assign(others, network.tier2)
    network.tier1.ask_for_quotes(scene.confirmed, 100, [network.bank_a])
    quote = network.bank_a.quote(scene.confirmed, network.tier1, 100, price=99)["result"]["quoteId"]
    path = f"/quotes/{quote}/acceptances"
    with nothing_changes(network):
        for note in (others, 4711, 0):
            answer = scene.raw.send("POST", path, {"noteId": note}, token=scene.tokens["tier1"])
            assert problem(answer, 404, 422)["field"] == "noteId"
            assert network.tier2.account not in json.dumps(answer.body)
    assert network.operator.receivable(other)["notes"][0]["holder"] == network.tier2.account
    assert scene.raw.send("POST", path, {"noteId": scene.note}, token=scene.tokens["tier1"]).status in (200, 202)


def _items(scene: Scene, path: str, role: str) -> list[Any]:
    answer = scene.raw.send("GET", path, token=scene.tokens[role])
    assert answer.status == 200, (path, role, answer.body)
    return list(answer.body["items"])
