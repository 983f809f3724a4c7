"""The daily price of Brent crude (backend/demo/data)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from backend.config import DAY

PUBLISHED_AT = 18 * 3600
"""When a day's price is published: seconds after midnight UTC."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Series:
    """Prices of the days that have one, ascending: cents a barrel, and the UTC second of their publication."""

    days: tuple[date, ...]
    cents: tuple[int, ...]
    at: tuple[int, ...]

    @classmethod
    def of(cls, prices: dict[date, int]) -> Series:
        """Raises ValueError where there is no price, or one that is not above zero."""
        if not prices or min(prices.values()) <= 0:
            raise ValueError("prices are above zero")
        days = tuple(sorted(prices))
        return cls(days, tuple(prices[day] for day in days), tuple(published_at(day) for day in days))


def published_at(day: date) -> int:
    return (day - _EPOCH).days * DAY + PUBLISHED_AT


def in_cents(dollars: str) -> int:
    """Raises ValueError for a fraction of a cent."""
    cents = Decimal(dollars) * 100
    if cents != int(cents):
        raise ValueError(f"{dollars} is no whole number of cents")
    return int(cents)


@cache
def brent() -> Series:
    text = files("backend").joinpath("demo", "data", "brent-daily.csv").read_text(encoding="ascii")
    rows = csv.DictReader(text.splitlines())
    return Series.of({date.fromisoformat(row["Date"]): in_cents(row["Price"]) for row in rows})
