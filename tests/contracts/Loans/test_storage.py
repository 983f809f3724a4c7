"""K16: storage of what is pledged; where the lender pays it, it is a cost of the loan."""

import pytest

from tests.contracts.world import DAY, GOODS, LENT, LoanStatus, at, now, refused, wait_until

A_DAY = 1_500


@pytest.fixture
def stored(world):
    """A loan over goods, and the second in which ten days of storage are owed."""
    loan, receipt = world.goods_loan()
    charged = world.warehousereceipts.receiptOf(receipt).dict()["chargedUntil"]
    return loan, receipt, charged + 10 * DAY


def test_the_lender_advances(world, loans, warehousereceipts, cash, stored, bank, custodian):
    """K16, K8: to the custodian; it is owed first, and bears no interest."""
    loan, receipt, second = stored
    before = cash.balanceOf(bank)
    with at(second):
        tx = loans.advanceStorage(loan, receipt, {"from": bank})
    assert dict(tx.events["CostsAdvanced"]) == {"loanId": loan, "tokenId": receipt, "amount": 10 * A_DAY}
    assert tx.events["StoragePaid"]["payer"] == loans
    assert (before - cash.balanceOf(bank), cash.balanceOf(custodian)) == (10 * A_DAY, 10 * A_DAY)
    assert (cash.balanceOf(loans), cash.allowance(loans, warehousereceipts)) == (0, 0)
    assert world.debt(loan)[0] == 10 * A_DAY
    assert warehousereceipts.storageOf(receipt)[0] == 0
    wait_until(now() + 5 * DAY)
    assert world.debt(loan)[0] == 10 * A_DAY


@pytest.mark.parametrize("order", [0, 1, 2])
def test_costs_come_first_in_any_order(world, loans, cash, supplier, bank, order):
    """K8."""
    loan, receipt = world.goods_loan(order=order)
    wait_until(now() + DAY)
    loans.advanceStorage(loan, receipt, {"from": bank})
    costs = world.debt(loan)[0]
    cash.approve(loans, LENT, {"from": supplier})
    tx = loans.repay(loan, costs + 1, {"from": supplier})
    rest = (0, 0, 1) if order == 2 else (0, 1, 0)
    assert tuple(tx.events["LoanRepaid"]["split"]) == (costs, *rest)
    assert world.debt(loan)[0] == 0


def test_a_part_of_the_costs(world, loans, cash, stored, supplier, bank):
    """K8."""
    loan, receipt, second = stored
    with at(second):
        loans.advanceStorage(loan, receipt, {"from": bank})
    cash.approve(loans, LENT, {"from": supplier})
    loans.repay(loan, 7, {"from": supplier})
    assert world.debt(loan)[0] == 10 * A_DAY - 7


def test_anyone_else_pays_for_nothing(world, loans, warehousereceipts, cash, stored, obligor):
    """K16: it is no cost of the loan then."""
    loan, receipt, second = stored
    wait_until(second - 1)
    cash.approve(warehousereceipts, LENT, {"from": obligor})
    warehousereceipts.payStorage(receipt, {"from": obligor})
    assert world.debt(loan)[0] == 0
    with refused("NothingToPay", receipt):
        loans.advanceStorage(loan, receipt, {"from": world.bank})


@pytest.mark.parametrize("caller", ["supplier", "fund", "stranger"])
def test_only_the_lender(world, loans, stored, caller):
    """K16."""
    account = getattr(world, caller)
    with refused("NotTheLender", stored[0], account):
        loans.advanceStorage(*stored[:2], {"from": account})


def test_only_of_what_stands_for_it(world, loans, stored, bank):
    """K16: the debt does not grow by the storage of other goods."""
    loan, _, _ = stored
    _, other = world.receipt()
    wait_until(now() + 1)
    _, pledged = world.goods_loan()
    for receipt in (other, pledged, 99):
        with refused("NotPledged", loan, receipt):
            loans.advanceStorage(loan, receipt, {"from": bank})
    notes, note = world.loan()
    with refused("NotPledged", notes, note):
        loans.advanceStorage(notes, note, {"from": bank})


def test_not_after_the_end(world, loans, stored, bank):
    """K16."""
    loan, receipt, _ = stored
    loans.waive(loan, {"from": bank})
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        loans.advanceStorage(loan, receipt, {"from": bank})


def test_a_custodian_that_may_not_be_paid(world, loans, warehousereceipts, stored, bank, custodian):
    """K16, M6: the lien is settled all the same."""
    loan, receipt, second = stored
    world.freeze(custodian)
    with at(second):
        loans.advanceStorage(loan, receipt, {"from": bank})
    assert warehousereceipts.withheldOf(custodian, 156) == 10 * A_DAY
    assert world.quantities(receipt) == [GOODS]
