"""O2: an oracle signs a price, anyone carries it."""

import pytest

from tests.contracts.world import DAY, FAR, Role, at, now, refused

COPPER = 70_000_00
"""Fen for a tonne."""


@pytest.fixture(autouse=True)
def assigned(world, prices, registrar, oracle):
    prices.assignFeed(world.feed(), oracle, {"from": registrar})


def not_signed(prices, document, oracle):
    return "InvalidSignature", oracle, prices.priceDigest.call(document)


def test_published(world, prices, oracle, stranger):
    """O2: whoever carries it."""
    document, signature = world.price(COPPER)
    tx = prices.publish(document, signature, {"from": stranger})
    assert dict(tx.events["PricePublished"]) == {
        "feed": "0x" + world.feed().hex(),
        "oracle": oracle,
        "price": COPPER,
        "observedAt": document[2],
    }
    assert prices.lastOf(world.feed()) == (COPPER, document[2], oracle)
    assert prices.requireGood(world.feed()) == COPPER
    assert prices.isNonceUsed(oracle, document[3])


@pytest.mark.parametrize("price", [1, 2**63 - 1])
def test_the_least_and_the_most(world, prices, price):
    """O2: what an amount can be."""
    world.publish(price)
    assert prices.requireGood(world.feed()) == price


@pytest.mark.parametrize("price", [0, 2**63, 2**256 - 1])
def test_nothing_is_no_price(world, price):
    """O2: nor is what would overflow where it is multiplied."""
    with refused("InvalidPrice", price):
        world.publish(price)


def test_not_from_the_future(world, prices, stranger):
    """O2: a price of tomorrow would block all of today."""
    second = now() + 500
    signed = world.price(COPPER, observedAt=second)
    with at(second - 1), refused("ObservedInTheFuture", second, second - 1):
        prices.publish(*signed, {"from": stranger})
    with at(second):
        prices.publish(*signed, {"from": stranger})


def test_later_than_the_last(world, prices):
    """O2: prices that overtake each other on the way do not take the place of a newer one; nor does a second one of the
    same second."""
    observed = now() - 60
    world.publish(COPPER, observedAt=observed)
    for older in (observed, observed - 1, 0):
        with refused("PriceNotNewer", "0x" + world.feed().hex(), older, observed):
            world.publish(COPPER // 2, observedAt=older)
    world.publish(COPPER // 2, observedAt=observed + 1)
    assert prices.requireGood(world.feed()) == COPPER // 2


def test_a_feed_without_an_oracle(world, prices, stranger):
    """O1."""
    feed = world.feed("TIN")
    with refused("NoOracle", "0x" + feed.hex()):
        prices.publish(*world.price(COPPER, feed=feed), {"from": stranger})


@pytest.mark.parametrize("signer", ["thief", "bank", "stranger"])
def test_signed_by_another(world, prices, oracle, signer):
    """O1, S1: not even by another oracle."""
    world.admit(world.newcomer, Role.ORACLE, "another oracle")
    for who in (getattr(world, signer), world.newcomer):
        document, signature = world.price(COPPER, signer=who)
        with refused(*not_signed(prices, document, oracle)):
            prices.publish(document, signature, {"from": who})


@pytest.mark.parametrize("position", range(5), ids=["feed", "price", "observedAt", "nonce", "deadline"])
def test_nothing_is_changed_on_the_way(world, prices, registrar, oracle, thief, position):
    """O2, S1: every word of a price is signed; a price of tin is none of copper."""
    tin = world.feed("TIN")
    prices.assignFeed(tin, oracle, {"from": registrar})
    document, signature = world.price(COPPER)
    value = (tin, COPPER + 1, document[2] - 1, 999, document[4] + 1)[position]
    changed = (*document[:position], value, *document[position + 1 :])
    with refused(*not_signed(prices, changed, oracle)):
        prices.publish(changed, signature, {"from": thief})


@pytest.mark.parametrize("late", [False, True])
def test_in_time(world, prices, stranger, late):
    """S1: the deadline is inclusive."""
    deadline = now() + 500
    signed = world.price(COPPER, deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            prices.publish(*signed, {"from": stranger})
    else:
        with at(deadline):
            prices.publish(*signed, {"from": stranger})


def test_once(world, prices, oracle, stranger):
    """S2, S3: a price cannot be brought again, nor one that was taken back."""
    document, signature = world.price(COPPER, observedAt=now() - 60)
    prices.publish(document, signature, {"from": stranger})
    with refused("PriceNotNewer", "0x" + world.feed().hex(), document[2], document[2]):
        prices.publish(document, signature, {"from": stranger})
    document, signature = world.price(COPPER, observedAt=document[2] + 1)
    prices.cancelNonce(document[3], {"from": oracle})
    with refused("NonceAlreadyUsed", oracle, document[3]):
        prices.publish(document, signature, {"from": stranger})


@pytest.mark.parametrize("how", ["frozen", "out of KYC", "without the role"])
def test_by_an_active_oracle(world, participants, prices, registrar, oracle, stranger, how):
    """O2, O3, P5."""
    signed = world.price(COPPER)
    if how == "frozen":
        world.freeze(oracle)
        expected = ("Frozen", oracle)
    elif how == "out of KYC":
        participants.renew(oracle, Role.ORACLE, now() - DAY, {"from": registrar})
        expected = ("KycExpired", oracle, participants.participantOf.call(oracle)[2])
    else:
        participants.renew(oracle, Role.FINANCIER, FAR, {"from": registrar})
        expected = ("RoleMissing", oracle, Role.ORACLE)
    with refused(*expected):
        prices.publish(*signed, {"from": stranger})


def test_an_account_with_code_prices(world, prices, registrar, newcomer, thief, MockWallet):
    """S1: through its own judgement of the signature (ERC-1271)."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.ORACLE, "exchange")
    prices.assignFeed(world.feed(), wallet, {"from": registrar})
    document, signature = world.price(COPPER, signer=thief)
    with refused(*not_signed(prices, document, wallet)):
        prices.publish(document, signature, {"from": thief})
    prices.publish(*world.price(COPPER, signer=newcomer), {"from": thief})
    assert prices.lastOf(world.feed())[2] == wallet
