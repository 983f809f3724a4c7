"""K2: goods go into escrow on their custodian's signed count alone."""

import pytest

from tests.contracts.world import COUNT, DAY, GOODS, LENT, NO_COUNT, TONNE, at, now, refused


@pytest.fixture
def goods(world):
    lot, receipt = world.receipt()
    world.publish(TONNE)
    return lot, receipt


def execute(world, goods, count, **changed):
    lot, receipt = goods
    signed = world.goods_quote(lot, **changed)
    return world.loans.originate(*signed, receipt, *count, LENT, {"from": world.supplier})


@pytest.mark.parametrize("counted", [GOODS, GOODS + 1])
def test_at_least_what_the_receipt_says(world, collateral, custodian, goods, counted):
    """K2: more is as good."""
    count = world.count(goods[1], quantity=counted)
    execute(world, goods, count)
    assert collateral.isNonceUsed(custodian, count[0][4])


def test_a_count_that_is_short(world, goods):
    """K2: also where less is pledged than was counted: the rest of the receipt may be what is missing."""
    count = world.count(goods[1], quantity=GOODS - 1)
    for value in (GOODS, 10):
        with refused("CountShort", goods[1], GOODS - 1, GOODS):
            execute(world, goods, count, value=value)


def test_of_another_receipt(world, goods):
    """K2."""
    other = world.receipt()[1]
    with refused("CountOfAnother", other, world.bank):
        execute(world, goods, world.count(other))


def test_for_another_lender(world, fund, goods):
    """K2: the custodian says to whom the goods are pledged."""
    with refused("CountOfAnother", goods[1], fund):
        execute(world, goods, world.count(goods[1], pledgee=fund.address))


@pytest.mark.parametrize("signer", ["depot", "supplier", "thief"])
def test_by_another(world, collateral, custodian, goods, signer):
    """K2: another custodian, the borrower itself."""
    count = world.count(goods[1], signer=getattr(world, signer))
    with refused("InvalidSignature", custodian, collateral.countDigest.call(count[0])):
        execute(world, goods, count)


@pytest.mark.parametrize("position", range(6), ids=COUNT)
def test_nothing_is_changed_on_the_way(world, collateral, custodian, goods, position):
    """K2, S1."""
    (words, signature) = world.count(goods[1])
    other = world.receipt()[1]
    values = (other, world.fund.address, GOODS + 5, words[3] - 1, 10**9, words[5] + 1)
    changed = (*words[:position], values[position], *words[position + 1 :])
    if position == 0:
        expected = ("CountOfAnother", other, world.bank)
    elif position == 1:
        expected = ("CountOfAnother", goods[1], world.fund)
    else:
        expected = ("InvalidSignature", custodian, collateral.countDigest.call(changed))
    with refused(*expected):
        execute(world, goods, (changed, signature))


@pytest.mark.parametrize("offset", [0, 1])
def test_not_older_than_a_day(world, goods, offset):
    """K2, L7: up to and including 24 hours."""
    counted = now()
    count = world.count(goods[1], countedAt=counted, deadline=counted + 9 * DAY)
    signed = world.goods_quote(goods[0], deadline=counted + 9 * DAY)
    second = counted + DAY + offset
    if offset:
        with at(second), refused("CountStale", counted, counted + 1):
            world.loans.originate(*signed, goods[1], *count, LENT, {"from": world.supplier})
    else:
        with at(second):
            world.loans.originate(*signed, goods[1], *count, LENT, {"from": world.supplier})


@pytest.mark.parametrize("offset", [0, 1])
def test_not_in_the_future(world, goods, offset):
    """K2."""
    second = now() + 100
    count, signed = world.count(goods[1], countedAt=second + offset), world.goods_quote(goods[0])
    if offset:
        with at(second), refused("CountInTheFuture", second + 1, second):
            world.loans.originate(*signed, goods[1], *count, LENT, {"from": world.supplier})
    else:
        with at(second):
            world.loans.originate(*signed, goods[1], *count, LENT, {"from": world.supplier})


def test_in_time(world, goods):
    """K2, S1."""
    deadline = now() + 50
    count, signed = world.count(goods[1], deadline=deadline), world.goods_quote(goods[0])
    with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
        world.loans.originate(*signed, goods[1], *count, LENT, {"from": world.supplier})
    with at(deadline + 2), refused("SignatureExpired", deadline, deadline + 2):
        world.loans.originate(*signed, goods[1], *count, LENT, {"from": world.supplier})


def test_not_without_one(world, goods):
    """K2."""
    with refused("CountOfAnother", 0, "0x" + "00" * 20):
        execute(world, goods, NO_COUNT)


@pytest.mark.parametrize("field", ["insuredUntil", "expiresAt"])
@pytest.mark.parametrize("short", [0, 1])
def test_insurance_and_expiry_reach_the_maturity(world, field, short):
    """K2: to the second."""
    maturity = now() + 60 * DAY
    goods = world.receipt(**{field: maturity - short})
    world.publish(TONNE)
    if short:
        with refused("CoverEnds", goods[1], maturity - 1, maturity):
            execute(world, goods, world.count(goods[1]), maturityAt=maturity)
    else:
        execute(world, goods, world.count(goods[1]), maturityAt=maturity)


def test_neither_frozen_nor_locked(world, warehousereceipts, regulator, custodian, goods):
    """W8, W9."""
    lot, receipt = goods
    warehousereceipts.freeze(receipt, b"\1" * 32, {"from": regulator})
    with refused("ReceiptIsFrozen", receipt):
        execute(world, goods, world.count(receipt))
    warehousereceipts.unfreeze(receipt, b"\1" * 32, {"from": regulator})
    warehousereceipts.report(lot, 0, 0, b"\1" * 32, [receipt], {"from": custodian})
    with refused("LotIsLocked", lot):
        execute(world, goods, world.count(receipt))
