"""The arithmetic of money, against numbers that a stranger can work out again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import DAY, MAX_AMOUNT_FEN
from backend.money import (
    MOST,
    days_between,
    discount_rate,
    discounted,
    format_amount,
    late_days,
    levied,
    penalty_accrued,
    penalty_due,
    simple_interest,
)

amounts = st.integers(0, MAX_AMOUNT_FEN)
rates = st.integers(0, 100_000)
terms = st.integers(0, 1_000)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [(0, 0, 0), (10, 0, 0), (0, 1, 1), (0, 86_400, 1), (0, 86_401, 2), (5, 86_404, 1), (0, 90 * 86_400, 90)],
)
def test_a_day_begun_counts(start: int, end: int, days: int) -> None:
    assert days_between(start, end) == days


@pytest.mark.parametrize(
    ("principal", "rate_bps", "days", "interest"),
    [
        (1_000_000_00, 360, 360, 36_000_00),  # 3.6 % of a million over 360 days
        (1_000_000_00, 520, 90, 13_000_00),
        (100, 360, 50, 1),  # 0.5 of a fen is rounded up
        (100, 360, 49, 0),  # 0.49 is not
        (1, 10_000, 360, 1),
        (0, 500, 90, 0),
        (100, 0, 90, 0),
        (100, 500, 0, 0),
    ],
)
def test_simple_interest_by_act_360(principal: int, rate_bps: int, days: int, interest: int) -> None:
    assert simple_interest(principal, rate_bps, days) == interest


@given(amounts, rates, terms)
def test_interest_is_the_exact_value_rounded_half_up(principal: int, rate_bps: int, days: int) -> None:
    exact = Fraction(principal * rate_bps * days, 10_000 * 360)
    assert simple_interest(principal, rate_bps, days) == int(exact + Fraction(1, 2))


@given(amounts, rates, terms)
def test_a_price_and_its_discount_make_the_value(value: int, rate_bps: int, days: int) -> None:
    price = discounted(value, rate_bps, days)
    assert 0 <= price <= value
    assert price in (0, value - simple_interest(value, rate_bps, days))


@pytest.mark.parametrize(
    ("amount", "decimals", "shown"),
    [
        (0, 2, "0.00"), (1, 2, "0.01"), (-1, 2, "-0.01"), (123_456, 2, "1,234.56"), (-100_000_000, 2, "-1,000,000.00"),
        (1234, 0, "1,234"), (-5, 0, "-5"), (1234, 3, "1.234"), (7, 4, "0.0007"), (10**15, 2, "10,000,000,000,000.00"),
    ],
)  # fmt: skip
def test_an_amount_as_people_write_it(amount: int, decimals: int, shown: str) -> None:
    assert format_amount(amount, decimals) == shown


# ---- the penalty (rule M3)

GRACE_ENDS_AT = 1_000_000


def overdue(confirmed: int, **changes: int | str) -> dict[str, int | str]:
    """A receivable's row on which nothing was paid and nothing accrued."""
    row: dict[str, int | str] = dict.fromkeys(("reduced", "repaid", "disputed", "penalty_paid", "late_days"), 0)
    terms = {"grace_ends_at": GRACE_ENDS_AT, "penalty_bps_per_day": 5, "penalty_accrued": "0", "status": "confirmed"}
    return {**row, **terms, "confirmed": confirmed, **changes}


@pytest.mark.parametrize(
    ("after", "days"),
    [(-1, 0), (0, 0), (1, 1), (DAY, 1), (DAY + 1, 2), (10 * DAY, 10), (-100 * DAY, 0)],
)
def test_a_day_is_late_once_it_has_begun(after: int, days: int) -> None:
    assert late_days(GRACE_ENDS_AT, GRACE_ENDS_AT + after) == days


@pytest.mark.parametrize(
    ("principal", "after", "due"),
    [
        (1_000_000_00, 1, 500_00),  # 0.05 % of a million for the first day begun
        (1_000_000_00, 0, 0),
        (1_000_000_00, 30 * DAY, 15_000_00),
        (1_999, DAY, 0),  # 0.9995 of a fen
        (2_000, DAY, 1),
        (1_999, 2 * DAY, 1),  # 1.999: what is begun adds up and is rounded down once
        (1, 2_000 * DAY, 1),
    ],
)
def test_the_penalty_of_a_claim(principal: int, after: int, due: int) -> None:
    assert penalty_due(overdue(principal), GRACE_ENDS_AT + after) == due


