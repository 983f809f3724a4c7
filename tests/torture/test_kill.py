"""SIGKILL to the backend at random moments: nothing is lost, nothing is doubled (rules B1, B2).

The chain lives in this process, so that only the backend dies. Seed and moments are printed; SEED repeats them.
"""

from __future__ import annotations

import time
from pathlib import Path

from tests.torture.clients import Act, Crowd, draw
from tests.torture.stage import new_dice, rounds, staged
from tests.torture.verdict import await_recovery, judge

ACTS = 24


def test_a_backend_killed_at_any_moment_does_each_act_once(tmp_path: Path) -> None:
    dice = new_dice()
    acts: list[Act] = []
    with staged(tmp_path) as stage:
        for turn in range(rounds(3)):
            backend = stage.run_well()
            new = draw(stage, ACTS)
            acts += new
            crowd = Crowd(stage, new)
            lifetime = dice.uniform(0.0, 0.6)
            time.sleep(lifetime)
            backend.kill()
            print(f"round {turn}: killed after {lifetime:.3f} s")
            stage.run_well()
            since = time.monotonic()
            told = crowd.join()
            await_recovery(stage, since, of=f"round {turn}")
            stage.kill_all()
            judge(stage, acts, told)
