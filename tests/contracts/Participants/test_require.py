"""P5 and P6: the questions that every act asks about who acts."""

import pytest

from tests.contracts.world import DAY, ZERO, Role, at, now, refused, wait_until


def questions(participants, account, number):
    """Every way to ask whether somebody may act."""
    return [
        lambda: participants.requireRole(account, Role.SUPPLIER),
        lambda: participants.requireRoleOf(number, Role.SUPPLIER),
        lambda: participants.requireActive(account),
    ]


def test_an_active_participant_passes(participants, supplier):
    """P5: the answer is its number, or its account where the number was asked with."""
    assert [ask() for ask in questions(participants, supplier, 1)] == [1, supplier, 1]


def test_a_frozen_one_is_refused(world, participants, supplier):
    """P5: frozen, whatever its roles and dates."""
    world.freeze(supplier)
    for ask in questions(participants, supplier, 1):
        with refused("Frozen", supplier):
            ask()


def test_an_expired_one_is_refused(world, participants, stranger):
    """P5: after its KYC date, until it is renewed."""
    valid_until = now() + DAY
    number = world.admit(stranger, Role.SUPPLIER, "short", valid_until)
    wait_until(valid_until + 1)
    for ask in questions(participants, stranger, number):
        with refused("KycExpired", stranger, valid_until):
            ask()


@pytest.mark.parametrize("late", [False, True])
def test_the_last_second_of_kyc_counts(world, receivables, stranger, late):
    """P5: the KYC date is inclusive."""
    valid_until = now() + DAY
    world.admit(stranger, Role.SUPPLIER, "short", valid_until)
    receivable = world.register(supplier=stranger)
    if late:
        with at(valid_until + 1), refused("KycExpired", stranger, valid_until):
            receivables.withdraw(receivable, {"from": stranger})
    else:
        with at(valid_until):
            receivables.withdraw(receivable, {"from": stranger})


def test_the_role_must_be_there(participants, supplier):
    """P5: the refusal names the role; any one of several asked for is enough."""
    for ask in (
        lambda: participants.requireRole(supplier, Role.FINANCIER),
        lambda: participants.requireRoleOf(1, Role.FINANCIER),
    ):
        with refused("RoleMissing", supplier, Role.FINANCIER):
            ask()
    assert participants.requireRole(supplier, Role.FINANCIER | Role.SUPPLIER) == 1
    with refused("RoleMissing", supplier, 0):
        participants.requireRole(supplier, 0)


def test_an_unknown_account_is_refused(participants, stranger):
    """P5: by account."""
    for ask in (lambda: participants.requireRole(stranger, 1), lambda: participants.requireActive(stranger)):
        with refused("UnknownParticipant", stranger):
            ask()


@pytest.mark.parametrize("number", [0, 99])
def test_an_unknown_number_is_refused(participants, number):
    """P5: by number."""
    with refused("UnknownParticipantId", number):
        participants.requireRoleOf(number, 1)


def test_both_sides_of_a_transfer_are_asked(world, participants, supplier, mill, stranger):
    """P5, P7: the giver first; the number is the giver's, the wish to be asked the taker's."""
    assert participants.requireBothActive(supplier, mill) == (1, False)
    participants.wantAcceptance(True, {"from": mill})
    assert participants.requireBothActive(supplier, mill) == (1, True)
    assert participants.requireBothActive(mill, supplier) == (2, False)
    with refused("UnknownParticipant", stranger):
        participants.requireBothActive(stranger, mill)
    with refused("UnknownParticipant", stranger):
        participants.requireBothActive(supplier, stranger)
    world.freeze(mill)
    with refused("Frozen", mill):
        participants.requireBothActive(mill, stranger)
    with refused("Frozen", mill):
        participants.requireBothActive(supplier, mill)


def test_who_may_hold_cash(world, participants, supplier, mill, stranger, newcomer):
    """P6: whoever is registered and not frozen; an expired KYC traps no money."""
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    world.freeze(mill)
    wait_until(valid_until + 1)
    answers = [participants.mayHold(account) for account in (supplier, newcomer, mill, stranger, ZERO)]
    assert answers == [True, True, False, False, False]


def test_nobody_is_all_zero(participants, stranger):
    """P1: asking about a stranger is no error."""
    assert participants.participantOf(stranger) == (0, 0, 0, False)
