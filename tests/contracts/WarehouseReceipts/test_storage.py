"""W6: storage accrues for each day begun, is the custodian's lien on the goods, and anyone pays it."""

import pytest

from tests.contracts.world import CNY, DAY, EUR, GOODS, UNLIMITED, at, now, refused, wait_until


@pytest.mark.parametrize(
    ("passed", "days"), [(0, 0), (1, 1), (DAY, 1), (DAY + 1, 2), (30 * DAY, 30), (30 * DAY + 1, 31)]
)
def test_each_day_begun(world, warehousereceipts, passed, days):
    """W6."""
    _, receipt = world.receipt()
    charged = warehousereceipts.receiptOf(receipt)[3]
    if passed:
        wait_until(charged + passed)
    assert warehousereceipts.storageOf(receipt) == (days * 1_500, charged + days * DAY)


@pytest.mark.parametrize(
    ("quantity", "decimals", "tariff", "days", "expected"),
    [
        (1, 0, 1, 1, 1),  # a thousandth of a fen is a fen
        (1_000, 0, 1, 1, 1),
        (1_001, 0, 1, 1, 2),
        (1, 18, 1, 1, 1),
        (1, 0, 999, 3, 3),  # rounded once for what is paid at once, not for each day
        (10**18, 18, 1_500, 2, 3),
        (2**63 - 1, 0, 2**32 - 1, 365, -(-(2**63 - 1) * (2**32 - 1) * 365 // 1_000)),
        (GOODS, 3, 0, 9, 0),
    ],
)
def test_rounded_up_to_the_fen(world, warehousereceipts, quantity, decimals, tariff, days, expected):
    """W6."""
    terms = {"quantity": quantity, "decimals": decimals, "milliPerUnitDay": tariff}
    _, receipt = world.receipt(**terms)
    wait_until(warehousereceipts.receiptOf(receipt)[3] + days * DAY)
    assert warehousereceipts.storageOf(receipt)[0] == expected


def test_paid_to_the_custodian(world, warehousereceipts, cash, custodian, bank):
    """W6: by anyone, up to the end of the day that has begun."""
    lot, receipt = world.receipt()
    charged = warehousereceipts.receiptOf(receipt)[3]
    before = cash.balanceOf(bank)
    with at(charged + DAY + 1):
        tx = warehousereceipts.payStorage(receipt, {"from": bank})
    assert dict(tx.events["StoragePaid"]) == {
        "receiptId": receipt, "lotId": lot, "payer": bank, "amount": 3_000, "chargedUntil": charged + 2 * DAY,
    }  # fmt: skip
    assert (cash.balanceOf(custodian), before - cash.balanceOf(bank)) == (3_000, 3_000)
    assert warehousereceipts.storageOf(receipt) == (0, charged + 2 * DAY)


def test_no_day_twice(world, warehousereceipts, cash, custodian, bank):
    """W6: paid every few hours or once in the end, it comes to the same."""
    _, receipt = world.receipt()
    charged = warehousereceipts.receiptOf(receipt)[3]
    for hours in (1, 25, 50):
        with at(charged + hours * 3_600):
            warehousereceipts.payStorage(receipt, {"from": bank})
    with at(charged + 3 * DAY), refused("NothingToPay", receipt):
        warehousereceipts.payStorage(receipt, {"from": bank})
    assert cash.balanceOf(custodian) == 3 * 1_500


def test_nothing_to_pay(world, warehousereceipts, bank):
    """W6: nothing is asked."""
    _, receipt = world.receipt(milliPerUnitDay=0)
    wait_until(now() + 9 * DAY)
    with refused("NothingToPay", receipt):
        warehousereceipts.payStorage(receipt, {"from": bank})


def test_one_there_is(warehousereceipts, bank):
    """W6."""
    with refused("UnknownReceipt", 1):
        warehousereceipts.payStorage(1, {"from": bank})
    with refused("UnknownReceipt", 1):
        warehousereceipts.storageOf.call(1)


def test_a_custodian_that_may_not_be_paid(world, warehousereceipts, cash, custodian, bank):
    """M6: holds nothing up: its money is kept for it."""
    _, receipt = world.receipt()
    wait_until(now() + DAY)
    world.freeze(custodian)
    tx = warehousereceipts.payStorage(receipt, {"from": bank})
    paid = tx.events["StoragePaid"]["amount"]
    assert dict(tx.events["PaymentWithheld"]) == {"holder": custodian, "currency": CNY, "amount": paid}
    assert (cash.balanceOf(warehousereceipts), warehousereceipts.withheldOf(custodian, CNY)) == (paid, paid)
    world.unfreeze(custodian)
    warehousereceipts.payWithheld(custodian, CNY, {"from": bank})
    assert (cash.balanceOf(custodian), cash.balanceOf(warehousereceipts)) == (paid, 0)


def test_in_the_lots_currency(world, warehousereceipts, bank, custodian, admin, MockCash):
    """W1, W6."""
    euro = world.euros(MockCash)
    _, receipt = world.receipt(currency=EUR)
    euro.print(bank, 10_000, {"from": admin})
    euro.approve(warehousereceipts, UNLIMITED, {"from": bank})
    wait_until(now() + DAY)
    paid = warehousereceipts.payStorage(receipt, {"from": bank}).events["StoragePaid"]["amount"]
    assert euro.balanceOf(custodian) == paid > 0


def test_without_the_money(world, warehousereceipts, supplier):
    """W6: nothing is paid that did not come."""
    _, receipt = world.receipt()
    wait_until(warehousereceipts.receiptOf(receipt)[3] + DAY)
    with at(now() + 1), refused("ERC20InsufficientAllowance", warehousereceipts, 0, 3_000):
        warehousereceipts.payStorage(receipt, {"from": supplier})


def test_of_what_is_in_escrow(world, vault, cash, custodian, bank):
    """K16: anyone pays it there too."""
    _, receipt = vault.receipt()
    vault.pledge(receipt)
    wait_until(vault.receipts.receiptOf(receipt)[3] + DAY)
    vault.receipts.payStorage(receipt, {"from": bank})
    assert cash.balanceOf(custodian) >= 1_500
