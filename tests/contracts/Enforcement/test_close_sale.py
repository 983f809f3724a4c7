"""K14 and K15: the best bid wins title; its cash goes to storage, costs, the lender, the borrower, in this order."""

import pytest

from tests.contracts.world import CNY, DAY, FACE, GOODS, LENT, ZERO, LoanStatus, at, now, refused, wait_until

LEAST = FACE * 4 // 5


def test_the_best_bid_wins(world, enforcement, loans, collateral, receivables, cash, supplier, bank, fund):
    """K15: the debt to the lender, the surplus to the borrower; the loan is over."""
    loan, note = world.in_sale()
    world.bid(loan, LEAST, bank)
    world.bid(loan, 90_000_000)
    before = cash.balanceOf(bank)
    tx = world.close_sale(loan)
    split = tuple(tx.events["CollateralSold"]["split"])
    owed = sum(split)
    assert split[3] == LENT
    assert dict(tx.events["CollateralSold"]) == {
        "loanId": loan, "buyer": fund, "amount": 90_000_000, "storagePaid": 0, "split": split,
        "toBorrower": 90_000_000 - owed, "shortfall": 0,
    }  # fmt: skip
    assert dict(tx.events["TitleSold"]) == {"loanId": loan, "asset": receivables, "tokenId": note, "buyer": fund}
    assert dict(tx.events["LoanEnded"]) == {"loanId": loan}
    assert receivables.ownerOf(note) == fund
    assert (cash.balanceOf(bank) - before, cash.balanceOf(supplier)) == (owed, LENT + 90_000_000 - owed)
    assert cash.balanceOf(enforcement) == 0
    assert world.ended(loan)
    assert (collateral.titlesOf(loan)[1], collateral.loanIdOf(receivables, note)) == ((), 0)
    with refused("NotInSale", loan):
        enforcement.closeSale(loan, {"from": bank})


def test_what_was_owed_on_the_day(world, enforcement):
    """K5, K6, K15: interest and penalty run to the close."""
    loan, _ = world.in_sale()
    world.bid(loan, LEAST)
    ends = world.sale_of(loan)[0]["endsAt"]
    with at(ends + 1):
        tx = enforcement.closeSale(loan, {"from": world.stranger})
    view = world.loan_view(loan)
    days = -(-(ends + 1 - view["startedAt"]) // DAY)
    late = -(-(ends + 1 - view["graceEndsAt"]) // DAY)
    assert tuple(tx.events["CollateralSold"]["split"]) == (
        0, LENT * 900 * late // 3_600_000, LENT * 600 * days // 3_600_000, LENT,
    )  # fmt: skip


@pytest.mark.parametrize("offset", [0, 1])
def test_not_before_the_window_is_over(world, enforcement, offset):
    """K14: a bid of its last second still counts."""
    loan, _ = world.in_sale()
    ends = world.sale_of(loan)[0]["endsAt"]
    if offset:
        with at(ends + 1):
            enforcement.closeSale(loan, {"from": world.stranger})
    else:
        with at(ends), refused("SaleRuns", loan, ends):
            enforcement.closeSale(loan, {"from": world.stranger})


def test_storage_comes_first(world, enforcement, warehousereceipts, cash, custodian, supplier, bank, fund):
    """K15, W6: the lien to the custodian, then what the lender advanced, then the debt."""
    loan, receipt = world.goods_loan()
    wait_until(now() + 10 * DAY)
    world.loans.advanceStorage(loan, receipt, {"from": bank})
    costs = world.debt(loan)[0]
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 95_000_000)
    paid = cash.balanceOf(custodian)
    tx = world.close_sale(loan)
    sold = tx.events["CollateralSold"]
    charged = cash.balanceOf(custodian) - paid
    assert sold["storagePaid"] == charged
    assert charged > 50 * 1_500
    assert sold["split"][0] == costs
    assert sold["storagePaid"] + sum(sold["split"]) + sold["toBorrower"] == 95_000_000
    assert warehousereceipts.ownerOf(receipt) == fund
    assert warehousereceipts.storageOf(receipt)[0] == 0
    assert cash.balanceOf(enforcement) == 0


def test_a_lien_that_the_price_cannot_pay_stays(world, enforcement, warehousereceipts, cash, custodian, bank, fund):
    """K15, W6: what the price can pay is paid; the goods are sold all the same, with the rest of the liens."""
    loan, receipt = world.goods_loan(reservePrice=1)
    cheap = world.top_up_goods(loan, 1_000)
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 1_001)
    tx = world.close_sale(loan)
    assert tx.events["CollateralSold"]["storagePaid"] == cash.balanceOf(custodian) < 1_001
    assert warehousereceipts.storageOf(receipt)[0] > 1_001
    assert warehousereceipts.storageOf(cheap)[0] == 0
    assert [warehousereceipts.ownerOf(token) for token in (receipt, cheap)] == [fund, fund]


