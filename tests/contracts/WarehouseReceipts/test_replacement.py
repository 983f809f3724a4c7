"""W10: whose key is lost is named by the custodian with evidence and a new holder; after 30 days the title moves."""

import pytest

from tests.contracts.world import DAY, FAR, NOTHING, ZERO, Role, at, digest, now, refused, wait_until

EVIDENCE = digest("notary's deed")
WAIT = 30 * DAY


@pytest.fixture
def asked(world, warehousereceipts, custodian, mill):
    """A receipt of the supplier, whose key is said to be lost; the mill shall have it. Lot, receipt, and when."""
    lot, receipt = world.receipt(milliPerUnitDay=0)
    warehousereceipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})
    return lot, receipt, now() + WAIT


def test_asked_and_done(world, warehousereceipts, custodian, supplier, mill, stranger):
    """W10: by anyone, once the time is over."""
    _, receipt = world.receipt()
    tx = warehousereceipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})
    effective = now() + WAIT
    assert dict(tx.events["ReplacementRequested"]) == {
        "receiptId": receipt, "to": mill, "effectiveAt": effective, "evidence": "0x" + EVIDENCE.hex(),
    }  # fmt: skip
    assert warehousereceipts.replacementOf(receipt) == (mill, effective)
    with at(effective - 1), refused("ReplacementWaits", receipt, effective):
        warehousereceipts.replace(receipt, {"from": stranger})
    with at(effective):
        tx = warehousereceipts.replace(receipt, {"from": stranger})
    assert dict(tx.events["ReplacementEnded"]) == {"receiptId": receipt, "to": mill, "done": True}
    assert dict(tx.events["Transfer"]) == {"from": supplier, "to": mill, "tokenId": receipt}
    assert warehousereceipts.replacementOf(receipt) == (ZERO, 0)
    with refused("NoReplacement", receipt):
        warehousereceipts.replace(receipt, {"from": stranger})


@pytest.mark.parametrize("act", ["object", "transfer", "split", "approve", "merge", "merged into", "deliver", "sell"])
def test_what_the_old_key_does_ends_it(world, warehousereceipts, custodian, supplier, carrier, mill, act):
    """W10: whatever it does with the receipt."""
    lot, receipt = world.receipt(milliPerUnitDay=0)
    child = world.split(receipt, supplier, supplier, 10)
    warehousereceipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})
    w, old = warehousereceipts, {"from": supplier}
    paper = w.lotOf.call(lot).dict()["documentHash"]
    tx = {
        "object": lambda: w.objectToReplacement(receipt, old),
        "transfer": lambda: w.transferFrom(supplier, carrier, receipt, old),
        "split": lambda: w.split(receipt, supplier, 1, old),
        "approve": lambda: w.approve(carrier, receipt, old),
        "merge": lambda: w.merge(receipt, child, old),
        "merged into": lambda: w.merge(child, receipt, old),
        "deliver": lambda: w.deliverGoods(*world.order(receipt, 1), {"from": custodian}),
        "sell": lambda: w.deliver(receipt, lot, paper, supplier, carrier, 1, False, old),
    }[act]()
    assert dict(tx.events["ReplacementEnded"]) == {"receiptId": receipt, "to": mill, "done": False}
    wait_until(now() + WAIT)
    with refused("UnknownReceipt" if act == "merge" else "NoReplacement", receipt):
        warehousereceipts.replace(receipt, {"from": mill})


def test_what_others_do_does_not(world, warehousereceipts, custodian, bank, supplier, asked):
    """W10: storage that somebody pays, insurance, a loss of a part; a split of another receipt."""
    lot, receipt, effective = asked
    _, other = world.receipt()
    world.split(other, supplier, supplier, 1)
    warehousereceipts.payInsurance(receipt, 1, {"from": bank})
    warehousereceipts.report(lot, 3, 1, EVIDENCE, [receipt], {"from": custodian})
    wait_until(effective)
    warehousereceipts.replace(receipt, {"from": bank})


