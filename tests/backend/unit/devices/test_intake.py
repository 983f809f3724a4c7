"""E2: what the contract would refuse is not taken in; what is taken in is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.devices.documents import Domain
from backend.devices.simulator import SimulatedDevice
from backend.errors import Conflict, FeiqianError, InvalidInput

from .scene import DOMAIN, NOW, Scene, read, signed_again


def refused(scene: Scene, message: dict[str, Any], field: str, error: type[FeiqianError] = InvalidInput) -> None:
    with pytest.raises(error) as refusal:
        scene.take(message)
    assert refusal.value.field == field


def test_kept_once(scene: Scene) -> None:
    message = read(scene.device())
    assert scene.take(message) is True
    assert scene.take(message) is False


def test_another_key(scene: Scene) -> None:
    device, other = scene.device(), scene.device("other")
    message = read(device)
    refused(scene, signed_again(other, message), "signature")
    refused(scene, message | {"device": other.address}, "signature")


@pytest.mark.parametrize("name", ["value", "sequence", "takenAt"])
def test_nothing_is_changed_on_the_way(scene: Scene, name: str) -> None:
    message = read(scene.device())
    refused(scene, message | {name: int(message[name]) - 1 or 5}, "signature")


@pytest.mark.parametrize("domain", [Domain(1, DOMAIN.contract), Domain(1337, "0x" + "11" * 20)])
def test_another_chain_or_contract(scene: Scene, domain: Domain) -> None:
    device = scene.device()
    refused(scene, signed_again(device, read(device), domain), "signature")


def test_a_mirrored_signature(scene: Scene) -> None:
    """The contract takes one form only; what it would not take is no evidence."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    message = read(scene.device())
    raw = bytes.fromhex(message["signature"][2:])
    twisted = raw[:32] + (order - int.from_bytes(raw[32:64])).to_bytes(32) + bytes([55 - raw[64]])
    refused(scene, message | {"signature": "0x" + twisted.hex()}, "signature")


def test_a_simulated_one_without_its_mark(scene: Scene) -> None:
    """E1: neither left out nor denied."""
    message = read(scene.device())
    refused(scene, message | {"simulated": False}, "simulated")
    del message["simulated"]
    refused(scene, message, "simulated")


def test_a_real_one_with_the_mark(scene: Scene) -> None:
    device = scene.device()
    scene.devices[device.address] = replace(scene.devices[device.address], simulated=False)
    message = read(device)
    refused(scene, message, "simulated")
    del message["simulated"]
    assert scene.take(message)


def test_a_stranger_and_a_revoked_one(scene: Scene) -> None:
    device = scene.device()
    scene.devices[device.address] = replace(scene.devices[device.address], revoked=True)
    refused(scene, read(device), "device")
    refused(scene, read(SimulatedDevice("nobody", "weight", 1, DOMAIN)), "device")


def test_another_lot_or_kind(scene: Scene) -> None:
    device = scene.device()
    message = read(device)
    refused(scene, signed_again(device, message | {"lotId": "2"}), "lotId")
    refused(scene, signed_again(device, message | {"kind": "door"}), "kind")


@pytest.mark.parametrize("late", [0, 1])
def test_not_from_the_future(scene: Scene, late: int) -> None:
    message = read(scene.device(), NOW + late)
    if late:
        refused(scene, message, "takenAt")
    else:
        assert scene.take(message)


@pytest.mark.parametrize("late", [0, 1])
def test_within_its_calibration(scene: Scene, late: int) -> None:
    device = scene.device()
    scene.now = NOW + 5_000
    message = read(device, NOW + 1_000 + late)
    if late:
        refused(scene, message, "takenAt")
    else:
        assert scene.take(message)


def test_the_sequence_rises(scene: Scene) -> None:
    """E2: a gap is no harm; what comes late is refused, and so is a second story under one number."""
    device = scene.device()
    first, second, third = (read(device) for _ in range(3))
    assert scene.take(first)
    assert scene.take(third)
    refused(scene, second, "sequence", Conflict)
    refused(scene, signed_again(device, third | {"value": "5"}), "sequence", Conflict)
    assert scene.take(read(scene.device("other")))
