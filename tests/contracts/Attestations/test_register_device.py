"""E1: a device is registered once, by a custodian or carrier, for one lot."""

import pytest

from tests.contracts.Attestations.evidence import LIGHT, Kind, key, later
from tests.contracts.world import DAY, FAR, ZERO, Role, at, now, refused


@pytest.mark.parametrize("owner", ["custodian", "carrier"])
@pytest.mark.parametrize("simulated", [False, True])
def test_by_the_custodian_or_a_carrier(world, evidence, owner, simulated):
    """E1: with its kind, its calibration, and whether it is simulated."""
    account, second = getattr(world, owner), now() + 10
    number = world.participants.participantOf(account)[0]
    device = key("box").address
    with at(second):
        tx = evidence.contract.registerDevice(device, 1, Kind.DOOR, second + DAY, simulated, {"from": account})
    assert dict(tx.events["DeviceRegistered"]) == {
        "device": device,
        "lotId": 1,
        "ownerId": number,
        "kind": Kind.DOOR,
        "simulated": simulated,
        "calibratedUntil": second + DAY,
    }
    assert evidence.contract.deviceOf(device).dict() == {
        "lotId": 1,
        "ownerId": number,
        "kind": Kind.DOOR,
        "simulated": simulated,
        "revoked": False,
        "calibratedUntil": second + DAY,
        "lastSeenAt": second,
        "lastSequence": 0,
    }
    assert evidence.contract.witnessOf(device) == (second, 0, 0)


@pytest.mark.parametrize("owner", ["depot", "supplier", "bank", "thief", "oracle"])
def test_nobody_else(world, evidence, owner):
    """E1: neither another custodian nor whoever has an interest in the goods."""
    account = getattr(world, owner)
    with refused("RoleMissing", account, Role.CARRIER):
        evidence.device("box", owner=account)


def test_nor_a_stranger_nor_the_frozen(world, evidence, stranger, carrier, custodian):
    """E1, P5."""
    with refused("UnknownParticipant", stranger):
        evidence.device("box", owner=stranger)
    for owner in (carrier, custodian):
        world.freeze(owner)
        with refused("Frozen", owner):
            evidence.device("box", owner=owner)


def test_for_a_lot_that_is_one(evidence, custodian):
    """E1."""
    with refused("UnknownLot", 2):
        evidence.device("box", lot=2)
    with refused("UnknownLot", 2**48 + 1):
        evidence.device("box", lot=2**48 + 1)


def test_a_key_is_registered_once(evidence, scale, carrier):
    """E1: not by another, not for another lot, not as another kind, and not with another mark."""
    lot = evidence.lot()
    for changed in ({"owner": carrier}, {"lot": lot}, {"kind": Kind.DOOR}, {"simulated": True}, {}):
        with refused("DeviceTaken", scale.address):
            evidence.device("scale", **changed)


def test_nor_after_it_was_revoked(evidence, scale, custodian, carrier):
    """E1: for good."""
    evidence.contract.revokeDevice(scale.address, {"from": custodian})
    for owner in (custodian, carrier):
        with refused("DeviceTaken", scale.address):
            evidence.device("scale", owner=owner)


def test_what_is_simulated_stays_so(evidence, custodian):
    """E1: nothing in the contract's face changes the mark."""
    box = evidence.device("box", simulated=True, calibratedUntil=now() + DAY)
    evidence.contract.calibrate(box.address, FAR, {"from": custodian})
    later()
    evidence.contradict(box, LIGHT)
    evidence.anchor(*evidence.batch(box))
    evidence.contract.revokeDevice(box.address, {"from": custodian})
    assert evidence.of(box)["simulated"] is True
    writers = [
        entry["name"]
        for entry in evidence.contract.abi
        if entry["type"] == "function" and any(word["name"] == "simulated" for word in entry["inputs"])
    ]
    assert writers == ["registerDevice"]


def test_a_key_of_nobody(evidence, custodian):
    """E1: a signature that cannot be recovered must not fit a device."""
    with refused("UnknownDevice", ZERO):
        evidence.contract.registerDevice(ZERO, 1, Kind.DOOR, FAR, False, {"from": custodian})


@pytest.mark.parametrize("late", [0, 1])
def test_its_calibration_has_not_ended(evidence, custodian, late):
    """E1: the end is inclusive."""
    second = now() + 10
    if late:
        with at(second), refused("CalibrationEnded", key("box").address, second - 1, second):
            evidence.device("box", calibratedUntil=second - 1)
    else:
        with at(second):
            evidence.device("box", calibratedUntil=second)
