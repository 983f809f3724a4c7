"""O1: the registrar names one oracle for each feed."""

import pytest

from tests.contracts.world import CNY, EUR, ZERO, Role, clause, refused


def test_named(world, prices, registrar, oracle):
    """O1."""
    feed = world.feed()
    assert prices.oracleOf(feed) == ZERO
    tx = prices.assignFeed(feed, oracle, {"from": registrar})
    assert dict(tx.events["FeedAssigned"]) == {"feed": "0x" + feed.hex(), "oracle": oracle}
    assert prices.oracleOf(feed) == oracle
    assert prices.lastOf(feed) == (0, 0, ZERO)


def test_a_feed_is_goods_in_money(world, prices):
    """O1: commodity, grade, unit and currency, each of which makes another feed."""
    words = (clause("COPPER"), clause("A"), clause("TNE"), CNY)
    assert bytes(prices.feedOf(*words)) == world.feed()
    others = {
        bytes(prices.feedOf(*words[:i], other, *words[i + 1 :])) for i, other in enumerate((b"x", b"x", b"x", EUR))
    }
    assert len(others | {world.feed()}) == 5


def test_a_receipt_has_the_same(world, prices, warehousereceipts):
    """O1, K2: what a lender looks at names the feed that an oracle prices."""
    _, receipt = world.receipt(grade=clause("B"))
    expected = prices.feedOf(clause("COPPER"), clause("B"), clause("TNE"), CNY)
    assert warehousereceipts.goodsOf(receipt).dict()["feed"] == expected


@pytest.mark.parametrize("party", ["supplier", "bank", "custodian"])
def test_an_oracle_it_must_be(world, prices, registrar, party):
    """O1, P5: and not a lender, which would price its own collateral."""
    account = getattr(world, party)
    with refused("RoleMissing", account, Role.ORACLE):
        prices.assignFeed(world.feed(), account, {"from": registrar})


def test_nor_a_frozen_or_unknown_one(world, prices, registrar, oracle, stranger):
    """O1, P5."""
    with refused("UnknownParticipant", stranger):
        prices.assignFeed(world.feed(), stranger, {"from": registrar})
    world.freeze(oracle)
    with refused("Frozen", oracle):
        prices.assignFeed(world.feed(), oracle, {"from": registrar})


def test_by_the_registrar_alone(world, prices, oracle, thief, admin):
    """O1, A3."""
    for caller in (oracle, thief, admin):
        with refused("AccessManagedUnauthorized", caller):
            prices.assignFeed(world.feed(), oracle, {"from": caller})
