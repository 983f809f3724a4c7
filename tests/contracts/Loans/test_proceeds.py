"""K12: cash that comes for title in escrow is applied like a payment; what is left is the borrower's."""

import pytest

from tests.contracts.world import CNY, DAY, FACE, GOODS, LENT, NO_COUNT, TONNE, LoanStatus, now, refused, wait_until

A_DAY = LENT * 600 // 3_600_000
OWED = LENT + A_DAY


@pytest.fixture
def repaid(world):
    """A loan whose note the obligor has paid; the cash waits in escrow."""
    loan, note = world.loan()
    world.repay(world.receivables.slotOf(note))
    world.repayments.redeem(note, {"from": world.stranger})
    return loan, note


def test_a_note_that_its_obligor_pays(world, loans, collateral, receivables, repayments, cash, supplier, bank):
    """K12, M5."""
    loan, note = world.loan()
    world.repay(receivables.slotOf(note))
    tx = repayments.redeem(note, {"from": world.stranger})
    assert dict(tx.events["ProceedsReceived"]) == {
        "loanId": loan, "asset": receivables, "tokenId": note, "amount": FACE,
    }  # fmt: skip
    assert (collateral.proceedsOf(loan), cash.balanceOf(collateral)) == (FACE, FACE)
    before = cash.balanceOf(bank)
    tx = loans.applyProceeds(loan, {"from": world.stranger})
    assert dict(tx.events["ProceedsApplied"]) == {
        "loanId": loan, "split": (0, 0, A_DAY, LENT), "toBorrower": FACE - OWED,
    }  # fmt: skip
    assert (cash.balanceOf(bank) - before, cash.balanceOf(supplier)) == (OWED, LENT + FACE - OWED)
    assert [cash.balanceOf(contract) for contract in (collateral, loans)] == [0, 0]
    assert world.ended(loan)
    assert (collateral.titlesOf(loan)[1], collateral.loanIdOf(receivables, note)) == ((), 0)
    with refused("NothingToApply", loan):
        loans.applyProceeds(loan, {"from": world.stranger})


def test_a_part_leaves_the_rest_owed(world, loans, collateral, repayments, supplier, bank):
    """K12, M4: at maturity, of what the obligor paid."""
    loan, note = world.loan(maturityAt=now() + 100 * DAY)
    receivable = world.receivables.slotOf(note)
    world.repay(receivable, 10_000_000)
    wait_until(world.maturity(receivable) + 3_600)
    world.allot(receivable)
    repayments.redeem(note, {"from": bank})
    interest = world.debt(loan)[2]
    tx = loans.applyProceeds(loan, {"from": bank})
    split = (0, 0, interest, 10_000_000 - interest)
    assert tuple(tx.events["ProceedsApplied"]["split"]) == split
    assert world.debt(loan)[3] == LENT - split[3]
    assert world.loan_view(loan)["status"] == LoanStatus.LIVE
    assert collateral.valueAt(loan, 10_000) == FACE - 10_000_000


def test_a_lender_that_may_not_be_paid(world, loans, repaid, bank, supplier, cash):
    """K12, K8: its part is withheld, the borrower's is paid; and the other way round."""
    loan, _ = repaid
    world.freeze(bank)
    loans.applyProceeds(loan, {"from": supplier})
    assert (loans.withheldOf(bank, CNY), cash.balanceOf(loans)) == (OWED, OWED)
    assert cash.balanceOf(supplier) == LENT + FACE - OWED


def test_a_borrower_that_may_not_be_paid(world, loans, repaid, bank, supplier):
    """K12, M6."""
    loan, _ = repaid
    world.freeze(supplier)
    loans.applyProceeds(loan, {"from": bank})
    assert loans.withheldOf(supplier, CNY) == FACE - OWED
    world.unfreeze(supplier)
    loans.payWithheld(supplier, CNY, {"from": bank})


