"""Pots divided among many notes (rules J5, M4, W7), with remainders that are equal as often as not."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules.shares import divide
from .dice import Dice

MOST_NOTES = 40


@dataclass(frozen=True)
class Life:
    amount: int
    notes: tuple[tuple[int, int], ...]
    """Number and weight."""


def draw(dice: Dice) -> tuple[Life, list[int]]:
    """A life, and what is expected of it."""
    count = dice.choice((1, 2, 3, dice.randint(1, MOST_NOTES)))
    numbers = dice.sample(range(1, 2 * MOST_NOTES), count)
    if dice.random() < 0.2:
        numbers = [2**64 - number for number in numbers]
    biggest = (2**64 - 1) // count
    if dice.random() < 0.5:
        same = dice.amount(most=biggest)
        weights = [dice.choice((same, same, same // 2, 0)) for _ in numbers]
    else:
        weights = [dice.amount(most=biggest) for _ in numbers]
    if not sum(weights):
        weights[0] = 1
    total = sum(weights)
    amount = dice.amount(total, total // 2, total // 3, count, most=2**64 - 1)
    life = Life(amount, tuple(zip(numbers, weights, strict=True)))
    return life, expected(life)


def words(life: Life) -> list[int]:
    return [life.amount | len(life.notes) << 128, *(number | weight << 64 for number, weight in life.notes)]


def expected(life: Life) -> list[int]:
    shares = divide(life.amount, dict(life.notes))
    return [shares[number] for number, _ in life.notes]
