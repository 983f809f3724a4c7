"""J2: before notice the obligor may pay the supplier directly, and is discharged by it."""

import pytest

from tests.contracts.world import CNY, DAY, EUR, FACE, NOTHING, Cause, Status, at, refused, wait_until


def test_it_is_discharged(world, adjustments, repayments, cash, supplier, obligor):
    """J2, J8: the supplier has the money, and owes it to whoever holds the notes."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, world.mill, FACE)
    before = cash.balanceOf(obligor)
    tx = adjustments.payAssignor(receivable, 300, {"from": obligor})
    assert dict(tx.events["ReceivableDiluted"]) == {
        "receivableId": receivable,
        "cause": Cause.PAYMENT_TO_ASSIGNOR,
        "amount": 300,
        "documentHash": "0x" + NOTHING.hex(),
        "by": obligor,
    }
    assert (cash.balanceOf(supplier), before - cash.balanceOf(obligor)) == (300, 300)
    assert (world.due(receivable), world.owed()) == ((0, FACE - 300, 300), FACE - 300)
    assert world.value(child) == [FACE]
    assert repayments.accountOf(receivable).dict()["repaid"] == 0


def test_what_the_supplier_still_holds_is_absorbed(world, adjustments, supplier, obligor):
    """J2, J7: paid whole, the root is worth nothing more, and the receivable is repaid."""
    receivable, root = world.note()
    adjustments.payAssignor(receivable, FACE, {"from": obligor})
    assert world.view(receivable)["status"] == Status.CONFIRMED
    adjustments.absorb(receivable, [root], {"from": world.stranger})
    assert (world.value(root), world.view(receivable)["status"]) == ([0], Status.REPAID)


def test_after_notice_no_more(world, adjustments, supplier, mill, obligor):
    """J2: only a payment through the contract discharges then; the refusal names the time of the notice."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 1)
    adjustments.payAssignor(receivable, 5, {"from": obligor})
    adjustments.giveNotice(child, {"from": mill})
    given = adjustments.adjustmentOf(receivable).dict()["noticeAt"]
    with refused("NoticeWasGiven", receivable, given):
        adjustments.payAssignor(receivable, 5, {"from": obligor})


@pytest.mark.parametrize("amount", [0, FACE + 1, 2**64 - 1])
def test_neither_nothing_nor_more_than_it_owes(world, adjustments, obligor, amount):
    """J2, J8."""
    receivable, _ = world.note()
    with refused("InvalidAmount", amount, FACE):
        adjustments.payAssignor(receivable, amount, {"from": obligor})


def test_not_what_is_in_dispute_or_repaid_already(world, adjustments, obligor):
    """J8: at most what is owed undisputed."""
    receivable, _ = world.note()
    world.repay(receivable, 100)
    world.dispute(receivable, 50)
    with refused("InvalidAmount", FACE - 149, FACE - 150):
        adjustments.payAssignor(receivable, FACE - 149, {"from": obligor})
    adjustments.payAssignor(receivable, FACE - 150, {"from": obligor})
    assert world.due(receivable) == (0, 0, FACE - 150)


@pytest.mark.parametrize(
    ("caller", "error"), [("dealer", "NotTheObligor"), ("bank", "RoleMissing"), ("supplier", "RoleMissing")]
)
def test_the_obligor_alone(world, adjustments, caller, error):
    """J2: nobody else can be discharged."""
    receivable, _ = world.note()
    account = getattr(world, caller)
    values = (receivable, account) if error == "NotTheObligor" else (account, 2)
    with refused(error, *values):
        adjustments.payAssignor(receivable, 1, {"from": account})


def test_only_with_money_and_to_who_may_hold_it(world, adjustments, cash, supplier, obligor):
    """J2: no cash, no discharge."""
    receivable, _ = world.note()
    cash.approve(adjustments, 9, {"from": obligor})
    with refused("ERC20InsufficientAllowance", adjustments, 9, 10):
        adjustments.payAssignor(receivable, 10, {"from": obligor})
    world.freeze(supplier)
    with refused("ERC7943CannotTransact", supplier):
        adjustments.payAssignor(receivable, 9, {"from": obligor})
    assert world.due(receivable) == (0, FACE, 0)


def test_not_what_is_not_confirmed_or_is_repaid(world, adjustments, obligor):
    """J2."""
    waiting = world.register()
    with refused("WrongStatus", waiting, Status.SUBMITTED):
        adjustments.payAssignor(waiting, 1, {"from": obligor})
    receivable, _ = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        adjustments.payAssignor(receivable, 1, {"from": obligor})


def test_late_it_leaves_the_penalty(world, adjustments, obligor):
    """J2, M3: the penalty that has accrued stays due."""
    receivable, root = world.note()
    with at(world.grace_end(receivable) + 1):
        adjustments.payAssignor(receivable, FACE, {"from": obligor})
    adjustments.absorb(receivable, [root], {"from": obligor})
    wait_until(world.grace_end(receivable) + 9 * DAY)
    assert world.due(receivable) == (FACE * 5 // 10_000, 0, 0)
    assert world.view(receivable)["status"] == Status.CONFIRMED


def test_in_the_receivables_own_money(world, adjustments, cash, supplier, obligor, MockCash):
    """J2."""
    euro = world.euros(MockCash)
    euro.approve(adjustments, 7, {"from": obligor})
    receivable, _ = world.note(currency=EUR)
    adjustments.payAssignor(receivable, 7, {"from": obligor})
    assert (euro.balanceOf(supplier), cash.balanceOf(supplier)) == (7, 0)
    assert [world.owed(currency=currency) for currency in (CNY, EUR)] == [0, FACE - 7]


def test_not_while_money_is_divided(world, adjustments, repayments, obligor):
    """J9: and any one of the others can finish that."""
    receivable, root = world.note()
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.allot(receivable)
    with refused("AllotmentOpen", receivable, 1):
        adjustments.payAssignor(receivable, 1, {"from": obligor})
    repayments.redeem(root, {"from": obligor})
    adjustments.payAssignor(receivable, 1, {"from": obligor})