def test_recourse(world, loans, collateral, receivables, repayments, cash, supplier, mill, bank):
    """K12, X2: the endorser buys the note back out of escrow; its title is gone, its cash has come."""
    receivable, root = world.note()
    child = world.endorse(root, supplier, mill, FACE, recourse=True)
    receivables.setApprovalForAll(collateral, True, {"from": mill})
    signed = world.loan_quote(receivable, borrower=mill, maturityAt=now() + 200 * DAY)
    loans.originate(*signed, child, *NO_COUNT, LENT, {"from": mill})
    wait_until(world.grace_end(receivable) + 3_600)
    world.give(supplier, FACE, repayments)
    tx = repayments.buyBack(child, 0, {"from": supplier})
    assert tx.events["ProceedsReceived"]["amount"] == FACE
    assert collateral.valueAt(1, 10_000) == 0
    owed = sum(world.debt(1))
    tx = loans.applyProceeds(1, {"from": bank})
    assert tx.events["ProceedsApplied"]["toBorrower"] == FACE - owed
    assert world.ended(1)
    assert receivables.ownerOf(root) == supplier


def test_the_reserve_covers(world, loans, collateral, receivables, reserve, cash, bank, fund):
    """K12, V3: the bank bought the note and pledged it to the fund; the reserve pays, and takes the note."""
    receivable, note = world.note()
    world.sale(note)
    receivables.setApprovalForAll(collateral, True, {"from": bank})
    signed = world.loan_quote(receivable, financier=fund, borrower=bank, maturityAt=now() + 200 * DAY)
    loans.originate(*signed, note, *NO_COUNT, LENT, {"from": bank})
    world.give(reserve, FACE)
    world.default(receivable)
    tx = reserve.cover(note, {"from": world.stranger})
    assert dict(tx.events["ProceedsReceived"]) == {
        "loanId": 1, "asset": receivables, "tokenId": note, "amount": FACE,
    }  # fmt: skip
    assert receivables.ownerOf(note) == reserve
    loans.applyProceeds(1, {"from": fund})
    assert world.ended(1)
    assert collateral.titlesOf(1)[1] == ()


def test_the_reserve_covers_a_part(world, loans, collateral, receivables, reserve, bank, fund):
    """K12, V3, N9: the rest of the note stays in escrow."""
    receivable, note = world.note()
    world.sale(note)
    receivables.setApprovalForAll(collateral, True, {"from": bank})
    signed = world.loan_quote(receivable, financier=fund, borrower=bank, maturityAt=now() + 200 * DAY)
    loans.originate(*signed, note, *NO_COUNT, LENT, {"from": bank})
    world.default(receivable)
    came = world.cash.balanceOf(reserve)
    reserve.cover(note, {"from": world.stranger})
    assert (collateral.proceedsOf(1), collateral.valueAt(1, 10_000)) == (came, FACE - came)
    assert receivables.ownerOf(note) == collateral


