"""Many parties act at once: each phase is a list of acts, sent without waiting and then followed to their ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend.sdk import Feiqian
from backend.sdk.client import BULK_ITEMS

Json = dict[str, Any]

THREADS = 8
END_SECONDS = 600
"""How long an act may take that stands behind all others of its phase."""


@dataclass(frozen=True)
class Act:
    """One act of one party, or `count` of them at once: `do` asks for it and gives back its operation, under way or
    final."""

    party: Feiqian
    do: Callable[[], Json]
    count: int = 1


def act(method: Callable[..., Json], *args: Any, **kwargs: Any) -> Act:
    """The act of calling a method of a client: `act(core.confirm, claim, amount)`."""
    return Act(method.__self__, partial(method, *args, **kwargs))  # type: ignore[attr-defined]


class ItemFailed(Exception):
    """An act in a bulk was refused by its contract."""


@dataclass(frozen=True)
class Phase:
    """What was done: how many acts the API took, how many transactions came of them, in which time of the host."""

    name: str
    acts: int
    transactions: int
    seconds: float


class Crew:
    """Plays phases, and remembers how long each took. The clients it is given do not wait (Feiqian(wait=0))."""

    def __init__(self, console: Console, threads: int = THREADS) -> None:
        self.phases: list[Phase] = []
        self._pool = ThreadPoolExecutor(threads)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    def __enter__(self) -> Crew:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
        self._pool.shutdown(cancel_futures=True)

    def play(self, name: str, acts: Iterable[Act]) -> list[Json]:
        """Has all acts done, in whatever order, and gives back what came of each: its `result`, with the `events` of
        its transaction. Raises Refused, OperationFailed, TimeoutError: one that fails fails the whole."""
        todo = list(acts)
        started = time.monotonic()
        if not todo:
            return []
        bar = self._progress.add_task(name, total=_count(todo))

        def ask(one: Act) -> Json:
            operation = one.do()
            self._progress.advance(bar, one.count / 2)
            return operation

        def follow(one: Act, operation: Json) -> tuple[Json, bool]:
            final = one.party.finish(operation, END_SECONDS)
            self._progress.advance(bar, one.count / 2)
            return {**final["result"], "events": final["events"]}, final["tx"] is not None

        under_way = list(self._pool.map(ask, todo))
        found = list(self._pool.map(follow, todo, under_way))
        sent = sum(was_sent for _, was_sent in found)
        self.phases.append(Phase(name, _count(todo), sent, time.monotonic() - started))
        return [result for result, _ in found]

    def bulk(self, name: str, kind: str, items: Iterable[tuple[Feiqian, Json]]) -> list[Json]:
        """The same for acts of one `kind` (`confirmations`, `repayments`) in bulk: those of one party a
        hundred a transaction. Raises ItemFailed where the contract refused one."""
        todo = list(items)
        mine: dict[int, list[int]] = {}
        for place, (party, _) in enumerate(todo):
            mine.setdefault(id(party), []).append(place)
        parts = [
            places[first : first + BULK_ITEMS]
            for places in mine.values()
            for first in range(0, len(places), BULK_ITEMS)
        ]
        acts = []
        for places in parts:
            party = todo[places[0]][0]
            body = {"items": [todo[place][1] for place in places]}
            acts.append(Act(party, partial(party.act, f"/bulk/{kind}", body), len(places)))
        found: list[Json] = [{} for _ in todo]
        for places, done in zip(parts, self.play(name, acts), strict=True):
            for place, item in zip(places, done["items"], strict=True):
                if item["state"] != "succeeded":
                    raise ItemFailed(f"{kind}: {item['error']['error']}: {item['error']['detail']}")
                found[place] = item["result"]
        return found

    def each(self, name: str, work: Iterable[Callable[[], Any]]) -> list[Any]:
        """Does what is no operation (keys, questions), many at once; the answers in their order."""
        todo = list(work)
        started = time.monotonic()
        bar = self._progress.add_task(name, total=len(todo))

        def do(one: Callable[[], Any]) -> Any:
            answer = one()
            self._progress.advance(bar)
            return answer

        answers = list(self._pool.map(do, todo))
        self.phases.append(Phase(name, len(todo), 0, time.monotonic() - started))
        return answers


def _count(acts: list[Act]) -> int:
    return sum(act.count for act in acts)
