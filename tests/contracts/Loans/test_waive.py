"""K17 and K18: the lender waives; title that could not move is handed over later."""

import pytest

from tests.contracts.world import DAY, FACE, LENT, LoanStatus, at, now, refused, wait_until


def test_the_lender_waives(world, loans, receivables, cash, supplier, bank):
    """K17: all that is owed, without cash; the title comes back."""
    loan, note = world.loan()
    before = cash.balanceOf(bank)
    tx = loans.waive(loan, {"from": bank})
    assert dict(tx.events["LoanWaived"]) == {"loanId": loan, "waived": (0, 0, LENT * 600 // 3_600_000, LENT)}
    assert dict(tx.events["LoanEnded"]) == {"loanId": loan}
    assert (receivables.ownerOf(note), cash.balanceOf(bank)) == (supplier, before)
    assert world.debt(loan) == (0, 0, 0, 0)
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        loans.waive(loan, {"from": bank})


@pytest.mark.parametrize("caller", ["supplier", "thief", "stranger"])
def test_nobody_else(world, loans, caller):
    """K17."""
    loan, _ = world.loan()
    account = getattr(world, caller)
    with refused("NotTheLender", loan, account):
        loans.waive(loan, {"from": account})


def test_title_waits_for_a_frozen_borrower(world, loans, collateral, receivables, supplier, bank):
    """K18: until the order is lifted; anyone has it handed over then, once."""
    loan, note = world.loan()
    world.freeze(supplier)
    loans.waive(loan, {"from": bank})
    assert (receivables.ownerOf(note), collateral.titlesOf(loan)[1]) == (collateral, (note,))
    tx = loans.returnTitle(loan, {"from": world.stranger})
    assert dict(tx.events["TitleKept"]) == {"loanId": loan, "asset": receivables, "tokenId": note}
    world.unfreeze(supplier)
    tx = loans.returnTitle(loan, {"from": world.stranger})
    assert dict(tx.events["TitleReturned"]) == {"loanId": loan, "asset": receivables, "tokenId": note}
    assert receivables.ownerOf(note) == supplier
    assert "TitleReturned" not in loans.returnTitle(loan, {"from": world.stranger}).events


def test_title_waits_after_the_cut_off(world, loans, collateral, receivables, repayments, cash, supplier, bank):
    """K18, K12: what the obligor pays then is proceeds of a loan that ended: the borrower's."""
    loan, note = world.loan()
    receivable = receivables.slotOf(note)
    wait_until(world.view(receivable)["cutOffAt"])
    loans.waive(loan, {"from": bank})
    assert receivables.ownerOf(note) == collateral
    world.repay(receivable)
    repayments.redeem(note, {"from": world.stranger})
    before = cash.balanceOf(supplier)
    tx = loans.applyProceeds(loan, {"from": world.stranger})
    assert dict(tx.events["ProceedsApplied"]) == {"loanId": loan, "split": (0, 0, 0, 0), "toBorrower": FACE}
    assert cash.balanceOf(supplier) - before == FACE
    assert "LoanEnded" not in tx.events
    loans.returnTitle(loan, {"from": world.stranger})
    assert collateral.titlesOf(loan)[1] == ()


def test_some_titles_move_and_some_wait(world, loans, collateral, warehousereceipts, supplier, bank):
    """K18: each for itself; a frozen receipt waits alone."""
    loan, first = world.goods_loan()
    second, third = world.top_up_goods(loan, 10), world.top_up_goods(loan, 20)
    warehousereceipts.freeze(second, b"\1" * 32, {"from": world.regulator})
    tx = loans.waive(loan, {"from": bank})
    assert [event["tokenId"] for event in tx.events if event.name == "TitleReturned"] == [third, first]
    assert [event["tokenId"] for event in tx.events if event.name == "TitleKept"] == [second]
    assert collateral.titlesOf(loan)[1] == (second,)
    warehousereceipts.unfreeze(second, b"\1" * 32, {"from": world.regulator})
    loans.returnTitle(loan, {"from": world.stranger})
    assert warehousereceipts.ownerOf(second) == supplier


def test_goods_leave_escrow_after_their_expiry(world, loans, warehousereceipts, supplier, bank):
    """K18, W3."""
    loan, receipt = world.goods_loan()
    wait_until(now() + 400 * DAY)
    loans.waive(loan, {"from": bank})
    assert warehousereceipts.ownerOf(receipt) == supplier


def test_only_of_a_loan_that_ended(world, loans, supplier):
    """K18."""
    loan, _ = world.loan()
    with refused("WrongLoanStatus", loan, LoanStatus.LIVE):
        loans.returnTitle(loan, {"from": supplier})
    sold, _ = world.in_sale()
    with refused("WrongLoanStatus", sold, LoanStatus.IN_SALE):
        loans.returnTitle(sold, {"from": supplier})


def test_a_waiver_at_the_last_moment_of_a_day(world, loans, bank):
    """K5, K17."""
    loan, _ = world.loan()
    start = world.loan_view(loan)["startedAt"]
    with at(start + DAY + 1):
        tx = loans.waive(loan, {"from": bank})
    assert tuple(tx.events["LoanWaived"]["waived"]) == (0, 0, 2 * LENT * 600 // 3_600_000, LENT)
