"""What the tests of receipts share: another instance whose escrow and evidence a test speaks for."""

from __future__ import annotations

import pytest

from tests.contracts.world import GOODS, UNLIMITED, Role, digest


class Vault:
    """A second set of receipts, whose escrow does what it is told, and whose evidence comes from the stranger."""

    def __init__(self, world, receipts, escrow):
        self.world, self.receipts, self.escrow = world, receipts, escrow

    def receipt(self, **changed):
        return self.world.receipt(contract=self.receipts, **changed)

    def split(self, receipt, giver, taker, quantity):
        return self.world.split(receipt, giver, taker, quantity, contract=self.receipts)

    def do(self, function, *args):
        """The escrow calls the receipts."""
        return self.escrow.execute(self.receipts, function.encode_input(*args), {"from": self.world.newcomer})

    def pledge(self, receipt, quantity=GOODS):
        """Title goes into escrow; the receipt that stands there."""
        view = self.receipts.receiptOf.call(receipt).dict()
        document = self.receipts.lotOf.call(view["lotId"]).dict()["documentHash"]
        terms = (receipt, view["lotId"], document, view["holder"], self.escrow, quantity, False)
        tx = self.do(self.receipts.deliver, *terms)
        return int(tx.events["ReceiptSplit"]["childId"]) if "ReceiptSplit" in tx.events else receipt

    def lock(self, lot):
        return self.receipts.lock(lot, digest("evidence"), {"from": self.world.stranger})


@pytest.fixture
def vault(world, WarehouseReceipts, MockEscrow):
    escrow = MockEscrow.deploy(world.newcomer, {"from": world.newcomer})
    siblings = (world.stranger, escrow)
    receipts = WarehouseReceipts.deploy(
        world.authority, world.participants, world.policy, world.fingerprints, siblings, {"from": world.admin}
    )
    selectors = [getattr(receipts, name).signature for name in ("unlock", "freeze", "unfreeze")]
    world.authority.setTargetFunctionRole(receipts, selectors, 4, {"from": world.admin})
    world.fingerprints.admit(receipts, {"from": world.admin})
    for name, contract in (("other receipts", receipts), ("other escrow", escrow)):
        world.admit(contract, Role.PROTOCOL, name)
    for operator in (escrow, world.settlement):
        receipts.setApprovalForAll(operator, True, {"from": world.supplier})
    world.cash.approve(receipts, UNLIMITED, {"from": world.bank})
    made = Vault(world, receipts, escrow)
    yield made
    world.require_goods_conserved(receipts)


@pytest.fixture(autouse=True)
def conserved(world):
    yield
    world.require_goods_conserved()
