"""Model and contracts, life by life; and the smallest life that still tells them apart."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from . import claims, divisions, loans, prices
from .bench import Bench
from .dice import Dice

KINDS: dict[str, ModuleType] = {"loans": loans, "claims": claims, "divisions": divisions, "prices": prices}
SHARES = {"loans": 35, "claims": 35, "divisions": 20, "prices": 10}
"""Of a hundred lives."""
BATCH = 200
SHRINKING_SECONDS = 20
BANDS = ("advance_bps", "call_bps", "liquidation_bps")
"""They rise, or the quote is none."""


class Differ(Exception):
    """A life that contract and model tell differently."""


@dataclass
class Tally:
    lives: Counter[str] = field(default_factory=Counter)
    acts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """By kind of life and of act, and whether it was done."""
    numbers: int = 0
    """Words compared."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.lives + other.lives, self.acts + other.acts, self.numbers + other.numbers)


def compare(bench: Bench, seed: int, count: int) -> Tally:
    """`count` lives of all kinds, drawn from `seed`. Raises Differ with the smallest example that is found."""
    dice, tally = Dice(seed), Tally()
    wanted = Counter(dice.choices(list(SHARES), list(SHARES.values()), k=count))
    for kind, number in wanted.items():
        for _ in range(0, number, BATCH):
            batch = [KINDS[kind].draw(dice) for _ in range(min(BATCH, number - tally.lives[kind]))]
            _compare_batch(bench, kind, batch, seed, tally)
    return tally


def _compare_batch(bench: Bench, kind: str, lives: Sequence[tuple[Any, list[int]]], seed: int, tally: Tally) -> None:
    module = KINDS[kind]
    said = bench.play(kind, [word for life, _ in lives for word in module.words(life)])
    at = 0
    for life, expected in lives:
        besides = module.besides(life) if hasattr(module, "besides") else []
        told = said[at : at + len(expected) - len(besides)]
        if told + besides != expected:
            raise Differ(_example(bench, kind, life, seed))
        at += len(told)
        tally.numbers += len(expected)
        tally.lives[kind] += 1
        if hasattr(module, "acts"):
            tally.acts.update((kind, *act) for act in module.acts(life, expected))
    assert at == len(said), f"{kind}: {len(said) - at} words more than expected"


def _differs(bench: Bench, kind: str, life: Any) -> tuple[list[int], list[int]] | None:
    module = KINDS[kind]
    expected = module.expected(life)
    try:
        said = bench.play(kind, module.words(life))
    except AssertionError as refused:
        return [str(refused)], expected  # type: ignore[list-item]
    said += module.besides(life) if hasattr(module, "besides") else []
    return None if said == expected else (said, expected)


def _example(bench: Bench, kind: str, life: Any, seed: int) -> str:
    """The life, made smaller as long as the difference stays."""
    deadline = time.monotonic() + SHRINKING_SECONDS
    smaller = True
    while smaller and time.monotonic() < deadline:
        smaller = False
        for candidate in _smaller(life):
            if _differs(bench, kind, candidate):
                life, smaller = candidate, True
                break
    said, expected = _differs(bench, kind, life) or ([], [])
    words = "\n".join(
        f"  {number}: contract {_hex(said, number)} model {_hex(expected, number)}"
        for number in range(max(len(said), len(expected)))
        if said[number : number + 1] != expected[number : number + 1]
    )
    return f"{kind}, seed {seed}: contract and model differ over\n{life}\n{words or '  (in a batch alone)'}"


def _hex(words: Sequence[Any], number: int) -> str:
    if number >= len(words):
        return "nothing"
    return hex(words[number]) if isinstance(words[number], int) else str(words[number])


def _smaller(life: Any) -> Iterator[Any]:
    """Lives with a part or a step less, then with numbers nearer to nothing."""
    fields = {one.name: getattr(life, one.name) for one in dataclasses.fields(life)}
    lists = {name: value for name, value in fields.items() if isinstance(value, tuple) and name in ("steps", "notes")}
    for name, parts in lists.items():
        for number in reversed(range(len(parts))):
            if name == "steps" or len(parts) > 1:
                yield dataclasses.replace(life, **{name: parts[:number] + parts[number + 1 :]})
    for name, parts in lists.items():
        for number, part in enumerate(parts):
            for other in _smaller(part) if dataclasses.is_dataclass(part) else ():
                yield dataclasses.replace(life, **{name: (*parts[:number], other, *parts[number + 1 :])})
    for name, value in fields.items():
        if dataclasses.is_dataclass(value):
            for other in _smaller(value):
                yield dataclasses.replace(life, **{name: other})
        elif isinstance(value, int) and name not in BANDS:
            for less in (1, value // 2, value - value % 10_000, value - value % 10):
                if 0 < less < value:
                    yield dataclasses.replace(life, **{name: less})
