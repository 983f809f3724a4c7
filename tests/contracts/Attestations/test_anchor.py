"""E3: a device's readings are anchored in batches: one root, one signature, one rising sequence."""

import pytest
from brownie import web3
from eth_utils import keccak

from backend.devices import merkle
from tests.contracts.Attestations.evidence import BATCH, READING, ROOT, Kind, key, later
from tests.contracts.world import DAY, at, digest, now, refused

CEILING = 60_000


def test_anyone_carries_it(evidence, scale):
    """E3: the device has no gas; the chain says when its root came."""
    second = now() + 10
    signed = evidence.batch(scale, lastTakenAt=second)
    with at(second):
        tx = evidence.anchor(*signed)
    assert dict(tx.events["ReadingsAnchored"]) == {
        "device": scale.address,
        "root": "0x" + ROOT.hex(),
        "firstSequence": 1,
        "lastSequence": 10,
    }
    assert evidence.contract.anchoredAt(scale.address, ROOT) == second
    assert (evidence.of(scale)["lastSequence"], evidence.of(scale)["lastSeenAt"]) == (10, second)


def test_a_thousand_readings_cost_little(evidence, scale):
    """E3: at most 60,000 gas for a batch of a thousand, from the second one on."""
    for count, label in ((1, "first"), (2, "second")):
        later()
        readings = [evidence.reading(scale, 100_000) for _ in range(1_000)]
        domain = web3.keccak(text="leaves are hashes, whatever of")
        leaves = [keccak(domain + repr(reading).encode()) for reading in readings]
        evidence.sequences[scale.address] -= 1_000
        tx = evidence.anchor(*evidence.batch(scale, merkle.root(leaves), count=1_000))
        assert evidence.of(scale)["lastSequence"] == 1_000 * count
        print(f"the {label} batch of 1,000 readings: {tx.gas_used:,} gas")
    assert tx.gas_used <= CEILING


def test_the_contract_and_the_device_read_the_same(evidence, scale):
    """E2, E3: the digest of the chain is EIP-712's own."""
    batch, _, _ = evidence.batch(scale)
    message = evidence.world.message(evidence.contract, "Batch", BATCH, dict(zip(BATCH, batch, strict=True)))
    own = keccak(b"\x19" + message.version + message.header + message.body)
    assert bytes(evidence.contract.batchDigest(batch)) == own
    reading = evidence.reading(scale, 100_000)
    message = evidence.world.message(evidence.contract, "Reading", READING, dict(zip(READING, reading, strict=True)))
    own = keccak(b"\x19" + message.version + message.header + message.body)
    assert bytes(evidence.contract.readingDigest(reading)) == own


def test_the_sequence_rises(evidence, scale):
    """E2: not the same batch again, none that overlaps, none from before; a gap is no harm."""
    first = evidence.batch(scale)
    evidence.anchor(*first)
    for changed in ({"firstSequence": 1}, {"firstSequence": 10, "lastSequence": 11}, {"firstSequence": 3}):
        with refused("SequenceUsed", scale.address, changed["firstSequence"], 10):
            evidence.anchor(*evidence.batch(scale, digest("another root"), **({"lastSequence": 20} | changed)))
    with refused("SequenceUsed", scale.address, 1, 10):
        evidence.anchor(*first)
    evidence.anchor(*evidence.batch(scale, digest("a third"), firstSequence=500, lastSequence=500))
    assert evidence.of(scale)["lastSequence"] == 500


def test_a_root_is_anchored_once(evidence, scale):
    """E3: under other sequences it would make the first proofs worthless; another device's root is another thing."""
    evidence.anchor(*evidence.batch(scale))
    with refused("RootAnchored", ROOT):
        evidence.anchor(*evidence.batch(scale))
    evidence.anchor(*evidence.batch(evidence.device("other")))


@pytest.mark.parametrize(("first", "last"), [(0, 5), (0, 0), (6, 5), (1, 2**64), (2**64 + 1, 2**64 + 1)])
def test_a_range_that_is_one(evidence, scale, first, last):
    """E3."""
    with refused("InvalidBatch", first, last):
        evidence.anchor(*evidence.batch(scale, firstSequence=first, lastSequence=last))


