"""J7: anyone has notes of the supplier absorb what the supplier owes."""

import pytest

from tests.contracts.world import FACE, Status, refused, wait_until


@pytest.fixture
def debt(world, supplier, mill):
    """Root of 60 with the supplier, a note of 40 with the mill; the supplier owes 30."""
    receivable, root = world.note(face=100)
    child = world.endorse(root, supplier, mill, 40)
    world.credit(receivable, 30)
    assert world.due(receivable) == (0, 70, 30)
    return receivable, root, child


@pytest.mark.parametrize("caller", ["stranger", "mill", "supplier", "thief"])
def test_anyone(world, adjustments, debt, supplier, caller):
    """J7: value leaves note and debt."""
    receivable, root, child = debt
    tx = adjustments.absorb(receivable, [root], {"from": getattr(world, caller)})
    assert dict(tx.events["DilutionAbsorbed"]) == {
        "receivableId": receivable,
        "noteId": root,
        "supplier": supplier,
        "amount": 30,
    }
    assert (world.value(root, child), world.due(receivable)) == ([30, 40], (0, 70, 0))


def test_never_anothers_note(world, adjustments, debt):
    """J8: it is passed over."""
    receivable, _, child = debt
    tx = adjustments.absorb(receivable, [child], {"from": world.stranger})
    assert "DilutionAbsorbed" not in tx.events
    assert world.value(child) == [40]


def test_over_several_notes_in_the_order_named(world, adjustments, debt, supplier):
    """J7: until nothing is owed; twice named is once taken."""
    receivable, root, child = debt
    own = world.endorse(root, supplier, supplier, 50)
    tx = adjustments.absorb(receivable, [root, root, child, own], {"from": supplier})
    assert [(event["noteId"], event["amount"]) for event in tx.events["DilutionAbsorbed"]] == [(root, 10), (own, 20)]
    assert world.value(root, own) == [0, 30]


def test_no_more_than_is_owed(world, adjustments, debt):
    """J7: a second time it takes nothing."""
    receivable, root, _ = debt
    adjustments.absorb(receivable, [root], {"from": world.stranger})
    adjustments.absorb(receivable, [root], {"from": world.stranger})
    assert world.value(root) == [30]


def test_what_was_made_good_is_not_absorbed(world, adjustments, repayments, debt, supplier):
    """J7, M2."""
    receivable, root, _ = debt
    world.give(supplier, 100, repayments)
    repayments.makeGood(receivable, 25, {"from": supplier})
    adjustments.absorb(receivable, [root], {"from": world.stranger})
    assert (world.value(root), world.due(receivable)) == ([55], (0, 70, 0))


def test_what_came_back_to_the_supplier(world, adjustments, supplier, mill):
    """J7: a note that it bought back or was endorsed counts like the root."""
    receivable, _, child = world.owes_by_supplier(300)
    own = world.endorse(child, mill, supplier, 200)
    adjustments.absorb(receivable, [own], {"from": world.stranger})
    assert (world.value(own), world.due(receivable)) == ([0], (0, FACE - 300, 100))


def test_not_a_provisional_note(world, adjustments, receivables, participants, supplier, mill):
    """J7, N8: it is not the supplier's before it said yes."""
    receivable, _, child = world.owes_by_supplier(300)
    participants.wantAcceptance(True, {"from": supplier})
    own = world.endorse(child, mill, supplier, 200)
    adjustments.absorb(receivable, [own], {"from": world.stranger})
    assert world.value(own) == [200]
    receivables.accept(own, {"from": supplier})
    adjustments.absorb(receivable, [own], {"from": world.stranger})
    assert world.value(own) == [0]


def test_not_what_is_locked(world, adjustments, debt, obligor):
    """J5, J7: only the free part."""
    receivable, root, _ = debt
    world.dispute(receivable, 50)
    assert adjustments.lockedOf(root) == 50
    adjustments.absorb(receivable, [root], {"from": world.stranger})
    assert (world.value(root), world.due(receivable)) == ([50], (0, 20, 20))


def test_it_may_close_the_receivable(world, adjustments, debt):
    """M7: the obligor has paid, and the last debt goes."""
    receivable, root, _ = debt
    world.repay(receivable, 70)
    assert world.view(receivable)["status"] == Status.CONFIRMED
    adjustments.absorb(receivable, [root], {"from": world.stranger})
    assert world.view(receivable)["status"] == Status.REPAID
    with refused("WrongStatus", receivable, Status.REPAID):
        adjustments.absorb(receivable, [root], {"from": world.stranger})


def test_not_a_note_of_another_receivable(world, adjustments, debt):
    """J7: one debt does not burn another claim."""
    receivable, _, _ = debt
    other, foreign = world.note()
    with refused("WrongReceivable", foreign, other):
        adjustments.absorb(receivable, [foreign], {"from": world.stranger})


def test_nothing_where_nothing_is_owed(world, adjustments):
    """J7: a thief burns nothing."""
    receivable, root = world.note()
    adjustments.absorb(receivable, [root], {"from": world.thief})
    assert world.value(root) == [FACE]
    with refused("WrongStatus", world.register(), Status.SUBMITTED):
        adjustments.absorb(2, [root], {"from": world.thief})


def test_not_while_money_is_divided(world, adjustments, repayments, debt, supplier):
    """J9: the supplier's root was absorbed in part when it was divided, so that what is allotted stays."""
    receivable, root, child = debt
    adjustments.absorb(receivable, [root], {"from": supplier})
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 2):
        adjustments.absorb(receivable, [root], {"from": supplier})
    repayments.redeemMany([root, child], {"from": supplier})
    adjustments.absorb(receivable, [root], {"from": supplier})


def test_the_lock_of_an_earlier_dispute_shields_nothing(world, adjustments, supplier, mill, regulator):
    """J5, J6, J8: only what is locked now is spared, a single fen."""
    receivable, root = world.note(face=100)
    back = world.endorse(world.endorse(root, supplier, mill, 50), mill, supplier, 50)
    world.dispute(receivable, 100)
    adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": regulator})
    world.dispute(receivable, 1)
    world.credit(receivable, 99, [root, back])
    assert sum(world.value(root, back)) == 1
    assert adjustments.adjustmentOf(receivable).dict()["absorbed"] == 99
