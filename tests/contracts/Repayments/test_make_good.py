"""M2: anyone pays what the supplier owes for a dilution."""

import pytest

from tests.contracts.world import FACE, UNLIMITED, Status, refused

OWED = 300


@pytest.fixture
def debt(world, supplier, repayments):
    """A receivable whose supplier owes 300, and the mill's note."""
    world.give(supplier, 1_000, repayments)
    receivable, _, child = world.owes_by_supplier(OWED)
    return receivable, child


def test_the_supplier_pays(world, repayments, cash, debt, supplier):
    """M2: in part, then the rest; more than is owed is not taken."""
    receivable, _ = debt
    assert world.due(receivable) == (0, FACE - OWED, OWED)
    assert repayments.makeGood(receivable, 100, {"from": supplier}).return_value == 100
    assert world.due(receivable) == (0, FACE - OWED, 200)
    tx = repayments.makeGood(receivable, 250, {"from": supplier})
    assert dict(tx.events["DilutionMadeGood"]) == {
        "receivableId": receivable,
        "payer": supplier,
        "amount": 200,
        "excess": 50,
    }
    assert (cash.balanceOf(supplier), cash.balanceOf(repayments)) == (700, OWED)
    assert repayments.accountOf(receivable).dict()["madeGood"] == OWED
    assert world.view(receivable)["status"] == Status.CONFIRMED


@pytest.mark.parametrize("first", ["supplier", "obligor"])
def test_both_debts_make_the_whole(world, repayments, cash, debt, supplier, mill, first):
    """M2, M7: the receivable is repaid when neither owes, whoever pays last; the holder has its whole value."""
    receivable, child = debt
    acts = [lambda: repayments.makeGood(receivable, OWED, {"from": supplier}), lambda: world.repay(receivable)]
    for act in acts if first == "supplier" else reversed(acts):
        assert world.view(receivable)["status"] == Status.CONFIRMED
        act()
    assert world.view(receivable)["status"] == Status.REPAID
    repayments.redeem(child, {"from": world.stranger})
    assert cash.balanceOf(mill) == FACE


def test_anyone_pays_for_it(world, repayments, cash, debt, bank):
    """M2."""
    receivable, _ = debt
    cash.approve(repayments, UNLIMITED, {"from": bank})
    assert repayments.makeGood(receivable, OWED, {"from": bank}).events["DilutionMadeGood"]["payer"] == bank
    assert world.due(receivable)[2] == 0


def test_neither_nothing_nor_where_nothing_is_owed(world, repayments, debt, supplier):
    """M2: nor once more."""
    receivable, _ = debt
    with refused("InvalidAmount", 0, OWED):
        repayments.makeGood(receivable, 0, {"from": supplier})
    repayments.makeGood(receivable, OWED, {"from": supplier})
    other, _ = world.note()
    for number in (receivable, other):
        with refused("NothingDue", number):
            repayments.makeGood(number, 1, {"from": supplier})


def test_not_what_is_repaid_or_unconfirmed(world, repayments, supplier):
    """M2."""
    receivable, _ = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        repayments.makeGood(receivable, 1, {"from": supplier})
    waiting = world.register()
    with refused("WrongStatus", waiting, Status.SUBMITTED):
        repayments.makeGood(waiting, 1, {"from": supplier})


def test_without_money(world, repayments, cash, debt, supplier, mill):
    """M2: nothing has changed."""
    receivable, _ = debt
    cash.transfer(mill, 1_000, {"from": supplier})
    with refused("ERC20InsufficientBalance", supplier, 0, OWED):
        repayments.makeGood(receivable, OWED, {"from": supplier})
    assert world.due(receivable)[2] == OWED


def test_the_suppliers_debt_bears_no_penalty(world, repayments, debt, supplier):
    """M3: a penalty runs on what the obligor owes; with that paid in time none runs."""
    receivable, _ = debt
    world.repay(receivable)
    world.default(receivable)
    assert world.due(receivable) == (0, 0, OWED)
    repayments.makeGood(receivable, OWED, {"from": supplier})
    assert world.view(receivable)["status"] == Status.REPAID
