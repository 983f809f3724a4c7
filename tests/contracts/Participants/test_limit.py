"""P4: the most that an obligor may owe on confirmed receivables in one currency."""

from tests.contracts.world import CNY, EUR, Role, refused


def test_a_limit_is_for_one_currency(participants, obligor, registrar):
    """P4: a limit in one currency says nothing about another."""
    number = participants.participantOf(obligor)[0]
    tx = participants.setConfirmationLimit(obligor, EUR, 2**64 - 1, {"from": registrar})
    assert dict(tx.events["ConfirmationLimitSet"]) == {"participantId": number, "currency": EUR, "limit": 2**64 - 1}
    assert participants.confirmationLimitOf(number, EUR) == 2**64 - 1
    assert participants.confirmationLimitOf(number, CNY) == 10**12


def test_a_limit_may_fall_to_nothing(participants, obligor, registrar):
    """P4: what is owed already is not touched."""
    participants.setConfirmationLimit(obligor, CNY, 0, {"from": registrar})
    assert participants.confirmationLimitOf(participants.participantOf(obligor)[0], CNY) == 0


def test_only_obligors_have_one(participants, supplier, registrar):
    """P4: who cannot confirm needs no limit."""
    with refused("RoleMissing", supplier, Role.OBLIGOR):
        participants.setConfirmationLimit(supplier, CNY, 1, {"from": registrar})


def test_a_stranger_has_none(participants, stranger, registrar):
    """P4: first comes P1."""
    with refused("UnknownParticipant", stranger):
        participants.setConfirmationLimit(stranger, CNY, 1, {"from": registrar})
