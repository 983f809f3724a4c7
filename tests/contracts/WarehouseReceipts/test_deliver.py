"""D2, K2: how Settlement sells a receipt, and how a pledge puts it in escrow."""

import pytest

from tests.contracts.world import DAY, GOODS, QUOTE, Role, at, digest, now, refused, wait_until


def document(receipts, lot):
    return receipts.lotOf.call(lot).dict()["documentHash"]


def quoted(world, receipts, lot, **changed):
    """The bank's quote for a lot's goods, and its signature."""
    words = {
        "financier": world.bank.address, "seller": world.supplier.address, "asset": receipts.address, "assetKey": lot,
        "documentHash": bytes.fromhex(str(document(receipts, lot))[2:]), "value": GOODS, "cash": world.cash.address,
        "price": 500_000_00, "withRecourse": False, "nonce": world.nonce(), "deadline": now() + DAY,
    } | changed  # fmt: skip
    return tuple(words.values()), world.sign(words["financier"], world.settlement, "Quote", QUOTE, words)


def test_sold(world, warehousereceipts, settlement, cash, supplier, bank):
    """D2: the whole receipt against cash, without a levy, which is for claims."""
    lot, receipt = world.receipt()
    tx = settlement.settle(*quoted(world, warehousereceipts, lot), receipt, {"from": supplier})
    assert (tx.events["Settled"]["deliveredId"], tx.events["Settled"]["levy"]) == (receipt, 0)
    assert (warehousereceipts.ownerOf(receipt), cash.balanceOf(supplier)) == (bank, 500_000_00)


def test_sold_in_part(world, warehousereceipts, settlement, supplier, bank):
    """D2, W3: a quantity of it is split off."""
    lot, receipt = world.receipt()
    signed = quoted(world, warehousereceipts, lot, value=250_000)
    child = settlement.settle(*signed, receipt, {"from": supplier}).events["Settled"]["deliveredId"]
    assert (warehousereceipts.ownerOf(receipt), warehousereceipts.ownerOf(child)) == (supplier, bank)
    assert world.quantities(receipt, child) == [750_000, 250_000]


def test_without_recourse(world, warehousereceipts, settlement, supplier):
    """D2: goods have no endorsers."""
    lot, receipt = world.receipt()
    signed = quoted(world, warehousereceipts, lot, withRecourse=True)
    with refused("NoRecourse"):
        settlement.settle(*signed, receipt, {"from": supplier})


@pytest.mark.parametrize("value", [0, GOODS + 1, 2**64, 2**64 + 1])
def test_what_there_is(world, warehousereceipts, settlement, supplier, value):
    """D2: a value past 64 bits is not cut to a smaller one."""
    lot, receipt = world.receipt()
    signed = quoted(world, warehousereceipts, lot, value=value)
    with refused("InvalidQuantity", value, GOODS):
        settlement.settle(*signed, receipt, {"from": supplier})


def test_the_goods_that_were_named(world, warehousereceipts, settlement, supplier):
    """D1: a quote for one lot buys no other, nor one whose papers are others."""
    good, _ = world.receipt()
    bad, receipt = world.receipt()
    named = (receipt, bad, document(warehousereceipts, bad))
    for changed in ({}, {"assetKey": bad}):
        with refused("WrongLot", *named):
            settlement.settle(*quoted(world, warehousereceipts, good, **changed), receipt, {"from": supplier})
    with refused("WrongLot", *named):
        signed = quoted(world, warehousereceipts, bad, documentHash=digest("x"))
        settlement.settle(*signed, receipt, {"from": supplier})


@pytest.mark.parametrize("value", [GOODS, 1])
def test_not_anothers(world, warehousereceipts, settlement, supplier, thief, value):
    """D2: whoever accepts delivers its own, even where the holder has approved the settlement."""
    lot, receipt = world.receipt()
    signed = quoted(world, warehousereceipts, lot, financier=thief.address, seller=thief.address, value=value, price=0)
    with refused("WrongHolder", receipt, supplier, thief):
        settlement.settle(*signed, receipt, {"from": thief})


def test_by_whom(world, warehousereceipts, supplier, thief):
    """W3: the holder or whom it approved."""
    lot, receipt = world.receipt()
    terms = (receipt, lot, document(warehousereceipts, lot), supplier, thief, GOODS, False)
    with refused("NotAuthorised", receipt, thief):
        warehousereceipts.deliver(*terms, {"from": thief})
    warehousereceipts.deliver(*terms, {"from": supplier})
    assert warehousereceipts.ownerOf(receipt) == thief


@pytest.mark.parametrize("quantity", [GOODS, 300_000])
def test_pledged(world, vault, supplier, quantity):
    """K2, K3: by the escrow's own call; the rest stays with the borrower."""
    _, receipt = vault.receipt()
    pledged = vault.pledge(receipt, quantity)
    assert vault.receipts.ownerOf(pledged) == vault.escrow
    assert world.quantities(pledged, contract=vault.receipts) == [quantity]
    if quantity != GOODS:
        assert vault.receipts.ownerOf(receipt) == supplier


@pytest.mark.parametrize("quantity", [GOODS, 300_000])
def test_not_where_the_lot_is_locked(world, vault, regulator, quantity):
    """W8: sold it can be, for what it is worth; pledged not, until a regulator's order."""
    lot, receipt = vault.receipt()
    vault.lock(lot)
    with refused("LotIsLocked", lot):
        vault.pledge(receipt, quantity)
    vault.receipts.unlock(lot, digest("order"), {"from": regulator})
    vault.pledge(receipt, quantity)


