"""R6: anyone pays for the obligor, in whole; the money waits here for whoever holds the notes."""

import pytest

from tests.contracts.world import CNY, DAY, EUR, FACE, UNLIMITED, Status, at, digest, now, refused


def test_the_obligor_pays(world, receivables, participants, cash, obligor):
    """R6: what is owed falls by it, and the contract keeps the money."""
    receivable, _ = world.note()
    number, before = participants.participantOf(obligor)[0], cash.balanceOf(obligor)
    tx = receivables.repay(receivable, FACE, {"from": obligor})
    assert dict(tx.events["ReceivableRepaid"]) == {"receivableId": receivable, "payer": obligor, "amount": FACE}
    assert (cash.balanceOf(obligor), cash.balanceOf(receivables)) == (before - FACE, FACE)
    view = receivables.receivableOf(receivable).dict()
    assert (view["status"], view["confirmed"], view["repaid"], view["redeemed"]) == (Status.REPAID, FACE, FACE, 0)
    assert (receivables.dueOf(receivable), receivables.owedBy(number, CNY)) == (0, 0)
    assert receivables.isLive(receivable)


def test_anyone_pays_for_it(world, receivables, participants, cash, bank, obligor):
    """R6: the obligor is free all the same."""
    receivable, _ = world.note()
    cash.approve(receivables, FACE, {"from": bank})
    tx = receivables.repay(receivable, FACE, {"from": bank})
    assert tx.events["ReceivableRepaid"]["payer"] == bank
    assert receivables.owedBy(participants.participantOf(obligor)[0], CNY) == 0


@pytest.mark.parametrize("amount", [0, 1, FACE - 1, FACE + 1, 2**64 + FACE])
def test_in_whole(world, receivables, obligor, amount):
    """R6: the refusal names what is due."""
    receivable, _ = world.note()
    with refused("RepaymentNotWhole", receivable, amount, FACE):
        receivables.repay(receivable, amount, {"from": obligor})


def test_what_was_confirmed_and_not_what_was_claimed(world, receivables, obligor):
    """R6, R2: a part was granted, a part is due."""
    receivable = world.register()
    world.confirm(receivable, amount=FACE - 7)
    with refused("RepaymentNotWhole", receivable, FACE, FACE - 7):
        receivables.repay(receivable, FACE, {"from": obligor})
    receivables.repay(receivable, FACE - 7, {"from": obligor})


def test_once(world, receivables, obligor):
    """R6: a second payment would belong to nobody."""
    receivable, _ = world.repaid()
    for amount in (0, FACE):
        with refused("WrongStatus", receivable, Status.REPAID):
            receivables.repay(receivable, amount, {"from": obligor})


def test_not_what_was_not_confirmed(world, receivables, obligor):
    """R6."""
    receivable = world.register()
    with refused("WrongStatus", receivable, Status.SUBMITTED):
        receivables.repay(receivable, FACE, {"from": obligor})
    with refused("UnknownReceivable", 9):
        receivables.repay(9, FACE, {"from": obligor})


@pytest.mark.parametrize("days", [0, 1, 400])
def test_at_maturity_and_long_after(world, receivables, obligor, days):
    """R6: late is not never; what is overdue follows from the clock and is stored nowhere."""
    receivable, _ = world.note()
    maturity = receivables.receivableOf(receivable).dict()["maturityAt"]
    with at(maturity + days * DAY):
        receivables.repay(receivable, FACE, {"from": obligor})
    assert receivables.receivableOf(receivable).dict()["status"] == Status.REPAID


def test_with_money_and_permission(world, receivables, cash, obligor, mill):
    """R6: no allowance, no money, no repayment; nothing has changed."""
    receivable, _ = world.note()
    with refused("ERC20InsufficientAllowance", receivables, 0, FACE):
        receivables.repay(receivable, FACE, {"from": mill})
    cash.approve(receivables, UNLIMITED, {"from": mill})
    with refused("ERC20InsufficientBalance", mill, 0, FACE):
        receivables.repay(receivable, FACE, {"from": mill})
    assert receivables.dueOf(receivable) == FACE


def test_not_with_frozen_money(world, receivables, cash, regulator, obligor):
    """R6, C6, P3."""
    receivable, _ = world.note()
    cash.setFrozenTokens(obligor, cash.balanceOf(obligor), {"from": regulator})
    with refused("ERC7943InsufficientUnfrozenBalance", obligor, FACE, 0):
        receivables.repay(receivable, FACE, {"from": obligor})
    world.freeze(obligor)
    with refused("ERC7943CannotTransact", obligor):
        receivables.repay(receivable, FACE, {"from": obligor})


def test_each_currency_is_owed_by_itself(world, receivables, policy, participants, admin, registrar, obligor, MockCash):
    """R6, P4: a payment in one frees nothing in the other."""
    euro = MockCash.deploy(EUR, {"from": admin})
    policy.setSettlementToken(EUR, euro, {"from": admin})
    participants.setConfirmationLimit(obligor, EUR, FACE, {"from": registrar})
    number = participants.participantOf(obligor)[0]
    first, _ = world.note()
    second, _ = world.note(currency=EUR)
    euro.print(obligor, FACE, {"from": admin})
    euro.approve(receivables, FACE, {"from": obligor})
    receivables.repay(second, FACE, {"from": obligor})
    assert [receivables.owedBy(number, currency) for currency in (CNY, EUR)] == [FACE, 0]
    assert (euro.balanceOf(receivables), world.cash.balanceOf(receivables)) == (FACE, 0)
    assert receivables.dueOf(first) == FACE


def test_money_that_comes_back_in_the_middle(world, receivables, policy, participants, admin, registrar, MockCash):
    """R6: a token that calls back as it moves finds the door shut."""
    euro = MockCash.deploy(EUR, {"from": admin})
    policy.setSettlementToken(EUR, euro, {"from": admin})
    participants.setConfirmationLimit(world.obligor, EUR, FACE, {"from": registrar})
    receivable, note = world.note(currency=EUR)
    euro.print(world.obligor, FACE, {"from": admin})
    euro.approve(receivables, FACE, {"from": world.obligor})
    for call in (
        receivables.redeem.encode_input(note),
        receivables.repay.encode_input(receivable, FACE),
    ):
        euro.arm(receivables, call, {"from": admin})
        with refused("ReentrancyGuardReentrantCall"):
            receivables.repay(receivable, FACE, {"from": world.obligor})


def test_the_last_second_before_is_no_different(world, receivables, obligor):
    """R6: early is welcome; the clock does not matter to a payment."""
    receivable, _ = world.note(documentHash=digest("early"))
    with at(now() + 1):
        receivables.repay(receivable, FACE, {"from": obligor})
