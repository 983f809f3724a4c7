"""W5: goods leave by two wills, the holder's signed order and the custodian's own act."""

import pytest

from tests.contracts.world import DAY, DELIVERY_ORDER, FAR, GOODS, NOTHING, Role, at, digest, now, refused, wait_until


@pytest.fixture
def receipt(world):
    """Paid for up to now, since it is new."""
    return world.receipt(milliPerUnitDay=0)[1]


def not_signed(receipts, order, holder):
    return "InvalidSignature", holder, receipts.orderDigest.call(order)


def test_a_part(world, warehousereceipts, custodian, supplier, receipt):
    """W5."""
    order, signature = world.order(receipt, 400_000)
    tx = warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    assert dict(tx.events["GoodsDelivered"]) == {
        "receiptId": receipt, "lotId": 1, "holder": supplier, "quantity": 400_000,
        "recipientHash": "0x" + order[2].hex(),
    }  # fmt: skip
    lot = warehousereceipts.lotOf(1).dict()
    assert (lot["delivered"], lot["lastDeliveryAt"]) == (400_000, now())
    assert world.quantities(receipt) == [600_000]
    assert warehousereceipts.ownerOf(receipt) == supplier


def test_the_whole_ends_it(world, warehousereceipts, custodian, supplier, receipt):
    """W5: a receipt of nothing ends; what was asked of it can still be read."""
    warehousereceipts.deliverGoods(*world.order(receipt), {"from": custodian})
    assert (warehousereceipts.balanceOf(supplier), warehousereceipts.isLive(1)) == (0, False)
    with refused("UnknownReceipt", receipt):
        warehousereceipts.ownerOf.call(receipt)
    assert warehousereceipts.goodsOf(receipt).dict()["quantity"] == 0
    assert warehousereceipts.storageOf(receipt)[0] == 0


@pytest.mark.parametrize("caller", ["supplier", "depot", "thief", "stranger"])
def test_by_the_custodian_of_the_lot(world, warehousereceipts, custodian, receipt, caller):
    """W5: an order alone moves no goods, not even by another custodian."""
    account = getattr(world, caller)
    with refused("NotTheCustodian", 1, custodian, account):
        warehousereceipts.deliverGoods(*world.order(receipt), {"from": account})


def test_by_the_active(world, warehousereceipts, participants, registrar, custodian, supplier, receipt):
    """P3, P5: neither hands out or gives title that may not act."""
    signed = world.order(receipt)
    participants.renew(custodian, Role.CARRIER, FAR, {"from": registrar})
    with refused("RoleMissing", custodian, Role.CUSTODIAN):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})
    participants.renew(custodian, Role.CUSTODIAN, FAR, {"from": registrar})
    world.freeze(supplier)
    with refused("Frozen", supplier):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})


@pytest.mark.parametrize("quantity", [0, GOODS + 1, 2**64 - 1])
def test_what_there_is(world, warehousereceipts, custodian, receipt, quantity):
    """W5."""
    with refused("InvalidQuantity", quantity, GOODS):
        warehousereceipts.deliverGoods(*world.order(receipt, quantity), {"from": custodian})


def test_to_somebody(world, warehousereceipts, custodian, receipt):
    """W5: the order names who fetches the goods."""
    with refused("RecipientMissing"):
        warehousereceipts.deliverGoods(*world.order(receipt, recipientHash=NOTHING), {"from": custodian})


def test_signed_by_the_holder(world, warehousereceipts, custodian, supplier, mill, receipt):
    """W5, S1: not by the custodian, by another, or by who held it before."""
    for signer in (custodian, mill):
        order, signature = world.order(receipt, signer=signer)
        with refused(*not_signed(warehousereceipts, order, supplier)):
            warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    order, signature = world.order(receipt)
    warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})
    with refused(*not_signed(warehousereceipts, order, mill)):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})


