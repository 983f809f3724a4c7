"""The arithmetic of money, against numbers that a stranger can work out again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import MAX_AMOUNT_FEN
from backend.money import days_between, discounted, format_amount, simple_interest

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
