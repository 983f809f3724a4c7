"""M6: a holder that may not be paid does not hold up the others; its money waits for it."""

import pytest

from tests.contracts.world import CNY, EUR, FACE, refused, wait_until


@pytest.fixture
def frozen(world, supplier, mill):
    """A repaid receivable; of its two notes the frozen mill holds one."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, 40)
    world.repay(receivable)
    world.freeze(mill)
    return receivable, root, child


def test_the_frozen_wait_and_the_others_do_not(world, repayments, cash, frozen, supplier, mill):
    """M6: the note is paid as far as its receivable is concerned, and the money is the mill's."""
    _, root, child = frozen
    tx = repayments.redeemMany([root, child], {"from": supplier})
    assert dict(tx.events["PaymentWithheld"]) == {"holder": mill, "currency": CNY, "amount": 40}
    assert [event["principal"] for event in tx.events["NoteRedeemed"]] == [FACE - 40, 40]
    assert (cash.balanceOf(supplier), cash.balanceOf(mill)) == (FACE - 40, 0)
    assert (cash.balanceOf(repayments), repayments.withheldOf(mill, CNY)) == (40, 40)
    with refused("NothingToRedeem", child):
        repayments.redeem(child, {"from": supplier})


def test_paid_when_the_freeze_is_lifted(world, repayments, cash, frozen, mill, stranger):
    """M6: by anyone, to the holder, once."""
    _, _, child = frozen
    repayments.redeem(child, {"from": stranger})
    with refused("ERC7943CannotTransact", mill):
        repayments.payWithheld(mill, CNY, {"from": mill})
    world.unfreeze(mill)
    tx = repayments.payWithheld(mill, CNY, {"from": stranger})
    assert tx.return_value == 40
    assert dict(tx.events["WithheldPaid"]) == {"holder": mill, "currency": CNY, "amount": 40}
    assert (cash.balanceOf(mill), cash.balanceOf(repayments), repayments.withheldOf(mill, CNY)) == (40, FACE - 40, 0)
    with refused("InvalidAmount", 0, 0):
        repayments.payWithheld(mill, CNY, {"from": stranger})


def test_it_adds_up(world, repayments, frozen, supplier, mill):
    """M6: over notes and receivables, by currency."""
    _, _, child = frozen
    world.unfreeze(mill)
    second, root = world.note()
    other = world.endorse(root, supplier, mill, 2)
    world.repay(second)
    world.freeze(mill)
    repayments.redeemMany([child, other], {"from": supplier})
    assert [repayments.withheldOf(mill, currency) for currency in (CNY, EUR)] == [42, 0]


@pytest.mark.parametrize("party", ["thief", "supplier", "stranger"])
def test_nobody_has_anothers(world, repayments, frozen, mill, party):
    """M6: what is withheld is one holder's, in one currency."""
    _, _, child = frozen
    repayments.redeem(child, {"from": world.stranger})
    world.unfreeze(mill)
    with refused("InvalidAmount", 0, 0):
        repayments.payWithheld(getattr(world, party), CNY, {"from": getattr(world, party)})
    with refused("InvalidAmount", 0, 0):
        repayments.payWithheld(mill, EUR, {"from": mill})


def test_a_share_of_a_part_is_withheld_too(world, repayments, supplier, mill):
    """M4, M6: and the next division is not held up."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE // 2)
    world.repay(receivable, 10)
    wait_until(world.maturity(receivable))
    world.freeze(mill)
    world.allot(receivable)
    repayments.redeemMany([root, child], {"from": supplier})
    assert repayments.withheldOf(mill, CNY) == 5
    world.repay(receivable, 10)
    world.allot(receivable)


def test_paying_what_is_withheld_in_the_middle(world, repayments, admin, mill, supplier, MockCash):
    """M6: cash that calls back as it moves is not paid twice."""
    euro = world.euros(MockCash)
    receivable, root = world.note(currency=EUR)
    world.endorse(root, supplier, mill, 40)
    world.repay(receivable)
    world.freeze(mill)
    world.redeem_all(receivable)
    world.unfreeze(mill)
    euro.arm(repayments, repayments.payWithheld.encode_input(mill, EUR), {"from": admin})
    with refused("ReentrancyGuardReentrantCall"):
        repayments.payWithheld(mill, EUR, {"from": mill})
