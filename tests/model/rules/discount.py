"""D5: the price of a claim from a yearly rate, simple discount ACT/360."""

from __future__ import annotations

from fractions import Fraction

from .penalty import DAY

YEAR = 10_000 * 360


def half_up(exact: Fraction) -> int:
    return (exact + Fraction(1, 2)).__floor__()


def price(value: int, rate_bps: int, quoted_at: int, maturity: int) -> int:
    """Each day begun between the two counts. A discount above the value leaves nothing."""
    days = max(0, Fraction(maturity - quoted_at, DAY).__ceil__())
    return max(0, value - half_up(Fraction(value * rate_bps * days, YEAR)))


def levy(price: int, levy_bps: int) -> int:
    """L6."""
    return half_up(Fraction(price * levy_bps, 10_000))
