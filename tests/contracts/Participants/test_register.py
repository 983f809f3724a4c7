"""P1: takes a legal person in, once."""

import pytest

from tests.contracts.world import FAR, NOTHING, ZERO, Role, digest, refused

IDENTITY = digest("legal identifier")


def test_a_legal_person_gets_a_number(participants, newcomer, registrar):
    """P1: number, account, identity and roles can all be asked for afterwards."""
    count = participants.participantCount()
    tx = participants.register(newcomer, IDENTITY, Role.SUPPLIER, FAR, "Example Castings", {"from": registrar})
    number = count + 1
    assert dict(tx.events["ParticipantRegistered"]) == {
        "participantId": number,
        "account": newcomer,
        "identityHash": "0x" + IDENTITY.hex(),
        "roles": Role.SUPPLIER,
        "kycValidUntil": FAR,
        "name": "Example Castings",
    }
    assert participants.participantCount() == number
    assert participants.participantOf(newcomer) == (number, Role.SUPPLIER, FAR, False)
    assert participants.accountOf(number) == newcomer
    assert participants.participantIdOf(IDENTITY) == number


def test_the_first_number_is_one(participants, supplier):
    """P1: zero stays free to mean nobody."""
    assert participants.participantOf(supplier)[0] == 1


def test_one_account_serves_one_person(participants, supplier, registrar):
    """P1: an account that acts for somebody cannot act for another."""
    number = participants.participantOf(supplier)[0]
    with refused("AccountTaken", supplier, number):
        participants.register(supplier, IDENTITY, Role.SUPPLIER, FAR, "Twice", {"from": registrar})


def test_one_person_comes_once(participants, supplier, stranger, registrar):
    """P1: a second account for the same legal identifier is refused, naming the first: no doubled limits."""
    number = participants.participantOf(supplier)[0]
    with refused("IdentityTaken", digest("identity of supplier"), number):
        participants.register(stranger, digest("identity of supplier"), Role.OBLIGOR, FAR, "Again", {"from": registrar})


@pytest.mark.parametrize("roles", [1, 511])
def test_roles_are_any_of_the_known_ones(participants, stranger, registrar, roles):
    """P1: one role or all of them."""
    participants.register(stranger, IDENTITY, roles, FAR, "Somebody", {"from": registrar})
    assert participants.participantOf(stranger)[1] == roles


@pytest.mark.parametrize(
    ("account", "identity", "roles"),
    [(ZERO, IDENTITY, 1), (None, NOTHING, 1), (None, IDENTITY, 0), (None, IDENTITY, 512), (None, IDENTITY, 2**32 - 1)],
    ids=["no account", "no identity", "no role", "unknown role", "every bit"],
)
def test_an_incomplete_person_is_refused(participants, stranger, registrar, account, identity, roles):
    """P1: the refusal shows what was given."""
    account = account or stranger
    with refused("InvalidParticipant", account, identity, roles):
        participants.register(account, identity, roles, FAR, "Nobody", {"from": registrar})


def test_an_empty_name_and_a_passed_date_are_the_registrars_business(participants, stranger, registrar):
    """P1: an expired KYC date may be recorded; P5 then refuses every act."""
    participants.register(stranger, IDENTITY, 1, 1, "", {"from": registrar})
    with refused("KycExpired", stranger, 1):
        participants.requireActive(stranger)
