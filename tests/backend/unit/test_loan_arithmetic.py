"""The arithmetic of loans, against a recomputation in fractions, day by day."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import DAY
from backend.loan_arithmetic import (
    INFINITE,
    SCALE,
    Order,
    Split,
    State,
    Terms,
    Trigger,
    Waterfall,
    accrue,
    add_cost,
    call,
    cure_amount,
    days_begun,
    default_of,
    distribute,
    draw,
    drawable,
    due,
    due_at,
    judged_price,
    lift_if_cured,
    ltv_bps,
    most_debt,
    next_reserve,
    pay,
    value_of,
    value_of_all,
)

START = 1_700_000_000
RICH = 10**18
"""Goods that cover anything."""
TERMS = Terms(
    limit=10**12,
    rate_bps=600,
    penalty_bps=900,
    started_at=START,
    maturity_at=START + 180 * DAY,
    grace_days=3,
    advance_bps=7_000,
    call_bps=8_000,
    liquidation_bps=9_000,
    cure_seconds=3 * DAY,
    reserve=1,
    order=Order.PENALTY_INTEREST_PRINCIPAL,
)
GRACE_END = START + 183 * DAY

amounts = st.integers(1, 10**12)
rates = st.integers(0, 10_000)
orders = st.sampled_from(Order)
states = st.builds(
    State,
    principal=st.integers(0, 10**12),
    costs=st.integers(0, 10**9),
    interest_scaled=st.integers(0, 10**18),
    penalty_scaled=st.integers(0, 10**18),
    accrued_days=st.just(1),
)


def drawn(amount: int, terms: Terms = TERMS, at: int = START) -> State:
    return draw(State(), terms, amount, at, RICH)


# ---- days, interest, penalty


@pytest.mark.parametrize(
    ("after", "days"), [(-DAY, 1), (0, 1), (1, 1), (DAY, 1), (DAY + 1, 2), (2 * DAY, 2), (180 * DAY, 180)]
)
def test_the_start_is_in_the_first_day_and_a_day_ends_where_the_next_begins(after: int, days: int) -> None:
    assert days_begun(TERMS, START + after) == days


@pytest.mark.parametrize(
    ("after", "interest"),
    [
        (0, 16_666),  # 1,000,000.00 at 6 % for a day: 166.666… of a unit
        (DAY, 16_666),
        (DAY + 1, 33_333),
        (3 * DAY, 50_000),
        (180 * DAY, 3_000_000),
    ],
)
def test_the_interest_of_a_million(after: int, interest: int) -> None:
    assert due_at(drawn(1_000_000_00), TERMS, START + after) == Split(interest=interest, principal=1_000_000_00)


def test_a_second_drawdown_bears_the_day_in_which_it_is_drawn() -> None:
    state = draw(drawn(3_600_000), TERMS, 1_800_000, START + 2 * DAY, RICH)
    assert state.interest_scaled == (2 * 3_600_000 + 1_800_000) * 600
    assert due(state) == Split(interest=1_500, principal=5_400_000)
    assert due_at(state, TERMS, START + 2 * DAY + 1).interest == 1_500 + 900


@pytest.mark.parametrize(("after", "penalty"), [(0, 0), (1, 2_500), (DAY, 2_500), (DAY + 1, 5_000), (-DAY, 0)])
def test_the_penalty_begins_after_grace(after: int, penalty: int) -> None:
    owed = due_at(drawn(10_000_000), TERMS, GRACE_END + after)
    assert owed.penalty == penalty
    assert owed.interest == 10_000_000 * 600 * -(-(GRACE_END + after - START) // DAY) // SCALE


def test_a_part_payment_lowers_later_days_alone() -> None:
    at = GRACE_END + DAY
    terms = replace(TERMS, order=Order.PRINCIPAL_INTEREST_PENALTY)
    state, _ = pay(drawn(10_000_000, terms), terms, 4_000_000, at)
    assert due(state).penalty == 2_500
    assert due_at(state, terms, at + 1).penalty == 2_500 + 1_500


@given(states, st.integers(0, 400 * DAY), st.integers(0, 400 * DAY))
def test_time_does_not_run_back(state: State, first: int, second: int) -> None:
    at, earlier = max(first, second), min(first, second)
    now = accrue(state, TERMS, START + at)
    assert accrue(now, TERMS, START + earlier) == now


@given(states, st.lists(st.integers(0, 60 * DAY), min_size=1, max_size=8))
def test_many_steps_accrue_what_one_does(state: State, waits: list[int]) -> None:
    at, stepped = START, state
    for wait in waits:
        at += wait
        stepped = accrue(stepped, TERMS, at)
    assert stepped == accrue(state, TERMS, at)


steps = st.lists(st.tuples(st.integers(0, 30 * DAY), st.booleans(), amounts), max_size=10)


@given(amounts, rates, rates, orders, steps, st.integers(0, 300 * DAY))
def test_what_is_due_is_the_exact_sum_over_days_rounded_down(
    first: int, rate: int, penalty: int, order: Order, moves: list[tuple[int, bool, int]], rest: int
) -> None:
    terms = replace(TERMS, rate_bps=rate, penalty_bps=penalty, order=order, limit=10**14)
    state, at = drawn(first, terms), START
    journal = [(START, first)]
    paid_interest = paid_penalty = 0
    for wait, is_drawdown, amount in [*moves, (rest, False, 1)]:
        at += wait
        if is_drawdown and at < terms.maturity_at:
            state = draw(state, terms, amount, at, RICH)
            journal.append((at, amount))
        else:
            state, split = pay(state, terms, amount, at)
            journal.append((at, -split.principal))
            paid_interest += split.interest
            paid_penalty += split.penalty
        owed = due(state)
        interest, late = exact(journal, terms, at)
        assert owed.interest == (interest - paid_interest).__floor__()
        assert owed.penalty == (late - paid_penalty).__floor__()
        assert owed.principal == sum(amount for _, amount in journal)
        assert min(owed.costs, owed.penalty, owed.interest, owed.principal) >= 0


def exact(journal: list[tuple[int, int]], terms: Terms, at: int) -> tuple[Fraction, Fraction]:
    """Interest and penalty since the start, one day after the other, from nothing but who drew and repaid what when."""
    interest = penalty = Fraction(0)
    begins = START
    while begins < at or begins == START:
        is_first = begins == START
        owed = sum(amount for when, amount in journal if when <= begins and not is_first)
        added = sum(
            amount for when, amount in journal if amount > 0 and when <= begins + DAY and (is_first or when > begins)
        )
        interest += Fraction((owed + added) * terms.rate_bps, 10_000 * 360)
        begins += DAY
    begins = GRACE_END
    while begins < at:
        owed = sum(amount for when, amount in journal if when <= begins)
        penalty += Fraction(owed * terms.penalty_bps, 10_000 * 360)
        begins += DAY
    return interest, penalty


# ---- payments

OWED = State(principal=1_000, costs=100, interest_scaled=30 * SCALE + 5, penalty_scaled=20 * SCALE + 7, accrued_days=1)


@pytest.mark.parametrize(
    ("order", "amount", "split"),
    [
        (Order.PENALTY_INTEREST_PRINCIPAL, 60, Split(60)),
        (Order.PENALTY_INTEREST_PRINCIPAL, 110, Split(100, 10)),
        (Order.PENALTY_INTEREST_PRINCIPAL, 130, Split(100, 20, 10)),
        (Order.PENALTY_INTEREST_PRINCIPAL, 160, Split(100, 20, 30, 10)),
        (Order.INTEREST_PENALTY_PRINCIPAL, 110, Split(100, 0, 10)),
        (Order.INTEREST_PENALTY_PRINCIPAL, 140, Split(100, 10, 30)),
        (Order.INTEREST_PENALTY_PRINCIPAL, 160, Split(100, 20, 30, 10)),
        (Order.PRINCIPAL_INTEREST_PENALTY, 160, Split(100, 0, 0, 60)),
        (Order.PRINCIPAL_INTEREST_PENALTY, 1_120, Split(100, 0, 20, 1_000)),
        (Order.PRINCIPAL_INTEREST_PENALTY, 1_140, Split(100, 10, 30, 1_000)),
        (Order.PRINCIPAL_INTEREST_PENALTY, 9_999, Split(100, 20, 30, 1_000)),
    ],
)
def test_the_order_of_a_payment(order: Order, amount: int, split: Split) -> None:
    after, taken = pay(OWED, replace(TERMS, order=order), amount, START)
    assert taken == split
    assert due(after) == Split(100 - split.costs, 20 - split.penalty, 30 - split.interest, 1_000 - split.principal)
    assert (after.interest_scaled % SCALE, after.penalty_scaled % SCALE) == (5, 7), "what is not due yet stays"


@given(states, st.integers(0, 2 * 10**12), st.integers(0, 300 * DAY))
def test_a_payment_is_split_whole_and_its_order_leaves_the_same_debt(state: State, amount: int, wait: int) -> None:
    at = START + wait
    before = due_at(state, TERMS, at)
    for order in Order:
        after, split = pay(state, replace(TERMS, order=order), amount, at)
        left = due(after)
        assert split.total == min(amount, before.total)
        assert left.total == before.total - split.total
        assert min(left.costs, left.penalty, left.interest, left.principal) >= 0
        assert min(split.costs, split.penalty, split.interest, split.principal) >= 0
        assert split.costs == min(amount, before.costs)


@given(states, st.integers(0, 2 * 10**12), st.lists(st.integers(0, 10**12), max_size=8), orders)
def test_nothing_of_the_proceeds_is_lost(state: State, proceeds: int, liens: list[int], order: Order) -> None:
    after, paid = distribute(state, replace(TERMS, order=order), proceeds, liens, START)
    assert paid.storage + paid.lender.total + paid.borrower == proceeds
    assert paid.storage <= min(proceeds, sum(liens))
    assert paid.storage == sum(liens) or sum(liens) > proceeds
    assert paid.borrower == 0 or due(after).total == 0


def test_the_waterfall_of_a_sale() -> None:
    after, paid = distribute(OWED, TERMS, 1_300, [30, 50], START)
    assert paid == Waterfall(80, Split(100, 20, 30, 1_000), 70)
    assert due(after).total == 0


def test_a_lien_that_the_proceeds_cannot_pay_whole_stays_with_the_goods() -> None:
    _, paid = distribute(OWED, TERMS, 100, [60, 50, 40], START)
    assert paid == Waterfall(100, Split(), 0)
    _, paid = distribute(OWED, TERMS, 100, [101], START)
    assert paid == Waterfall(0, Split(100), 0)


def test_costs_are_owed_at_once() -> None:
    assert due(add_cost(OWED, 7)).costs == 107


@pytest.mark.parametrize("act", [lambda: add_cost(OWED, -1), lambda: pay(OWED, TERMS, -1, START)])
def test_nothing_negative_is_taken(act) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="not negative"):
        act()


# ---- value and drawdowns


@pytest.mark.parametrize(
    ("debt", "value", "ltv"),
    [(0, 0, 0), (0, 5, 0), (1, 0, INFINITE), (7, 10, 7_000), (1, 3, 3_334), (1, 10**9, 1), (3, 2, 15_000)],
)
def test_ltv_is_rounded_up(debt: int, value: int, ltv: int) -> None:
    assert ltv_bps(debt, value) == ltv


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_ltv_is_the_least_whole_number_that_is_not_below(debt: int, value: int) -> None:
    assert ltv_bps(debt, value) - 1 < Fraction(debt * 10_000, value) <= ltv_bps(debt, value)


@given(st.integers(0, 10**12), st.integers(1, 10_000))
def test_the_most_debt_is_at_the_band_and_one_more_is_above(value: int, bps: int) -> None:
    most = most_debt(value, bps)
    assert ltv_bps(most, value) <= bps < ltv_bps(most + 1, value)


def test_each_title_is_rounded_down_by_itself() -> None:
    assert value_of(1_500, 3, 333) == 499
    assert value_of_all([500, 500, 500], 3, 333) == 3 * 166
    assert value_of(5, 0, 333) == 1_665


@given(st.integers(0, 10**10), rates, st.integers(0, 179 * DAY), st.integers(0, 10**9))
def test_the_most_that_can_be_drawn_leaves_ltv_at_advance_and_one_more_does_not(
    value: int, rate: int, wait: int, before: int
) -> None:
    terms = replace(TERMS, rate_bps=rate)
    state = drawn(before, terms) if before else State()
    at = START + wait
    most = drawable(state, terms, at, value)
    if most:
        after = draw(state, terms, most, at, value)
        assert ltv_bps(due(after).total, value) <= terms.advance_bps
    now = accrue(state, terms, at)
    more = replace(now, principal=now.principal + most + 1, interest_scaled=now.interest_scaled + (most + 1) * rate)
    assert ltv_bps(due(more).total, value) > terms.advance_bps


@pytest.mark.parametrize(
    ("state", "amount", "at", "value"),
    [
        (State(), 0, START, RICH),
        (State(), -1, START, RICH),
        (State(), 700, START, 999),
        (State(), TERMS.limit + 1, START, RICH),
        (State(drawn=TERMS.limit - 5), 6, START, RICH),
        (State(), 1, TERMS.maturity_at, RICH),
        (State(call_by=START), 1, START, RICH),
    ],
)
def test_a_drawdown_that_is_refused(state: State, amount: int, at: int, value: int) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        draw(state, TERMS, amount, at, value)


def test_what_was_repaid_cannot_be_drawn_again() -> None:
    terms = replace(TERMS, limit=100)
    state, _ = pay(drawn(60, terms), terms, 60, START)
    assert drawable(state, terms, START, RICH) == 40


# ---- calls and default

DEBT = State(principal=8_000, accrued_days=1, drawn=8_000)


def test_a_call_at_the_band_and_not_below() -> None:
    called = call(DEBT, TERMS, START, 10, 10_000)
    assert (called.call_by, called.call_price) == (START + 3 * DAY, 10)
    assert call(DEBT, TERMS, START, 10, 10_001).call_by, "7,999.2 is rounded up to the band"
    for state, value in ((DEBT, 10_002), (called, 10_000)):
        with pytest.raises(ValueError, match="no margin call"):
            call(state, TERMS, START, 10, value)


def test_a_call_is_lifted_at_advance_at_the_better_price() -> None:
    called = call(DEBT, TERMS, START, 10, 10_000)
    assert [judged_price(called, good) for good in (0, 9, 11)] == [10, 10, 11]
    missing = cure_amount(8_000, 10_000, TERMS.advance_bps)
    assert missing == 1_000
    almost, _ = pay(called, TERMS, missing - 1, START)
    cured, _ = pay(called, TERMS, missing, START)
    assert lift_if_cured(almost, TERMS, 10_000) == almost
    lifted = lift_if_cured(cured, TERMS, 10_000)
    assert (lifted.call_by, lifted.call_price) == (0, 0)
    assert lift_if_cured(DEBT, TERMS, RICH) == DEBT


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 10_000))
def test_the_cure_is_the_least_that_cures(debt: int, value: int, bps: int) -> None:
    cure = cure_amount(debt, value, bps)
    assert 0 <= cure <= debt
    assert ltv_bps(debt - cure, value) <= bps
    assert cure == 0 or ltv_bps(debt - cure + 1, value) > bps


@pytest.mark.parametrize(
    ("state", "at", "value", "trigger"),
    [
        (DEBT, START, 10_000, None),
        (DEBT, START, 8_889, Trigger.LIQUIDATION),  # 8,999.9… is rounded up to the band
        (DEBT, START, 8_890, None),
        (DEBT, START, 0, Trigger.LIQUIDATION),
        (DEBT, START, None, None),
        (replace(DEBT, call_by=START + 5), START + 5, 10_000, None),
        (replace(DEBT, call_by=START + 5), START + 6, 10_000, Trigger.CALL),
        (replace(DEBT, call_by=START + 5), START + 6, 11_429, None),  # 6,999.7… is rounded up to advance
        (replace(DEBT, call_by=START + 5), START + 6, 11_428, Trigger.CALL),
        (replace(DEBT, call_by=START + 5), START + 6, None, None),
        (replace(DEBT, call_by=START + 5), START + 6, 1, Trigger.LIQUIDATION),
        (DEBT, GRACE_END, RICH, None),
        (DEBT, GRACE_END + 1, RICH, Trigger.MATURITY),
        (DEBT, GRACE_END + 1, None, Trigger.MATURITY),
        (State(), GRACE_END + 1, None, None),
        (State(call_by=START), GRACE_END + 1, 0, None),
    ],
)
def test_what_is_a_default(state: State, at: int, value: int | None, trigger: Trigger | None) -> None:
    assert default_of(state, TERMS, at, value) == trigger


def test_the_reserve_falls_to_four_fifths() -> None:
    assert [next_reserve(reserve) for reserve in (1_000, 999, 4, 1)] == [800, 799, 3, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"advance_bps": 0},
        {"advance_bps": 8_000},
        {"call_bps": 9_000},
        {"liquidation_bps": 10_001},
        {"maturity_at": START},
        {"rate_bps": -1},
        {"reserve": -1},
    ],
)
def test_terms_that_no_quote_may_have(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        replace(TERMS, **wrong)  # type: ignore[arg-type]
