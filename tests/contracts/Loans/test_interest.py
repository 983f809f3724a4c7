"""K5, K6, K8: interest and penalty by the day, against a computation of its own in fractions."""

import random
from fractions import Fraction
from math import ceil, floor

import pytest

from tests.contracts.world import DAY, LENT, at, wait_until

RATE, PENALTY = 600, 900
A_DAY = LENT * RATE // 3_600_000
ORDERS = (
    ("penalty", "interest", "principal"),
    ("interest", "penalty", "principal"),
    ("principal", "interest", "penalty"),
)


class Book:
    """What is owed by the words of the rules: day after day, in fractions."""

    def __init__(self, start, grace_end, order, rate=RATE, penalty=PENALTY):
        self.start, self.grace_end, self.order, self.rates = start, grace_end, order, (rate, penalty)
        self.owed = {"penalty": Fraction(0), "interest": Fraction(0), "principal": Fraction(0)}
        self.days = self.late_days = 0

    def until(self, second):
        while self.days == 0 or second > self.start + self.days * DAY:
            self.owed["interest"] += self.owed["principal"] * Fraction(self.rates[0], 10_000) / 360
            self.days += 1
        while second > self.grace_end + self.late_days * DAY:
            self.owed["penalty"] += self.owed["principal"] * Fraction(self.rates[1], 10_000) / 360
            self.late_days += 1
        return self

    def draw(self, second, amount):
        self.until(second)
        self.owed["principal"] += amount
        self.owed["interest"] += amount * Fraction(self.rates[0], 10_000) / 360

    def pay(self, second, amount):
        self.until(second)
        split = {}
        for part in self.order:
            split[part] = min(floor(self.owed[part]), amount)
            self.owed[part] -= split[part]
            amount -= split[part]
        return (0, split["penalty"], split["interest"], split["principal"])

    def due(self):
        return (0, *(floor(self.owed[part]) for part in ("penalty", "interest", "principal")))


def book_of(world, loan, drawn=LENT, **rates):
    view = world.loan_view(loan)
    book = Book(view["startedAt"], view["graceEndsAt"], ORDERS[view["order"]], **rates)
    book.draw(view["startedAt"], drawn)
    return book


@pytest.mark.parametrize(
    ("after", "days"),
    [(0, 1), (1, 1), (DAY - 1, 1), (DAY, 1), (DAY + 1, 2), (10 * DAY - 1, 10), (10 * DAY, 10), (10 * DAY + 1, 11)],
)
def test_each_day_begun(world, after, days):
    """K5: the first begins with the loan; the second just after 86,400 seconds."""
    loan, _ = world.loan()
    start = world.loan_view(loan)["startedAt"]
    if after:
        wait_until(start + after)
    assert world.debt(loan) == (0, 0, A_DAY * days, LENT)


