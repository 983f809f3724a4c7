"""K10: more title into escrow, of the same kind, in any live state."""

import pytest

from tests.contracts.world import (
    CNY,
    DAY,
    EUR,
    FACE,
    GOODS,
    NO_COUNT,
    TONNE,
    LoanStatus,
    clause,
    now,
    refused,
    wait_until,
)


def test_another_note(world, collateral, receivables, supplier):
    """K10: of another receivable, the whole or a part."""
    loan, first = world.loan()
    whole = world.top_up(loan)
    _, note = world.note()
    part = world.top_up(loan, note, FACE // 4)
    assert part != note
    assert collateral.titlesOf(loan)[1] == (first, whole, part)
    assert collateral.valueAt(loan, 10_000) == FACE * 9 // 4
    assert receivables.ownerOf(note) == supplier


def test_other_goods_of_the_same_kind(world, collateral):
    """K10: another lot, of the same feed, with a count of its own."""
    loan, first = world.goods_loan()
    second = world.top_up_goods(loan, 7)
    assert collateral.titlesOf(loan)[1] == (first, second)
    assert collateral.valueAt(loan, TONNE) == FACE + 700


def test_each_is_rounded_down_by_itself(world, collateral):
    """K4."""
    loan, _ = world.goods_loan()
    for _ in range(3):
        world.top_up_goods(loan, 1)
    assert collateral.valueAt(loan, 99_999) == 99_999_000 + 3 * 99


def test_not_other_goods(world, loans, prices, supplier):
    """K10: what has another price would be counted at this one's."""
    loan, _ = world.goods_loan()
    _, sand = world.receipt(commodity=clause("SAND"))
    with refused("WrongFeed", world.feed("SAND"), world.feed()):
        loans.topUp(loan, world.title(sand), *world.count(sand), {"from": supplier})


def test_not_in_another_money(world, loans, supplier, MockCash):
    """K10."""
    world.euros(MockCash)
    loan, _ = world.loan()
    receivable, note = world.note(currency=EUR)
    title = (note, receivable, bytes(world.view(receivable)["documentHash"]), FACE)
    with refused("WrongCurrency", EUR, CNY):
        loans.topUp(loan, title, *NO_COUNT, {"from": supplier})
    goods, _ = world.goods_loan()
    _, receipt = world.receipt(currency=EUR)
    with refused("WrongCurrency", EUR, CNY):
        loans.topUp(goods, world.title(receipt), *world.count(receipt), {"from": supplier})


@pytest.mark.parametrize("caller", ["thief", "bank", "stranger"])
def test_only_the_borrower(world, loans, caller):
    """K10."""
    loan, _ = world.loan()
    account = getattr(world, caller)
    with refused("NotTheBorrower", loan, account):
        loans.topUp(loan, (1, 1, b"\0" * 32, 1), *NO_COUNT, {"from": account})


def test_while_it_is_for_sale(world, collateral, supplier):
    """K10: and it is sold with the rest."""
    loan, first = world.in_sale()
    second = world.top_up(loan)
    assert collateral.titlesOf(loan)[1] == (first, second)


def test_not_without_a_live_loan(world, loans, bank, supplier):
    """K10: nothing is sold any more for what is uncovered."""
    loan, _ = world.in_sale()
    world.bid(loan, 80_000_000)
    title = (1, 1, b"\0" * 32, 1)
    world.close_sale(loan)
    with refused("WrongLoanStatus", loan, LoanStatus.ENDED):
        loans.topUp(loan, title, *NO_COUNT, {"from": supplier})
    short, _ = world.in_sale(reservePrice=1)
    world.bid(short, 20_000)
    world.close_sale(short)
    with refused("WrongLoanStatus", short, LoanStatus.UNCOVERED):
        loans.topUp(short, title, *NO_COUNT, {"from": supplier})


def test_no_end_of_titles(world, loans, supplier):
    """K10: eight stand in one loan, and not nine."""
    loan, _ = world.loan(amount=1_000)
    _, note = world.note()
    for _ in range(7):
        world.top_up(loan, note, 1)
    receivable = world.receivables.slotOf(note)
    title = (note, receivable, bytes(world.view(receivable)["documentHash"]), 1)
    with refused("TooManyTitles", loan, 8):
        loans.topUp(loan, title, *NO_COUNT, {"from": supplier})


def test_a_count_must_be_fresh_then_too(world, loans, supplier):
    """K10, L7."""
    loan, _ = world.goods_loan()
    _, receipt = world.receipt()
    count = world.count(receipt, deadline=now() + 10 * DAY)
    wait_until(count[0][3] + DAY + 1)
    with refused("CountStale", count[0][3], count[0][3] + 1):
        loans.topUp(loan, world.title(receipt, GOODS), *count, {"from": supplier})
