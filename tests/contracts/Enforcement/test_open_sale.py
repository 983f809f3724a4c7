"""K13 and K14: in default, the lender opens a sale."""

import pytest

from tests.contracts.world import DAY, FACE, LoanStatus, refused


@pytest.fixture
def overdue(world):
    loan, note = world.loan()
    world.overdue(loan)
    return loan, note


def test_the_lender_opens(world, enforcement, overdue, bank):
    """K14: at no less than the reserve: four fifths of the note's value here."""
    loan, _ = overdue
    assert enforcement.saleOf(loan)[1] == 0, "nothing is for sale yet"
    tx = enforcement.openSale(loan, DAY, {"from": bank})
    assert enforcement.saleOf(loan)[1] == FACE * 4 // 5
    ends = tx.timestamp + DAY
    assert dict(tx.events["SaleOpened"]) == {
        "loanId": loan, "round": 1, "minimum": FACE * 4 // 5, "endsAt": ends,
    }  # fmt: skip
    sale, least = world.sale_of(loan)
    assert (sale["bid"], int(sale["bidder"], 16), sale["endsAt"], sale["round"], least) == (
        0,
        0,
        ends,
        1,
        FACE * 4 // 5,
    )
    assert world.loan_view(loan)["status"] == LoanStatus.IN_SALE
    with refused("WrongLoanStatus", loan, LoanStatus.IN_SALE):
        enforcement.openSale(loan, DAY, {"from": bank})


def test_goods_by_the_tonne(world, enforcement, bank):
    """K14: what the reserve price makes of what is there."""
    loan, _ = world.goods_loan()
    world.top_up_goods(loan, 1_500)
    world.overdue(loan)
    tx = enforcement.openSale(loan, DAY, {"from": bank})
    assert tx.events["SaleOpened"]["minimum"] == FACE * 4 // 5 + 120_000


@pytest.mark.parametrize("window", [0, DAY - 1, DAY, 30 * DAY, 30 * DAY + 1])
def test_from_a_day_to_thirty(world, enforcement, overdue, bank, window):
    """K14."""
    if DAY <= window <= 30 * DAY:
        enforcement.openSale(overdue[0], window, {"from": bank})
    else:
        with refused("InvalidWindow", window, DAY, 30 * DAY):
            enforcement.openSale(overdue[0], window, {"from": bank})


@pytest.mark.parametrize("caller", ["supplier", "fund", "thief", "stranger"])
def test_nobody_else(world, enforcement, overdue, caller):
    """K14."""
    account = getattr(world, caller)
    with refused("NotTheLender", overdue[0], account):
        enforcement.openSale(overdue[0], DAY, {"from": account})


def test_not_by_the_frozen(world, enforcement, overdue, bank):
    """P3, P5."""
    world.freeze(bank)
    with refused("Frozen", bank):
        enforcement.openSale(overdue[0], DAY, {"from": bank})


def test_not_without_default(world, enforcement, bank):
    """K13."""
    loan, _ = world.loan()
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})
    assert world.loans.defaultOf(loan) == 0


def test_four_fifths_each_time_nobody_came(world, enforcement, overdue, bank):
    """K14: the court's rule; and after many times anything will do."""
    loan, _ = overdue
    least = FACE * 4 // 5
    for turn in range(1, 4):
        tx = enforcement.openSale(loan, DAY, {"from": bank})
        assert (tx.events["SaleOpened"]["round"], tx.events["SaleOpened"]["minimum"]) == (turn, least)
        tx = world.close_sale(loan)
        assert dict(tx.events["SaleFailed"]) == {"loanId": loan, "round": turn}
        assert world.loan_view(loan)["status"] == LoanStatus.LIVE
        least = least * 4 // 5


def test_not_when_the_debt_was_paid(world, loans, enforcement, overdue, cash, bank, obligor):
    """K13."""
    loan, _ = overdue
    cash.approve(loans, FACE, {"from": obligor})
    loans.repay(loan, FACE, {"from": obligor})
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        enforcement.openSale(loan, DAY, {"from": bank})


def test_a_sale_of_nothing_new_after_it_was_sold(world, enforcement, bank):
    """K13, K15: what is uncovered has no collateral."""
    loan, _ = world.in_sale(reservePrice=1)
    world.bid(loan, 10_000)
    world.close_sale(loan)
    with refused("WrongLoanStatus", loan, LoanStatus.UNCOVERED):
        enforcement.openSale(loan, DAY, {"from": bank})
