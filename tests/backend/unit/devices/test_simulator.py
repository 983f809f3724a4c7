"""Simulated devices are plausible, repeatable, and marked."""

from __future__ import annotations

import json

import pytest

from backend.devices.documents import KINDS, Domain, KindName
from backend.devices.messages import parse
from backend.devices.simulator import Fault, SimulatedDevice

from .scene import NOW, read

QUANTITY = 100_000
TOLERATED = {"weight": range(99_000, 101_001), "position": range(501), "door": range(1), "temperature": range(280_001)}
"""What a watch of one percent, 500 metres and about seven degrees lets pass."""


def made(domain: Domain, kind: KindName, **faults: int) -> SimulatedDevice:
    return SimulatedDevice(
        "a seed", kind, 7, domain, quantity=QUANTITY, faults={Fault[name]: at for name, at in faults.items()}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_plausible_and_signed(domain: Domain, kind: KindName) -> None:
    device = made(domain, kind)
    values = set()
    for number in range(1, 200):
        message = parse(json.dumps(read(device, NOW + number)).encode())
        assert message.reading.is_signed_by(device.address, message.signature, domain)
        assert (message.sequence, message.taken_at, message.lot_id, message.kind) == (number, NOW + number, 7, kind)
        assert message.simulated is True
        assert message.value in TOLERATED[kind]
        values.add(message.value)
    assert len(values) > 1 or kind == "door"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_tells_the_same(domain: Domain, kind: KindName) -> None:
    one, two = made(domain, kind), made(domain, kind)
    assert [one.read(NOW + n) for n in range(20)] == [two.read(NOW + n) for n in range(20)]
    assert SimulatedDevice("another", kind, 7, domain).address != one.address


@pytest.mark.parametrize(
    ("kind", "fault"),
    [("weight", "WEIGHT_LOSS"), ("position", "MOVED"), ("door", "DOOR_OPENED"), ("temperature", "TOO_WARM")],
)
def test_faults_show_from_their_second_on(domain: Domain, kind: KindName, fault: str) -> None:
    device = made(domain, kind, **{fault: NOW})
    assert int(read(device, NOW - 1)["value"]) in TOLERATED[kind]
    assert int(read(device, NOW)["value"]) not in TOLERATED[kind]


def test_a_silent_one_says_nothing(domain: Domain) -> None:
    device = made(domain, "door", SILENT=NOW)
    assert device.read(NOW - 1) is not None
    assert (device.read(NOW), device.read(NOW + 99)) == (None, None)
    assert device.sequence == 1


def test_a_fault_of_another_kind_does_not_show(domain: Domain) -> None:
    device = made(domain, "weight", MOVED=NOW, DOOR_OPENED=NOW, TOO_WARM=NOW)
    assert int(read(device, NOW)["value"]) in TOLERATED["weight"]


def test_its_registration_says_what_it_is(domain: Domain) -> None:
    device = made(domain, "temperature")
    assert device.registration(NOW) == (device.address, 7, 3, NOW, True)
