"""E4: a lot's custodian sets its watch once and makes it stricter; the registrar changes it."""

import pytest

from tests.contracts.Attestations.evidence import LIGHT, WATCH, Kind, key, later, watch
from tests.contracts.world import DAY, FAR, Role, clause, now, refused

STRICTER = {"toleranceBps": 99, "maxSilence": 7 * DAY - 1, "maxMilliKelvin": 279_999, "maxMetres": 499}
LOOSER = {"toleranceBps": 101, "maxSilence": 7 * DAY + 1, "quorum": 2, "maxMilliKelvin": 280_001, "maxMetres": 501}


@pytest.fixture
def fresh(evidence, custodian, admin):
    """A lot that nobody watches yet."""
    evidence.warehouse.takeIn(custodian, 1000, {"from": admin})
    return 2


def test_the_first_one(evidence, fresh, custodian):
    """E4: as the custodian says."""
    tx = evidence.contract.setWatch(fresh, watch(), {"from": custodian})
    assert dict(tx.events["WatchSet"]) == {"lotId": fresh, "watch": watch()}
    assert evidence.contract.watchOf(fresh).dict() == WATCH


@pytest.mark.parametrize("caller", ["depot", "carrier", "registrar", "thief", "stranger"])
def test_only_the_lots_custodian(world, evidence, fresh, custodian, caller):
    """E4: neither another custodian nor an officer on this way."""
    account = getattr(world, caller)
    with refused("NotTheCustodian", fresh, custodian, account):
        evidence.contract.setWatch(fresh, watch(), {"from": account})


def test_a_custodian_that_is_one_no_longer(world, evidence, fresh, custodian, participants, registrar):
    """E4, P5."""
    participants.renew(custodian, Role.CARRIER, FAR, {"from": registrar})
    with refused("RoleMissing", custodian, Role.CUSTODIAN):
        evidence.contract.setWatch(fresh, watch(), {"from": custodian})
    world.freeze(custodian)
    with refused("Frozen", custodian):
        evidence.contract.setWatch(fresh, watch(), {"from": custodian})


def test_of_a_lot_that_is_none(evidence, custodian, registrar):
    """E4."""
    with refused("UnknownLot", 9):
        evidence.contract.setWatch(9, watch(), {"from": custodian})
    with refused("UnknownLot", 9):
        evidence.contract.changeWatch(9, watch(), {"from": registrar})


@pytest.mark.parametrize(("member", "value"), [("toleranceBps", 10_000), ("maxSilence", 0), ("quorum", 0)])
def test_a_watch_that_watches_nothing(evidence, fresh, custodian, registrar, member, value):
    """E4: a tolerance of everything; a silence of nothing and a quorum of nobody, which would lock at once."""
    with refused("InvalidWatch", fresh, clause(member)):
        evidence.contract.setWatch(fresh, watch(**{member: value}), {"from": custodian})
    with refused("InvalidWatch", fresh, clause(member)):
        evidence.contract.changeWatch(fresh, watch(**{member: value}), {"from": registrar})


@pytest.mark.parametrize("member", STRICTER)
def test_stricter(evidence, custodian, member):
    """E4: member by member."""
    changed = watch(**{member: STRICTER[member]})
    evidence.contract.setWatch(1, changed, {"from": custodian})
    assert tuple(evidence.contract.watchOf(1)) == changed
    with refused("WatchLoosened", 1, clause(member)):
        evidence.contract.setWatch(1, watch(), {"from": custodian})


def test_fewer_devices_are_stricter(evidence, custodian):
    """E4: a quorum goes down only."""
    lot = evidence.lot(quorum=3)
    evidence.contract.setWatch(lot, watch(quorum=2), {"from": custodian})
    with refused("WatchLoosened", lot, clause("quorum")):
        evidence.contract.setWatch(lot, watch(quorum=3), {"from": custodian})


@pytest.mark.parametrize("member", LOOSER)
def test_never_looser(evidence, custodian, member):
    """E4: not even where everything else is stricter."""
    with refused("WatchLoosened", 1, clause(member)):
        evidence.contract.setWatch(1, watch(**(STRICTER | {member: LOOSER[member]})), {"from": custodian})


def test_no_limit_is_the_loosest_temperature(evidence, custodian):
    """E4: a limit is not taken away, and one may come where there was none."""
    with refused("WatchLoosened", 1, clause("maxMilliKelvin")):
        evidence.contract.setWatch(1, watch(maxMilliKelvin=0), {"from": custodian})
    lot = evidence.lot(maxMilliKelvin=0)
    evidence.contract.setWatch(lot, watch(maxMilliKelvin=2**32 - 1), {"from": custodian})


def test_the_registrar_may_change_it(evidence, registrar, custodian):
    """E4: looser too, and where there was none; the custodian goes on from there."""
    tx = evidence.contract.changeWatch(1, watch(**LOOSER), {"from": registrar})
    assert dict(tx.events["WatchSet"]) == {"lotId": 1, "watch": watch(**LOOSER)}
    evidence.contract.setWatch(1, watch(), {"from": custodian})
    with refused("WatchLoosened", 1, clause("toleranceBps")):
        evidence.contract.setWatch(1, watch(**LOOSER), {"from": custodian})


@pytest.mark.parametrize("caller", ["custodian", "admin", "regulator", "stranger"])
def test_the_registrar_alone(world, evidence, caller):
    """A3, E4."""
    account = getattr(world, caller)
    with refused("AccessManagedUnauthorized", account):
        evidence.contract.changeWatch(1, watch(**LOOSER), {"from": account})


def test_devices_come_after_the_watch(evidence, fresh, custodian, carrier):
    """E4: a device whose readings nothing is held against would make believe."""
    for owner in (custodian, carrier):
        with refused("WatchMissing", fresh):
            evidence.contract.registerDevice(key("x").address, fresh, Kind.DOOR, FAR, False, {"from": owner})


def test_a_hair_stricter_wipes_nothing_out(evidence, custodian):
    """E4, E5: a custodian whose door was seen open cannot begin anew by its own act, nor by one watch more."""
    lot = evidence.lot(quorum=2)
    first, second = (evidence.device(name, Kind.DOOR, lot=lot) for name in ("one", "two"))
    later()
    waiting = [evidence.signed(device, 1) for device in (first, second)]
    later(DAY + 100)
    evidence.carry(*waiting[0])
    evidence.contract.setWatch(lot, watch(quorum=2, maxMetres=499), {"from": custodian})
    evidence.carry(*waiting[1])
    assert evidence.locked(lot)


def test_a_changed_watch_begins_anew(evidence, registrar):
    """E4, E5: what was seen and read under the old one does not count against the new one."""
    lot = evidence.lot(quorum=2)
    first, second = (evidence.device(name, lot=lot) for name in ("one", "two"))
    later()
    evidence.contradict(first, LIGHT)
    old = evidence.signed(second, LIGHT)
    evidence.contract.changeWatch(lot, watch(quorum=2), {"from": registrar})
    with refused("TakenTooEarly", old[0][4], now()):
        evidence.carry(*old)
    later()
    evidence.contradict(second, LIGHT)
    assert not evidence.locked(lot)
    evidence.contradict(first, LIGHT)
    assert evidence.locked(lot)
