"""M1: anyone pays what the obligor owes, at any time, whole or in part; the penalty first."""

import pytest

from tests.contracts.world import CNY, DAY, EUR, FACE, UNLIMITED, Status, at, digest, now, refused, wait_until


def paid(world, receivable):
    return world.repayments.accountOf(receivable).dict()


def test_the_obligor_pays(world, receivables, repayments, cash, obligor):
    """M1, M7: what is owed falls by it, the contract keeps the money, and nothing is owed any more."""
    receivable, _ = world.note()
    before = cash.balanceOf(obligor)
    tx = repayments.repay(receivable, FACE, {"from": obligor})
    assert tx.return_value == FACE
    assert dict(tx.events["ReceivableRepaid"]) == {
        "receivableId": receivable,
        "payer": obligor,
        "principal": FACE,
        "penalty": 0,
        "excess": 0,
    }
    assert dict(tx.events["ReceivableStatusChanged"]) == {"receivableId": receivable, "status": Status.REPAID}
    assert (cash.balanceOf(obligor), cash.balanceOf(repayments)) == (before - FACE, FACE)
    assert paid(world, receivable) == {"repaid": FACE, "madeGood": 0, "redeemed": 0, "penaltyPaid": 0}
    assert (world.view(receivable)["status"], world.due(receivable), world.owed()) == (Status.REPAID, (0, 0, 0), 0)
    assert receivables.isLive(receivable)


