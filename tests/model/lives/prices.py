"""Claims discounted at a rate (rule D5, by the backend, which signs the price) and levied (rule L6, by the contract)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.money import days_between, discounted, levied

from ..rules import discount
from ..rules.penalty import DAY
from .dice import Dice

MOST_LEVY = 1_000


@dataclass(frozen=True)
class Life:
    value: int
    rate_bps: int
    quoted_at: int
    maturity: int
    levy_bps: int

    @property
    def price(self) -> int:
        """What the backend makes of it."""
        return discounted(self.value, self.rate_bps, days_between(self.quoted_at, self.maturity))


def draw(dice: Dice) -> tuple[Life, list[int]]:
    """A life, and what is expected of it."""
    quoted_at = 1_700_000_000 + dice.randrange(DAY)
    ahead = dice.choice((-1, 1, 1, 1)) * dice.wait(DAY - quoted_at % DAY, 360 * DAY, 3_650 * DAY)
    rate = dice.bps(dice.choice((500, 10_000, 60_000)))
    life = Life(dice.amount(), rate, quoted_at, quoted_at + ahead, dice.bps(MOST_LEVY))
    return life, expected(life)


def words(life: Life) -> list[int]:
    return [life.levy_bps, life.price]


def expected(life: Life) -> list[int]:
    """The levy by the contract, then price and levy by the backend."""
    price = discount.price(life.value, life.rate_bps, life.quoted_at, life.maturity)
    levy = discount.levy(price, life.levy_bps)
    return [levy, price, levy]


def besides(life: Life) -> list[int]:
    """What is no contract's to say."""
    return [life.price, levied(life.price, life.levy_bps)]
