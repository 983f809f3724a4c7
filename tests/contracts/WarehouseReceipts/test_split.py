"""W3, W4: a quantity of a receipt moves by a split; the rest stays, and the quantities add up."""

import pytest

from tests.contracts.world import DAY, GOODS, TOO_MUCH_TO_TRACE, ZERO, at, digest, now, refused, wait_until


def test_split(world, warehousereceipts, supplier, mill):
    """W3."""
    lot, receipt = world.receipt()
    tx = warehousereceipts.split(receipt, mill, 400_000, {"from": supplier})
    child = receipt + 1
    assert dict(tx.events["ReceiptSplit"]) == {
        "receiptId": receipt, "childId": child, "to": mill, "quantity": 400_000,
    }  # fmt: skip
    assert dict(tx.events["ReceiptIssued"]) == {
        "receiptId": child, "lotId": lot, "holder": mill, "quantity": 400_000,
    }  # fmt: skip
    assert world.quantities(receipt, child) == [600_000, 400_000]
    assert warehousereceipts.ownerOf(child) == mill
    assert world.receipts_of(lot) == [receipt, child]


def test_the_lien_is_in_both(world, warehousereceipts, supplier, mill):
    """W6: the storage of what was split is owed on each part, since the same time."""
    _, receipt = world.receipt()
    charged = warehousereceipts.receiptOf(receipt)[3]
    wait_until(charged + DAY)
    child = world.split(receipt, supplier, mill, GOODS // 4)
    wait_until(charged + 2 * DAY)
    assert warehousereceipts.storageOf(receipt) == (2_250, charged + 2 * DAY)
    assert warehousereceipts.storageOf(child) == (750, charged + 2 * DAY)


@pytest.mark.parametrize("quantity", [0, GOODS, GOODS + 1, 2**64 - 1])
def test_something_but_not_all(world, warehousereceipts, supplier, mill, quantity):
    """W4: no receipt of nothing on either side."""
    _, receipt = world.receipt()
    with refused("InvalidQuantity", quantity, GOODS - 1):
        warehousereceipts.split(receipt, mill, quantity, {"from": supplier})


@pytest.mark.parametrize("quantity", [1, GOODS - 1])
def test_the_least_and_the_most(world, supplier, mill, quantity):
    """W4."""
    _, receipt = world.receipt()
    child = world.split(receipt, supplier, mill, quantity)
    assert world.quantities(receipt, child) == [GOODS - quantity, quantity]


def test_by_whom(world, warehousereceipts, supplier, mill, carrier, thief):
    """W3: the holder or whom it approved."""
    _, receipt = world.receipt()
    with refused("NotAuthorised", receipt, thief):
        warehousereceipts.split(receipt, thief, 1, {"from": thief})
    warehousereceipts.approve(carrier, receipt, {"from": supplier})
    world.split(receipt, carrier, mill, 1)


def test_what_a_child_may(world, warehousereceipts, supplier, carrier):
    """W3: an approval of one receipt is none of what is split off it."""
    _, receipt = world.receipt()
    warehousereceipts.approve(carrier, receipt, {"from": supplier})
    child = world.split(receipt, supplier, supplier, 1)
    assert warehousereceipts.getApproved(child) == ZERO
    with refused("NotAuthorised", child, carrier):
        warehousereceipts.split(child, carrier, 1, {"from": carrier})


def test_between_the_active(world, warehousereceipts, supplier, mill, stranger):
    """P3, P5."""
    _, receipt = world.receipt()
    with refused("UnknownParticipant", stranger):
        warehousereceipts.split(receipt, stranger, 1, {"from": supplier})
    world.freeze(mill)
    with refused("Frozen", mill):
        warehousereceipts.split(receipt, mill, 1, {"from": supplier})
    world.freeze(supplier)
    with refused("Frozen", supplier):
        warehousereceipts.split(receipt, supplier, 1, {"from": supplier})


def test_after_expiry(world, warehousereceipts, supplier, mill):
    """W3: to somebody else no more; in one hand, to have it delivered in parts, still."""
    second = now() + 500
    lot, receipt = world.receipt(expiresAt=second)
    with at(second + 1), refused("Expired", lot, second):
        warehousereceipts.split(receipt, mill, 1, {"from": supplier})
    world.split(receipt, supplier, supplier, 1)


@TOO_MUCH_TO_TRACE
def test_so_many_and_no_more(world, warehousereceipts, custodian, supplier):
    """W7: a report must reach them all in one block; merged or gone, they make room again."""
    lot, receipt = world.receipt(milliPerUnitDay=0)
    children = [world.split(receipt, supplier, supplier, 7 + step) for step in range(199)]
    with refused("TooManyReceipts", lot, 200):
        warehousereceipts.split(receipt, supplier, 1, {"from": supplier})
    warehousereceipts.merge(children[0], receipt, {"from": supplier})
    world.split(receipt, supplier, supplier, 1)
    warehousereceipts.deliverGoods(*world.order(children[1], 8), {"from": custodian})
    world.split(receipt, supplier, supplier, 1)
    everyone = world.receipts_of(lot)
    assert len(everyone) == 200
    tx = warehousereceipts.report(lot, 3, GOODS - 9, digest("flood"), everyone, {"from": custodian})
    assert tx.gas_used < 15_000_000
    assert sum(world.quantities(*everyone)) == 1