@pytest.mark.parametrize("end", ["paid", "waived"])
def test_a_shortfall_stays_owed(world, loans, cash, supplier, bank, end):
    """K15, K17: without collateral; it is paid later, or waived."""
    loan, _ = world.in_sale(reservePrice=5_000)
    world.bid(loan, 50_000_000)
    before = cash.balanceOf(bank)
    tx = world.close_sale(loan)
    sold = tx.events["CollateralSold"]
    assert (sum(sold["split"]), sold["toBorrower"]) == (50_000_000, 0)
    assert sold["shortfall"] == sum(world.debt(loan)) == LENT + sum(sold["split"][:3]) - 50_000_000
    assert "LoanEnded" not in tx.events
    assert cash.balanceOf(bank) - before == 50_000_000
    assert world.loan_view(loan)["status"] == LoanStatus.UNCOVERED
    wait_until(now() + 10 * DAY)
    assert sum(world.debt(loan)) > sold["shortfall"]
    if end == "paid":
        cash.approve(loans, FACE, {"from": supplier})
        loans.repay(loan, FACE, {"from": supplier})
    else:
        loans.waive(loan, {"from": bank})
    assert world.ended(loan)


def test_a_winner_that_cannot_take_title(world, enforcement, receivables, collateral, cash, fund, bank):
    """K14: frozen at the close: the sale fails, its cash is kept for it, and the lender may open again, at the same
    reserve: somebody had come."""
    loan, note = world.in_sale()
    world.bid(loan, 90_000_000)
    world.freeze(fund)
    tx = world.close_sale(loan)
    assert dict(tx.events["BidReturned"]) == {"loanId": loan, "bidder": fund, "amount": 90_000_000}
    assert dict(tx.events["SaleFailed"]) == {"loanId": loan, "round": 1}
    assert enforcement.withheldOf(fund, CNY) == 90_000_000
    sale, _ = world.sale_of(loan)
    assert (sale["bidder"], sale["bid"]) == (ZERO, 0)
    assert receivables.ownerOf(note) == collateral
    assert world.loan_view(loan)["status"] == LoanStatus.LIVE
    tx = enforcement.openSale(loan, DAY, {"from": bank})
    assert (tx.events["SaleOpened"]["round"], tx.events["SaleOpened"]["minimum"]) == (2, LEAST)


def test_a_note_after_its_cut_off(world, enforcement, receivables, collateral, cash, fund):
    """K18, N1: title that cannot move is not sold; the bid goes back."""
    loan, note = world.in_sale(window=30 * DAY)
    before = cash.balanceOf(fund)
    world.bid(loan, LEAST)
    tx = world.close_sale(loan)
    assert "SaleFailed" in tx.events
    assert (receivables.ownerOf(note), cash.balanceOf(fund)) == (collateral, before)


def test_nobody_came(world, enforcement, bank):
    """K14."""
    loan, _ = world.in_sale()
    tx = world.close_sale(loan)
    assert dict(tx.events["SaleFailed"]) == {"loanId": loan, "round": 1}
    assert "BidReturned" not in tx.events


def test_payment_of_all_calls_it_off(world, loans, enforcement, receivables, cash, supplier, fund, obligor):
    """K14, K18: the bid goes back and the title too; a part does not."""
    loan, note = world.in_sale()
    before = cash.balanceOf(fund)
    world.bid(loan, LEAST)
    cash.approve(loans, 2 * FACE, {"from": obligor})
    loans.repay(loan, LENT, {"from": obligor})
    assert world.loan_view(loan)["status"] == LoanStatus.IN_SALE
    tx = loans.repay(loan, LENT, {"from": obligor})
    assert dict(tx.events["SaleCalledOff"]) == {"loanId": loan, "round": 1}
    assert dict(tx.events["BidReturned"]) == {"loanId": loan, "bidder": fund, "amount": LEAST}
    assert (receivables.ownerOf(note), cash.balanceOf(fund)) == (supplier, before)
    assert world.ended(loan)


def test_a_waiver_calls_it_off(world, loans, bank):
    """K17."""
    loan, _ = world.in_sale()
    tx = loans.waive(loan, {"from": bank})
    assert dict(tx.events["SaleCalledOff"]) == {"loanId": loan, "round": 1}


def test_whoever_may_not_be_paid(world, enforcement, cash, supplier, bank):
    """K15, M6: lender and borrower both frozen at the close: title goes, their money is kept."""
    loan, _ = world.in_sale()
    world.bid(loan, 90_000_000)
    for party in (bank, supplier):
        world.freeze(party)
    tx = world.close_sale(loan)
    sold = tx.events["CollateralSold"]
    assert enforcement.withheldOf(bank, CNY) == sum(sold["split"])
    assert enforcement.withheldOf(supplier, CNY) == sold["toBorrower"]
    assert cash.balanceOf(enforcement) == 90_000_000


def test_all_title_or_none(world, enforcement, warehousereceipts, collateral, regulator, bank, fund, cash):
    """K15: one of three receipts is frozen: nothing is sold."""
    loan, first = world.goods_loan()
    second, third = world.top_up_goods(loan, 10), world.top_up_goods(loan, 20)
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    before = cash.balanceOf(fund)
    world.bid(loan, 90_000_000)
    warehousereceipts.freeze(second, b"\1" * 32, {"from": regulator})
    assert "SaleFailed" in world.close_sale(loan).events
    assert [warehousereceipts.ownerOf(token) for token in (first, second, third)] == [collateral] * 3
    assert cash.balanceOf(fund) == before
    warehousereceipts.unfreeze(second, b"\1" * 32, {"from": regulator})
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 90_000_000)
    world.close_sale(loan)
    assert [warehousereceipts.ownerOf(token) for token in (first, second, third)] == [fund] * 3


