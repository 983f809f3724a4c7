"""K9 and K13: margin is called, cured or not, at exact prices and exact seconds."""

from math import ceil

import pytest

from tests.contracts.world import DAY, FACE, GOODS, LENT, LoanStatus, at, refused, wait_until

OWED = LENT + LENT * 600 // 3_600_000  # on the first day
CALL_PRICE = 75_000
CALL_NOT_CURED, LIQUIDATION, OVERDUE = 1, 2, 3


def ltv(price, owed=OWED, quantity=GOODS):
    return ceil(owed * 10_000 / (quantity * price // 1_000))


@pytest.fixture
def called(world):
    """A loan over goods whose margin was called at 75,000; the loan, and the last second to cure."""
    loan, _ = world.goods_loan()
    world.move_price(CALL_PRICE)
    world.loans.callMargin(loan, {"from": world.stranger})
    return loan, world.loan_view(loan)["callBy"]


def test_anyone_calls(world, loans, stranger):
    """K9."""
    loan, _ = world.goods_loan()
    world.move_price(CALL_PRICE)
    tx = loans.callMargin(loan, {"from": stranger})
    call_by = tx.timestamp + 2 * DAY
    assert dict(tx.events["MarginCalled"]) == {
        "loanId": loan, "ltvBps": ltv(CALL_PRICE), "price": CALL_PRICE, "callBy": call_by,
    }  # fmt: skip
    view = world.loan_view(loan)
    assert (view["callBy"], view["callPrice"], view["status"]) == (call_by, CALL_PRICE, LoanStatus.LIVE)
    with refused("CallOpen", loan, call_by):
        loans.callMargin(loan, {"from": stranger})


@pytest.mark.parametrize("price", [75_021, 75_022])
def test_at_the_band(world, loans, stranger, price):
    """K4, K9: rounded up, 80 per cent is at 75,021 and not at 75,022."""
    assert (ltv(75_021), ltv(75_022)) == (8_000, 7_999)
    loan, _ = world.goods_loan()
    world.move_price(price)
    assert loans.ltvAt(loan, price) == ltv(price)
    if price == 75_021:
        loans.callMargin(loan, {"from": stranger})
    else:
        with refused("LtvBelowCall", 7_999, 8_000):
            loans.callMargin(loan, {"from": stranger})


@pytest.mark.parametrize("offset", [0, 1])
def test_at_the_last_second_of_a_price(world, loans, stranger, offset):
    """K9, O3: a price that is too old calls no margin."""
    loan, _ = world.goods_loan()
    world.move_price(CALL_PRICE)
    good_until = world.prices.lastOf(world.feed())[1] + 2 * DAY
    if offset:
        with at(good_until + 1), refused("NoGoodPrice", loan):
            loans.callMargin(loan, {"from": stranger})
    else:
        with at(good_until):
            loans.callMargin(loan, {"from": stranger})


@pytest.mark.parametrize("short", [0, 1])
def test_cured_by_a_payment(world, loans, cash, called, supplier, short):
    """K9: at the advance band, to the fen; one fen less does not cure."""
    loan, _ = called
    needed = OWED - FACE * 3 // 4 * 7 // 10
    assert needed == 7_510_000
    cash.approve(loans, LENT, {"from": supplier})
    tx = loans.repay(loan, needed - short, {"from": supplier})
    if short:
        assert "MarginCured" not in tx.events
        assert world.loan_view(loan)["callBy"] == called[1]
        tx = loans.repay(loan, 1, {"from": supplier})
    assert dict(tx.events["MarginCured"]) == {"loanId": loan, "ltvBps": 7_000, "price": CALL_PRICE}
    assert (world.loan_view(loan)["callBy"], world.loan_view(loan)["callPrice"]) == (0, 0)


def test_nothing_is_cured_that_was_not_called(world, loans, cash, supplier):
    """K9."""
    loan, _ = world.goods_loan()
    cash.approve(loans, LENT, {"from": supplier})
    assert "MarginCured" not in loans.repay(loan, LENT // 2, {"from": supplier}).events


def test_what_is_repaid_has_no_call(world, loans, called, supplier):
    """K9, K18."""
    loan, _ = called
    world.give(supplier, LENT, loans)
    loans.repay(loan, 2 * LENT, {"from": supplier})
    view = world.loan_view(loan)
    assert (view["status"], view["callBy"]) == (LoanStatus.ENDED, 0)


@pytest.mark.parametrize(("quantity", "cured"), [(143_048, True), (143_047, False)])
def test_cured_by_a_top_up(world, loans, warehousereceipts, collateral, called, quantity, cured):
    """K9, K10: to the kilogram."""
    loan, call_by = called
    receipt = world.top_up_goods(loan, quantity)
    assert warehousereceipts.ownerOf(receipt) == collateral
    assert collateral.valueAt(loan, CALL_PRICE) == (GOODS * CALL_PRICE + quantity * CALL_PRICE) // 1_000
    assert world.loan_view(loan)["callBy"] == (0 if cured else call_by)


def test_a_better_price_cures_when_somebody_looks(world, loans, called, stranger):
    """K9: not yet at 85,728; at 85,729 it does."""
    loan, _ = called
    assert (ltv(85_728), ltv(85_729)) == (7_001, 7_000)
    world.move_price(85_728)
    assert "MarginCured" not in loans.reviewCall(loan, {"from": stranger}).events
    world.move_price(85_729)
    tx = loans.reviewCall(loan, {"from": stranger})
    assert dict(tx.events["MarginCured"]) == {"loanId": loan, "ltvBps": 7_000, "price": 85_729}
    with refused("NoCall", loan):
        loans.reviewCall(loan, {"from": stranger})


def test_a_worse_price_does_not_ask_for_more(world, loans, cash, called, supplier):
    """K9: what was asked for at the call is enough; the new price may be called anew."""
    loan, _ = called
    world.move_price(68_000)
    cash.approve(loans, LENT, {"from": supplier})
    tx = loans.repay(loan, 7_510_000, {"from": supplier})
    assert tx.events["MarginCured"]["price"] == CALL_PRICE
    with refused("LtvBelowCall", ltv(68_000, OWED - 7_510_000), 8_000):
        loans.callMargin(loan, {"from": supplier})
    world.move_price(65_000)
    loans.callMargin(loan, {"from": supplier})


def test_a_stale_price_does_not_stop_a_cure(world, loans, cash, called, supplier):
    """K9: it is judged at the call's."""
    loan, _ = called
    wait_until(world.prices.lastOf(world.feed())[1] + 2 * DAY + 1)
    cash.approve(loans, LENT, {"from": supplier})
    assert "MarginCured" in loans.repay(loan, 7_600_000, {"from": supplier}).events


@pytest.mark.parametrize("offset", [0, 1])
def test_until_the_last_second(world, loans, enforcement, called, bank, offset):
    """K9, K13: callBy is the borrower's still."""
    loan, call_by = called
    wait_until(call_by - 100)
    world.publish(CALL_PRICE)
    if offset:
        with at(call_by + 1):
            tx = enforcement.openSale(loan, DAY, {"from": bank})
        assert tx.events["LoanDefaulted"]["cause"] == CALL_NOT_CURED
    else:
        with at(call_by), refused("LoanNotInDefault", loan):
            enforcement.openSale(loan, DAY, {"from": bank})


def test_a_better_price_in_time_is_no_missed_call(world, loans, called):
    """K13: after the last second the band is judged at the price of now: at it nothing was missed, above it the call
    was, although nobody looked in between."""
    loan, call_by = called
    wait_until(call_by + 1)
    owed = sum(world.debt(loan))
    price = ceil(owed * 10_000 / 7_000 * 1_000 / GOODS)
    assert (ltv(price - 1, owed), ltv(price, owed)) == (7_001, 7_000)
    for now_at, cause in ((price, 0), (price - 1, CALL_NOT_CURED)):
        world.move_price(now_at)
        assert loans.defaultOf(loan) == cause


@pytest.mark.parametrize("offset", [0, 1])
def test_a_cure_at_the_last_second_and_after_it(world, loans, cash, enforcement, called, supplier, bank, offset):
    """K9: while no sale was opened it is never too late."""
    loan, call_by = called
    cash.approve(loans, LENT, {"from": supplier})
    with at(call_by + offset):
        tx = loans.repay(loan, 7_530_000, {"from": supplier})
    assert "MarginCured" in tx.events
    world.publish(CALL_PRICE)
    with refused("LoanNotInDefault", loan):
        enforcement.openSale(loan, DAY, {"from": bank})


@pytest.mark.parametrize(("price", "opens"), [(66_685, True), (66_686, False)])
def test_at_the_liquidation_band(world, loans, enforcement, bank, price, opens):
    """K13: without a call, at once."""
    assert (ltv(66_685), ltv(66_686)) == (9_000, 8_999)
    loan, _ = world.goods_loan()
    world.move_price(price)
    assert loans.defaultOf(loan) == (LIQUIDATION if opens else 0)
    if opens:
        tx = enforcement.openSale(loan, DAY, {"from": bank})
        assert dict(tx.events["LoanDefaulted"]) == {
            "loanId": loan, "cause": LIQUIDATION, "debt": OWED, "ltvBps": 9_000,
        }  # fmt: skip
        assert loans.defaultOf(loan) == 0
    else:
        with refused("LoanNotInDefault", loan):
            enforcement.openSale(loan, DAY, {"from": bank})


@pytest.mark.parametrize("offset", [0, 1])
def test_debt_after_grace_needs_no_price(world, loans, enforcement, bank, offset):
    """K13: to the second."""
    loan, _ = world.goods_loan()
    end = world.loan_view(loan)["graceEndsAt"]
    if offset:
        with at(end + 1):
            tx = enforcement.openSale(loan, DAY, {"from": bank})
        days = ceil((end + 1 - world.loan_view(loan)["startedAt"]) / DAY)
        owed = LENT + days * LENT * 600 // 3_600_000 + LENT * 900 // 3_600_000
        assert dict(tx.events["LoanDefaulted"]) == {"loanId": loan, "cause": OVERDUE, "debt": owed, "ltvBps": 0}
    else:
        with at(end), refused("LoanNotInDefault", loan):
            enforcement.openSale(loan, DAY, {"from": bank})


def test_notes_have_a_price_at_any_time(world, loans, adjustments, supplier, stranger):
    """K4: what is in dispute counts for nothing, and margin is called for it."""
    loan, note = world.loan()
    receivable = world.receivables.slotOf(note)
    world.dispute(receivable, FACE - 75_000_000)
    tx = loans.callMargin(loan, {"from": stranger})
    assert (tx.events["MarginCalled"]["ltvBps"], tx.events["MarginCalled"]["price"]) == (8_002, 10_000)
    adjustments.resolveByOrder(receivable, 0, b"\1" * 32, (), {"from": world.regulator})
    assert "MarginCured" in loans.reviewCall(loan, {"from": stranger}).events


def test_not_in_another_state(world, loans, bank, stranger):
    """K9."""
    loan, _ = world.in_sale()
    for act in (loans.callMargin, loans.reviewCall):
        with refused("WrongLoanStatus", loan, LoanStatus.IN_SALE):
            act(loan, {"from": stranger})
    loans.waive(loan, {"from": bank})
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        loans.callMargin(loan, {"from": stranger})
    assert loans.ltvAt(loan, 10_000) == 0


def test_no_call_without_cause(world, loans, stranger):
    """K9."""
    loan, _ = world.loan()
    with refused("LtvBelowCall", 6_001, 8_000):
        loans.callMargin(loan, {"from": stranger})
    with refused("NoCall", loan):
        loans.reviewCall(loan, {"from": stranger})
