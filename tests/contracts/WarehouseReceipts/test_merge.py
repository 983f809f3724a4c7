"""W4: receipts of one lot with the same lien, not frozen, merge in their holder's hand."""

import pytest

from tests.contracts.world import DAY, GOODS, ZERO, clause, now, refused, wait_until


@pytest.fixture
def two(world, supplier):
    """A receipt, and one that was split off it, in one hand."""
    _, receipt = world.receipt()
    return receipt, world.split(receipt, supplier, supplier, 300_000)


def test_merged(world, warehousereceipts, supplier, two):
    """W4: all of one goes into the other, and the one ends."""
    receipt, child = two
    tx = warehousereceipts.merge(child, receipt, {"from": supplier})
    assert dict(tx.events["ReceiptsMerged"]) == {
        "fromReceiptId": child, "toReceiptId": receipt, "quantity": 300_000,
    }  # fmt: skip
    assert dict(tx.events["Transfer"]) == {"from": supplier, "to": ZERO, "tokenId": child}
    assert world.quantities(receipt, child) == [GOODS, 0]
    assert warehousereceipts.balanceOf(supplier) == 1
    with refused("UnknownReceipt", child):
        warehousereceipts.ownerOf.call(child)
    assert warehousereceipts.receiptOf(child)[:3] == (supplier, 1, 0)


def test_either_way(world, warehousereceipts, supplier, two):
    """W4: the first of a lot is no better than another."""
    receipt, child = two
    warehousereceipts.merge(receipt, child, {"from": supplier})
    assert world.quantities(receipt, child) == [0, GOODS]


def test_not_with_itself(warehousereceipts, supplier, two):
    """W4: or its quantity would double."""
    with refused("ReceiptsNotMergeable", two[0], two[0]):
        warehousereceipts.merge(two[0], two[0], {"from": supplier})


def test_not_of_another_lot(world, warehousereceipts, supplier, two):
    """W4: the same goods in the same place are another lot still."""
    _, other = world.receipt()
    with refused("ReceiptsNotMergeable", other, two[0]):
        warehousereceipts.merge(other, two[0], {"from": supplier})


def test_not_with_another_lien(world, warehousereceipts, supplier, two):
    """W4, W6: unpaid storage is not laundered in a receipt that is paid. Both paid, they merge."""
    receipt, child = two
    wait_until(now() + 5 * DAY - 3_600)  # well within the day, whatever an act takes of it
    world.pay_storage(child)
    for order in (two, (child, receipt)):
        with refused("ReceiptsNotMergeable", *order):
            warehousereceipts.merge(*order, {"from": supplier})
    world.pay_storage(receipt)
    warehousereceipts.merge(receipt, child, {"from": supplier})


def test_in_one_hand(world, warehousereceipts, supplier, mill, two):
    """W4: nobody's goods go into somebody else's, whatever was approved."""
    receipt, child = two
    warehousereceipts.transferFrom(supplier, mill, child, {"from": supplier})
    for caller, other in ((supplier, child), (mill, receipt)):
        with refused("NotYourReceipt", other, caller):
            warehousereceipts.merge(receipt, child, {"from": caller})
    warehousereceipts.setApprovalForAll(mill, True, {"from": supplier})
    with refused("ReceiptsNotMergeable", receipt, child):
        warehousereceipts.merge(receipt, child, {"from": mill})


def test_by_the_active(world, warehousereceipts, supplier, two):
    """P3."""
    world.freeze(supplier)
    with refused("Frozen", supplier):
        warehousereceipts.merge(*two, {"from": supplier})


def test_not_what_ended(world, warehousereceipts, supplier, two):
    """W4."""
    receipt, child = two
    warehousereceipts.merge(child, receipt, {"from": supplier})
    for order in (two, (child, receipt)):
        with refused("UnknownReceipt", child):
            warehousereceipts.merge(*order, {"from": supplier})


@pytest.mark.parametrize("which", [0, 1])
def test_not_the_frozen(warehousereceipts, regulator, supplier, two, which):
    """W4, W9."""
    warehousereceipts.freeze(two[which], clause("order"), {"from": regulator})
    with refused("ReceiptIsFrozen", two[which]):
        warehousereceipts.merge(*two, {"from": supplier})
