"""The chain changes its mind under a running backend (rules B2, B4, B5): what vanished happens again, once each.

Anvil for reorganisations of any depth, Ganache for its snapshots. The seed is printed; SEED repeats it.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.torture.clients import Act, Crowd, draw, redemption
from tests.torture.fault_proxy import FaultProxy
from tests.torture.stage import Stage, new_dice, rounds, staged
from tests.torture.verdict import await_recovery, judge

DEEPEST = 64
ACTS = 24


def test_reorganisations_from_1_to_64_blocks(tmp_path: Path) -> None:
    dice = new_dice()
    between = dice.sample(range(2, DEEPEST), rounds(2))
    with staged(tmp_path, "anvil") as stage:
        stage.run_well()
        acts = draw(stage, 2 * DEEPEST)
        Crowd(stage, acts, clients=12).join()  # blocks that may vanish, and acts in them
        for depth in (1, *between, DEEPEST):
            new = draw(stage, ACTS)
            acts += new
            crowd = Crowd(stage, new)
            crowd.await_done(dice.randint(1, ACTS - 1))
            since = time.monotonic()
            staying = stage.reorganise(depth, dice)
            told = crowd.join()
            await_recovery(stage, since, of=f"{depth} blocks, {staying} transactions in others of them")
            judge(stage, acts, told)


def test_ganache_goes_back_to_a_snapshot(tmp_path: Path) -> None:
    """While it is asked nothing: Ganache never again takes a transaction that it was mining as it went back."""
    dice = new_dice()
    with staged(tmp_path, "ganache") as stage:
        proxy = FaultProxy(stage.chain.url, dice, silence=0)
        try:
            stage.run_well(rpc_url=proxy.url)
            acts = draw(stage, ACTS)
            Crowd(stage, acts).join()
            for turn in range(rounds(2)):
                acts += _go_back(stage, proxy, turn, dice, acts)
        finally:
            proxy.close()


def _go_back(stage: Stage, proxy: FaultProxy, turn: int, dice: random.Random, before: list[Act]) -> list[Act]:
    snapshot = stage.node.rpc("evm_snapshot")
    # A lane that begins after the snapshot: its key, its funds and its first nonces vanish, too.
    newcomer = stage.operator().register(f"New Bank {turn}", f"NEW-{turn}", ["financier"])
    stage.operator().issue_cash(newcomer, ACTS)
    of_newcomer = [redemption(f"of {turn} {n}", newcomer.token, may_fail=True) for n in range(ACTS // 2)]
    new = [*draw(stage, ACTS), *of_newcomer]
    dice.shuffle(new)
    crowd = Crowd(stage, new)
    crowd.await_done(dice.randint(1, len(new) - 1))
    with proxy.held():
        since = time.monotonic()
        assert stage.node.rpc("evm_revert", snapshot)
        left = stage.node.head().number
    told = crowd.join()
    seconds = await_recovery(stage, since, of=f"snapshot {turn}")
    made = stage.node.head().number - left
    print(f"snapshot {turn}: {made} blocks since, again or at last, {seconds / max(made, 1):.3f} s each")
    judge(stage, [*before, *new], told)
    return new
