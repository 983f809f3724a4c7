"""Arithmetic of money: integers of minor units, rates in basis points, days of 86,400 seconds, never a float."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.config import DAY

YEAR_DAYS = 360
"""ACT/360: actual days over a year of 360 (money-market convention)."""

BPS = 10_000

MOST = 2**63 - 1
"""Minor units: no amount, and no penalty, is larger (rules L1, M3)."""


def days_between(start: int, end: int) -> int:
    """Days that interest runs for from `start` to `end` (UTC seconds): each day begun counts, none before."""
    return max(0, -(-(end - start) // DAY))


def simple_interest(principal: int, rate_bps: int, days: int) -> int:
    """Simple interest ACT/360 in minor units, rounded half up."""
    numerator = principal * rate_bps * days
    denominator = BPS * YEAR_DAYS
    return (2 * numerator + denominator) // (2 * denominator)


def discounted(value: int, rate_bps: int, days: int) -> int:
    """The cash price of `value` due in `days`: value less the simple discount, never below zero."""
    return max(0, value - simple_interest(value, rate_bps, days))


def discount_rate(value: int, price: int, days: int) -> int | None:
    """The rate in basis points, rounded half up, by which `value` due in `days` is discounted to `price`: what
    `discounted` is asked with. None where no rate says it: on the day itself, for nothing, or above the value."""
    denominator = value * days
    if denominator <= 0 or price > value:
        return None
    return (2 * (value - price) * BPS * YEAR_DAYS + denominator) // (2 * denominator)


def levied(price: int, levy_bps: int) -> int:
    """The levy on a price in minor units, rounded half up (rule L6)."""
    return (price * levy_bps + BPS // 2) // BPS


def late_days(grace_ends_at: int, at: int) -> int:
    """Days that a penalty runs for at `at` (UTC seconds): each day begun after grace (rule M3)."""
    return days_between(grace_ends_at, at)


def penalty_accrued(claim: Mapping[Any, Any], at: int) -> int:
    """What a receivable's row has accrued by `at`, in ten-thousandths of a minor unit (rule M3)."""
    days = late_days(claim["grace_ends_at"], at) - int(claim["late_days"])
    principal = claim["confirmed"] - claim["reduced"] - claim["repaid"] - claim["disputed"]
    accrued = int(claim["penalty_accrued"]) + max(0, days) * int(principal) * int(claim["penalty_bps_per_day"])
    return min(accrued, MOST * BPS)


def penalty_due(claim: Mapping[Any, Any], at: int) -> int:
    """The penalty that is due at `at` in minor units, rounded down; nothing once a receivable is repaid."""
    if claim["status"] not in ("confirmed", "disputed"):
        return 0
    return penalty_accrued(claim, at) // BPS - int(claim["penalty_paid"])


def format_amount(amount: int, decimals: int = 2) -> str:
    """`amount` minor units as people write it: 123456 → 1,234.56."""
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(decimals + 1, "0")
    whole = digits[: len(digits) - decimals]
    grouped = f"{int(whole):,}"
    return f"{sign}{grouped}.{digits[-decimals:]}" if decimals else f"{sign}{grouped}"