@pytest.mark.parametrize(
    ("position", "value"),
    [(0, 2), (1, digest("another root")), (2, 2), (3, 99), (4, 1_700_000_000)],
    ids=list(BATCH),
)
def test_nothing_is_changed_on_the_way(evidence, scale, position, value):
    """E3: every word of a batch is signed."""
    batch, device, signature = evidence.batch(scale)
    changed = (*batch[:position], value, *batch[position + 1 :])
    with refused("InvalidSignature", device, evidence.contract.batchDigest.call(changed)):
        evidence.anchor(changed, device, signature)


@pytest.mark.parametrize("domain", ["chainId", "verifyingContract", "name", "version"])
def test_no_other_domain(evidence, attestations, scale, domain):
    """E2: what was signed for another chain or another contract counts nothing here."""
    other = {"chainId": 1, "verifyingContract": attestations.address, "name": "Feiqian Loans", "version": "2"}
    batch, device, _ = evidence.batch(scale)
    signature = evidence.sign(scale, "Batch", BATCH, batch, **{domain: other[domain]})
    with refused("InvalidSignature", device, evidence.contract.batchDigest.call(batch)):
        evidence.anchor(batch, device, signature)


@pytest.mark.parametrize(
    "forge",
    [lambda s: b"", lambda s: s[:64], lambda s: s + b"\0", lambda s: b"\0" * 65, lambda s: bytes([s[0] ^ 1]) + s[1:]],
    ids=["empty", "short", "long", "zero", "one bit"],
)
def test_no_other_form_of_a_signature(evidence, scale, forge):
    """E3."""
    batch, device, signature = evidence.batch(scale)
    with refused("InvalidSignature", device, evidence.contract.batchDigest.call(batch)):
        evidence.anchor(batch, device, forge(signature))


def test_by_another_device(evidence, scale):
    """E3: a device speaks for itself only, and its owner does not speak for it."""
    other = evidence.device("other")
    for signer in (other, evidence.world.keys[evidence.world.custodian.address]):
        batch, device, signature = evidence.batch(scale, signer=signer)
        with refused("InvalidSignature", device, evidence.contract.batchDigest.call(batch)):
            evidence.anchor(batch, device, signature)


def test_by_one_that_nobody_registered(evidence):
    """E1."""
    ghost = key("ghost")
    evidence.sequences[ghost.address] = 0
    with refused("UnknownDevice", ghost.address):
        evidence.anchor(*evidence.batch(ghost))


def test_of_another_lot(evidence, scale):
    """E1: a device is where it was registered; there it cannot speak of elsewhere."""
    lot = evidence.lot()
    with refused("WrongReading", scale.address, lot, Kind.WEIGHT):
        evidence.anchor(*evidence.batch(scale, lotId=lot))


def test_not_from_the_future(evidence, scale):
    """E2: a clock that is ahead would hide a silence."""
    second = now() + 50
    signed = evidence.batch(scale, lastTakenAt=second + 1)
    with at(second), refused("TakenInTheFuture", second + 1, second):
        evidence.anchor(*signed)
    with at(second + 1):
        evidence.anchor(*signed)


def test_within_its_calibration(evidence):
    """E2: the end is inclusive; a batch that was taken in time may come later."""
    until = now() + DAY
    box = evidence.device("box", calibratedUntil=until)
    in_time = evidence.batch(box, lastTakenAt=until)
    with at(until + DAY), refused("CalibrationEnded", box.address, until, until + 1):
        evidence.anchor(*evidence.batch(box, digest("late"), lastTakenAt=until + 1))
    evidence.anchor(*in_time)


def test_an_old_batch_does_not_turn_back_the_clock(evidence, scale):
    """E3, E5: what was held back and comes at last shows no later life, and takes none away."""
    began = now()
    held = evidence.batch(scale, firstSequence=1, lastSequence=5)
    second = later(DAY)
    single = evidence.batch(scale, digest("newer"), firstSequence=6, lastSequence=9)
    evidence.anchor(*single)
    with refused("SequenceUsed", scale.address, 1, 9):
        evidence.anchor(*held)
    evidence.anchor(*evidence.batch(scale, digest("older"), firstSequence=10, lastSequence=11, lastTakenAt=began))
    assert evidence.of(scale)["lastSeenAt"] == second
