"""E5: a signed reading that contradicts the receipts of its lot locks the lot, and does nothing else."""

import pytest
from eth_utils import keccak

from tests.contracts.Attestations.evidence import LIGHT, QUANTITY, READING, Kind, key, later
from tests.contracts.world import DAY, at, now, refused, wait_until

WARM, FAR_AWAY = 280_001, 501


def test_too_light(evidence, scale):
    """E5: the event says what was read, the limit, and the reading's digest; the lot is locked with it."""
    later()
    signed = evidence.signed(scale, LIGHT)
    tx = evidence.carry(*signed)
    leaf = "0x" + evidence.leaf(signed[0]).hex()
    assert dict(tx.events["ContradictionSeen"]) == {
        "lotId": 1,
        "device": scale.address,
        "kind": Kind.WEIGHT,
        "value": LIGHT,
        "limit": LIGHT + 1,
        "evidence": leaf,
    }
    assert dict(tx.events["LotLocked"]) == {"lotId": 1, "evidence": leaf}
    assert evidence.locked()
    assert evidence.of(scale)["lastSeenAt"] == signed[0][4]


def test_what_was_seen_last_stays_the_last(evidence, scale):
    """E5: a reading that is carried after a later one was makes nobody look silent."""
    later()
    earlier = evidence.signed(scale, LIGHT)
    later()
    evidence.anchor(*evidence.batch(scale))
    seen = evidence.of(scale)["lastSeenAt"]
    assert seen > earlier[0][4]
    evidence.carry(*earlier)
    assert evidence.of(scale)["lastSeenAt"] == seen


@pytest.mark.parametrize("value", [LIGHT + 1, QUANTITY, 2**64 - 1])
def test_heavy_enough(evidence, scale, value):
    """E5: up to the tolerance; more than enough is no contradiction."""
    later()
    with refused("NoContradiction", value, LIGHT + 1):
        evidence.contradict(scale, value)


