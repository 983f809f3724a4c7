"""Harm, reorganisations and kills at once (rules B1, B2, B4, B5, B9), and the schedules that once went wrong.

The seed is printed; SEED repeats it, ROUNDS makes it longer. `make torture` plays thousands.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.torture.schedules import Plan, opened
from tests.torture.stage import new_dice, rounds

SEEDS = tomllib.loads(Path(__file__).with_name("seeds.toml").read_text(encoding="utf-8")).get("seed", [])


def test_everything_at_once(tmp_path: Path) -> None:
    _play(tmp_path, new_dice().getrandbits(32), rounds(4))


@pytest.mark.parametrize("once", SEEDS, ids=lambda once: str(once["seed"]))
def test_what_once_went_wrong(tmp_path: Path, once: dict[str, Any]) -> None:
    _play(tmp_path, once["seed"], once["schedules"])


def _play(home: Path, seed: int, schedules: int) -> None:
    chain = os.environ.get("CHAIN", "ganache")
    with opened(home, seed, chain) as theatre:
        for number in range(schedules):
            plan = Plan.draw(seed, number, may_reorganise=chain == "anvil")
            print(plan)
            print(theatre.play(plan))