@pytest.mark.parametrize("caller", ["mill", "custodian", "thief"])
def test_only_the_holder_objects(world, warehousereceipts, asked, caller):
    """W10."""
    with refused("NotAuthorised", asked[1], getattr(world, caller)):
        warehousereceipts.objectToReplacement(asked[1], {"from": getattr(world, caller)})


def test_an_objection_to_nothing(world, warehousereceipts, supplier):
    """W10."""
    _, receipt = world.receipt()
    with refused("NoReplacement", receipt):
        warehousereceipts.objectToReplacement(receipt, {"from": supplier})


def test_asked_again(world, warehousereceipts, custodian, carrier, mill, asked):
    """W10: another request takes the place of the first, and the time begins anew."""
    _, receipt, effective = asked
    wait_until(effective - 10)
    tx = warehousereceipts.requestReplacement(receipt, carrier, EVIDENCE, {"from": custodian})
    assert dict(tx.events["ReplacementEnded"]) == {"receiptId": receipt, "to": mill, "done": False}
    with at(effective), refused("ReplacementWaits", receipt, tx.events["ReplacementRequested"]["effectiveAt"]):
        warehousereceipts.replace(receipt, {"from": mill})


@pytest.mark.parametrize("caller", ["depot", "supplier", "mill", "thief"])
def test_by_the_custodian_of_the_lot(world, warehousereceipts, custodian, mill, caller):
    """W10."""
    lot, receipt = world.receipt()
    account = getattr(world, caller)
    with refused("NotTheCustodian", lot, custodian, account):
        warehousereceipts.requestReplacement(receipt, mill, EVIDENCE, {"from": account})


def test_to_a_new_holder_that_can_have_it(world, warehousereceipts, custodian, supplier, mill, stranger):
    """W10, P5."""
    _, receipt = world.receipt()
    for to, error in (
        (stranger, "UnknownParticipant"),
        (supplier, "ReceiverRefused"),
        (world.loans, "ReceiverRefused"),
    ):
        with refused(error, to):
            warehousereceipts.requestReplacement(receipt, to, EVIDENCE, {"from": custodian})
    world.freeze(mill)
    with refused("Frozen", mill):
        warehousereceipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})


def test_with_evidence_by_an_active_custodian(world, warehousereceipts, participants, registrar, custodian, mill):
    """W10, P5."""
    _, receipt = world.receipt()
    with refused("EvidenceMissing"):
        warehousereceipts.requestReplacement(receipt, mill, NOTHING, {"from": custodian})
    with refused("UnknownReceipt", 99):
        warehousereceipts.requestReplacement(99, mill, EVIDENCE, {"from": custodian})
    participants.renew(custodian, Role.CARRIER, FAR, {"from": registrar})
    with refused("RoleMissing", custodian, Role.CUSTODIAN):
        warehousereceipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})


@pytest.mark.parametrize("party", ["supplier", "mill"])
def test_not_of_or_to_the_frozen(world, warehousereceipts, stranger, asked, party):
    """W10, P3: what a regulator holds fast does not move by this way."""
    wait_until(asked[2])
    account = getattr(world, party)
    world.freeze(account)
    with refused("Frozen", account):
        warehousereceipts.replace(asked[1], {"from": stranger})
    world.unfreeze(account)
    warehousereceipts.replace(asked[1], {"from": stranger})


def test_not_a_frozen_receipt(world, warehousereceipts, regulator, stranger, asked):
    """W9, W10."""
    wait_until(asked[2])
    warehousereceipts.freeze(asked[1], digest("order"), {"from": regulator})
    with refused("ReceiptIsFrozen", asked[1]):
        warehousereceipts.replace(asked[1], {"from": stranger})


def test_not_in_escrow(world, vault, custodian, mill):
    """W10: what is in escrow has no lost key; a pledge ends the request."""
    _, receipt = vault.receipt()
    vault.receipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})
    vault.pledge(receipt)
    assert vault.receipts.replacementOf(receipt) == (ZERO, 0)
    with refused("InEscrow", receipt):
        vault.receipts.requestReplacement(receipt, mill, EVIDENCE, {"from": custodian})