def test_not_less_than_was_bid_for(world, enforcement, repayments, receivables, collateral, loans, cash, bank, fund):
    """K14: one of two notes was paid after the bid and is cash of the loan now: nobody buys less than it bid for. The
    lender may open again for what is left."""
    loan, note = world.in_sale()
    other = world.top_up(loan)
    before = cash.balanceOf(fund)
    world.bid(loan, 2 * LEAST)
    receivable = receivables.slotOf(other)
    world.repay(receivable)
    repayments.redeem(other, {"from": bank})
    tx = world.close_sale(loan)
    assert dict(tx.events["BidReturned"]) == {"loanId": loan, "bidder": fund, "amount": 2 * LEAST}
    assert "SaleFailed" in tx.events
    assert (cash.balanceOf(fund), receivables.ownerOf(note)) == (before, collateral)


def test_not_goods_that_were_lost(world, enforcement, warehousereceipts, custodian, cash, bank, fund):
    """K14, W7: a bid again, for what is left, is at the reserve of what is left."""
    loan, receipt = world.goods_loan()
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    before = cash.balanceOf(fund)
    world.bid(loan, LEAST)
    warehousereceipts.report(1, 1, GOODS // 2, b"\1" * 32, [receipt], {"from": custodian})
    with refused("WorthLess", loan, LEAST // 2, LEAST):
        enforcement.handOver.call(loan, tuple(world.loans.loanOf.call(loan)), {"from": enforcement})
    assert "SaleFailed" in world.close_sale(loan).events
    assert cash.balanceOf(fund) == before
    tx = enforcement.openSale(loan, DAY, {"from": bank})
    assert tx.events["SaleOpened"]["minimum"] == LEAST // 2
    world.bid(loan, LEAST // 2)
    world.close_sale(loan)
    assert warehousereceipts.ownerOf(receipt) == fund


def test_a_bid_placed_after_the_loss_is_for_what_is_left(world, enforcement, warehousereceipts, custodian, bank, fund):
    """K14."""
    loan, receipt = world.goods_loan()
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, LEAST)
    warehousereceipts.report(1, 1, GOODS // 2, b"\1" * 32, [receipt], {"from": custodian})
    world.bid(loan, LEAST + 1, bank)
    world.close_sale(loan)
    assert warehousereceipts.ownerOf(receipt) == bank


def test_a_call_is_over_with_the_sale(world, loans, enforcement, bank, cash):
    """K9, K15: what is uncovered has no margin."""
    loan, _ = world.goods_loan(reservePrice=1)
    world.move_price(75_000)
    loans.callMargin(loan, {"from": bank})
    wait_until(world.loan_view(loan)["callBy"] + 1)
    world.publish(75_000)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 30_000)
    world.close_sale(loan)
    assert world.loan_view(loan)["callBy"] == 0
    cash.approve(loans, 100, {"from": bank})
    assert "MarginCured" not in loans.repay(loan, 100, {"from": bank}).events


def test_a_sale_that_failed_leaves_the_call(world, loans, enforcement, bank):
    """K9, K14: and a payment cures it still."""
    loan, _ = world.goods_loan()
    world.move_price(75_000)
    loans.callMargin(loan, {"from": bank})
    call_by = world.loan_view(loan)["callBy"]
    wait_until(call_by + 1)
    world.publish(75_000)
    enforcement.openSale(loan, DAY, {"from": bank})
    world.close_sale(loan)
    assert world.loan_view(loan)["callBy"] == call_by
    world.publish(100_000)
    assert "MarginCured" in loans.reviewCall(loan, {"from": bank}).events


def test_a_lock_on_one_of_two_notes_keeps_both(world, enforcement, receivables, collateral, bank, fund, cash):
    """K15, J5: all title or none: what is in dispute cannot move, so the sale fails, until the dispute is over."""
    loan, first = world.loan()
    second = world.top_up(loan, world.note()[1], FACE // 10)
    world.overdue(loan)
    enforcement.openSale(loan, DAY, {"from": bank})
    before = cash.balanceOf(fund)
    world.bid(loan, 90_000_000)
    receivable = receivables.slotOf(second)
    world.dispute(receivable, FACE)
    assert "SaleFailed" in world.close_sale(loan).events
    assert ([receivables.ownerOf(note) for note in (first, second)], cash.balanceOf(fund)) == ([collateral] * 2, before)
    world.adjustments.resolveByOrder(receivable, 0, b"\1" * 32, world.notes(receivable), {"from": world.regulator})
    enforcement.openSale(loan, DAY, {"from": bank})
    world.bid(loan, 90_000_000)
    world.close_sale(loan)
    assert [receivables.ownerOf(note) for note in (first, second)] == [fund] * 2
