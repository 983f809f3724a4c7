"""K13 to K15: what only Loans and Enforcement do to one another."""

import pytest

from tests.contracts.world import LoanStatus, refused

CALLERS = ("stranger", "thief", "supplier", "bank", "admin")


@pytest.mark.parametrize("caller", CALLERS)
def test_nobody_else(world, loans, enforcement, caller):
    """A sale is neither entered, left nor settled but by Enforcement; nor called off but by Loans; nor title handed over
    but by itself."""
    loan, _ = world.in_sale()
    account = getattr(world, caller)
    sender = {"from": account}
    for act in (
        lambda: loans.enterSale(loan, sender),
        lambda: loans.leaveSale(loan, sender),
        lambda: loans.settleSale(loan, 1, sender),
    ):
        with refused("NotEnforcement", account):
            act()
    with refused("NotLoans", account):
        enforcement.callOff(loan, sender)
    with refused("NotMyself", account):
        hand_over(world, loan, account)
    assert world.loan_view(loan)["status"] == LoanStatus.IN_SALE


def hand_over(world, loan, account):
    world.enforcement.handOver(loan, tuple(world.loans.loanOf.call(loan)), {"from": account})
