"""P2: replaces roles and KYC date after a new examination."""

import pytest

from tests.contracts.world import FAR, NOTHING, Role, refused


def test_roles_and_date_are_replaced(participants, supplier, registrar):
    """P2: what was there before is gone; the number stays."""
    tx = participants.renew(supplier, Role.FINANCIER, FAR - 1, {"from": registrar})
    assert dict(tx.events["ParticipantRenewed"]) == {
        "participantId": 1,
        "roles": Role.FINANCIER,
        "kycValidUntil": FAR - 1,
    }
    assert participants.participantOf(supplier) == (1, Role.FINANCIER, FAR - 1, False)
    with refused("RoleMissing", supplier, Role.SUPPLIER):
        participants.requireRole(supplier, Role.SUPPLIER)


def test_a_freeze_outlives_a_renewal(world, participants, supplier, registrar):
    """P2, P3: only an order lifts a freeze."""
    world.freeze(supplier)
    participants.renew(supplier, Role.SUPPLIER, FAR, {"from": registrar})
    with refused("Frozen", supplier):
        participants.requireActive(supplier)


def test_a_stranger_cannot_be_renewed(participants, stranger, registrar):
    """P2: renewal is not a second door."""
    with refused("UnknownParticipant", stranger):
        participants.renew(stranger, 1, FAR, {"from": registrar})


@pytest.mark.parametrize("roles", [0, 512])
def test_roles_must_be_known_ones(participants, supplier, registrar, roles):
    """P2: the same roles as in P1."""
    with refused("InvalidParticipant", supplier, NOTHING, roles):
        participants.renew(supplier, roles, FAR, {"from": registrar})
