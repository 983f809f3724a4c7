"""Two acts that cannot both be done, sent at the same moment by two callers: once the one comes first, once the other.

Which one does is for the scheduler to say. A race is run again, with other small delays, until each side has won; the
side that wins too often waits a little longer each time.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backend.chain.compile import artifacts
from backend.sdk import Feiqian, OperationFailed, Party, Refused
from tests.torture.stage import Stage
from tests.torture.verdict import read_model_is_the_chains

Json = dict[str, Any]
Outcome = Json | Refused | OperationFailed
MOST_TRIES = 60
STEP = 0.004
"""Seconds that the side waits longer that won before."""


@dataclass(frozen=True)
class Race:
    """Two sides, each with its name, and what must hold once that one has won."""

    sides: tuple[str, str]
    acts: tuple[Callable[[], Any], Callable[[], Any]]
    after: Callable[[str], None]
    second_always_may: bool = False
    """The second is done in any case; the first only where it came before."""


@dataclass
class Ring:
    """Where races are run: a network, and the ports of its backends, one for each side."""

    stage: Stage
    dice: random.Random
    ports: list[int]
    bias: float = 0.0
    wins: Counter[str] = field(default_factory=Counter)

    @property
    def operator(self) -> Feiqian:
        return self.stage.operator(self.ports[0])

    def at(self, side: int, party: Party) -> Party:
        """The same party, over a connection of its own to the backend of that side."""
        connection = self.stage.operator(self.ports[side % len(self.ports)], wait=30)
        return Party(connection, party.name, party.account, party.token)

    def run(self, new_race: Callable[[], Race]) -> None:
        """Until each side has won, and ROUNDS times at the least."""
        least, tried = int(os.environ.get("ROUNDS", "2")), 0
        self.wins.clear()
        self.bias = 0.0
        while len(self.wins) < 2 or tried < least:
            assert tried < max(MOST_TRIES, least), f"one side alone ever won: {dict(self.wins)}"
            self._run_once(new_race())
            tried += 1
        self.stage.await_quiet(30)
        read_model_is_the_chains(self.stage)
        print(f"{dict(self.wins)} in {tried} rounds")

    def _run_once(self, race: Race) -> None:
        delays = [self.dice.uniform(0, STEP), self.dice.uniform(0, STEP)]
        delays[0 if self.bias > 0 else 1] += abs(self.bias)
        outcomes = _at_once(race.acts, delays)
        done = [isinstance(outcome, dict) for outcome in outcomes]
        assert any(done), outcomes
        assert race.second_always_may or not all(done), f"both were done: {race.sides}"
        first_won = not done[1] if not race.second_always_may else done[0]
        winner = race.sides[0 if first_won else 1]
        for outcome in outcomes:
            if not isinstance(outcome, dict):
                is_told_why(outcome)
        self.wins[winner] += 1
        self.bias += STEP if first_won else -STEP
        race.after(winner)


def is_told_why(outcome: Outcome) -> None:
    """Whoever lost has a documented problem, with its reason."""
    if isinstance(outcome, Refused):
        assert outcome.status == 409 and outcome.type in ("conflict", "contract-refused"), outcome.problem
        assert outcome.problem["detail"]
        if outcome.type == "contract-refused":
            assert outcome.error in _errors(), outcome.problem
        return
    assert isinstance(outcome, OperationFailed), outcome
    assert outcome.error in _errors() and outcome.operation["error"]["detail"], outcome.operation
    assert not outcome.operation.get("events"), "what failed left something behind"


def _errors() -> set[str]:
    return {entry["name"] for made in artifacts().values() for entry in made.abi if entry["type"] == "error"}


def _at_once(acts: tuple[Callable[[], Any], ...], delays: list[float]) -> list[Outcome]:
    """What came of each, begun together but for its delay."""
    start = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(side: int) -> None:
        start.wait()
        time.sleep(delays[side])
        try:
            outcomes[side] = acts[side]()
        except (Refused, OperationFailed) as lost:
            outcomes[side] = lost
        except BaseException as fault:  # it is the test's
            outcomes[side] = fault

    threads = [threading.Thread(target=run, args=(side,), daemon=True) for side in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for outcome in outcomes:
        if not isinstance(outcome, (dict, Refused, OperationFailed)):
            raise outcome
    return outcomes
