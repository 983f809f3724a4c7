"""W7: what the custodian reports as lost is shared by all receipts of the lot, exactly."""

from enum import IntEnum

import pytest

from tests.contracts.world import FAR, NOTHING, ZERO, Role, digest, refused


class Misfortune(IntEnum):
    DAMAGE = 0
    SHORTAGE = 1
    CONTAMINATION = 2
    LOSS = 3


EVIDENCE = digest("surveyor's report")


@pytest.fixture
def three(world, supplier, mill):
    """A lot of ten, in receipts of five, three and two."""
    lot, receipt = world.receipt(quantity=10)
    return lot, [receipt, world.split(receipt, supplier, mill, 3), world.split(receipt, supplier, supplier, 2)]


@pytest.mark.parametrize(
    ("quantity", "left"),
    [
        (1, [4, 3, 2]),  # quotas .5, .3, .2
        (2, [4, 2, 2]),  # 1, .6, .4
        (3, [4, 2, 1]),  # 1.5, .9, .6: the odd two go to .9 and .6
        (5, [2, 2, 1]),  # 2.5, 1.5, 1: among equals the lower number
        (9, [1, 0, 0]),  # 4.5, 2.7, 1.8
        (10, [0, 0, 0]),
    ],
)
def test_shared_by_the_largest_remainder(world, warehousereceipts, custodian, three, quantity, left):
    """W7: nobody loses more than it has, and the sum is exact."""
    lot, receipts = three
    before = world.quantities(*receipts)
    tx = warehousereceipts.report(lot, Misfortune.LOSS, quantity, EVIDENCE, receipts, {"from": custodian})
    assert dict(tx.events["MisfortuneReported"]) == {
        "lotId": lot, "kind": Misfortune.LOSS, "quantity": quantity, "evidence": "0x" + EVIDENCE.hex(),
    }  # fmt: skip
    assert world.quantities(*receipts) == left
    lost = {event["receiptId"]: event["quantity"] for event in tx.events["GoodsLost"]}
    assert lost == {r: b - a for r, b, a in zip(receipts, before, left, strict=True) if b != a}
    assert warehousereceipts.lotOf(lot).dict()["lost"] == quantity
    assert warehousereceipts.isLive(lot) == (quantity < 10)
    assert world.receipts_of(lot) == [r for r, a in zip(receipts, left, strict=True) if a]


def test_a_receipt_of_nothing_ends(world, warehousereceipts, custodian, mill, three):
    """W7: who held it is remembered, for the insurer."""
    lot, receipts = three
    tx = warehousereceipts.report(lot, Misfortune.SHORTAGE, 9, EVIDENCE, receipts, {"from": custodian})
    ended = [event for event in tx.events["Transfer"] if event["to"] == ZERO]
    assert [event["tokenId"] for event in ended] == receipts[1:]
    assert warehousereceipts.balanceOf(mill) == 0
    with refused("UnknownReceipt", receipts[1]):
        warehousereceipts.ownerOf.call(receipts[1])
    assert warehousereceipts.receiptOf(receipts[1])[:3] == (mill, lot, 0)


def test_all_of_them_and_each_once(world, warehousereceipts, custodian, three):
    """W7: nobody is spared, nobody pays twice."""
    lot, (first, second, third) = three
    foreign, other = world.receipt()
    paper = warehousereceipts.lotOf.call(foreign).dict()["documentHash"]
    for listed, error, values in (
        ([], "ReceiptsIncomplete", (lot, 0, 10)),
        ([first, second], "ReceiptsIncomplete", (lot, 8, 10)),
        ([first, first], "ReceiptsUnordered", (first,)),
        ([second, first, third], "ReceiptsUnordered", (first,)),
        ([first, second, third, other], "WrongLot", (other, foreign, paper)),
        ([first, second, third, 99], "UnknownReceipt", (99,)),
    ):
        with refused(error, *values):
            warehousereceipts.report(lot, Misfortune.LOSS, 1, EVIDENCE, listed, {"from": custodian})


def test_what_ended_may_be_listed(world, warehousereceipts, custodian, supplier, three):
    """W7: it has nothing to lose, so a merge on the way does not hold a report up."""
    lot, (first, second, third) = three
    warehousereceipts.merge(third, first, {"from": supplier})
    warehousereceipts.report(lot, Misfortune.LOSS, 9, EVIDENCE, [first, second, third], {"from": custodian})
    assert sum(world.quantities(first, second, third)) == 1


