"""K11: the borrower takes title out while what stays is enough."""

import pytest

from tests.contracts.world import DAY, FACE, GOODS, LENT, TONNE, LoanStatus, now, refused, wait_until

OWED = LENT + LENT * 600 // 3_600_000


@pytest.fixture
def paid_down(world):
    """Goods worth 100,000,000 stand for 35,000,000."""
    loan, receipt = world.goods_loan()
    world.cash.approve(world.loans, LENT, {"from": world.supplier})
    world.loans.repay(loan, OWED - 35_000_000, {"from": world.supplier})
    return loan, receipt


@pytest.mark.parametrize("over", [0, 1])
def test_a_part_of_the_goods(world, loans, collateral, warehousereceipts, paid_down, supplier, over):
    """K11: half of them, at 70 per cent to the kilogram."""
    loan, receipt = paid_down
    half = GOODS // 2
    if over:
        with refused("LtvTooHigh", 7_001, 7_000):
            loans.release(loan, receipt, half + 1, {"from": supplier})
        return
    tx = loans.release(loan, receipt, half, {"from": supplier})
    released = tx.events["TitleReleased"]["releasedId"]
    assert dict(tx.events["TitleReleased"]) == {
        "loanId": loan, "asset": warehousereceipts, "tokenId": receipt, "releasedId": released, "value": half,
    }  # fmt: skip
    assert (tx.return_value, released != receipt) == (released, True)
    assert (warehousereceipts.ownerOf(released), warehousereceipts.ownerOf(receipt)) == (supplier, collateral)
    assert world.quantities(released, receipt) == [half, half]
    assert collateral.loanIdOf(warehousereceipts, released) == 0


def test_a_whole_receipt_of_several(world, loans, collateral, warehousereceipts, paid_down, supplier):
    """K11: the last one takes its place in the list."""
    loan, first = paid_down
    second, third = world.top_up_goods(loan, GOODS), world.top_up_goods(loan, 5)
    tx = loans.release(loan, first, GOODS, {"from": supplier})
    assert tx.events["TitleReleased"]["releasedId"] == first
    assert warehousereceipts.ownerOf(first) == supplier
    assert collateral.titlesOf(loan)[1] == (third, second)
    assert collateral.loanIdOf(warehousereceipts, first) == 0
    assert collateral.priceOf(loan) == TONNE


def test_a_whole_note(world, loans, receivables, collateral, supplier):
    """K11: never a part of one."""
    loan, first = world.loan()
    second = world.top_up(loan)
    with refused("NotPartOfNote", first, FACE - 1):
        loans.release(loan, first, FACE - 1, {"from": supplier})
    loans.release(loan, first, FACE, {"from": supplier})
    assert (receivables.ownerOf(first), collateral.titlesOf(loan)[1]) == (supplier, (second,))
    with refused("NotPledged", loan, first):
        loans.release(loan, first, FACE, {"from": supplier})


def test_what_was_released_can_be_pledged_again(world, loans, collateral, receivables, supplier):
    """K3."""
    loan, first = world.loan()
    maturity = world.maturity(receivables.slotOf(first))
    world.top_up(loan, world.note(maturityAt=maturity)[1])
    loans.release(loan, first, FACE, {"from": supplier})
    world.top_up(loan, first)
    assert collateral.loanIdOf(receivables, first) == loan


def test_not_all_of_it(world, loans, supplier):
    """K4, K11: without title any debt is too high, and without goods there is no price."""
    loan, note = world.loan(amount=1)
    with refused("LtvTooHigh", 2**256 - 1, 7_000):
        loans.release(loan, note, FACE, {"from": supplier})
    goods, receipt = world.goods_loan(amount=1)
    with refused("NoGoodPrice", goods):
        loans.release(goods, receipt, GOODS, {"from": supplier})


def test_not_of_another_loan(world, loans, supplier):
    """K11, K3."""
    loan, _ = world.loan()
    other, note = world.loan()
    with refused("NotPledged", loan, note):
        loans.release(loan, note, FACE, {"from": supplier})
    assert world.collateral.titlesOf(other)[1] == (note,)


@pytest.mark.parametrize("caller", ["thief", "bank", "stranger"])
def test_only_the_borrower(world, loans, paid_down, caller):
    """K11."""
    loan, receipt = paid_down
    account = getattr(world, caller)
    with refused("NotTheBorrower", loan, account):
        loans.release(loan, receipt, 1, {"from": account})


@pytest.mark.parametrize("quantity", [0, GOODS + 1])
def test_not_nothing_and_not_more(world, loans, paid_down, supplier, quantity):
    """K11, W4."""
    loan, receipt = paid_down
    with refused("InvalidQuantity", quantity, GOODS - 1):
        loans.release(loan, receipt, quantity, {"from": supplier})


def test_not_while_margin_is_called(world, loans, supplier, paid_down):
    """K11."""
    loan, receipt = paid_down
    world.move_price(43_000)
    loans.callMargin(loan, {"from": supplier})
    call_by = world.loan_view(loan)["callBy"]
    world.move_price(TONNE)
    with refused("CallOpen", loan, call_by):
        loans.release(loan, receipt, 1, {"from": supplier})


def test_not_at_an_old_price(world, loans, supplier, paid_down):
    """K11, O3."""
    loan, receipt = paid_down
    wait_until(now() + 2 * DAY + 1)
    with refused("NoGoodPrice", loan):
        loans.release(loan, receipt, 1, {"from": supplier})


def test_not_in_sale(world, loans, supplier):
    """K11."""
    loan, note = world.in_sale()
    with refused("WrongLoanStatus", loan, LoanStatus.IN_SALE):
        loans.release(loan, note, FACE, {"from": supplier})
