"""E5, E7: a lot is locked once as many devices as the watch asks for contradict, each counted once in a round."""

import pytest

from tests.contracts.Attestations.evidence import LIGHT, Kind, later, watch
from tests.contracts.world import refused


@pytest.fixture
def three(evidence, carrier):
    """A lot that asks for three, and four devices: of the custodian and of a carrier, of three kinds."""
    lot = evidence.lot(quorum=3)
    devices = [
        evidence.device("scale a", lot=lot),
        evidence.device("scale b", lot=lot, owner=carrier),
        evidence.device("tracker", Kind.POSITION, lot=lot, owner=carrier),
        evidence.device("thermometer", Kind.TEMPERATURE, lot=lot),
    ]
    later()
    return lot, devices


BAD = (LIGHT, 0, 10**6, 300_000)


def test_as_many_as_asked_for(evidence, three):
    """E5: one after another, of any kind; the last one locks."""
    lot, devices = three
    for device, value in list(zip(devices, BAD, strict=True))[:3]:
        assert not evidence.locked(lot)
        tx = evidence.contradict(device, value)
    assert evidence.locked(lot)
    assert "LotLocked" in tx.events


def test_each_counts_once(evidence, three):
    """E5: a device that cries three times is one device."""
    lot, devices = three
    evidence.contradict(devices[0], LIGHT)
    for _ in range(3):
        later()
        with refused("AlreadySeen", lot, devices[0].address):
            evidence.contradict(devices[0], LIGHT)
    assert not evidence.locked(lot)


def test_each_lot_counts_its_own(evidence, three):
    """E5."""
    lot, devices = three
    other = evidence.lot(quorum=2)
    for name, of in (("x", other), ("y", 1)):
        evidence.device(name, lot=of)
    evidence.contradict(devices[0], LIGHT)
    evidence.contradict(devices[1], LIGHT)
    assert not (evidence.locked(lot) or evidence.locked(other) or evidence.locked())


def test_more_of_them_lock_it_only_once(evidence, three):
    """E5: what comes to a locked lot is logged and counts in no other way."""
    _, devices = three
    for device, value in zip(devices, BAD, strict=True):
        tx = evidence.contradict(device, value)
    assert "ContradictionSeen" in tx.events
    assert "LotLocked" not in tx.events
    assert evidence.warehouse.locks() == 1


def test_unlocked_it_begins_anew(evidence, three):
    """E5, W8: nothing from before the order is left over, and each device has its voice again."""
    lot, devices = three
    for device, value in zip(devices, BAD, strict=True):
        evidence.contradict(device, value)
    evidence.unlock(lot)
    later()
    for device, value in list(zip(devices, BAD, strict=True))[1:3]:
        evidence.contradict(device, value)
    assert not evidence.locked(lot)
    evidence.contradict(devices[0], LIGHT)
    assert evidence.locked(lot)


def test_a_count_that_was_under_way_ends_with_an_unlocking(evidence, three, admin):
    """E5, W8: the custodian's report locked the lot, an order opened it."""
    lot, devices = three
    evidence.contradict(devices[0], LIGHT)
    evidence.contradict(devices[1], LIGHT)
    evidence.warehouse.lock(lot, b"\1" * 32, {"from": admin})
    evidence.unlock(lot)
    later()
    evidence.contradict(devices[2], 10**6)
    assert not evidence.locked(lot)


def test_a_smaller_quorum_locks_with_the_next(evidence, three, custodian):
    """E4, E5: what was seen stays seen."""
    lot, devices = three
    evidence.contradict(devices[0], LIGHT)
    evidence.contradict(devices[1], LIGHT)
    evidence.contract.setWatch(lot, watch(quorum=1), {"from": custodian})
    evidence.contradict(devices[2], 10**6)
    assert evidence.locked(lot)


def test_a_revoked_device_stays_counted(evidence, three, custodian):
    """E5: taking the witness away does not take back what it said."""
    lot, devices = three
    evidence.contradict(devices[0], LIGHT)
    evidence.contract.revokeDevice(devices[0].address, {"from": custodian})
    evidence.contradict(devices[1], LIGHT)
    evidence.contradict(devices[2], 10**6)
    assert evidence.locked(lot)


def test_simulated_ones_count_too(evidence):
    """E1, E5: marked, and judged by the same rules."""
    box = evidence.device("box", simulated=True)
    later()
    evidence.contradict(box, LIGHT)
    assert evidence.locked()


def test_more_witnesses_than_are_counted(evidence, scale):
    """E5: the count ends at the quorum, so no number of devices stops the next one."""
    devices = [evidence.device(f"scale {number}") for number in range(2**8)]
    later()
    for device in (scale, *devices):
        evidence.contradict(device, LIGHT)
    assert evidence.locked()
