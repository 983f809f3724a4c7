"""R3: the obligor refuses the claim, with its reason."""

import pytest

from tests.contracts.world import Role, Status, refused


def test_the_obligor_says_no_and_why(world, receivables, obligor):
    """R3: nobody owes anything, and the reason is in the log."""
    receivable = world.register()
    tx = receivables.reject(receivable, "数量不符", {"from": obligor})
    assert dict(tx.events["ReceivableRejected"]) == {
        "receivableId": receivable,
        "obligor": obligor,
        "reason": "数量不符",
    }
    assert receivables.receivableOf(receivable).dict()["status"] == Status.REJECTED
    assert not receivables.isLive(receivable)


@pytest.mark.parametrize("caller", ["supplier", "bank", "thief"])
def test_nobody_else_says_it(world, receivables, caller):
    """R3, P5: who is no obligor cannot."""
    account = getattr(world, caller)
    with refused("RoleMissing", account, Role.OBLIGOR):
        receivables.reject(world.register(), "", {"from": account})


def test_not_another_obligor(world, receivables, dealer):
    """R3: only the one who would owe it."""
    receivable = world.register()
    with refused("NotTheObligor", receivable, dealer):
        receivables.reject(receivable, "", {"from": dealer})


def test_not_after_its_own_word(world, receivables, obligor):
    """R3: what is confirmed cannot be taken back, nor rejected twice."""
    receivable, _ = world.note()
    with refused("WrongStatus", receivable, Status.CONFIRMED):
        receivables.reject(receivable, "", {"from": obligor})
    other = world.register()
    receivables.reject(other, "", {"from": obligor})
    with refused("WrongStatus", other, Status.REJECTED):
        receivables.reject(other, "", {"from": obligor})


def test_not_what_nobody_registered(receivables, obligor):
    """R3."""
    with refused("UnknownReceivable", 1):
        receivables.reject(1, "", {"from": obligor})
