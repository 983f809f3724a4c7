"""The contracts and the model do the same, whatever anybody tries.

SEED and STEPS repeat or lengthen it: the seed of every episode is printed, and one seed is always the same acts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .chain import Chain
from .episode import Stage, Tally, play

SEED = int(os.environ.get("SEED", "20"))
STEPS = int(os.environ.get("STEPS", "2000"))
EPISODE = 250

NEVER_REFUSED = {"Receivables.setApprovalForAll"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    chain = Chain(tmp_path_factory.mktemp("model"))
    try:
        yield Stage(chain)
    finally:
        chain.stop()


def test_contracts_and_model_agree(stage: Stage) -> None:
    tally = Tally()
    for number in range(-(-STEPS // EPISODE)):
        seed = SEED + number
        print(f"seed {seed}")
        play(stage, seed, min(EPISODE, STEPS - number * EPISODE), tally)
    print("\n".join(tally.lines()))
    if STEPS < 2_000:
        return
    acts = {act for act in {*tally.done, *tally.refused} if not act.startswith("closed:")}
    assert not {act for act in acts if not tally.done[act]}, "never carried out"
    assert not {act for act in acts - NEVER_REFUSED if not tally.refused[act]}, "never refused"
    assert not {act for act in tally.done if act.startswith("closed:")}, "a closed door opened"
