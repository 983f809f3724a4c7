"""K7: more of the loan, by the borrower, up to the limit over all."""

import pytest

from tests.contracts.world import DAY, LENT, LIMIT_OF_LOAN, TONNE, LoanStatus, at, refused, wait_until


def test_a_second_part(world, loans, cash, supplier, bank):
    """K7, K5: it bears the day in which it is drawn; the first bore both."""
    loan, _ = world.loan()
    start = world.loan_view(loan)["startedAt"]
    before = cash.balanceOf(bank)
    with at(start + DAY + 1):
        tx = loans.draw(loan, 1_000_000, {"from": supplier})
    assert dict(tx.events["LoanDrawn"]) == {
        "loanId": loan, "borrower": supplier, "amount": 1_000_000, "principal": LENT + 1_000_000,
    }  # fmt: skip
    assert (before - cash.balanceOf(bank), cash.balanceOf(supplier)) == (1_000_000, LENT + 1_000_000)
    assert world.debt(loan)[2:] == ((2 * LENT + 1_000_000) * 600 // 3_600_000, LENT + 1_000_000)
    assert world.loan_view(loan)["drawn"] == LENT + 1_000_000


def test_the_limit_is_over_all(world, loans, cash, supplier):
    """K7: what was paid back cannot be drawn again."""
    loan, _ = world.loan(limit=LENT + 5)
    world.give(supplier, LENT, loans)
    loans.repay(loan, LENT, {"from": supplier})
    with refused("LimitExceeded", 6, 5):
        loans.draw(loan, 6, {"from": supplier})
    loans.draw(loan, 5, {"from": supplier})
    with refused("LimitExceeded", 1, 0):
        loans.draw(loan, 1, {"from": supplier})


def test_not_nothing(world, loans, supplier):
    """K7."""
    loan, _ = world.loan()
    with refused("InvalidAmount", 0, LIMIT_OF_LOAN - LENT):
        loans.draw(loan, 0, {"from": supplier})


@pytest.mark.parametrize("caller", ["thief", "bank", "stranger"])
def test_only_the_borrower(world, loans, caller):
    """K7."""
    loan, _ = world.loan()
    account = getattr(world, caller)
    with refused("NotTheBorrower", loan, account):
        loans.draw(loan, 1, {"from": account})


def test_not_by_the_frozen(world, loans, supplier):
    """K7, P3."""
    loan, _ = world.loan()
    world.freeze(supplier)
    with refused("Frozen", supplier):
        loans.draw(loan, 1, {"from": supplier})


@pytest.mark.parametrize("late", [False, True])
def test_before_maturity(world, loans, supplier, late):
    """K7: the second before it is the last."""
    loan, _ = world.loan()
    maturity = world.loan_view(loan)["maturityAt"]
    if late:
        with at(maturity), refused("Matured", loan, maturity):
            loans.draw(loan, 1, {"from": supplier})
    else:
        with at(maturity - 1):
            loans.draw(loan, 1, {"from": supplier})


def test_not_beyond_the_advance(world, loans, supplier):
    """K4, K7."""
    loan, _ = world.loan()
    with refused("LtvTooHigh", 7_002, 7_000):
        loans.draw(loan, LIMIT_OF_LOAN - LENT, {"from": supplier})


def test_not_while_margin_is_called(world, loans, supplier):
    """K7."""
    loan, _ = world.goods_loan()
    world.move_price(TONNE * 3 // 4)
    loans.callMargin(loan, {"from": supplier})
    world.move_price(TONNE * 2)
    with refused("CallOpen", loan, world.loan_view(loan)["callBy"]):
        loans.draw(loan, 1, {"from": supplier})
    loans.reviewCall(loan, {"from": supplier})
    loans.draw(loan, 1, {"from": supplier})


def test_not_in_sale_nor_after_the_end(world, loans, supplier, bank):
    """K7."""
    loan, _ = world.in_sale()
    with refused("WrongLoanStatus", loan, LoanStatus.IN_SALE):
        loans.draw(loan, 1, {"from": supplier})
    loans.waive(loan, {"from": bank})
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        loans.draw(loan, 1, {"from": supplier})


def test_at_the_lenders_means(world, loans, cash, supplier, bank):
    """K7: a lender that is out of money or frozen makes it fail, and nothing is owed for it."""
    loan, _ = world.loan()
    cash.approve(loans, 0, {"from": bank})
    with refused("ERC20InsufficientAllowance", loans, 0, 1):
        loans.draw(loan, 1, {"from": supplier})
    cash.approve(loans, 1, {"from": bank})
    world.freeze(bank)
    with refused("ERC7943CannotTransact", bank):
        loans.draw(loan, 1, {"from": supplier})
    assert world.debt(loan)[3] == LENT


def test_goods_at_a_good_price_only(world, loans, supplier):
    """K7, O3."""
    loan, _ = world.goods_loan()
    wait_until(world.prices.lastOf(world.feed())[1] + 2 * DAY + 1)
    with refused("NoGoodPrice", loan):
        loans.draw(loan, 1, {"from": supplier})
    world.publish(TONNE)
    loans.draw(loan, 1, {"from": supplier})
