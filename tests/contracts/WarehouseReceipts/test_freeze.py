"""W9: a regulator's order freezes a receipt, another one lifts it."""

import pytest

from tests.contracts.world import DAY, NOTHING, digest, now, refused, wait_until

ORDER = digest("order")


@pytest.fixture
def frozen(world, warehousereceipts, regulator):
    lot, receipt = world.receipt()
    warehousereceipts.freeze(receipt, ORDER, {"from": regulator})
    return lot, receipt


def test_frozen_and_free_again(world, warehousereceipts, regulator, supplier, mill):
    """W9."""
    _, receipt = world.receipt()
    tx = warehousereceipts.freeze(receipt, ORDER, {"from": regulator})
    assert dict(tx.events["ReceiptFrozen"]) == {"receiptId": receipt, "orderHash": "0x" + ORDER.hex()}
    assert warehousereceipts.receiptOf(receipt)[4] is True
    assert warehousereceipts.goodsOf(receipt).dict()["free"] is False
    tx = warehousereceipts.unfreeze(receipt, digest("another"), {"from": regulator})
    assert dict(tx.events["ReceiptUnfrozen"]) == {"receiptId": receipt, "orderHash": "0x" + digest("another").hex()}
    warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})


def test_where_it_is_it_stays(world, warehousereceipts, supplier, mill, frozen):
    """W9: neither moved, nor split, not even in one hand."""
    _, receipt = frozen
    for act in (
        lambda: warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier}),
        lambda: warehousereceipts.split(receipt, mill, 1, {"from": supplier}),
        lambda: warehousereceipts.split(receipt, supplier, 1, {"from": supplier}),
    ):
        with refused("ReceiptIsFrozen", receipt):
            act()


def test_its_siblings_are_free(world, warehousereceipts, regulator, supplier, mill):
    """W9: an order names a receipt, not a lot."""
    _, receipt = world.receipt()
    child = world.split(receipt, supplier, supplier, 1)
    warehousereceipts.freeze(receipt, ORDER, {"from": regulator})
    warehousereceipts.transferFrom(supplier, mill, child, {"from": supplier})


def test_its_storage_can_be_paid(world, warehousereceipts, bank, frozen):
    """W6, W9."""
    wait_until(now() + DAY)
    warehousereceipts.payStorage(frozen[1], {"from": bank})


def test_by_an_order(world, warehousereceipts, regulator, supplier):
    """W9: of a receipt that is live."""
    _, receipt = world.receipt()
    child = world.split(receipt, supplier, supplier, 1)
    warehousereceipts.merge(child, receipt, {"from": supplier})
    for act in (warehousereceipts.freeze, warehousereceipts.unfreeze):
        with refused("OrderMissing"):
            act(receipt, NOTHING, {"from": regulator})
        for number in (child, 99):
            with refused("UnknownReceipt", number):
                act(number, ORDER, {"from": regulator})
