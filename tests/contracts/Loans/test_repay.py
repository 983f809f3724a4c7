"""K8 and K18: anyone pays, at any time, any amount; when nothing is owed any more the loan ends."""

import pytest

from tests.contracts.world import CNY, DAY, LENT, LoanStatus, now, refused, wait_until

A_DAY = LENT * 600 // 3_600_000


def test_a_part(world, loans, cash, supplier, bank):
    """K8: straight from the payer to the lender, the interest first."""
    loan, _ = world.loan()
    cash.approve(loans, LENT, {"from": supplier})
    before = cash.balanceOf(bank)
    tx = loans.repay(loan, A_DAY + 5, {"from": supplier})
    assert dict(tx.events["LoanRepaid"]) == {
        "loanId": loan, "payer": supplier, "split": (0, 0, A_DAY, 5), "excess": 0,
    }  # fmt: skip
    assert tx.return_value == A_DAY + 5
    assert (cash.balanceOf(bank) - before, cash.balanceOf(supplier)) == (A_DAY + 5, LENT - A_DAY - 5)
    assert cash.balanceOf(loans) == 0
    assert world.debt(loan) == (0, 0, 0, LENT - 5)
    assert "LoanEnded" not in tx.events


def test_the_whole_brings_title_back(world, loans, collateral, receivables, cash, supplier, bank):
    """K18; what is more than due never leaves the payer."""
    loan, note = world.loan()
    world.give(supplier, A_DAY + 7, loans)
    tx = loans.repay(loan, LENT + A_DAY + 7, {"from": supplier})
    assert tx.events["LoanRepaid"]["excess"] == 7
    assert dict(tx.events["LoanEnded"]) == {"loanId": loan}
    assert "SaleCalledOff" not in tx.events  # there was none
    assert dict(tx.events["TitleReturned"]) == {"loanId": loan, "asset": receivables, "tokenId": note}
    assert (receivables.ownerOf(note), cash.balanceOf(supplier)) == (supplier, 7)
    assert world.ended(loan)
    assert world.debt(loan) == (0, 0, 0, 0)
    assert (collateral.titlesOf(loan)[1], collateral.loanIdOf(receivables, note)) == ((), 0)
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        loans.repay(loan, 1, {"from": supplier})


def test_goods_come_back_too(world, loans, collateral, warehousereceipts, supplier):
    """K18."""
    loan, receipt = world.goods_loan()
    world.give(supplier, A_DAY, loans)
    loans.repay(loan, LENT + A_DAY, {"from": supplier})
    assert warehousereceipts.ownerOf(receipt) == supplier
    assert collateral.loanIdOf(warehousereceipts, receipt) == 0


@pytest.mark.parametrize("payer", ["obligor", "fund", "bank"])
def test_anyone_pays(world, loans, cash, payer):
    """K8: the lender itself included."""
    loan, _ = world.loan()
    account = getattr(world, payer)
    cash.approve(loans, LENT, {"from": account})
    tx = loans.repay(loan, 5, {"from": account})
    assert tx.events["LoanRepaid"]["payer"] == account


def test_nothing_is_no_payment(world, loans, supplier):
    """K8."""
    loan, _ = world.loan()
    with refused("InvalidAmount", 0, 0):
        loans.repay(loan, 0, {"from": supplier})


def test_a_lender_that_may_not_be_paid(world, loans, cash, receivables, supplier, bank):
    """K8, M6: its money is kept for it; the title comes back all the same."""
    loan, note = world.loan()
    world.give(supplier, A_DAY, loans)
    world.freeze(bank)
    before = cash.balanceOf(bank)
    tx = loans.repay(loan, LENT + A_DAY, {"from": supplier})
    assert dict(tx.events["PaymentWithheld"]) == {"holder": bank, "currency": CNY, "amount": LENT + A_DAY}
    assert (loans.withheldOf(bank, CNY), cash.balanceOf(loans)) == (LENT + A_DAY, LENT + A_DAY)
    assert receivables.ownerOf(note) == supplier
    with refused("ERC7943CannotTransact", bank):
        loans.payWithheld(bank, CNY, {"from": world.stranger})
    world.unfreeze(bank)
    loans.payWithheld(bank, CNY, {"from": world.stranger})
    assert cash.balanceOf(bank) - before == LENT + A_DAY
    with refused("InvalidAmount", 0, 0):
        loans.payWithheld(bank, CNY, {"from": world.stranger})


def test_a_lender_whose_examination_ended_is_paid(world, participants, loans, cash, registrar, supplier, bank):
    """K8, P6."""
    loan, _ = world.loan()
    participants.renew(bank, 4, now(), {"from": registrar})
    wait_until(now() + DAY)
    cash.approve(loans, LENT, {"from": supplier})
    before = cash.balanceOf(bank)
    loans.repay(loan, 100, {"from": supplier})
    assert cash.balanceOf(bank) - before == 100


def test_whatever_the_price(world, loans, supplier):
    """K20: no price is needed to pay, nor to have the goods back."""
    loan, receipt = world.goods_loan()
    world.give(supplier, LENT, loans)
    wait_until(now() + 50 * DAY)
    loans.repay(loan, 2 * LENT, {"from": supplier})
    assert world.warehousereceipts.ownerOf(receipt) == supplier


def test_a_frozen_borrower_owes_until_somebody_pays(world, loans, cash, supplier, obligor):
    """K18, K20: its title waits in escrow."""
    loan, note = world.loan()
    world.freeze(supplier)
    cash.approve(loans, 2 * LENT, {"from": obligor})
    tx = loans.repay(loan, 2 * LENT, {"from": obligor})
    assert dict(tx.events["TitleKept"]) == {"loanId": loan, "asset": world.receivables, "tokenId": note}
    assert world.ended(loan)
