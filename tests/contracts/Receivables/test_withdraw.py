"""R4: the supplier takes back what nobody has confirmed yet."""

import pytest

from tests.contracts.world import Role, Status, refused


def test_the_supplier_takes_it_back(world, receivables, supplier):
    """R4: and it has fallen."""
    receivable = world.register()
    tx = receivables.withdraw(receivable, {"from": supplier})
    assert dict(tx.events["ReceivableWithdrawn"]) == {"receivableId": receivable, "supplier": supplier}
    assert receivables.receivableOf(receivable).dict()["status"] == Status.WITHDRAWN
    assert not receivables.isLive(receivable)


@pytest.mark.parametrize("caller", ["obligor", "bank"])
def test_who_is_no_supplier_cannot(world, receivables, caller):
    """R4, P5."""
    account = getattr(world, caller)
    with refused("RoleMissing", account, Role.SUPPLIER):
        receivables.withdraw(world.register(), {"from": account})


@pytest.mark.parametrize("caller", ["mill", "thief"])
def test_not_another_supplier(world, receivables, caller):
    """R4: a rival cannot free the fingerprint to take its place."""
    receivable, account = world.register(), getattr(world, caller)
    with refused("NotTheSupplier", receivable, account):
        receivables.withdraw(receivable, {"from": account})


def test_not_once_it_is_confirmed(world, receivables, supplier):
    """R4: nor twice."""
    receivable, _ = world.note()
    with refused("WrongStatus", receivable, Status.CONFIRMED):
        receivables.withdraw(receivable, {"from": supplier})
    other = world.register()
    receivables.withdraw(other, {"from": supplier})
    with refused("WrongStatus", other, Status.WITHDRAWN):
        receivables.withdraw(other, {"from": supplier})


def test_not_what_nobody_registered(receivables, supplier):
    """R4."""
    with refused("UnknownReceivable", 1):
        receivables.withdraw(1, {"from": supplier})
