"""Everything at once: a node that is harmed, blocks that vanish, a backend that is killed, and clients who do not know.

A schedule is drawn from a seed; many are played one after the other on one stage, and after each the verdict is reached
over all acts since the stage began. `make torture` plays them by the thousand.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backend.crashpoints import POINTS
from tests.torture.clients import Act, Crowd, draw
from tests.torture.fault_proxy import FAULTS, FaultProxy
from tests.torture.stage import Backend, Stage, staged
from tests.torture.verdict import judge

SILENCE = 1.5
"""Seconds; a backend waits one for its node."""
LONGEST_WAIT = 90.0
DEEPEST = 64
REACHED = tuple(point for point in POINTS if not point.startswith("settlement-run") and point != "sender.replaced")
"""Where a backend comes that does such acts; the others have scenes of their own (test_crash_points.py)."""


@dataclass(frozen=True)
class Plan:
    faults: tuple[str, ...]
    rate: float
    depth: int
    """Of a reorganisation; 0 where there is none."""
    kill: str
    """The named place where it dies, "moment" for any moment, or nothing."""
    acts: int

    @classmethod
    def draw(cls, seed: int, number: int, *, may_reorganise: bool) -> Plan:
        """That schedule of a seed, always the same. A third harm the node alone; the others have a reorganisation, a
        kill, or both."""
        dice = random.Random(f"{seed}/{number}")
        faults = tuple(dice.sample(FAULTS, dice.choice((1, 1, 2, 3, len(FAULTS)))))
        depth = dice.choice((1, 2, dice.randint(1, 12), dice.randint(1, DEEPEST))) if dice.random() < 0.55 else 0
        kill = dice.choice(("moment", dice.choice(REACHED))) if dice.random() < 0.3 else ""
        depth = depth if may_reorganise else 0
        if kill == "indexer.rewound" and not depth:
            kill = "moment"
        return cls(faults, dice.uniform(0.05, 0.35), depth, kill, dice.randint(6, 15))


@dataclass(frozen=True)
class Told:
    """What a schedule came to."""

    acts: int
    faults: int
    killed: bool
    reorganised: int
    recovery: float


@dataclass
class Theatre:
    """A stage with one backend behind the proxy, which somebody starts again whenever it is dead."""

    stage: Stage
    proxy: FaultProxy
    dice: random.Random
    acts: list[Act] = field(default_factory=list)
    first_block: int = 0

    def play(self, plan: Plan) -> Told:
        """Raises AssertionError where the verdict is bad."""
        backend = self._restart(plan.kill) if plan.kill in POINTS else self.stage.backends[-1]
        before = self.proxy.happened.total()
        self.proxy.harm(*plan.faults, rate=plan.rate)
        new = draw(self.stage, plan.acts)
        self.acts += new
        crowd = Crowd(self.stage, new)
        depth, killed = 0, False
        for happens in self.dice.sample(("reorganisation", "kill"), 2):
            crowd.await_done(self.dice.randint(0, plan.acts), meanwhile=_for_seconds(self.dice.uniform(0, 1)))
            if happens == "kill" and plan.kill:
                _kill(backend, plan.kill)
                killed = True
                self._revive(Backend.answers)  # how could it be well, with a node that is harmed
            elif happens == "reorganisation" and plan.depth:
                depth = self._reorganise(plan.depth)
        crowd.await_done(plan.acts, meanwhile=_for_seconds(0.5))
        self.proxy.heal()
        since = time.monotonic()
        self._revive(Backend.is_well)
        told = crowd.join(LONGEST_WAIT)
        self.stage.await_quiet(LONGEST_WAIT)
        recovery = time.monotonic() - since
        judge(self.stage, self.acts, told)
        return Told(plan.acts, self.proxy.happened.total() - before, killed, depth, recovery)

    def _restart(self, crash_at: str) -> Backend:
        self.stage.kill_all()
        return self._run(f"{crash_at}:{self.dice.randint(1, 3)}")

    def _run(self, crash_at: str = "") -> Backend:
        return self.stage.run(crash_at, rpc_url=self.proxy.url, rpc_timeout=1)

    def _revive(self, enough: Callable[[Backend], bool]) -> None:
        """Starts the backend again where it is dead: killed, or gone because it could not reach its node."""
        deadline = time.monotonic() + LONGEST_WAIT
        while not self.stage.backends or not enough(self.stage.backends[-1]):
            assert time.monotonic() < deadline, "it does not come back:\n" + "\n".join(self.stage.last_words())
            if not self.stage.backends or self.stage.backends[-1].process.exitcode is not None:
                self.stage.backends[:] = []
                self._run()
            time.sleep(0.02)

    def _reorganise(self, depth: int) -> int:
        """How many blocks were made anew; those of the deployment stay."""
        depth = min(depth, self.stage.node.head().number - self.first_block)
        if depth > 0:
            with self.proxy.held():
                self.stage.reorganise(depth, self.dice)
        return max(depth, 0)


def _kill(backend: Backend, where: str) -> None:
    """At that place, or, where it does not come there in time, at this moment."""
    if where == "moment" or not backend.was_killed_within(1):
        backend.kill()


def _for_seconds(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until


@contextlib.contextmanager
def opened(home: Path, seed: int, chain: str | None = None) -> Iterator[Theatre]:
    dice = random.Random(seed)
    with staged(home, chain) as stage:
        proxy = FaultProxy(stage.chain.url, dice, silence=SILENCE)
        try:
            theatre = Theatre(stage, proxy, dice, first_block=stage.node.head().number)
            theatre.stage.run_well(rpc_url=proxy.url, rpc_timeout=1)
            yield theatre
        finally:
            proxy.close()