def test_sold_where_the_lot_is_locked(world, vault, supplier, mill):
    """W8: title moves; delivery and pledge are what a lock stops."""
    lot, receipt = vault.receipt()
    vault.lock(lot)
    vault.split(receipt, supplier, mill, 1)
    vault.receipts.transferFrom(supplier, mill, receipt, {"from": supplier})


@pytest.mark.parametrize("quantity", [GOODS, 300_000])
def test_not_what_is_frozen_or_expired(world, vault, regulator, quantity):
    """W3, W9."""
    second = now() + DAY
    lot, receipt = vault.receipt(expiresAt=second)
    vault.receipts.freeze(receipt, digest("order"), {"from": regulator})
    with refused("ReceiptIsFrozen", receipt):
        vault.pledge(receipt, quantity)
    vault.receipts.unfreeze(receipt, digest("order"), {"from": regulator})
    with at(second + 1), refused("Expired", lot, second):
        vault.pledge(receipt, quantity)


def test_into_escrow_by_no_other_way(world, vault, supplier, thief):
    """K3: what comes by itself would belong to no loan, and to nobody."""
    lot, receipt = vault.receipt()
    receipts, escrow = vault.receipts, vault.escrow
    paper = document(receipts, lot)
    for act in (
        lambda: receipts.transferFrom(supplier, escrow, receipt, {"from": supplier}),
        lambda: receipts.safeTransferFrom["address,address,uint256"](supplier, escrow, receipt, {"from": supplier}),
        lambda: receipts.split(receipt, escrow, 1, {"from": supplier}),
        lambda: receipts.deliver(receipt, lot, paper, supplier, escrow, GOODS, False, {"from": supplier}),
        lambda: receipts.deliver(receipt, lot, paper, supplier, escrow, 1, False, {"from": supplier}),
        lambda: vault.do(receipts.transferFrom, supplier, escrow, receipt),
        lambda: vault.do(receipts.split, receipt, escrow, 1),
        lambda: vault.receipt(depositor=escrow),
    ):
        with refused("ReceiverRefused", escrow):
            act()


@pytest.mark.parametrize("contract", ["repayments", "reserve", "warehousereceipts", "loans"])
def test_nor_to_another_contract_of_the_platform(world, warehousereceipts, supplier, contract):
    """W3: which could never move it again; cash is what they may hold."""
    _, receipt = world.receipt()
    account = getattr(world, contract)
    with refused("ReceiverRefused", account):
        warehousereceipts.transferFrom(supplier, account, receipt, {"from": supplier})
    with refused("ReceiverRefused", account):
        warehousereceipts.split(receipt, account, 1, {"from": supplier})
    with refused("ReceiverRefused", account):
        world.receipt(depositor=account)


def test_out_of_escrow(world, vault, supplier, mill):
    """K11, K18: whole, or in part, expired or not: by the escrow alone."""
    _, receipt = vault.receipt(expiresAt=now() + DAY)
    vault.pledge(receipt)
    receipts = vault.receipts
    for caller in (supplier, mill):
        with refused("NotAuthorised", receipt, caller):
            receipts.transferFrom(vault.escrow, caller, receipt, {"from": caller})
        with refused("NotAuthorised", receipt, caller):
            receipts.split(receipt, caller, 1, {"from": caller})
    wait_until(now() + 2 * DAY)
    tx = vault.do(receipts.split, receipt, supplier, 100)
    assert receipts.ownerOf(tx.events["ReceiptSplit"]["childId"]) == supplier
    vault.do(receipts.transferFrom, vault.escrow, mill, receipt)
    assert receipts.ownerOf(receipt) == mill


def test_out_of_escrow_not_to_the_frozen(world, vault, regulator, supplier):
    """K18, P3, W9: it waits there."""
    _, receipt = vault.receipt()
    vault.pledge(receipt)
    world.freeze(supplier)
    with refused("Frozen", supplier):
        vault.do(vault.receipts.transferFrom, vault.escrow, supplier, receipt)
    world.unfreeze(supplier)
    vault.receipts.freeze(receipt, digest("order"), {"from": regulator})
    with refused("ReceiptIsFrozen", receipt):
        vault.do(vault.receipts.transferFrom, vault.escrow, supplier, receipt)
    vault.receipts.unfreeze(receipt, digest("order"), {"from": regulator})
    vault.do(vault.receipts.transferFrom, vault.escrow, supplier, receipt)


def test_an_approval_ends_in_escrow(world, vault, supplier, carrier):
    """K3: whom the borrower let move the receipt cannot take it out of the pledge."""
    _, receipt = vault.receipt()
    vault.receipts.approve(carrier, receipt, {"from": supplier})
    vault.receipts.setApprovalForAll(carrier, True, {"from": supplier})
    vault.pledge(receipt)
    with refused("NotAuthorised", receipt, carrier):
        vault.receipts.transferFrom(vault.escrow, carrier, receipt, {"from": carrier})


def test_an_account_with_code_buys(world, warehousereceipts, settlement, cash, issuer, supplier, newcomer, MockWallet):
    """D1, S1."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.FINANCIER, "company")
    cash.mint(wallet, 100, {"from": issuer})
    wallet.execute(cash, cash.approve.encode_input(settlement, 100), {"from": newcomer})
    lot, receipt = world.receipt()
    words = dict(zip(QUOTE, quoted(world, warehousereceipts, lot)[0], strict=True))
    words |= {"financier": wallet.address, "price": 100}
    signature = world.sign(newcomer, settlement, "Quote", QUOTE, words)
    settlement.settle(tuple(words.values()), signature, receipt, {"from": supplier})
    assert warehousereceipts.ownerOf(receipt) == wallet
