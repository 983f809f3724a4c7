"""K14: signed bids, each above the last, at least the reserve; the cash of the best one waits."""

import pytest

from tests.contracts.world import BID, CNY, DAY, FACE, at, now, refused

LEAST = FACE * 4 // 5


@pytest.fixture
def loan(world):
    return world.in_sale()[0]


def test_the_first(world, enforcement, cash, loan, fund):
    """K14: at the reserve; its cash waits in escrow."""
    before = cash.balanceOf(fund)
    bid, signature = world.bid_of(loan, LEAST)
    tx = enforcement.bid(bid, signature, {"from": world.stranger})
    assert dict(tx.events["BidPlaced"]) == {"loanId": loan, "bidder": fund, "amount": LEAST}
    assert (before - cash.balanceOf(fund), cash.balanceOf(enforcement)) == (LEAST, LEAST)
    sale, least = world.sale_of(loan)
    assert (sale["bidder"], sale["bid"], least) == (fund, LEAST, LEAST + 1)
    assert enforcement.isNonceUsed(fund, bid[3])


def test_the_outbid_has_its_cash_at_once(world, enforcement, cash, loan, fund, bank):
    """K14: the lender bids like anybody else."""
    before = cash.balanceOf(fund)
    world.bid(loan, LEAST)
    tx = world.bid(loan, LEAST + 1, bank)
    assert dict(tx.events["BidReturned"]) == {"loanId": loan, "bidder": fund, "amount": LEAST}
    assert (cash.balanceOf(fund), cash.balanceOf(enforcement)) == (before, LEAST + 1)


def test_above_oneself(world, cash, enforcement, loan, fund):
    """K14."""
    before = cash.balanceOf(fund)
    world.bid(loan, LEAST)
    world.bid(loan, LEAST + 9)
    assert before - cash.balanceOf(fund) == cash.balanceOf(enforcement) == LEAST + 9


def test_a_frozen_one_has_it_kept(world, enforcement, cash, loan, fund, bank):
    """K14, M6."""
    world.bid(loan, LEAST)
    world.freeze(fund)
    tx = world.bid(loan, LEAST + 1, bank)
    assert dict(tx.events["PaymentWithheld"]) == {"holder": fund, "currency": CNY, "amount": LEAST}
    assert (enforcement.withheldOf(fund, CNY), cash.balanceOf(enforcement)) == (LEAST, 2 * LEAST + 1)
    world.unfreeze(fund)
    enforcement.payWithheld(fund, CNY, {"from": world.stranger})
    assert cash.balanceOf(enforcement) == LEAST + 1


@pytest.mark.parametrize("amount", [0, 1, LEAST - 1])
def test_not_below_the_reserve(world, loan, amount):
    """K14."""
    with refused("BidTooLow", amount, LEAST):
        world.bid(loan, amount)


def test_not_below_the_best(world, loan, bank):
    """K14: the same is not more."""
    world.bid(loan, LEAST + 100)
    with refused("BidTooLow", LEAST + 100, LEAST + 101):
        world.bid(loan, LEAST + 100, bank)


@pytest.mark.parametrize("late", [0, 1])
def test_until_the_window_closes(world, enforcement, loan, late):
    """K14: its last second counts."""
    ends = world.sale_of(loan)[0]["endsAt"]
    signed = world.bid_of(loan, LEAST)
    if late:
        with at(ends + 1), refused("SaleOver", loan, ends):
            enforcement.bid(*signed, {"from": world.stranger})
    else:
        with at(ends):
            enforcement.bid(*signed, {"from": world.stranger})


def test_only_in_a_sale(world, loan):
    """K14."""
    other, _ = world.loan()
    with refused("NotInSale", other):
        world.bid(other, LEAST)
    assert world.sale_of(other)[1] == 0
    with refused("UnknownLoan", 99):
        world.bid(99, LEAST)


def test_by_an_active_participant(world, loan, fund, stranger):
    """K14, P5: title would have to go to it."""
    with refused("UnknownParticipant", stranger):
        world.bid(loan, LEAST, stranger)
    world.freeze(fund)
    with refused("Frozen", fund):
        world.bid(loan, LEAST)


def test_with_its_money(world, cash, enforcement, loan, mill, fund):
    """K14."""
    with refused("ERC20InsufficientAllowance", enforcement, 0, LEAST):
        world.bid(loan, LEAST, mill)
    cash.approve(enforcement, LEAST, {"from": mill})
    with refused("ERC20InsufficientBalance", mill, 0, LEAST):
        world.bid(loan, LEAST, mill)


def test_only_with_its_signature(world, enforcement, loan, fund, thief):
    """S1."""
    bid, signature = world.bid_of(loan, LEAST, fund, thief)
    with refused("InvalidSignature", fund, enforcement.bidDigest.call(bid)):
        enforcement.bid(bid, signature, {"from": thief})


@pytest.mark.parametrize("position", range(5), ids=BID)
def test_nothing_is_changed_on_the_way(world, enforcement, fund, bank, position):
    """S1."""
    loan, other = world.loan()[0], world.loan()[0]
    world.overdue(other)
    for each in (loan, other):
        enforcement.openSale(each, DAY, {"from": bank})
    bid, signature = world.bid_of(loan, LEAST)
    changed = (*bid[:position], (other, bank.address, LEAST + 1, 10**9, 2**40)[position], *bid[position + 1 :])
    with refused("InvalidSignature", bank if position == 1 else fund, enforcement.bidDigest.call(changed)):
        enforcement.bid(changed, signature, {"from": world.stranger})


@pytest.mark.parametrize("late", [0, 1])
def test_in_time(world, enforcement, loan, late):
    """S1."""
    deadline = now() + 50
    signed = world.bid_of(loan, LEAST, deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            enforcement.bid(*signed, {"from": world.stranger})
    else:
        with at(deadline):
            enforcement.bid(*signed, {"from": world.stranger})


def test_taken_back_in_time(world, enforcement, loan, fund):
    """S3."""
    signed = world.bid_of(loan, LEAST)
    enforcement.cancelNonce(signed[0][3], {"from": fund})
    with refused("NonceAlreadyUsed", fund, signed[0][3]):
        enforcement.bid(*signed, {"from": world.stranger})


def test_more_collateral_raises_the_reserve(world, loan):
    """K10, K14: what is added during the sale is not thrown in for nothing."""
    world.top_up(loan)
    with refused("BidTooLow", LEAST, 2 * LEAST):
        world.bid(loan, LEAST)
