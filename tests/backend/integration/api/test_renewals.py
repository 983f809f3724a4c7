"""A participant is identified anew (rules P2, P5, P8)."""

from __future__ import annotations

from typing import Any

import pytest

from backend.config import DAY
from backend.sdk import Party, Refused
from backend.testing import Network


def known(net: Network, party: Party) -> dict[str, Any]:
    return next(one for one in net.operator.participants() if one["account"] == party.account)


def test_who_is_identified_anew_acts_again(feiqian: Network) -> None:
    net = feiqian
    before = known(net, net.tier1)
    net.operator.travel(seconds=before["kycValidUntil"] - net.operator.now() + 1)
    net.operator.renew(net.car_maker)
    with pytest.raises(Refused) as refusal:
        net.tier1.hand_over(net.invoice())
    assert refusal.value.status in (403, 409)
    net.operator.renew(net.tier1)
    after = known(net, net.tier1)
    assert after["roles"] == before["roles"]
    assert 364 * DAY < after["kycValidUntil"] - net.operator.now() <= 365 * DAY
    assert net.tier1.hand_over(net.invoice())["state"] == "succeeded"


def test_a_new_role_comes_with_its_approvals(feiqian: Network) -> None:
    """A core enterprise that buys claims as well: cash and title move by its signature."""
    net = feiqian
    until = net.operator.now() + 30 * DAY
    net.operator.renew(net.car_maker, roles=["obligor", "financier"], kyc_valid_until=until)
    found = known(net, net.car_maker)
    assert (set(found["roles"]), found["kycValidUntil"]) == ({"obligor", "financier"}, until)
    net.operator.issue_cash(net.car_maker, 1_000_00)
    claim, note = net.confirmed(1_000_00)
    net.tier1.ask_for_quotes(claim, 1_000_00, [net.car_maker])
    net.tier1.accept(net.car_maker.quote(claim, net.tier1, 1_000_00, price=900_00)["result"]["quoteId"], note)
    assert [one["valueFen"] for one in net.car_maker.notes()] == ["100000"]


def test_what_makes_no_sense_changes_nothing(feiqian: Network) -> None:
    net = feiqian
    before = known(net, net.tier1)
    for field, more in (("kycValidUntil", {"kyc_valid_until": 1}), ("roles.0", {"roles": ["king"]})):
        with pytest.raises(Refused) as refusal:
            net.operator.renew(net.tier1, **more)
        assert (refusal.value.status, refusal.value.field) == (422, field)
    contract = next(one for one in net.operator.participants() if "protocol" in one["roles"])
    for account, status in ((contract["account"], 409), ("0x" + "12" * 20, 404)):
        with pytest.raises(Refused) as refusal:
            net.operator.renew(account)
        assert refusal.value.status == status
    assert known(net, net.tier1) == before
