"""L3 and L4: what may not be registered or endorsed now, by clause."""

import pytest

from tests.contracts.world import CNY, DAY, EUR, at, clause, now, refused


def test_a_currency_needs_its_token(world):
    """L3, "currency"."""
    with refused("PolicyRefused", clause("currency"), EUR, 0):
        world.register(currency=EUR)


@pytest.mark.parametrize("face", [10**15 + 1, 2**64 - 1])
def test_too_large_a_face_value(world, face):
    """L3, "faceValue.max": one fen over, and the most that the field can hold."""
    with refused("PolicyRefused", clause("faceValue.max"), face, 10**15):
        world.register(face=face)


def test_the_largest_face_value(world, receivables):
    """L3: the limit itself is allowed."""
    assert receivables.receivableOf(world.register(face=10**15)).dict()["faceValue"] == 10**15


@pytest.mark.parametrize(
    ("tenor", "name", "days"),
    [(DAY - 1, "tenor.min", 1), (0, "tenor.min", 1), (366 * DAY + 1, "tenor.max", 366)],
    ids=["a second short", "due at once", "a second long"],
)
def test_a_tenor_outside_the_limits(world, tenor, name, days):
    """L3, "tenor.min" and "tenor.max", to the second."""
    second = now() + 100
    with at(second), refused("PolicyRefused", clause(name), second + tenor, second + days * DAY):
        world.register(maturityAt=second + tenor)


@pytest.mark.parametrize("tenor", [DAY, 366 * DAY])
def test_a_tenor_at_the_limits(world, receivables, tenor):
    """L3, R5: both ends are allowed; the obligor has its thirty days, but never past maturity."""
    second = now() + 100
    with at(second):
        receivable = world.register(maturityAt=second + tenor)
    assert receivables.receivableOf(receivable).dict()["confirmBy"] == second + min(tenor, 30 * DAY)


def test_registration_can_be_asked_about(policy):
    """L3, L5: the answer is the last second of the confirmation, and the days of cut-off."""
    asked = now()
    confirm_by, cut_off_days = policy.checkRegistration(CNY, 1, asked + 90 * DAY)
    assert asked + 30 * DAY <= confirm_by <= asked + 30 * DAY + 60
    assert cut_off_days == 2


def test_depth_and_number_of_notes(policy):
    """L4, "depth.max" and "notes.max"; within them the answer is how many days the payee may take to accept."""
    assert policy.checkEndorsement(5, 12) == 3
    with refused("PolicyRefused", clause("depth.max"), 6, 5):
        policy.checkEndorsement(6, 12)
    with refused("PolicyRefused", clause("notes.max"), 13, 12):
        policy.checkEndorsement(5, 13)