def test_insurance(world, loans, collateral, warehousereceipts, cash, obligor, custodian, supplier):
    """K12, W7: a part of the goods is lost, and the insurer pays."""
    loan, receipt = world.goods_loan()
    warehousereceipts.report(1, 1, GOODS // 10, b"\1" * 32, [receipt], {"from": custodian})
    assert collateral.valueAt(loan, TONNE) == FACE * 9 // 10
    cash.approve(warehousereceipts, FACE, {"from": obligor})
    tx = warehousereceipts.payInsurance(receipt, FACE // 10, {"from": obligor})
    assert dict(tx.events["ProceedsReceived"]) == {
        "loanId": loan, "asset": warehousereceipts, "tokenId": receipt, "amount": FACE // 10,
    }  # fmt: skip
    tx = loans.applyProceeds(loan, {"from": supplier})
    assert tuple(tx.events["ProceedsApplied"]["split"]) == (0, 0, A_DAY, FACE // 10 - A_DAY)


def test_insurance_of_goods_that_are_all_gone(world, loans, warehousereceipts, cash, obligor, custodian, bank):
    """K12, K20: nothing is left in escrow, and the money still finds its loan."""
    loan, receipt = world.goods_loan()
    warehousereceipts.report(1, 3, GOODS, b"\1" * 32, [receipt], {"from": custodian})
    cash.approve(warehousereceipts, FACE, {"from": obligor})
    warehousereceipts.payInsurance(receipt, FACE, {"from": obligor})
    loans.applyProceeds(loan, {"from": bank})
    assert world.ended(loan)


@pytest.mark.parametrize("end", ["waived", "sold"])
def test_insurance_that_comes_after_the_loan(
    world, loans, warehousereceipts, enforcement, cash, obligor, custodian, supplier, bank, end
):
    """K12: all goods were lost; the loan ended, or was sold short, before the insurer paid: its money is not stranded in
    escrow, but the lender's as far as something is owed, and the borrower's."""
    loan, receipt = world.goods_loan()
    other = world.top_up_goods(loan, 1_000)
    warehousereceipts.report(1, 3, GOODS, b"\1" * 32, [receipt], {"from": custodian})
    if end == "waived":
        loans.waive(loan, {"from": bank})
    else:
        enforcement.openSale(loan, DAY, {"from": bank})
        world.bid(loan, 80_000)
        world.close_sale(loan)
        assert warehousereceipts.ownerOf(other) == world.fund
    owed = sum(world.debt(loan))
    assert (owed == 0) == (end == "waived")
    cash.approve(warehousereceipts, FACE, {"from": obligor})
    before = cash.balanceOf(supplier)
    tx = warehousereceipts.payInsurance(receipt, FACE, {"from": obligor})
    assert tx.events["ProceedsReceived"]["loanId"] == loan
    loans.applyProceeds(loan, {"from": bank})
    assert cash.balanceOf(supplier) - before == FACE - owed
    assert world.ended(loan)


def test_in_a_sale_they_may_end_it(world, loans, repayments, enforcement, receivables, cash, bank, fund):
    """K12, K14: the obligor pays while the note is for sale; the bid goes back."""
    loan, note = world.in_sale(window=2 * DAY)
    before = cash.balanceOf(fund)
    world.bid(loan, 90_000_000)
    world.repay(receivables.slotOf(note))
    repayments.redeem(note, {"from": bank})
    tx = loans.applyProceeds(loan, {"from": bank})
    assert dict(tx.events["SaleCalledOff"]) == {"loanId": loan, "round": 1}
    assert cash.balanceOf(fund) == before
    with refused("NotInSale", loan):
        enforcement.closeSale(loan, {"from": bank})


def test_cash_that_waits_counts_against_the_debt(world, loans, enforcement, repayments, receivables, bank):
    """K4, K12, K13: one of two notes was paid; a lender that does not apply its money has neither margin to call nor a
    sale to open."""
    loan, _ = world.loan()
    other = world.top_up(loan)
    loans.draw(loan, 9_000_000, {"from": world.supplier})
    receivable = receivables.slotOf(other)
    world.repay(receivable)
    assert world.collateral.valueAt(loan, 10_000) == 2 * FACE
    # The first note loses nine tenths of what it is worth, and the second is cash now.
    world.dispute(receivables.slotOf(world.collateral.titlesOf(loan)[1][0]), FACE * 9 // 10)
    repayments.redeem(other, {"from": bank})
    assert world.collateral.valueAt(loan, 10_000) == FACE // 10
    assert loans.ltvAt(loan, 10_000) == 0
    assert loans.defaultOf(loan) == 0
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    with refused("LtvBelowCall", 0, 8_000):
        loans.callMargin(loan, {"from": bank})


def test_cash_that_waits_cures_a_call(world, loans, warehousereceipts, cash, obligor, custodian, stranger):
    """K9, K12: insurance that came in is looked at like a payment."""
    loan, receipt = world.goods_loan()
    warehousereceipts.report(1, 1, GOODS // 4, b"\1" * 32, [receipt], {"from": custodian})
    loans.callMargin(loan, {"from": stranger})
    cash.approve(warehousereceipts, FACE, {"from": obligor})
    warehousereceipts.payInsurance(receipt, FACE // 4, {"from": obligor})
    assert "MarginCured" in loans.reviewCall(loan, {"from": stranger}).events