@pytest.mark.parametrize("position", range(5), ids=list(DELIVERY_ORDER))
def test_nothing_is_changed_on_the_way(world, warehousereceipts, custodian, supplier, receipt, position):
    """W5, S1: every word of an order is signed: another receipt of the same holder, more, another lorry."""
    _, other = world.receipt(milliPerUnitDay=0)
    order, signature = world.order(receipt, 10)
    value = (other, 11, digest("a thief's lorry"), 10**9, FAR)[position]
    changed = (*order[:position], value, *order[position + 1 :])
    with refused(*not_signed(warehousereceipts, changed, supplier)):
        warehousereceipts.deliverGoods(changed, signature, {"from": custodian})


def test_once_and_in_time(world, warehousereceipts, custodian, supplier, receipt):
    """S1, S2, S3."""
    order, signature = world.order(receipt, 10)
    warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    with refused("NonceAlreadyUsed", supplier, order[3]):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    order, signature = world.order(receipt, 10)
    warehousereceipts.cancelNonce(order[3], {"from": supplier})
    with refused("NonceAlreadyUsed", supplier, order[3]):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    order, signature = world.order(receipt, 10)
    with at(order[4] + 1), refused("SignatureExpired", order[4], order[4] + 1):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})


def test_when_storage_is_paid(world, warehousereceipts, custodian):
    """W5, W6: a second after the intake the first day has begun."""
    lot, receipt = world.receipt()
    charged = warehousereceipts.receiptOf(receipt)[3]
    signed = world.order(receipt, 10, deadline=FAR)
    with at(charged + 1), refused("StorageUnpaid", receipt, 1_500):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})
    world.pay_storage(receipt)
    with at(charged + DAY):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})
    signed = world.order(receipt, 10)
    with at(charged + DAY + 1), refused("StorageUnpaid", receipt, 1_500):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})
    assert warehousereceipts.lotOf(lot).dict()["delivered"] == 10


def test_not_what_is_frozen_or_locked(world, warehousereceipts, regulator, custodian, receipt):
    """W5, W8, W9."""
    signed = world.order(receipt, 10)
    warehousereceipts.freeze(receipt, digest("order"), {"from": regulator})
    with refused("ReceiptIsFrozen", receipt):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})
    warehousereceipts.unfreeze(receipt, digest("order"), {"from": regulator})
    warehousereceipts.report(1, 0, 0, digest("mould"), [], {"from": custodian})
    with refused("LotIsLocked", 1):
        warehousereceipts.deliverGoods(*signed, {"from": custodian})
    warehousereceipts.unlock(1, digest("order"), {"from": regulator})
    warehousereceipts.deliverGoods(*signed, {"from": custodian})


def test_after_expiry(world, warehousereceipts, custodian):
    """W3: what cannot be sold any more can be fetched."""
    _, receipt = world.receipt(milliPerUnitDay=0, expiresAt=now() + 500)
    wait_until(now() + DAY)
    warehousereceipts.deliverGoods(*world.order(receipt), {"from": custodian})


def test_not_out_of_escrow(world, vault, custodian):
    """W5, K3: title in escrow is pledged; nobody signs for it."""
    _, receipt = vault.receipt(milliPerUnitDay=0)
    vault.pledge(receipt)
    signed = world.order(receipt, signer=world.newcomer, contract=vault.receipts)
    with refused("InEscrow", receipt):
        vault.receipts.deliverGoods(*signed, {"from": custodian})


def test_one_there_is(world, warehousereceipts, custodian):
    """W5."""
    with refused("UnknownReceipt", 7):
        warehousereceipts.deliverGoods(*world.order(7, signer=world.supplier), {"from": custodian})


def test_an_account_with_code_orders(world, warehousereceipts, custodian, newcomer, thief, MockWallet):
    """S1: a holder that signs by ERC-1271."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.SUPPLIER, "company")
    _, receipt = world.receipt(depositor=wallet, milliPerUnitDay=0)
    order, signature = world.order(receipt, signer=thief)
    with refused(*not_signed(warehousereceipts, order, wallet)):
        warehousereceipts.deliverGoods(order, signature, {"from": custodian})
    warehousereceipts.deliverGoods(*world.order(receipt, signer=newcomer), {"from": custodian})