@pytest.mark.parametrize(("after", "days"), [(-1, 0), (0, 0), (1, 1), (DAY, 1), (DAY + 1, 2)])
def test_the_penalty_begins_after_grace(world, after, days):
    """K6: beside the interest, which goes on."""
    loan, _ = world.loan()
    end = world.loan_view(loan)["graceEndsAt"]
    wait_until(end + after)
    interest_days = ceil((end + after - world.loan_view(loan)["startedAt"]) / DAY)
    assert world.debt(loan) == (0, LENT * PENALTY * days // 3_600_000, A_DAY * interest_days, LENT)


def test_it_accrues_unrounded_and_is_due_rounded_down(world):
    """K5: 7 fen at 6 per cent: 1/857 a day: nothing is due for 857 days and 1/7, and then one fen."""
    loan, _ = world.loan(amount=7, maturityAt=world_time() + 1_000 * DAY)
    start = world.loan_view(loan)["startedAt"]
    wait_until(start + 857 * DAY)
    assert world.debt(loan)[2] == 0
    wait_until(start + 857 * DAY + 1)
    assert world.debt(loan)[2] == 1


def world_time():
    from tests.contracts.world import now

    return now()


@pytest.mark.parametrize("order", [0, 1, 2], ids=["penalty first", "interest first", "principal first"])
def test_part_payments_on_several_days(world, loans, cash, supplier, bank, order):
    """K5, K6, K8: before and after grace, in each order; whatever was paid went to the lender, and the last payment
    ends it."""
    loan, _ = world.loan(order=order)
    world.give(supplier, LENT, loans)
    book, start = book_of(world, loan), world.loan_view(loan)["startedAt"]
    before = cash.balanceOf(bank)
    paid = 0
    for day, amount in ((3, 1_234_567), (3.5, 1), (10, 29_999), (64.2, 123_456), (65, 25_000_001), (80.9, 777)):
        second = start + int(day * DAY) + 1
        with at(second):
            tx = loans.repay(loan, amount, {"from": supplier})
        expected = book.pay(second, amount)
        assert tuple(tx.events["LoanRepaid"]["split"]) == expected
        assert (sum(expected), tx.events["LoanRepaid"]["excess"]) == (amount, 0)
        assert world.debt(loan) == book.due()
        paid += amount
    second = start + 100 * DAY
    expected = book.pay(second, 10**12)
    with at(second):
        tx = loans.repay(loan, 10**12, {"from": supplier})
    assert tuple(tx.events["LoanRepaid"]["split"]) == expected
    assert tx.events["LoanRepaid"]["excess"] == 10**12 - sum(expected)
    assert cash.balanceOf(bank) - before == paid + sum(expected)
    assert world.ended(loan)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_many_acts_in_any_order(world, loans, supplier, order):
    """K5 to K8: draws and payments at odd moments, some on one day, some days apart."""
    dice = random.Random(order)
    loan, _ = world.loan(
        amount=7_654_321, order=order, rateBps=1_234, penaltyBps=4_321, maturityAt=world_time() + 30 * DAY
    )
    world.give(supplier, LENT, loans)
    book = book_of(world, loan, drawn=7_654_321, rate=1_234, penalty=4_321)
    second = world.loan_view(loan)["startedAt"] + 60  # what came before has had its seconds
    maturity = world.loan_view(loan)["maturityAt"]
    for _ in range(25):
        second += dice.choice([1, 1, 3_600, DAY - 1, DAY, DAY + 1, 2 * DAY, 5 * DAY])
        if dice.random() < 0.4 and second <= maturity:
            amount = dice.randrange(1, 3_000_000)
            book.draw(second, amount)
            with at(second):
                loans.draw(loan, amount, {"from": supplier})
        else:
            amount = dice.choice([1, 1_000, dice.randrange(1, 400_000)])
            expected = book.pay(second, amount)
            with at(second):
                tx = loans.repay(loan, amount, {"from": supplier})
            assert tuple(tx.events["LoanRepaid"]["split"]) == expected
        assert world.debt(loan) == book.due()


def test_a_day_is_borne_by_what_was_owed_when_it_began(world, loans, supplier):
    """K5: what is paid in a day counts for it; what is drawn in it does too."""
    loan, _ = world.loan()
    world.give(supplier, LENT, loans)
    start = world.loan_view(loan)["startedAt"]
    with at(start + DAY):
        loans.repay(loan, LENT // 2 + A_DAY, {"from": supplier})
    assert world.debt(loan) == (0, 0, 0, LENT // 2)
    wait_until(start + DAY + 1)
    assert world.debt(loan) == (0, 0, A_DAY // 2, LENT // 2)
    with at(start + DAY + 2):
        loans.draw(loan, 6_000, {"from": supplier})
    assert world.debt(loan) == (0, 0, A_DAY // 2 + 1, LENT // 2 + 6_000)


def test_the_longest_and_the_largest(world, loans, cash, supplier, bank):
    """K1, K5: ten years at the whole a year, of the most there can be: nothing overflows."""
    cash.setCap(2**64 - 1, {"from": world.admin})
    cash.attestReserve(2**64 - 1, b"\1" * 32, {"from": world.attestor})
    world.change_limits(maxFaceValue=2**63 - 1)
    world.limit(world.obligor, 2**64 - 1)
    most = 2**62
    world.give(bank, most)
    receivable, note = world.note(face=2**63 - 1)
    signed = world.loan_quote(
        receivable, value=2**63 - 1, limit=2**63 - 1, rateBps=10_000, penaltyBps=10_000,
        maturityAt=world_time() + 3_650 * DAY,
    )  # fmt: skip
    from tests.contracts.world import NO_COUNT

    loans.originate(*signed, note, *NO_COUNT, most, {"from": supplier})
    wait_until(world.loan_view(1)["graceEndsAt"] + 3_650 * DAY)
    days = ceil((world_time() - world.loan_view(1)["startedAt"]) / DAY)
    assert world.debt(1) == (0, most * 3_650 // 360, most * days // 360, most)