payments = st.lists(
    st.tuples(st.integers(0, 20 * DAY), st.integers(0, MAX_AMOUNT_FEN), st.integers(0, MAX_AMOUNT_FEN)), max_size=8
)


@given(st.integers(1, MAX_AMOUNT_FEN), st.integers(0, 1_000), payments, st.integers(0, 50 * DAY))
def test_the_penalty_is_the_exact_sum_over_days_rounded_down_once(
    confirmed: int, bps: int, steps: list[tuple[int, int, int]], rest: int
) -> None:
    """Each day counts with what was due and undisputed when it began, whatever is paid or disputed in between."""
    row = overdue(confirmed, penalty_bps_per_day=bps)
    exact, owed, disputed, at, counted = Fraction(0), confirmed, 0, GRACE_ENDS_AT, 0
    for wait, paid, now_disputed in [*steps, (rest, 0, 0)]:
        at += wait
        begun = -(-(at - GRACE_ENDS_AT) // DAY)
        exact += (begun - counted) * Fraction((owed - disputed) * bps, 10_000)
        counted = begun
        row |= {"penalty_accrued": str(penalty_accrued(row, at)), "late_days": late_days(GRACE_ENDS_AT, at)}
        assert Fraction(int(str(row["penalty_accrued"])), 10_000) == exact
        disputed = min(now_disputed, owed)
        owed -= min(paid, owed - disputed)
        row |= {"repaid": confirmed - owed, "disputed": disputed}
    assert penalty_due(row, at) == exact.numerator // exact.denominator


@given(st.integers(1, MAX_AMOUNT_FEN), st.integers(0, 1_000), st.integers(0, 400 * DAY), st.integers(0, 400 * DAY))
def test_looking_in_between_changes_nothing(principal: int, bps: int, first: int, more: int) -> None:
    row = overdue(principal, penalty_bps_per_day=bps)
    whole = penalty_accrued(row, GRACE_ENDS_AT + first + more)
    at = GRACE_ENDS_AT + first
    row |= {"penalty_accrued": str(penalty_accrued(row, at)), "late_days": late_days(GRACE_ENDS_AT, at)}
    assert penalty_accrued(row, at + more) == whole
    assert penalty_accrued(row, GRACE_ENDS_AT) == int(str(row["penalty_accrued"])), "time does not run back"


def test_it_grows_no_further_than_an_amount() -> None:
    row = overdue(MOST, penalty_bps_per_day=1_000)
    assert penalty_due(row, GRACE_ENDS_AT + 9 * DAY) == 9 * MOST // 10
    assert penalty_due(row, GRACE_ENDS_AT + 3_650 * DAY) == MOST


@pytest.mark.parametrize("status", ["submitted", "rejected", "withdrawn", "expired", "repaid"])
def test_only_what_is_owed_bears_a_penalty(status: str) -> None:
    assert penalty_due(overdue(1_000_000, status=status), GRACE_ENDS_AT + 5 * DAY) == 0


def test_what_was_paid_of_a_penalty_is_not_due_again() -> None:
    row = overdue(1_000_000_00, penalty_paid=300_00, status="disputed")
    assert penalty_due(row, GRACE_ENDS_AT + DAY) == 200_00


@given(value=st.integers(100_00, 10**13), rate_bps=st.integers(0, 3_000), days=st.integers(1, 360))
def test_the_rate_of_a_price_is_the_one_that_it_was_made_with(value: int, rate_bps: int, days: int) -> None:
    """D5 read backwards: to a basis point where the minor unit is fine enough for it."""
    found = discount_rate(value, discounted(value, rate_bps, days), days)
    assert found is not None
    assert abs(found - rate_bps) <= 1 + 10_000 * 360 // (value * days)


@pytest.mark.parametrize(("value", "price", "days"), [(100, 90, 0), (0, 0, 30), (100, 101, 30)])
def test_no_rate_says_some_prices(value: int, price: int, days: int) -> None:
    assert discount_rate(value, price, days) is None


@pytest.mark.parametrize(("price", "levy"), [(100_00, 50), (99, 0), (100, 1), (494_000_00, 2_470_00)])
def test_a_levy_is_rounded_half_up(price: int, levy: int) -> None:
    """Rule L6."""
    assert levied(price, 50) == levy