@pytest.mark.parametrize("kind", Misfortune)
def test_without_a_quantity(world, warehousereceipts, regulator, custodian, three, kind):
    """W7, W8: damage and contamination lock the lot; a loss or shortage of nothing is none."""
    lot, receipts = three
    if kind in (Misfortune.SHORTAGE, Misfortune.LOSS):
        with refused("InvalidQuantity", 0, 10):
            warehousereceipts.report(lot, kind, 0, EVIDENCE, receipts, {"from": custodian})
        return
    tx = warehousereceipts.report(lot, kind, 0, EVIDENCE, [], {"from": custodian})
    assert dict(tx.events["LotLocked"]) == {"lotId": lot, "evidence": "0x" + EVIDENCE.hex()}
    assert warehousereceipts.lotOf(lot).dict()["locked"] is True
    assert warehousereceipts.goodsOf(receipts[0]).dict()["free"] is False


@pytest.mark.parametrize("kind", Misfortune)
def test_with_a_quantity(world, warehousereceipts, custodian, three, kind):
    """W7: that is gone, and what is left is as free as it was."""
    lot, receipts = three
    warehousereceipts.report(lot, kind, 1, EVIDENCE, receipts, {"from": custodian})
    assert warehousereceipts.lotOf(lot).dict()["locked"] is False


@pytest.mark.parametrize("quantity", [11, 2**64 - 1])
def test_not_more_than_there_is(world, warehousereceipts, custodian, three, quantity):
    """W7, W12."""
    lot, receipts = three
    with refused("InvalidQuantity", quantity, 10):
        warehousereceipts.report(lot, Misfortune.LOSS, quantity, EVIDENCE, receipts, {"from": custodian})


@pytest.mark.parametrize("caller", ["supplier", "depot", "thief", "regulator"])
def test_by_the_custodian(world, warehousereceipts, custodian, three, caller):
    """W7."""
    lot, receipts = three
    account = getattr(world, caller)
    with refused("NotTheCustodian", lot, custodian, account):
        warehousereceipts.report(lot, Misfortune.LOSS, 1, EVIDENCE, receipts, {"from": account})


def test_by_an_active_one_with_evidence(world, warehousereceipts, participants, registrar, custodian, three):
    """W7, P5."""
    lot, receipts = three
    with refused("EvidenceMissing"):
        warehousereceipts.report(lot, Misfortune.LOSS, 1, NOTHING, receipts, {"from": custodian})
    participants.renew(custodian, Role.CARRIER, FAR, {"from": registrar})
    with refused("RoleMissing", custodian, Role.CUSTODIAN):
        warehousereceipts.report(lot, Misfortune.LOSS, 1, EVIDENCE, receipts, {"from": custodian})


def test_of_a_lot_there_is(warehousereceipts, custodian):
    """W7."""
    with refused("UnknownLot", 1):
        warehousereceipts.report(1, Misfortune.LOSS, 1, EVIDENCE, [], {"from": custodian})
    with refused("UnknownLot", 1):
        warehousereceipts.lotOf.call(1)


def test_the_largest_there_is(world, warehousereceipts, custodian, supplier):
    """W7: nothing overflows on the way."""
    most = 2**63 - 1
    lot, receipt = world.receipt(quantity=most)
    child = world.split(receipt, supplier, supplier, most // 3)
    warehousereceipts.report(lot, Misfortune.LOSS, most - 1, EVIDENCE, [receipt, child], {"from": custodian})
    assert world.quantities(receipt, child) == [1, 0]


def test_what_is_frozen_or_pledged_loses_too(world, vault, regulator, custodian, supplier):
    """W7: fire makes no exception; of what is gone in escrow the lender reads nothing, and is not refused."""
    lot, receipt = vault.receipt(quantity=10)
    rest = vault.split(receipt, supplier, supplier, 4)
    vault.pledge(receipt, 6)
    vault.receipts.freeze(rest, digest("order"), {"from": regulator})
    vault.receipts.report(lot, Misfortune.LOSS, 5, EVIDENCE, [receipt, rest], {"from": custodian})
    assert world.quantities(receipt, rest, contract=vault.receipts) == [3, 2]
    vault.receipts.report(lot, Misfortune.LOSS, 5, EVIDENCE, [receipt, rest], {"from": custodian})
    assert vault.receipts.goodsOf(receipt).dict()["quantity"] == 0
    assert vault.receipts.balanceOf(vault.escrow) == 0


def test_storage_of_what_is_gone(world, warehousereceipts, custodian, three, bank):
    """W6, W7: nothing."""
    lot, receipts = three
    warehousereceipts.report(lot, Misfortune.LOSS, 10, EVIDENCE, receipts, {"from": custodian})
    assert warehousereceipts.storageOf(receipts[0])[0] == 0
    with refused("NothingToPay", receipts[0]):
        warehousereceipts.payStorage(receipts[0], {"from": bank})
