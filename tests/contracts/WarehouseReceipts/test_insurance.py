"""W7: insurance money for a receipt goes to who holds it; where it is pledged, to the loan (K12)."""

import pytest

from tests.contracts.world import CNY, GOODS, digest, refused


def test_paid_to_the_holder(world, warehousereceipts, cash, bank, mill, supplier):
    """W7: whoever that is now."""
    _, receipt = world.receipt()
    warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})
    tx = warehousereceipts.payInsurance(receipt, 900, {"from": bank})
    assert dict(tx.events["InsurancePaid"]) == {"receiptId": receipt, "payer": bank, "to": mill, "amount": 900}
    assert (cash.balanceOf(mill), cash.balanceOf(warehousereceipts)) == (900, 0)


def test_paid_for_what_is_gone(world, warehousereceipts, cash, bank, custodian, mill, supplier):
    """W7: insurers pay after a fire, to who held the receipt then."""
    lot, receipt = world.receipt()
    child = world.split(receipt, supplier, mill, 1)
    warehousereceipts.report(lot, 3, GOODS, digest("fire"), [receipt, child], {"from": custodian})
    warehousereceipts.payInsurance(child, 900, {"from": bank})
    assert cash.balanceOf(mill) == 900


@pytest.mark.parametrize("gone", [False, True])
def test_paid_to_the_loan(world, vault, cash, bank, custodian, gone):
    """W7, K12: the escrow is told for which receipt, also when that is gone."""
    lot, receipt = vault.receipt()
    vault.pledge(receipt)
    if gone:
        vault.receipts.report(lot, 3, GOODS, digest("fire"), [receipt], {"from": custodian})
    vault.receipts.payInsurance(receipt, 900, {"from": bank})
    assert (cash.balanceOf(vault.escrow), vault.escrow.proceedsOf(receipt)) == (900, 900)


def test_a_holder_that_may_not_be_paid(world, warehousereceipts, cash, bank, supplier):
    """M6."""
    _, receipt = world.receipt()
    world.freeze(supplier)
    warehousereceipts.payInsurance(receipt, 900, {"from": bank})
    assert warehousereceipts.withheldOf(supplier, CNY) == cash.balanceOf(warehousereceipts) == 900
    world.unfreeze(supplier)
    warehousereceipts.payWithheld(supplier, CNY, {"from": bank})
    assert cash.balanceOf(supplier) == 900


def test_the_largest_amount(world, warehousereceipts, cash, bank, attestor, admin, supplier):
    """W7."""
    largest = 2**63 - 1
    cash.setCap(2**64 - 1, {"from": admin})
    cash.attestReserve(2**64 - 1, b"\1" * 32, {"from": attestor})
    world.give(bank, largest, warehousereceipts)
    _, receipt = world.receipt()
    warehousereceipts.payInsurance(receipt, largest, {"from": bank})
    assert cash.balanceOf(supplier) == largest


@pytest.mark.parametrize("amount", [0, 2**63])
def test_an_amount(world, warehousereceipts, bank, amount):
    """W7."""
    _, receipt = world.receipt()
    with refused("InvalidAmount", amount, 2**63 - 1):
        warehousereceipts.payInsurance(receipt, amount, {"from": bank})


def test_of_its_own_money(world, warehousereceipts, supplier):
    """W7: and for a receipt that there was."""
    _, receipt = world.receipt()
    with refused("ERC20InsufficientAllowance", warehousereceipts, 0, 900):
        warehousereceipts.payInsurance(receipt, 900, {"from": supplier})
    with refused("UnknownReceipt", 99):
        warehousereceipts.payInsurance(99, 900, {"from": supplier})