@pytest.mark.parametrize("amount", [1, FACE // 3, FACE - 1])
def test_a_part(world, cash, repayments, amount):
    """M1, P4: it lowers what is due and what the limit counts, closes nothing, and is not paid out before maturity."""
    receivable, note = world.note()
    tx = world.repay(receivable, amount)
    assert "ReceivableStatusChanged" not in tx.events
    assert (world.due(receivable), world.owed()) == ((0, FACE - amount, 0), FACE - amount)
    assert (world.view(receivable)["status"], cash.balanceOf(repayments)) == (Status.CONFIRMED, amount)
    assert world.value(note) == [FACE]
    with refused("NothingToRedeem", note):
        repayments.redeem(note, {"from": world.supplier})


def test_part_by_part_to_the_last_fen(world):
    """M1: any parts that make the whole close it, and only the last of them."""
    receivable, _ = world.note(face=10)
    for amount, left in ((3, 7), (1, 6), (5, 1), (1, 0)):
        world.repay(receivable, amount)
        assert world.due(receivable) == (0, left, 0)
        assert (world.view(receivable)["status"] == Status.REPAID) == (left == 0)


@pytest.mark.parametrize("amount", [FACE + 1, 2**64 + FACE, UNLIMITED])
def test_no_more_than_is_due_is_taken(world, repayments, cash, obligor, amount):
    """M1: what is more stays with the payer, and the event names it."""
    receivable, _ = world.note()
    before = cash.balanceOf(obligor)
    tx = repayments.repay(receivable, amount, {"from": obligor})
    assert (tx.return_value, tx.events["ReceivableRepaid"]["excess"]) == (FACE, amount - FACE)
    assert before - cash.balanceOf(obligor) == FACE


def test_nothing_is_no_payment(world, repayments, obligor):
    """M1: the refusal names what is due."""
    receivable, _ = world.note()
    with refused("InvalidAmount", 0, FACE):
        repayments.repay(receivable, 0, {"from": obligor})


def test_anyone_pays_for_it(world, repayments, cash, bank):
    """M1, R6: the obligor is free all the same."""
    receivable, _ = world.note()
    cash.approve(repayments, FACE, {"from": bank})
    tx = world.repay(receivable, FACE, bank)
    assert tx.events["ReceivableRepaid"]["payer"] == bank
    assert world.owed() == 0


def test_two_payers_at_once(world, repayments, cash, bank, obligor):
    """M1: whoever comes second pays what is left, and nobody pays twice."""
    receivable, _ = world.note()
    cash.approve(repayments, FACE, {"from": bank})
    world.repay(receivable, FACE - 10, bank)
    before = cash.balanceOf(obligor)
    world.repay(receivable)
    assert before - cash.balanceOf(obligor) == 10


def test_what_was_confirmed_and_not_what_was_claimed(world):
    """M1, R2: a part was granted, a part is due."""
    receivable = world.register()
    world.confirm(receivable, amount=FACE - 7)
    assert world.repay(receivable).events["ReceivableRepaid"]["excess"] == 7


@pytest.mark.parametrize("amount", [0, 1, FACE])
def test_once(world, repayments, obligor, amount):
    """M1: a second payment would belong to nobody."""
    receivable, _ = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        repayments.repay(receivable, amount, {"from": obligor})


@pytest.mark.parametrize("state", ["SUBMITTED", "REJECTED", "WITHDRAWN", "EXPIRED"])
def test_not_what_was_not_confirmed(world, receivables, repayments, obligor, supplier, state):
    """M1."""
    receivable = world.register()
    if state == "REJECTED":
        receivables.reject(receivable, "", {"from": obligor})
    elif state == "WITHDRAWN":
        receivables.withdraw(receivable, {"from": supplier})
    elif state == "EXPIRED":
        with at(world.view(receivable)["confirmBy"] + 1):
            receivables.expire(receivable, {"from": supplier})
    for act in (
        lambda: repayments.repay(receivable, FACE, {"from": obligor}),
        lambda: repayments.accrue(receivable, {"from": obligor}),
        lambda: repayments.review(receivable, {"from": obligor}),
        lambda: repayments.allot(receivable, (), {"from": obligor}),
    ):
        with refused("WrongStatus", receivable, Status[state]):
            act()
    with refused("UnknownReceivable", 9):
        repayments.repay(9, FACE, {"from": obligor})


def test_what_is_in_dispute_is_not_due(world, repayments, obligor):
    """M1, J5: the rest is, and when it is paid nothing is due until the dispute ends."""
    receivable, _ = world.note()
    world.dispute(receivable, 40)
    assert world.due(receivable) == (0, FACE - 40, 0)
    tx = world.repay(receivable)
    assert tx.events["ReceivableRepaid"]["excess"] == 40
    assert world.view(receivable)["status"] == Status.DISPUTED
    with refused("NothingDue", receivable):
        repayments.repay(receivable, 1, {"from": obligor})
    assert world.owed() == 40


@pytest.mark.parametrize("offset", [-1, 0, 1, 400 * DAY])
def test_around_maturity_and_long_after(world, offset):
    """M1: early is welcome, late is not never; what is overdue follows from the clock and is stored nowhere."""
    receivable, _ = world.note()
    with at(world.maturity(receivable) + offset):
        world.repay(receivable, 2 * FACE)
    assert world.view(receivable)["status"] == Status.REPAID


def test_with_money_and_permission(world, repayments, cash, mill):
    """M1: no allowance, no money, no repayment; nothing has changed."""
    receivable, _ = world.note()
    with refused("ERC20InsufficientAllowance", repayments, 0, FACE):
        world.repay(receivable, FACE, mill)
    cash.approve(repayments, UNLIMITED, {"from": mill})
    with refused("ERC20InsufficientBalance", mill, 0, FACE):
        world.repay(receivable, FACE, mill)
    assert world.due(receivable) == (0, FACE, 0)


def test_not_with_frozen_money(world, cash, regulator, obligor):
    """M1, C6, P3."""
    receivable, _ = world.note()
    cash.setFrozenTokens(obligor, cash.balanceOf(obligor), {"from": regulator})
    with refused("ERC7943InsufficientUnfrozenBalance", obligor, FACE, 0):
        world.repay(receivable)
    world.freeze(obligor)
    with refused("ERC7943CannotTransact", obligor):
        world.repay(receivable)


def test_each_currency_is_owed_by_itself(world, repayments, MockCash):
    """M1, P4: a payment in one frees nothing in the other."""
    euro = world.euros(MockCash)
    first, _ = world.note()
    second, _ = world.note(currency=EUR)
    world.repay(second)
    assert [world.owed(currency=currency) for currency in (CNY, EUR)] == [FACE, 0]
    assert (euro.balanceOf(repayments), world.cash.balanceOf(repayments)) == (FACE, 0)
    assert world.due(first) == (0, FACE, 0)


def test_money_that_comes_back_in_the_middle(world, repayments, admin, obligor, MockCash):
    """M1: a token that calls back as it moves finds every door shut."""
    euro = world.euros(MockCash)
    receivable, note = world.note(currency=EUR)
    for call in (
        repayments.redeem.encode_input(note),
        repayments.redeemMany.encode_input([note]),
        repayments.repay.encode_input(receivable, FACE),
        repayments.makeGood.encode_input(receivable, FACE),
        repayments.payWithheld.encode_input(obligor, EUR),
        repayments.buyBack.encode_input(note, 0),
        repayments.allot.encode_input(receivable, [note]),
    ):
        euro.arm(repayments, call, {"from": admin})
        with refused("ReentrancyGuardReentrantCall"):
            world.repay(receivable)


def test_the_next_second(world):
    """M1: the clock does not matter to a payment before grace."""
    receivable, _ = world.note(documentHash=digest("early"))
    with at(now() + 1):
        world.repay(receivable)


@pytest.mark.parametrize("offset", [-DAY, 0, 1])
def test_who_was_asked_for_nothing_changes_nothing(world, repayments, stranger, offset):
    """M3: anyone may bring a penalty up to date or have a receivable looked at; neither invents a debt or forgives one."""
    receivable, _ = world.note()
    with at(world.grace_end(receivable) + offset):
        repayments.accrue(receivable, {"from": stranger})
    before = world.due(receivable)
    repayments.review(receivable, {"from": stranger})
    assert world.due(receivable) == before
    assert world.view(receivable)["status"] == Status.CONFIRMED


def test_what_is_repaid_has_nothing_due_ever_after(world, repayments):
    """M1, M3, M7: no penalty runs on it."""
    receivable, _ = world.repaid()
    wait_until(world.grace_end(receivable) + 30 * DAY)
    assert tuple(repayments.dueOf(receivable)) == (0, 0, 0)
