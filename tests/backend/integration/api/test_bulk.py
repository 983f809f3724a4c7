"""Many acts in one transaction (rules U): what became of each, and who may."""

from __future__ import annotations

import pytest

from backend.sdk import Refused
from backend.testing import Network

from .driver import nothing_changes

FACE = 1_000_000_00


def test_endorsements_with_one_that_the_contract_refuses(feiqian: Network) -> None:
    """U1, U2."""
    _, root = feiqian.confirmed(FACE)
    to, giver = feiqian.tier2.account, feiqian.tier1
    values = [100, FACE, 300]
    items = [{"noteId": root, "to": to, "valueFen": str(value), "withRecourse": True} for value in values]
    before = feiqian.world.system.node.transaction_count(giver.account)
    found = giver.bulk("endorsements", items)
    assert [one["state"] for one in found] == ["succeeded", "failed", "succeeded"]
    assert found[1]["error"]["error"] == "InsufficientValue"
    assert found[1]["error"]["detail"]
    children = [int(found[place]["result"]["noteId"]) for place in (0, 2)]
    assert [giver.get(f"/notes/{child}")["note"]["valueFen"] for child in children] == ["100", "300"]
    assert feiqian.world.system.node.transaction_count(giver.account) == before + 1


def test_confirmations_repayments_and_redemptions(feiqian: Network) -> None:
    claims = [feiqian.registered(amount=FACE) for _ in range(3)]
    confirmed = feiqian.car_maker.bulk(
        "confirmations", [{"receivableId": claim, "amountFen": str(FACE)} for claim in claims]
    )
    notes = [int(one["result"]["noteId"]) for one in confirmed]
    assert len(set(notes)) == 3
    repaid = feiqian.car_maker.bulk("repayments", [{"receivableId": claim, "amountFen": str(FACE)} for claim in claims])
    assert [one["result"]["principalFen"] for one in repaid] == [str(FACE)] * 3
    before = feiqian.operator.cash(feiqian.tier1)
    paid = feiqian.tier1.bulk("redemptions", [{"noteId": note} for note in notes])
    assert [one["state"] for one in paid] == ["succeeded"] * 3
    assert feiqian.operator.cash(feiqian.tier1) == before + 3 * FACE


def test_cash_to_many(feiqian: Network) -> None:
    parties = [feiqian.tier1, feiqian.tier2]
    items = [{"to": party.account, "amountFen": "7", "currency": "CNY"} for party in parties]
    before = [feiqian.operator.cash(party) for party in parties]
    feiqian.operator.bulk("issues", items)
    assert [feiqian.operator.cash(party) for party in parties] == [held + 7 for held in before]


def test_an_item_that_is_not_the_callers_refuses_all_and_is_named(feiqian: Network) -> None:
    """B7, B10: nothing is sent."""
    _, root = feiqian.confirmed(FACE)
    _, other = feiqian.confirmed(FACE)
    child = int(feiqian.tier1.endorse(other, feiqian.tier2, 5)["result"]["noteId"])
    items = [{"noteId": note, "to": feiqian.tier2.account, "valueFen": "1"} for note in (root, child)]
    with pytest.raises(Refused) as refused:
        feiqian.tier1.bulk("endorsements", items)
    assert (refused.value.problem["status"], refused.value.problem["field"]) == (403, "items.1")
    assert feiqian.tier1.get(f"/notes/{root}")["note"]["valueFen"] == str(FACE)


def test_one_bulk_is_of_one_contract(feiqian: Network) -> None:
    """U1. Each currency has a contract of its own."""
    feiqian.operator.attest_reserve(10_000, "statement", "EUR")
    items = [{"to": feiqian.tier1.account, "amountFen": "7", "currency": code} for code in ("CNY", "EUR")]
    with nothing_changes(feiqian), pytest.raises(Refused, match="cannot be part of a bulk") as refused:
        feiqian.operator.bulk("issues", items)
    assert refused.value.problem["status"] == 409


@pytest.mark.parametrize(
    ("items", "field"),
    [
        ([], "items"),
        ([{"noteId": 1}] * 101, "items"),
        ([{"noteId": 1}, {"noteId": "x"}], "items.1.noteId"),
        ([{"noteId": 1, "to": "me"}], "items.0.to"),
    ],
)
def test_a_bulk_that_is_none(feiqian: Network, items: list[object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        feiqian.tier1.act("/bulk/redemptions", {"items": items})
    assert (refused.value.problem["status"], refused.value.problem["field"]) == (422, field)


def test_one_key_is_one_bulk(feiqian: Network) -> None:
    """B1."""
    _, root = feiqian.confirmed(FACE)
    body = {"items": [{"noteId": root, "to": feiqian.tier2.account, "valueFen": "9"}]}
    first = feiqian.tier1.act("/bulk/endorsements", body, key="once")
    assert feiqian.tier1.act("/bulk/endorsements", body, key="once")["id"] == first["id"]
    assert feiqian.tier1.get(f"/notes/{root}")["note"]["valueFen"] == str(FACE - 9)