@pytest.mark.parametrize(
    ("quantity", "tolerance", "limit"),
    [(1, 9_999, 1), (3, 5_000, 2), (101, 100, 100), (2**64 - 1, 1, 2**64 - 1 - (2**64 - 1) // 10_000)],
)
def test_to_the_unit(evidence, quantity, tolerance, limit):
    """E5: less than quantity × (10,000 − tolerance) ÷ 10,000, which is not rounded."""
    lot = evidence.lot(quantity, toleranceBps=tolerance)
    scale = evidence.device("fine", lot=lot)
    later()
    with refused("NoContradiction", limit, limit):
        evidence.contradict(scale, limit)
    evidence.contradict(scale, limit - 1)
    assert evidence.locked(lot)


def test_measured_against_what_is_left(evidence, scale):
    """E5: counted − delivered − lost."""
    evidence.deliver(40_000)
    evidence.lose(10_000)
    later()
    with refused("NoContradiction", 49_500, 49_500):
        evidence.contradict(scale, 49_500)
    evidence.contradict(scale, 49_499)
    assert evidence.locked()


def test_an_empty_lot_has_nothing_to_contradict(evidence, scale):
    """E5: no receipt stands for it any more."""
    evidence.deliver(QUANTITY)
    door = evidence.device("door", Kind.DOOR)
    later()
    open_door = evidence.signed(door, 1)
    with refused("LotIsEmpty", 1):
        evidence.contradict(scale, 0)
    later(9 * DAY)
    with refused("LotIsEmpty", 1):
        evidence.carry(*open_door)
    with refused("LotIsEmpty", 1):
        evidence.silence(scale)


@pytest.mark.parametrize(("kind", "limit"), [(Kind.POSITION, 500), (Kind.TEMPERATURE, 280_000)])
def test_elsewhere_or_too_warm(evidence, kind, limit):
    """E5: beyond the limit of the watch, and not at it."""
    box = evidence.device("box", kind)
    later()
    with refused("NoContradiction", limit, limit):
        evidence.contradict(box, limit)
    with refused("NoContradiction", 0, limit):
        evidence.contradict(box, 0)
    evidence.contradict(box, limit + 1)
    assert evidence.locked()


def test_without_a_limit_nothing_is_too_warm(evidence):
    """E4."""
    lot = evidence.lot(maxMilliKelvin=0)
    box = evidence.device("box", Kind.TEMPERATURE, lot=lot)
    later()
    with refused("NoContradiction", 2**64 - 1, 0):
        evidence.contradict(box, 2**64 - 1)


def test_any_move_where_none_is_allowed(evidence):
    """E4: zero metres are a limit."""
    lot = evidence.lot(maxMetres=0)
    box = evidence.device("box", Kind.POSITION, lot=lot)
    later()
    evidence.contradict(box, 1)
    assert evidence.locked(lot)


# ---- doors


@pytest.fixture
def door(evidence):
    made = evidence.device("door", Kind.DOOR)
    later()
    return made


def test_a_door_that_opened(evidence, door):
    """E5: not before the day is over in which a delivery may still explain it."""
    opened = evidence.signed(door, 1)
    until = opened[0][4] + DAY
    with at(until), refused("DeliveryMayFollow", opened[0][4], until):
        evidence.carry(*opened)
    with at(until + 1):
        evidence.carry(*opened)
    assert evidence.locked()


def test_a_door_that_closed(evidence, door):
    """E5."""
    closed = evidence.signed(door, 0)
    later(2 * DAY)
    with refused("NoContradiction", 0, 0):
        evidence.carry(*closed)


@pytest.mark.parametrize("after", [1, DAY, DAY + 1])
def test_a_delivery_before_explains_a_door(evidence, door, after):
    """E5: up to a day before."""
    delivered = now() + 100
    with at(delivered):
        evidence.deliver(1)
    wait_until(delivered + after)
    opened = evidence.signed(door, 1)
    assert opened[0][4] == delivered + after
    later(2 * DAY)
    if after <= DAY:
        with refused("NoContradiction", 1, 1):
            evidence.carry(*opened)
    else:
        evidence.carry(*opened)
        assert evidence.locked()


def test_and_one_after_it(evidence, door):
    """E5: the goods went out through it."""
    opened = evidence.signed(door, 1)
    later(DAY - 100)
    evidence.deliver(1)
    later(2 * DAY)
    with refused("TakenTooEarly", opened[0][4], evidence.warehouse.lotOf.call(1).dict()["lastDeliveryAt"]):
        evidence.carry(*opened)


def test_a_unit_of_shortage_does_not_close_a_door(evidence, door):
    """E5: what the custodian reports alone wipes out no evidence but of weight."""
    opened = evidence.signed(door, 1)
    evidence.lose(1)
    later(DAY + 1)
    evidence.carry(*opened)
    assert evidence.locked()


# ---- what is too old (E6)


@pytest.mark.parametrize("kind", [Kind.WEIGHT, Kind.POSITION, Kind.DOOR])
def test_not_from_before_the_newest_delivery(evidence, kind):
    """E5: a truthful reading of then is a lie about now."""
    box = evidence.device("box", kind)
    later()
    old = evidence.signed(box, 0 if kind == Kind.WEIGHT else 10**6)
    evidence.deliver(10)
    delivered = now()
    same_second = evidence.signed(box, 0 if kind == Kind.WEIGHT else 10**6)
    later(3 * DAY)
    for signed in (old, same_second):
        with refused("TakenTooEarly", signed[0][4], delivered):
            evidence.carry(*signed)


def test_not_a_weight_from_before_a_misfortune(evidence, scale):
    """E5: what was missing is reported now."""
    later()
    old = evidence.signed(scale, 70_000)
    evidence.lose(20_000)
    lost = now()
    later()
    with refused("TakenTooEarly", old[0][4], lost):
        evidence.carry(*old)
    evidence.contradict(scale, 70_000)
    assert evidence.locked()


def test_a_temperature_is_made_good_by_neither(evidence):
    """E5: goods that were too warm stay so when a part of them leaves."""
    box = evidence.device("box", Kind.TEMPERATURE)
    later()
    old = evidence.signed(box, WARM)
    evidence.deliver(10)
    evidence.lose(10)
    later()
    evidence.carry(*old)
    assert evidence.locked()


@pytest.mark.parametrize(("kind", "value"), [(Kind.WEIGHT, 0), (Kind.TEMPERATURE, WARM), (Kind.POSITION, FAR_AWAY)])
def test_not_from_before_an_unlocking(evidence, kind, value):
    """E5, W8: who unlocked knew; only what is read afterwards locks again."""
    first, second = evidence.device("first", kind), evidence.device("second", kind)
    later()
    others = [evidence.signed(second, value)]
    used = evidence.signed(first, value)
    evidence.carry(*used)
    later()
    others += [evidence.signed(first, value), evidence.signed(second, value)]
    later()
    evidence.unlock()
    unlocked = now()
    later()
    for signed in others:
        with refused("TakenTooEarly", signed[0][4], unlocked):
            evidence.carry(*signed)
    with refused("SequenceUsed", first.address, used[0][3], used[0][3]):
        evidence.carry(*used)
    evidence.contradict(first, value)
    assert (evidence.locked(), evidence.warehouse.locks()) == (True, 2)


def test_not_from_before_it_was_registered(evidence):
    """E1: what a scale without a load said about a lot to come."""
    ghost = key("box")
    empty = (1, Kind.WEIGHT, 0, 1, now())
    signature = evidence.sign(ghost, "Reading", READING, empty)
    later()
    evidence.device("box")
    registered = evidence.witness(ghost)["countsFrom"]
    later()
    with refused("TakenTooEarly", empty[4], registered):
        evidence.carry(empty, ghost.address, signature)


def test_not_from_the_future(evidence, scale):
    """E2."""
    second = now() + 50
    signed = evidence.signed(scale, 0, takenAt=second + 1)
    with at(second), refused("TakenInTheFuture", second + 1, second):
        evidence.carry(*signed)
    with at(second + 1):
        evidence.carry(*signed)


@pytest.mark.parametrize("late", [0, 1])
def test_within_its_calibration(evidence, late):
    """E2: at the reading's time, inclusive; when it is carried is another matter."""
    until = now() + DAY
    box = evidence.device("box", calibratedUntil=until)
    signed = evidence.signed(box, 0, takenAt=until + late)
    wait_until(until + 2 * DAY)
    if late:
        with refused("CalibrationEnded", box.address, until, until + 1):
            evidence.carry(*signed)
    else:
        evidence.carry(*signed)
        assert evidence.locked()


# ---- who says it, and of what


def test_the_sequence_is_used_once(evidence, scale):
    """E2: neither the same reading again nor an older one, even in another round."""
    later()
    older = evidence.signed(scale, 0)
    used = evidence.signed(scale, 0)
    evidence.carry(*used)
    for signed in (older, used):
        with refused("SequenceUsed", scale.address, signed[0][3], used[0][3]):
            evidence.carry(*signed)
    with refused("SequenceUsed", scale.address, 0, used[0][3]):
        evidence.contradict(scale, 0, sequence=0)


def test_sequence_zero_is_none(evidence, scale):
    """E2: a device begins at one."""
    later()
    with refused("SequenceUsed", scale.address, 0, 0):
        evidence.contradict(scale, 0, sequence=0)


def test_a_batch_anchored_over_it_hides_nothing(evidence, scale):
    """E5: a custodian that anchors and keeps the readings to itself is contradicted by the reading alone; and it can
    still anchor what it has not, whatever single reading was carried."""
    later()
    leaked = evidence.signed(scale, LIGHT)
    evidence.anchor(*evidence.batch(scale, firstSequence=1, lastSequence=1_000))
    evidence.carry(*leaked)
    assert evidence.locked()
    evidence.sequences[scale.address] = 1_500
    evidence.unlock()
    later()
    evidence.contradict(scale, LIGHT, sequence=1_500)
    evidence.sequences[scale.address] = 1_000
    evidence.anchor(*evidence.batch(scale, keccak(b"rest"), count=1_000))
    assert evidence.of(scale)["lastSequence"] == 2_000


@pytest.mark.parametrize("position", range(5), ids=list(READING))
def test_nothing_is_changed_on_the_way(evidence, scale, position):
    """E2: every word of a reading is signed."""
    later()
    reading, device, signature = evidence.signed(scale, LIGHT, takenAt=now() - 5)
    changed = (*reading[:position], reading[position] + 1, *reading[position + 1 :])
    with refused("InvalidSignature", device, evidence.contract.readingDigest.call(changed)):
        evidence.carry(changed, device, signature)


@pytest.mark.parametrize("domain", ["chainId", "verifyingContract", "name", "version"])
def test_no_other_domain(evidence, attestations, scale, domain):
    """E2: what was signed for another chain or another contract counts nothing here."""
    other = {"chainId": 1, "verifyingContract": attestations.address, "name": "Feiqian Loans", "version": "2"}
    later()
    reading = evidence.reading(scale, LIGHT)
    signature = evidence.sign(scale, "Reading", READING, reading, **{domain: other[domain]})
    with refused("InvalidSignature", scale.address, evidence.contract.readingDigest.call(reading)):
        evidence.carry(reading, scale.address, signature)


def test_by_another_key(evidence, scale):
    """E2: neither another device's nor the owner's, nor one that nobody registered."""
    other = evidence.device("other")
    later()
    for signer in (other, evidence.world.keys[evidence.world.custodian.address], key("ghost")):
        reading, device, signature = evidence.signed(scale, 0, signer=signer)
        with refused("InvalidSignature", device, evidence.contract.readingDigest.call(reading)):
            evidence.carry(reading, device, signature)
    ghost = key("ghost")
    evidence.sequences[ghost.address] = 0
    with refused("UnknownDevice", ghost.address):
        evidence.contradict(ghost, 0)


def test_of_another_lot(evidence, scale):
    """E1: the device's own is meant, whichever lot is light."""
    lot = evidence.lot()
    later()
    with refused("WrongReading", scale.address, lot, Kind.WEIGHT):
        evidence.contradict(scale, 0, lotId=lot)
    with refused("WrongReading", scale.address, 2**48 + 1, Kind.WEIGHT):
        evidence.contradict(scale, 0, lotId=2**48 + 1)


def test_of_another_kind(evidence, scale):
    """E1: a scale does not measure where it is."""
    later()
    with refused("WrongReading", scale.address, 1, Kind.POSITION):
        evidence.contradict(scale, 10**6, kind=Kind.POSITION)


def test_neither_title_nor_cash_moves(evidence, scale, cash):
    """E5: the goods are as they were, but for the lock."""
    later()
    before = evidence.warehouse.lotOf.call(1).dict()
    evidence.contradict(scale, 0)
    after = evidence.warehouse.lotOf.call(1).dict()
    assert {name for name in before if before[name] != after[name]} == {"locked"}


def test_a_frozen_owners_device_is_still_a_witness(world, evidence, scale, custodian):
    """E5: a custodian under suspicion is not protected by its own freeze."""
    world.freeze(custodian)
    later()
    evidence.contradict(scale, 0)
    assert evidence.locked()
