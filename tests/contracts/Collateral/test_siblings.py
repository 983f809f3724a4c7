"""K3: what stands in escrow is moved by Loans and Enforcement, and its cash is told of by those who pay it."""

import pytest

from tests.contracts.world import CNY, FACE, NO_COUNT, refused

CALLERS = ("stranger", "thief", "supplier", "bank", "admin")


@pytest.mark.parametrize("caller", CALLERS)
def test_only_loans_and_enforcement(world, collateral, receivables, caller):
    """K2, K11, K12, K15, K18."""
    loan, note = world.loan()
    account = getattr(world, caller)
    sender = {"from": account}
    purpose = (loan, receivables, world.bank, account, 2**39, CNY)
    title = (note, receivables.slotOf(note), b"\1" * 32, FACE)
    for act in (
        lambda: collateral.pledge(purpose, title, *NO_COUNT, sender),
        lambda: collateral.release(loan, account, note, FACE, sender),
        lambda: collateral.returnTitles(loan, account, sender),
        lambda: collateral.takeProceeds(loan, sender),
    ):
        with refused("NotLoans", account):
            act()
    with refused("NotEnforcement", account):
        collateral.sell(loan, account, sender)
    assert receivables.ownerOf(note) == collateral


@pytest.mark.parametrize("caller", CALLERS)
def test_cash_that_never_came(world, collateral, caller):
    """K12: nobody says so but the contracts that pay."""
    _, note = world.loan()
    account = getattr(world, caller)
    with refused("NotAPayer", account):
        collateral.onProceeds(note, FACE, {"from": account})


def test_a_gift_is_nobodys_proceeds(world, collateral, cash, bank):
    """K12, K19: cash that is sent there is counted for no loan."""
    loan, _ = world.loan()
    cash.transfer(collateral, 5, {"from": bank})
    assert (cash.balanceOf(collateral), collateral.proceedsOf(loan)) == (5, 0)
    with refused("NothingToApply", loan):
        world.loans.applyProceeds(loan, {"from": bank})
