"""E5: a device that is silent for longer than the watch allows contradicts; one that spoke in time does not."""

import pytest

from tests.contracts.Attestations.evidence import LIGHT, WATCH, Kind, key, later, watch
from tests.contracts.world import DAY, at, digest, now, refused

SILENCE = WATCH["maxSilence"]


@pytest.mark.parametrize("late", [0, 1])
def test_longer_than_allowed(evidence, scale, late):
    """E5: the last second is allowed."""
    seen = evidence.of(scale)["lastSeenAt"]
    if not late:
        with at(seen + SILENCE), refused("NotSilent", scale.address, seen + SILENCE):
            evidence.silence(scale)
        return
    with at(seen + SILENCE + 1):
        tx = evidence.silence(scale)
    assert dict(tx.events["SilenceSeen"]) == {
        "lotId": 1,
        "device": scale.address,
        "lastSeenAt": seen,
        "allowedUntil": seen + SILENCE,
    }
    assert "LotLocked" in tx.events
    assert evidence.locked()


@pytest.mark.parametrize("by", ["batch", "reading"])
def test_a_false_alarm(evidence, scale, by):
    """E5: it spoke in time, and its time runs from there."""
    lot = evidence.lot(quorum=2)
    box = evidence.device("box", lot=lot)
    spoke = later(SILENCE - 100)
    if by == "batch":
        evidence.anchor(*evidence.batch(box))
    else:
        evidence.contradict(box, LIGHT)
    with at(spoke + SILENCE), refused("NotSilent", box.address, spoke + SILENCE):
        evidence.silence(box)


def test_when_it_was_taken_counts_and_not_when_it_came(evidence, scale):
    """E5: whoever holds back a batch of old readings does not hide a silence with it."""
    taken = later(100)
    held = evidence.batch(scale)
    with at(taken + SILENCE):
        evidence.anchor(*held)
    with at(taken + SILENCE + 1):
        evidence.silence(scale)
    assert evidence.locked()


def test_a_device_counts_once(evidence):
    """E5: its silence and its weight are one witness."""
    lot = evidence.lot(quorum=2)
    box = evidence.device("box", lot=lot)
    later(SILENCE + 1)
    evidence.silence(box)
    with refused("AlreadySeen", lot, box.address):
        evidence.silence(box)
    with refused("AlreadySeen", lot, box.address):
        evidence.contradict(box, 0)
    assert not evidence.locked(lot)


def test_an_unlocked_lot_gives_it_its_time_again(evidence, scale):
    """E5, W8: else anybody would lock it again in the next block."""
    later(SILENCE + 1)
    evidence.silence(scale)
    evidence.unlock()
    unlocked = now()
    with refused("NotSilent", scale.address, unlocked + SILENCE):
        evidence.silence(scale)
    with at(unlocked + SILENCE + 1):
        evidence.silence(scale)
    assert evidence.locked()


def test_so_does_another_watch(evidence, scale, registrar):
    """E4, E5: a shorter silence does not run backwards."""
    later(SILENCE - 10)
    evidence.contract.changeWatch(1, watch(maxSilence=DAY), {"from": registrar})
    changed = now()
    with refused("NotSilent", scale.address, changed + DAY):
        evidence.silence(scale)


def test_each_kind_is_missed(evidence):
    """E5: a door's too."""
    door = evidence.device("door", Kind.DOOR)
    later(SILENCE + 1)
    evidence.silence(door)
    assert evidence.locked()


def test_who_is_none_is_not_missed(evidence):
    """E5."""
    with refused("UnknownDevice", key("ghost").address):
        evidence.silence(key("ghost"))


def test_a_device_out_of_calibration_falls_silent(evidence):
    """E2, E5: a watch that ended is no watch."""
    until = now() + DAY
    box = evidence.device("box", calibratedUntil=until)
    evidence.anchor(*evidence.batch(box))
    spoke = evidence.of(box)["lastSeenAt"]
    later(2 * DAY)
    with refused("CalibrationEnded", box.address, until, now()):
        evidence.anchor(*evidence.batch(box, digest("late")))
    with at(spoke + SILENCE + 1):
        evidence.silence(box)
    assert evidence.locked()
