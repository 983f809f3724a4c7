"""L5 and L6: grace and penalty as they are now, and the levy on a price."""

import pytest

from tests.contracts.world import DAY, at, limits, now, refused


def test_grace_and_penalty_in_force(policy, admin):
    """L5: to the second."""
    assert policy.lateTerms() == (5, 5)
    begin = now() + DAY
    policy.scheduleLimits(limits(graceDays=7, penaltyBpsPerDay=9), begin, {"from": admin})
    assert policy.lateTerms() == (5, 5)
    with at(begin):
        policy.scheduleLimits(limits(), begin + DAY, {"from": admin})
    assert policy.lateTerms() == (7, 9)


@pytest.mark.parametrize(
    ("bps", "price", "levy"),
    [
        (50, 0, 0),
        (50, 99, 0),
        (50, 100, 1),
        (50, 10_000, 50),
        (1, 4_999, 0),
        (1, 5_000, 1),
        (1_000, 4, 0),
        (1_000, 5, 1),
        (1_000, 2**63 - 1, 922_337_203_685_477_581),
        (0, 2**63 - 1, 0),
    ],
)
def test_the_levy(world, policy, bps, price, levy):
    """L6: price × levyBps / 10,000, rounded half up."""
    world.change_limits(levyBps=bps)
    assert policy.levyOn(price) == levy


def test_a_price_beyond_all_numbers(policy):
    """L6: refused and not cut."""
    with refused("Panic", 17):
        policy.levyOn(2**256 - 1)


def test_the_cut_off_is_that_of_the_registration(world):
    """L5: what was registered keeps it; what is registered later has the new one."""
    first = world.register()
    before = world.view(first)["cutOffAt"]
    world.change_limits(cutOffDays=9)
    second = world.register()
    assert world.view(first)["cutOffAt"] == before
    assert world.view(second)["cutOffAt"] == world.maturity(second) - 9 * DAY
