"""O3: what a price is good for, and how long. One that is not good is refused, never used."""

import pytest

from tests.contracts.world import DAY, FAR, LIMIT, Role, now, refused, wait_until

COPPER = 70_000_00
AGE = LIMIT["priceAgeHours"] * 3_600


@pytest.fixture
def feed(world):
    return "0x" + world.feed().hex()


def not_good(prices, feed, error, *values):
    with refused(error, *values):
        prices.requireGood.call(feed)
    assert prices.goodPriceOf.call(feed) == 0


def test_good(world, prices, feed):
    """O3."""
    world.publish(COPPER)
    assert prices.requireGood(feed) == prices.goodPriceOf(feed) == COPPER


def test_none(world, prices, registrar, oracle, feed):
    """O3: no oracle, no price."""
    not_good(prices, feed, "NoOracle", feed)
    prices.assignFeed(feed, oracle, {"from": registrar})
    not_good(prices, feed, "NoPrice", feed)
    with refused("NoPrice", feed):
        prices.requireGood(feed)


@pytest.mark.parametrize("offset", [0, 1])
def test_the_last_second(world, prices, feed, offset):
    """O3, L7: up to and including the age; the age counts from the observation, not from the carrying."""
    observed = now() - 3_600
    world.publish(COPPER, observedAt=observed)
    wait_until(observed + AGE + offset)
    if offset:
        not_good(prices, feed, "PriceStale", feed, observed, observed + AGE)
    else:
        assert prices.requireGood(feed) == prices.goodPriceOf(feed) == COPPER


def test_the_age_in_force(world, prices, feed):
    """L1, L7: another age counts at once, also for a price of before."""
    observed = now()
    world.publish(COPPER, observedAt=observed)
    world.change_limits(priceAgeHours=1)
    not_good(prices, feed, "PriceStale", feed, observed, observed + 3_600)
    world.change_limits(priceAgeHours=72)
    assert prices.goodPriceOf(feed) == COPPER


@pytest.mark.parametrize("how", ["frozen", "out of KYC", "without the role"])
def test_of_an_oracle_that_is_out(world, participants, prices, registrar, oracle, feed, how):
    """O3: a revoked oracle's last word does not stand; it does again with its role."""
    world.publish(COPPER)
    if how == "frozen":
        world.freeze(oracle)
        not_good(prices, feed, "Frozen", oracle)
        world.unfreeze(oracle)
    elif how == "out of KYC":
        ended = now() - DAY
        participants.renew(oracle, Role.ORACLE, ended, {"from": registrar})
        not_good(prices, feed, "KycExpired", oracle, ended)
        participants.renew(oracle, Role.ORACLE, FAR, {"from": registrar})
    else:
        participants.renew(oracle, Role.CARRIER, FAR, {"from": registrar})
        not_good(prices, feed, "RoleMissing", oracle, Role.ORACLE)
        participants.renew(oracle, Role.ORACLE, FAR, {"from": registrar})
    assert prices.requireGood(feed) == COPPER


def test_of_another_oracle(world, prices, registrar, oracle, newcomer, feed):
    """O1, O3: what the one before published is no longer good, and the next must observe later."""
    observed = now() - 60
    world.publish(COPPER, observedAt=observed)
    world.admit(newcomer, Role.ORACLE, "another oracle")
    prices.assignFeed(feed, newcomer, {"from": registrar})
    not_good(prices, feed, "PriceNotOfTheOracle", feed, oracle, newcomer)
    with refused("PriceNotNewer", feed, observed, observed):
        world.publish(1, signer=newcomer, observedAt=observed)
    world.publish(COPPER // 2, signer=newcomer, observedAt=observed + 1)
    assert prices.requireGood(feed) == COPPER // 2


def test_each_feed_by_itself(world, prices):
    """O1: in another currency, another price."""
    world.publish(COPPER)
    assert prices.goodPriceOf(world.feed(currency=978)) == 0
    assert prices.goodPriceOf(world.feed("TIN")) == 0
