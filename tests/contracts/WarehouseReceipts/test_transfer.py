"""W3: a receipt moves whole (ERC-721), between participants, by its holder or whom it approved, before its expiry."""

import pytest

from tests.contracts.world import DAY, GOODS, ZERO, Role, at, now, refused

PLAIN = "address,address,uint256"
WITH_DATA = "address,address,uint256,bytes"


def test_moved(world, warehousereceipts, supplier, mill):
    """W3."""
    _, receipt = world.receipt()
    tx = warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})
    assert dict(tx.events["Transfer"]) == {"from": supplier, "to": mill, "tokenId": receipt}
    assert warehousereceipts.ownerOf(receipt) == mill
    assert [warehousereceipts.balanceOf(party) for party in (supplier, mill)] == [0, 1]
    assert world.quantities(receipt) == [GOODS]


def test_the_lien_goes_along(world, warehousereceipts, supplier, mill):
    """W6: what is owed for storage stays with the goods."""
    _, receipt = world.receipt()
    charged = warehousereceipts.receiptOf(receipt)[3]
    with at(charged + 3 * DAY):
        warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})
    assert warehousereceipts.storageOf(receipt) == (4_500, charged + 3 * DAY)


def test_by_whom_it_approved(world, warehousereceipts, supplier, mill, carrier):
    """W3: one receipt, until it has moved; or all of them."""
    _, receipt = world.receipt()
    with refused("NotAuthorised", receipt, carrier):
        warehousereceipts.transferFrom(supplier, mill, receipt, {"from": carrier})
    warehousereceipts.approve(carrier, receipt, {"from": supplier})
    assert warehousereceipts.getApproved(receipt) == carrier
    warehousereceipts.transferFrom(supplier, mill, receipt, {"from": carrier})
    assert warehousereceipts.getApproved(receipt) == ZERO
    with refused("NotAuthorised", receipt, carrier):
        warehousereceipts.transferFrom(mill, supplier, receipt, {"from": carrier})
    warehousereceipts.setApprovalForAll(carrier, True, {"from": mill})
    assert warehousereceipts.isApprovedForAll(mill, carrier)
    warehousereceipts.transferFrom(mill, supplier, receipt, {"from": carrier})


def test_who_may_approve(world, warehousereceipts, supplier, carrier, thief):
    """W3: the holder, and who acts for it in everything; not who may move the one receipt."""
    _, receipt = world.receipt()
    warehousereceipts.approve(carrier, receipt, {"from": supplier})
    for caller in (carrier, thief):
        with refused("NotAuthorised", receipt, caller):
            warehousereceipts.approve(thief, receipt, {"from": caller})
    warehousereceipts.setApprovalForAll(carrier, True, {"from": supplier})
    warehousereceipts.approve(ZERO, receipt, {"from": carrier})
    assert warehousereceipts.getApproved(receipt) == ZERO


def test_of_whom_it_is(world, warehousereceipts, supplier, mill):
    """ERC-721: the giver is named, and is the holder."""
    _, receipt = world.receipt()
    with refused("WrongHolder", receipt, supplier, mill):
        warehousereceipts.transferFrom(mill, supplier, receipt, {"from": supplier})


def test_one_there_is(world, warehousereceipts, supplier, mill):
    """ERC-721."""
    for call in (warehousereceipts.ownerOf, warehousereceipts.getApproved, warehousereceipts.receiptOf):
        with refused("UnknownReceipt", 1):
            call.call(1)
    with refused("UnknownReceipt", 1):
        warehousereceipts.transferFrom(supplier, mill, 1, {"from": supplier})
    with refused("UnknownReceipt", 1):
        warehousereceipts.approve(mill, 1, {"from": supplier})


@pytest.mark.parametrize("party", ["supplier", "mill"])
def test_between_the_active(world, warehousereceipts, supplier, mill, party):
    """W3, P3."""
    _, receipt = world.receipt()
    account = getattr(world, party)
    world.freeze(account)
    with refused("Frozen", account):
        warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})


def test_not_to_outsiders(world, warehousereceipts, supplier, stranger):
    """W3, P5: nor to nobody."""
    _, receipt = world.receipt()
    for outsider in (stranger, ZERO):
        with refused("UnknownParticipant", outsider):
            warehousereceipts.transferFrom(supplier, outsider, receipt, {"from": supplier})


@pytest.mark.parametrize("late", [False, True])
def test_before_its_expiry(world, warehousereceipts, supplier, mill, late):
    """W3: inclusive."""
    second = now() + 500
    lot, receipt = world.receipt(expiresAt=second)
    if late:
        with at(second + 1), refused("Expired", lot, second):
            warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})
    else:
        with at(second):
            warehousereceipts.transferFrom(supplier, mill, receipt, {"from": supplier})


def test_safely(world, warehousereceipts, supplier, mill, newcomer, MockWallet, MockCash):
    """ERC-721: an account with code is asked; one that says no, or nothing, has no receipt."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    deaf = MockCash.deploy(1, {"from": newcomer})
    for name, account in (("company", wallet), ("deaf company", deaf)):
        world.admit(account, Role.SUPPLIER, name)
    receipts = [world.receipt()[1] for _ in range(3)]
    warehousereceipts.safeTransferFrom[PLAIN](supplier, mill, receipts[0], {"from": supplier})
    warehousereceipts.safeTransferFrom[WITH_DATA](supplier, wallet, receipts[1], b"x", {"from": supplier})
    assert warehousereceipts.ownerOf(receipts[1]) == wallet
    wallet.setPolite(False, {"from": newcomer})
    for account in (wallet, deaf):
        with refused("ERC721InvalidReceiver", account):
            warehousereceipts.safeTransferFrom[PLAIN](supplier, account, receipts[2], {"from": supplier})


def test_the_face_of_it(warehousereceipts):
    """ERC-721, ERC-165."""
    assert (warehousereceipts.name(), warehousereceipts.symbol()) == ("Feiqian Warehouse Receipts", "FQW")
    for interface, known in (("0x80ac58cd", True), ("0x01ffc9a7", True), ("0xffffffff", False), ("0x5b5e139f", False)):
        assert warehousereceipts.supportsInterface(interface) is known
