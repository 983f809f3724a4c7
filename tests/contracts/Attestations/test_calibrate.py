"""E1, E2: a calibration is extended by the device's owner, and never backwards over a gap."""

import pytest

from tests.contracts.Attestations.evidence import LIGHT, key, later
from tests.contracts.world import DAY, FAR, at, now, refused, wait_until


@pytest.fixture
def box(evidence):
    """A scale whose calibration ends in ten days."""
    return evidence.device("box", calibratedUntil=now() + 10 * DAY)


def test_extended(evidence, box, custodian):
    """E1."""
    tx = evidence.contract.calibrate(box.address, FAR, {"from": custodian})
    assert dict(tx.events["DeviceCalibrated"]) == {"device": box.address, "calibratedUntil": FAR}
    assert evidence.of(box)["calibratedUntil"] == FAR


@pytest.mark.parametrize("caller", ["depot", "carrier", "thief"])
def test_by_its_owner(world, evidence, box, caller):
    """E1."""
    account = getattr(world, caller)
    with refused("NotTheOwner", box.address, account):
        evidence.contract.calibrate(box.address, FAR, {"from": account})


def test_not_by_the_frozen_nor_for_the_revoked_or_unknown(world, evidence, box, custodian):
    """E1, P3."""
    with refused("UnknownDevice", key("none").address):
        evidence.contract.calibrate(key("none").address, FAR, {"from": custodian})
    world.freeze(custodian)
    with refused("Frozen", custodian):
        evidence.contract.calibrate(box.address, FAR, {"from": custodian})
    world.unfreeze(custodian)
    evidence.contract.revokeDevice(box.address, {"from": custodian})
    with refused("DeviceIsRevoked", box.address):
        evidence.contract.calibrate(box.address, FAR, {"from": custodian})


@pytest.mark.parametrize("less", [0, 1, 5 * DAY])
def test_never_shortened(evidence, box, custodian, less):
    """E2: that would take back what its readings say already."""
    until = evidence.of(box)["calibratedUntil"]
    with refused("CalibrationShortened", box.address, until):
        evidence.contract.calibrate(box.address, until - less, {"from": custodian})


def test_nor_extended_into_the_past(evidence, box, custodian):
    """E2."""
    until = evidence.of(box)["calibratedUntil"]
    with at(until + 100), refused("CalibrationEnded", box.address, until + 99, until + 100):
        evidence.contract.calibrate(box.address, until + 99, {"from": custodian})


def test_what_was_read_in_the_gap_stays_without_weight(evidence, box, custodian):
    """E2: a calibration told later does not make good a reading that was taken without one."""
    until = evidence.of(box)["calibratedUntil"]
    wait_until(until + 100)
    old = evidence.signed(box, LIGHT)
    with refused("CalibrationEnded", box.address, until, old[0][4]):
        evidence.carry(*old)
    with at(until + 200):
        evidence.contract.calibrate(box.address, FAR, {"from": custodian})
    with refused("TakenTooEarly", old[0][4], until + 200):
        evidence.carry(*old)
    later()
    evidence.contradict(box, LIGHT)


def test_extended_in_time_nothing_is_lost(evidence, box, custodian):
    """E2: there is no gap."""
    later()
    taken = evidence.signed(box, LIGHT)
    evidence.contract.calibrate(box.address, FAR, {"from": custodian})
    evidence.carry(*taken)
    assert evidence.locked()
