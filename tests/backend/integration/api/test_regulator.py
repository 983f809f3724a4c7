"""A regulator gives its orders itself (rules P3, G50), and what a freeze refuses is remembered (G53)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from backend.documents.tables import refusals
from backend.sdk import Party, Refused
from backend.testing import Network

from .driver import FACE, Raw, Scene, nothing_changes, problem


def regulator_of(network: Network) -> Party:
    return network.operator.register("监管局", "REG-0001", ["regulator"])


def remembered(network: Network) -> list[dict[str, Any]]:
    with network.world.system.database.connect() as db:
        return [dict(row) for row in db.execute(select(refusals)).mappings()]


def test_a_regulator_freezes_and_frees_a_party(feiqian: Network) -> None:
    """Rule G50."""
    regulator = regulator_of(feiqian)
    path = f"/participants/{feiqian.tier1.account}"
    frozen = regulator.act(f"{path}/freezes", {"order": "order 2026-12"})
    assert frozen["state"] == "succeeded"
    assert frozen["actor"] == regulator.account and frozen["signer"] != regulator.account, "by the regulator's power"
    assert feiqian.operator.get(path)["frozen"] is True
    with pytest.raises(Refused, match="is frozen"):
        feiqian.tier1.hand_over(feiqian.invoice())
    regulator.act(f"{path}/unfreezes", {"order": "order 2026-13"})
    assert feiqian.tier1.hand_over(feiqian.invoice())["state"] == "succeeded"


def test_a_regulator_orders_all_that_an_order_can(scene: Scene) -> None:
    """Rule G50."""
    network = scene.network
    regulator = regulator_of(network)
    network.warehouse.report(scene.lot, "damage", "0", "burst")
    for path, body in (
        (f"/receipts/{scene.receipt}/freezes", {}),
        (f"/receipts/{scene.receipt}/unfreezes", {}),
        (f"/lots/{scene.lot}/unlocks", {}),
        (f"/devices/{scene.device}/revocation-orders", {}),
        (f"/receivables/{scene.contested}/orders", {"upheldFen": "100"}),
    ):
        assert regulator.act(path, {"order": "order 7", **body})["state"] == "succeeded", path
    assert network.operator.lot(scene.lot)["locked"] is False
    assert network.operator.receivable(scene.contested)["status"] == "confirmed"


@pytest.mark.parametrize("role", ["tier1", "bank_a", "warehouse", "car_maker", "oracle", "wallet"])
def test_nobody_else_gives_orders(scene: Scene, role: str) -> None:
    """Rule G50."""
    paths = [
        f"/participants/{scene.network.bank_b.account}/freezes",
        f"/participants/{scene.network.bank_b.account}/unfreezes",
        f"/receipts/{scene.receipt}/freezes",
        f"/lots/{scene.lot}/unlocks",
    ]
    with nothing_changes(scene.network):
        for path in paths:
            problem(scene.raw.send("POST", path, {"order": "order 8"}, token=scene.tokens[role]), 403)


def test_a_regulator_does_what_is_its_own_and_nothing_else(feiqian: Network) -> None:
    """Rule G50: it neither confirms nor sets limits, and the operator's acts stay the operator's."""
    regulator, raw = regulator_of(feiqian), Raw(feiqian)
    claim = feiqian.registered(amount=FACE)
    with nothing_changes(feiqian):
        for path, body in (
            (f"/receivables/{claim}/confirmations", {"amountFen": str(FACE), "setOffWaived": True}),
            (f"/participants/{feiqian.car_maker.account}/confirmation-limits", {"currency": "CNY", "limitFen": "1"}),
            ("/cash/issues", {"currency": "CNY", "to": regulator.account, "amountFen": "1"}),
        ):
            problem(raw.send("POST", path, body, token=regulator.token), 403, 404)


def test_a_regulator_that_is_frozen_gives_no_order_and_does_not_free_itself(feiqian: Network) -> None:
    """Rules P5, G50. The operator carries orders out too, so nobody locks the network out."""
    regulator, raw = regulator_of(feiqian), Raw(feiqian)
    feiqian.operator.freeze(regulator, "order 1")
    with nothing_changes(feiqian):
        for account, way in ((regulator.account, "unfreezes"), (feiqian.tier1.account, "freezes")):
            path = f"/participants/{account}/{way}"
            problem(raw.send("POST", path, {"order": "mine"}, token=regulator.token), 403)
    feiqian.operator.unfreeze(regulator, "order 2")
    assert feiqian.operator.get(f"/participants/{regulator.account}")["frozen"] is False


def test_a_regulator_whose_identification_has_ended_gives_no_order(feiqian: Network) -> None:
    """Rules P5, G50."""
    regulator, raw = regulator_of(feiqian), Raw(feiqian)
    feiqian.operator.travel(days=366)
    path = f"/participants/{feiqian.tier1.account}/freezes"
    problem(raw.send("POST", path, {"order": "late"}, token=regulator.token), 403)


def test_what_is_brought_twice_is_remembered_once_and_counted(feiqian: Network) -> None:
    """Rule G53."""
    invoice = feiqian.invoice()
    feiqian.tier1.hand_over(invoice)
    for _ in range(3):
        with pytest.raises(Refused, match="already"):
            feiqian.tier1.hand_over(invoice)
    (row,) = remembered(feiqian)
    assert (row["actor"], row["kind"], row["error"], row["times"]) == (
        feiqian.tier1.account, "receivable.register", "FingerprintTaken", 3,
    )  # fmt: skip
    assert row["first_at"] <= row["last_at"] == feiqian.operator.now()


def test_an_ordinary_refusal_is_not_remembered(feiqian: Network) -> None:
    """Rule G53: nothing else."""
    with pytest.raises(Refused):
        feiqian.tier1.hand_over(feiqian.invoice(days=5_000))
    assert remembered(feiqian) == []
