"""E1, E2: a revoked key is refused for good, whatever it signs and whatever time it writes."""

import pytest

from backend.devices import merkle
from tests.contracts.Attestations.evidence import LIGHT, key, later
from tests.contracts.world import DAY, NOTHING, digest, refused

ORDER = digest("order")


def test_by_its_owner(evidence, scale, custodian):
    """E1: no order is needed."""
    tx = evidence.contract.revokeDevice(scale.address, {"from": custodian})
    assert dict(tx.events["DeviceRevoked"]) == {"device": scale.address, "orderHash": "0x" + NOTHING.hex()}
    assert evidence.of(scale)["revoked"] is True


def test_by_a_regulators_order(evidence, scale, regulator):
    """E1: the order is in the log."""
    with refused("OrderMissing"):
        evidence.contract.revokeByOrder(scale.address, NOTHING, {"from": regulator})
    tx = evidence.contract.revokeByOrder(scale.address, ORDER, {"from": regulator})
    assert dict(tx.events["DeviceRevoked"]) == {"device": scale.address, "orderHash": "0x" + ORDER.hex()}
    assert evidence.of(scale)["revoked"] is True


@pytest.mark.parametrize("caller", ["depot", "carrier", "thief", "bank"])
def test_nobody_else(world, evidence, scale, caller):
    """E1: a thief does not blind the watch."""
    account = getattr(world, caller)
    with refused("NotTheOwner", scale.address, account):
        evidence.contract.revokeDevice(scale.address, {"from": account})
    with refused("AccessManagedUnauthorized", account):
        evidence.contract.revokeByOrder(scale.address, ORDER, {"from": account})


def test_nor_a_frozen_owner(world, evidence, scale, custodian):
    """E1, P3: who is under suspicion does not silence its own devices."""
    world.freeze(custodian)
    with refused("Frozen", custodian):
        evidence.contract.revokeDevice(scale.address, {"from": custodian})


def test_for_good(evidence, scale, custodian, regulator):
    """E1: there is nothing more to revoke, and nothing takes it back."""
    evidence.contract.revokeDevice(scale.address, {"from": custodian})
    with refused("DeviceIsRevoked", scale.address):
        evidence.contract.revokeDevice(scale.address, {"from": custodian})
    with refused("DeviceIsRevoked", scale.address):
        evidence.contract.revokeByOrder(scale.address, ORDER, {"from": regulator})


def test_what_is_none(evidence, custodian, regulator):
    """E1."""
    device = key("none").address
    with refused("UnknownDevice", device):
        evidence.contract.revokeDevice(device, {"from": custodian})
    with refused("UnknownDevice", device):
        evidence.contract.revokeByOrder(device, ORDER, {"from": regulator})


@pytest.mark.parametrize("age", [0, 1, 3600, DAY])
def test_whatever_time_it_writes(evidence, scale, custodian, age):
    """E2: a thief with the key writes a time before the revocation."""
    second = later(2 * DAY)
    evidence.contract.revokeDevice(scale.address, {"from": custodian})
    with refused("DeviceIsRevoked", scale.address):
        evidence.contradict(scale, 0, takenAt=second - age)
    with refused("DeviceIsRevoked", scale.address):
        evidence.anchor(*evidence.batch(scale, lastTakenAt=second - age))


def test_nor_what_it_signed_before(evidence, scale, custodian):
    """E2: neither a single reading nor one in a batch that was anchored in time."""
    later()
    single = evidence.signed(scale, LIGHT)
    kept = evidence.reading(scale, LIGHT)
    leaves = [evidence.leaf(kept), digest("another")]
    root = merkle.root(leaves)
    evidence.anchor(*evidence.batch(scale, root, firstSequence=1, lastSequence=2))
    evidence.contract.revokeDevice(scale.address, {"from": custodian})
    with refused("DeviceIsRevoked", scale.address):
        evidence.carry(*single)
    with refused("DeviceIsRevoked", scale.address):
        evidence.contract.contradictFromBatch(kept, scale.address, root, merkle.proof(leaves, 0), {"from": custodian})


def test_its_silence_says_nothing(evidence, scale, custodian):
    """E5: a device that was taken away is not missed."""
    evidence.contract.revokeDevice(scale.address, {"from": custodian})
    later(30 * DAY)
    with refused("DeviceIsRevoked", scale.address):
        evidence.silence(scale)
