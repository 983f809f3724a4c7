"""Readings over HTTP, and the digests of a real deployment."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from backend.devices import intake
from backend.devices.documents import Batch, Domain, Reading
from backend.devices.intake import Registered, registered
from backend.devices.simulator import SimulatedDevice
from backend.testing import Network

FIRST = {"sequence": 1}


def post(feiqian: Network, message: dict[str, Any], token: str | None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return feiqian.world.app.test_client().post("/api/v1/readings", json=message, headers=headers)


@pytest.fixture
def scale(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> SimulatedDevice:
    """A simulated scale that the chain is said to know."""
    made = SimulatedDevice("scale", "weight", 1, Domain.of(feiqian.world.system.contracts), quantity=100)
    known = {made.address: Registered(1, "weight", True, False, 2**40 - 1)}
    monkeypatch.setattr(intake, "registered", lambda _contracts, device: known.get(device))
    return made


def test_taken_in_once(feiqian: Network, scale: SimulatedDevice) -> None:
    message = scale.read(feiqian.operator.now())
    assert message is not None
    first, again = (post(feiqian, message, feiqian.tier1.token) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json == {"device": scale.address} | FIRST


def test_refusals_name_the_field(feiqian: Network, scale: SimulatedDevice) -> None:
    message = scale.read(feiqian.operator.now())
    assert message is not None
    for changed, field in (
        ({"simulated": False}, "simulated"),
        ({"value": "7"}, "signature"),
        ({"lotId": "2"}, "lotId"),
        ({"device": feiqian.tier1.account}, "device"),
        ({"value": "7.5"}, "value"),
    ):
        answer = post(feiqian, message | changed, feiqian.tier1.token)
        assert (answer.status_code, answer.json["field"]) == (422, field)
    assert post(feiqian, message, feiqian.tier1.token).status_code == 201
    second = scale.read(feiqian.operator.now())
    third = scale.read(feiqian.operator.now())
    assert second is not None and third is not None
    assert post(feiqian, third, feiqian.tier1.token).status_code == 201
    answer = post(feiqian, second, feiqian.tier1.token)
    assert (answer.status_code, answer.json["field"]) == (409, "sequence")


def test_from_members_only(feiqian: Network, scale: SimulatedDevice) -> None:
    message = scale.read(feiqian.operator.now())
    assert message is not None
    assert post(feiqian, message, None).status_code == 401


def test_a_device_that_the_chain_does_not_know(feiqian: Network) -> None:
    contracts = feiqian.world.system.contracts
    device = SimulatedDevice("ghost", "door", 1, Domain.of(contracts))
    assert registered(contracts, device.address) is None
    message = device.read(feiqian.operator.now())
    assert message is not None
    answer = post(feiqian, message, feiqian.tier1.token)
    assert (answer.status_code, answer.json["field"]) == (422, "device")


def test_the_chain_reads_what_the_device_signs(feiqian: Network) -> None:
    """E2, E3: word for word."""
    contracts = feiqian.world.system.contracts
    domain = Domain.of(contracts)
    for document, function in (
        (Reading(7, 3, 277_150, 12, 1_900_000_000), "readingDigest"),
        (Batch(7, "0x" + "ab" * 32, 1, 1_000, 1_900_000_000), "batchDigest"),
    ):
        assert bytes(contracts.read("Attestations", function, document.arguments())) == document.digest(domain)
        other = dataclasses.replace(document, lotId=8)
        assert other.digest(domain) != document.digest(domain)
    assert json.dumps(Reading(1, 0, 1, 1, 1).typed(domain))
