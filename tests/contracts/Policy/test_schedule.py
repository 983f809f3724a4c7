"""L1: new limits from a second on; a set that has not begun is replaced."""

import pytest

from tests.contracts.world import CNY, DAY, LIMITS, at, clause, limits, now, refused, wait_until

SMALL = limits(maxFaceValue=100)
TINY = limits(maxFaceValue=10)


def test_the_first_limits_hold_at_once(policy):
    """L1: a policy without limits never exists."""
    assert policy.limits() == LIMITS


def test_a_policy_announces_what_it_is_born_with(authority, admin, Policy):
    """L1: whoever follows the announcements knows the first limits too."""
    second = now() + 100
    with at(second):
        tx = Policy.deploy(authority, SMALL, {"from": admin}).tx
    assert dict(tx.events["LimitsScheduled"]) == {"effectiveAt": second, "limits": SMALL}


def test_new_limits_begin_in_their_second(world, policy, admin):
    """L1: one second before, the old ones hold."""
    begin = now() + DAY
    tx = policy.scheduleLimits(SMALL, begin, {"from": admin})
    assert tx.events["LimitsScheduled"]["effectiveAt"] == begin
    assert tx.events["LimitsScheduled"]["limits"] == SMALL
    with at(begin - 1):
        world.register(face=101)
    with at(begin), refused("PolicyRefused", clause("faceValue.max"), 101, 100):
        world.register(face=101, maturityAt=begin + 90 * DAY)
    assert policy.limits() == SMALL


def test_what_has_not_begun_is_replaced(policy, admin):
    """L1: the last word before the date counts, also when it is for another date."""
    policy.scheduleLimits(SMALL, now() + DAY, {"from": admin})
    begin = now() + 2 * DAY
    policy.scheduleLimits(TINY, begin, {"from": admin})
    wait_until(begin - 3600)
    assert policy.limits() == LIMITS
    wait_until(begin)
    assert policy.limits() == TINY


def test_what_has_begun_stays_until_the_next(policy, admin):
    """L1: limits in force are not lost when others are announced."""
    begin = now() + DAY
    policy.scheduleLimits(SMALL, begin, {"from": admin})
    wait_until(begin)
    policy.scheduleLimits(TINY, begin + DAY, {"from": admin})
    assert policy.limits() == SMALL
    wait_until(begin + DAY)
    assert policy.limits() == TINY


def test_nothing_changes_backwards(policy, admin):
    """L1: not in the past, and not in this very second."""
    second = now() + 100
    with at(second), refused("EffectiveInThePast", second, second):
        policy.scheduleLimits(SMALL, second, {"from": admin})
    with at(second + 1), refused("EffectiveInThePast", 1, second + 1):
        policy.scheduleLimits(SMALL, 1, {"from": admin})
    with at(second + 2):
        policy.scheduleLimits(SMALL, second + 3, {"from": admin})


@pytest.mark.parametrize(
    "changed",
    [
        {"maxFaceValue": 0},
        {"maxFaceValue": 2**63},
        {"minTenorDays": 367},
        {"minTenorDays": 0, "maxTenorDays": 0},
        {"confirmationDays": 0},
        {"maxNotes": 0},
        {"maxNotes": 701},
        {"penaltyBpsPerDay": 1001},
        {"levyBps": 1001},
    ],
    ids=str,
)
def test_senseless_limits_are_refused(policy, authority, admin, Policy, changed):
    """L1: at a change and at the birth of a policy."""
    senseless = limits(**changed)
    with refused("InvalidLimits", senseless):
        policy.scheduleLimits(senseless, now() + DAY, {"from": admin})
    with refused("InvalidLimits", senseless):
        Policy.deploy(authority, senseless, {"from": admin})


@pytest.mark.parametrize(
    "changed",
    [
        {"maxFaceValue": 2**63 - 1},
        {"minTenorDays": 366},
        {"minTenorDays": 0, "maxTenorDays": 1},
        {"maxDepth": 0},
        {"maxNotes": 1},
        {"maxTenorDays": 65535, "confirmationDays": 65535, "maxDepth": 65535, "maxNotes": 700},
        {"cutOffDays": 0, "acceptanceDays": 0, "graceDays": 0, "penaltyBpsPerDay": 0, "levyBps": 0},
        {"cutOffDays": 255, "acceptanceDays": 255, "graceDays": 255, "penaltyBpsPerDay": 1000, "levyBps": 1000},
    ],
    ids=str,
)
def test_limits_at_the_edge_of_sense_are_taken(policy, admin, changed):
    """L1: everything that some house could mean."""
    edge = limits(**changed)
    begin = now() + DAY
    policy.scheduleLimits(edge, begin, {"from": admin})
    wait_until(begin)
    assert policy.limits() == edge
    assert policy.settlementTokenOf(CNY) != "0x" + "00" * 20
