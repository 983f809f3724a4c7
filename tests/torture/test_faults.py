"""A node behind a network that loses, delays, repeats and lies (rules B1, B2, B9): when it is over, each act happened
once, every lane is whole, and the read model is the chain's. Seed and faults are printed; SEED repeats them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.torture.clients import Act, Crowd, draw
from tests.torture.fault_proxy import FAULTS, FaultProxy
from tests.torture.stage import Stage, new_dice, rounds, staged
from tests.torture.verdict import await_recovery, judge

ACTS = 24
MOST_CROWDS = 10
LEAST = 3
"""How often a fault must be met to count."""
FAULT_SECONDS = 2.0
SILENCE = 1.5
"""Seconds; a backend waits one for its node."""


@dataclass
class Scene:
    """A backend behind the proxy. It goes through all the faults, one after the other."""

    stage: Stage
    proxy: FaultProxy
    acts: list[Act] = field(default_factory=list)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with staged(tmp_path_factory.mktemp("faults")) as stage:
        proxy = FaultProxy(stage.chain.url, new_dice(), silence=SILENCE)
        try:
            stage.run_well(rpc_url=proxy.url, rpc_timeout=1)
            yield Scene(stage, proxy)
        finally:
            proxy.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_often(scene: Scene, fault: str) -> None:
    _go_through(scene, fault, rate=0.3)


def test_every_fault_at_once(scene: Scene) -> None:
    for _ in range(rounds(1)):
        _go_through(scene, *FAULTS, rate=0.2)


def _go_through(scene: Scene, *faults: str, rate: float) -> None:
    """Acts while the node is harmed, then what is left of them when it is well again."""
    before, crowds = scene.proxy.happened.copy(), []
    scene.proxy.harm(*faults, rate=rate)
    for _ in range(MOST_CROWDS):
        new = draw(scene.stage, ACTS)
        scene.acts += new
        crowds.append(Crowd(scene.stage, new))
        began = time.monotonic()
        crowds[-1].await_done(ACTS * 2 // 3, meanwhile=lambda until=began + FAULT_SECONDS: time.monotonic() > until)
        if (met := (scene.proxy.happened - before).total()) >= LEAST:
            break
    scene.proxy.heal()
    since = time.monotonic()
    print(dict(scene.proxy.happened - before))
    assert met >= LEAST, "it was hardly met"
    told = {key: ids for crowd in crowds for key, ids in crowd.join().items()}
    await_recovery(scene.stage, since, of=", ".join(faults))
    judge(scene.stage, scene.acts, told)
