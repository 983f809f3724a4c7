"""E3, E5: a reading in an anchored batch is proven against its root."""

import pytest
from eth_utils import keccak

from backend.devices import merkle
from tests.contracts.Attestations.evidence import LIGHT, QUANTITY, Kind, later
from tests.contracts.world import at, digest, now, refused


@pytest.fixture
def anchored(evidence, scale):
    """Seven readings of which the last but one is light: readings, leaves and root."""
    later()
    readings = [evidence.reading(scale, LIGHT if number == 5 else QUANTITY) for number in range(7)]
    leaves = [evidence.leaf(reading) for reading in readings]
    evidence.sequences[scale.address] = 0
    evidence.anchor(*evidence.batch(scale, merkle.root(leaves), count=7))
    return readings, leaves, merkle.root(leaves)


def prove(evidence, device, reading, root, proof):
    return evidence.contract.contradictFromBatch(
        reading, device.address, root, proof, {"from": evidence.world.stranger}
    )


def test_proven(evidence, scale, anchored):
    """E5: by anyone, without the device."""
    readings, leaves, root = anchored
    tx = prove(evidence, scale, readings[5], root, merkle.proof(leaves, 5))
    assert dict(tx.events["ContradictionSeen"]) == {
        "lotId": 1,
        "device": scale.address,
        "kind": Kind.WEIGHT,
        "value": LIGHT,
        "limit": LIGHT + 1,
        "evidence": "0x" + leaves[5].hex(),
    }
    assert evidence.locked()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 13, 100])
def test_every_leaf_of_every_size(evidence, scale, count):
    """E3: the tree that is made is the tree that is read."""
    later()
    readings = [evidence.reading(scale, QUANTITY) for _ in range(count)]
    leaves = [evidence.leaf(reading) for reading in readings]
    root = merkle.root(leaves)
    evidence.sequences[scale.address] = 0
    evidence.anchor(*evidence.batch(scale, root, count=count))
    for index in {0, count // 2, count - 2, count - 1} & set(range(count)):
        with refused("NoContradiction", QUANTITY, LIGHT + 1):  # all else about it is good
            prove(evidence, scale, readings[index], root, merkle.proof(leaves, index))


def test_not_with_another_proof(evidence, scale, anchored):
    """E3: neither a neighbour's, nor a cut one, nor a longer one, nor one in another order."""
    readings, leaves, root = anchored
    good = merkle.proof(leaves, 5)
    for wrong in (merkle.proof(leaves, 4), good[:-1], [*good, root], good[::-1], []):
        with refused("NotInBatch", root, leaves[5]):
            prove(evidence, scale, readings[5], root, wrong)


def test_nor_a_reading_that_is_not_in_it(evidence, scale, anchored):
    """E3: each word counts."""
    readings, leaves, root = anchored
    for position in (2, 3, 4):
        changed = (*readings[5][:position], readings[5][position] - 1, *readings[5][position + 1 :])
        with refused("NotInBatch", root, evidence.leaf(changed)):
            prove(evidence, scale, changed, root, merkle.proof(leaves, 5))


def test_an_inner_node_is_no_leaf(evidence, scale, anchored):
    """E3: a node is the hash of 64 bytes and a leaf that of 66, so that no reading has a node's hash; the proof of a node
    is good only for the node."""
    _, leaves, root = anchored
    node = keccak(min(leaves[4], leaves[5]) + max(leaves[4], leaves[5]))
    assert merkle.climb(node, merkle.proof(leaves, 5)[1:]) == root
    posing = (1, Kind.WEIGHT, int.from_bytes(node[:8]), int.from_bytes(node[8:16]) % 7 + 1, now())
    with refused("NotInBatch", root, evidence.leaf(posing)):
        prove(evidence, scale, posing, root, merkle.proof(leaves, 5)[1:])
    with refused("NotInBatch", root, evidence.leaf(posing)):
        prove(evidence, scale, posing, root, [])


def test_nor_against_a_root_that_nobody_anchored(evidence, scale, anchored):
    """E3: a tree is made in a minute."""
    readings, _, _ = anchored
    forged = evidence.leaf(readings[5])
    with refused("RootUnknown", forged):
        prove(evidence, scale, readings[5], forged, [])


def test_nor_against_another_devices(evidence, scale, anchored):
    """E3: each device answers for its own."""
    readings, leaves, root = anchored
    other = evidence.device("other")
    with refused("RootUnknown", root):
        prove(evidence, other, readings[5], root, merkle.proof(leaves, 5))


def test_a_device_that_anchored_what_another_read(evidence, scale, anchored):
    """E1: a carrier's device for another lot cannot lend it its root."""
    readings, leaves, root = anchored
    lot = evidence.lot()
    other = evidence.device("other", lot=lot)
    evidence.anchor(*evidence.batch(other, root, count=7))
    with refused("WrongReading", other.address, 1, Kind.WEIGHT):
        prove(evidence, other, readings[5], root, merkle.proof(leaves, 5))


def test_a_sequence_outside_of_the_batch(evidence, scale):
    """E3: what a device wrote into a tree beside its range is not anchored by it."""
    later()
    inside, outside = (evidence.reading(scale, LIGHT, sequence=number) for number in (3, 9))
    leaves = [evidence.leaf(inside), evidence.leaf(outside)]
    root = merkle.root(leaves)
    evidence.anchor(*evidence.batch(scale, root, firstSequence=1, lastSequence=8))
    with refused("NotInBatch", root, leaves[1]):
        prove(evidence, scale, outside, root, merkle.proof(leaves, 1))
    prove(evidence, scale, inside, root, merkle.proof(leaves, 0))


def test_the_same_rules_as_alone(evidence, scale, anchored):
    """E2, E5: once; and not from before the newest delivery."""
    readings, leaves, root = anchored
    later()
    evidence.deliver(1)
    with refused("TakenTooEarly", readings[5][4], now()):
        prove(evidence, scale, readings[5], root, merkle.proof(leaves, 5))
    later()
    second = evidence.reading(scale, 0)
    evidence.anchor(*evidence.batch(scale, evidence.leaf(second), firstSequence=8, lastSequence=8))
    prove(evidence, scale, second, evidence.leaf(second), [])
    with refused("SequenceUsed", scale.address, second[3], second[3]):
        prove(evidence, scale, second, evidence.leaf(second), [])


def test_a_batch_of_one(evidence, scale):
    """E3: its root is its leaf."""
    second = later()
    reading = evidence.reading(scale, LIGHT)
    with at(second + 5):
        evidence.anchor(*evidence.batch(scale, evidence.leaf(reading), firstSequence=1, lastSequence=1))
    prove(evidence, scale, reading, evidence.leaf(reading), [])
    assert evidence.locked()
    assert digest("x") != evidence.leaf(reading)
