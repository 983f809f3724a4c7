"""What keeping goods costs (rule W6)."""

from __future__ import annotations

from backend.money import days_between


def storage_due(quantity: int, decimals: int, milli_per_unit_day: int, charged_until: int, at: int) -> int:
    """The storage of a receipt at `at` (UTC seconds) in minor units: each day begun since `charged_until` at the tariff
    (thousandths of a minor unit for a whole unit a day), rounded up."""
    thousandths = quantity * milli_per_unit_day * days_between(charged_until, at)
    return -(-thousandths // (int(10**decimals) * 1_000))
