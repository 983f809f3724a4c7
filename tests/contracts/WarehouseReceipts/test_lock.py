"""W8, W11: a lot is locked by evidence and unlocked by a regulator's order; its cover is only ever extended."""

import pytest

from tests.contracts.world import DAY, FAR, NOTHING, Role, digest, now, refused


def test_locked_and_unlocked(world, vault, regulator):
    """W8."""
    lot, receipt = vault.receipt()
    tx = vault.lock(lot)
    assert dict(tx.events["LotLocked"]) == {"lotId": lot, "evidence": "0x" + digest("evidence").hex()}
    assert vault.receipts.goodsOf(receipt).dict()["free"] is False
    tx = vault.receipts.unlock(lot, digest("order"), {"from": regulator})
    assert dict(tx.events["LotUnlocked"]) == {"lotId": lot, "orderHash": "0x" + digest("order").hex()}
    assert vault.receipts.lotOf(lot).dict()["lastUnlockAt"] == tx.timestamp
    assert vault.receipts.goodsOf(receipt).dict()["free"] is True


def test_evidence_may_come_twice(world, vault):
    """W8: what locks does not fail because it is locked."""
    lot, _ = vault.receipt()
    vault.lock(lot)
    vault.lock(lot)


@pytest.mark.parametrize("caller", ["custodian", "regulator", "supplier", "thief"])
def test_by_evidence_alone(world, warehousereceipts, caller):
    """W8: nobody locks another's goods by its word."""
    lot, _ = world.receipt()
    account = getattr(world, caller)
    with refused("NotAttestations", account):
        warehousereceipts.lock(lot, digest("evidence"), {"from": account})


def test_with_evidence_and_order(world, vault, regulator, stranger):
    """W8: for a lot that there is."""
    lot, _ = vault.receipt()
    with refused("EvidenceMissing"):
        vault.receipts.lock(lot, NOTHING, {"from": stranger})
    with refused("UnknownLot", 99):
        vault.receipts.lock(99, digest("evidence"), {"from": stranger})
    with refused("OrderMissing"):
        vault.receipts.unlock(lot, NOTHING, {"from": regulator})
    with refused("UnknownLot", 99):
        vault.receipts.unlock(99, digest("order"), {"from": regulator})


@pytest.mark.parametrize("more", [(DAY, 0), (0, DAY), (DAY, DAY)])
def test_extended(world, warehousereceipts, custodian, more):
    """W11."""
    ends = now() + 30 * DAY
    lot, receipt = world.receipt(insuredUntil=ends, expiresAt=ends)
    insured, expires = (ends + step for step in more)
    tx = warehousereceipts.extend(lot, insured, expires, {"from": custodian})
    assert dict(tx.events["LotExtended"]) == {"lotId": lot, "insuredUntil": insured, "expiresAt": expires}
    assert warehousereceipts.goodsOf(receipt).dict()["coveredUntil"] == min(insured, expires)


@pytest.mark.parametrize("more", [(0, 0), (-1, 0), (0, -1), (-1, DAY), (DAY, -1)])
def test_never_shortened(world, warehousereceipts, custodian, more):
    """W11: a lender has counted on it."""
    ends = now() + 30 * DAY
    lot, _ = world.receipt(insuredUntil=ends, expiresAt=ends)
    with refused("NotShortened", lot):
        warehousereceipts.extend(lot, ends + more[0], ends + more[1], {"from": custodian})


def test_by_its_custodian(world, warehousereceipts, participants, registrar, custodian, depot, supplier):
    """W11, P5."""
    lot, _ = world.receipt()
    for caller in (depot, supplier):
        with refused("NotTheCustodian", lot, custodian, caller):
            warehousereceipts.extend(lot, FAR, FAR, {"from": caller})
    participants.renew(custodian, Role.CARRIER, FAR, {"from": registrar})
    with refused("RoleMissing", custodian, Role.CUSTODIAN):
        warehousereceipts.extend(lot, FAR, FAR, {"from": custodian})
