"""Thousands of schedules of harm, reorganisations and kills (tests/torture/schedules.py): nothing lost, nothing
doubled, and after each schedule the read model is what the chain alone makes of it.

ROUNDS=long plays until there are 2,000 schedules, 500 kills and 1,000 reorganisations (on Anvil: Ganache has none),
ROUNDS=N plays N schedules. The tally of a long run is kept (reports/torture-<database>-<chain>.json), and the next one
goes on from there. DATABASE and CHAIN say on what, SEED where the seeds begin, JOBS how many stages at once. A schedule
that goes wrong is written to tests/torture/seeds.toml, which the tests replay, and its backend's log is kept. JSON=1
prints one JSON object as the last line.
"""

from __future__ import annotations

import contextlib
import json
import logging
import multiprocessing
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.torture.schedules import Plan, opened  # noqa: E402

LONG = {"schedules": 2_000, "kills": 500, "reorganisations": 1_000}
ON_A_STAGE = 20
"""Schedules before a new chain: the verdict is over all of it, and takes longer each time."""
SEEDS = ROOT / "tests" / "torture" / "seeds.toml"
REPORTS = ROOT / "reports"
DATABASE = os.environ.get("DATABASE") or "sqlite"
CHAIN = os.environ.get("CHAIN") or "anvil"


@dataclass
class Tally:
    schedules: int = 0
    kills: int = 0
    reorganisations: int = 0
    blocks_made_anew: int = 0
    faults: int = 0
    acts: int = 0
    lost: int = 0
    doubled: int = 0
    rebuilt_otherwise: int = 0
    other_failures: int = 0
    longest_recovery: float = 0.0
    seconds: float = 0.0
    seeds: list[int] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        return self.lost + self.doubled + self.rebuilt_otherwise + self.other_failures


@dataclass
class Played:
    """A schedule that was played, and what was wrong with it, if anything."""

    seed: int
    number: int
    told: Any = None
    wrong: str = ""


def main() -> int:
    asked = os.environ.get("ROUNDS", "20")
    goals = dict(LONG) if asked == "long" else {"schedules": int(asked)}
    if CHAIN != "anvil":
        goals.pop("reorganisations", None)
    kept = REPORTS / f"torture-{DATABASE}-{CHAIN}.json"
    tally = Tally(**json.loads(kept.read_text())) if asked == "long" and kept.exists() else Tally()
    seed = max(int(os.environ.get("SEED") or secrets.randbits(32)), max(tally.seeds, default=-1) + 1)
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    print(f"seeds from {seed} on, {DATABASE} and {CHAIN}, {jobs} stages at once; so far {_sum(tally)}", flush=True)
    REPORTS.mkdir(exist_ok=True)
    began, before = time.monotonic(), tally.seconds

    def take(played: Played) -> bool:
        tally.seconds = round(before + time.monotonic() - began, 1)
        _count(tally, played)
        print(f"seed {played.seed}, schedule {played.number}: {played.wrong or played.told}; {_sum(tally)}", flush=True)
        if asked == "long":
            kept.write_text(json.dumps(asdict(tally), indent=2) + "\n", encoding="utf-8")
        return all(getattr(tally, name) >= goal for name, goal in goals.items())

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):  # enough for today
        _play_all(seed, jobs, min(ON_A_STAGE, -(-goals["schedules"] // jobs)), take)
    _show(tally)
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        print(json.dumps({"database": DATABASE, "chain": CHAIN} | asdict(tally)))
    return 1 if tally.wrong else 0


def _play_all(seed: int, jobs: int, on_a_stage: int, take: Callable[[Played], bool]) -> None:
    """Until `take`, which is told of each schedule, has had enough."""
    processes = multiprocessing.get_context("spawn")
    results, enough = processes.Queue(), processes.Event()
    workers = [processes.Process(target=_work, args=(seed + n, jobs, on_a_stage, results, enough)) for n in range(jobs)]
    for worker in workers:
        worker.start()
    try:
        while not take(results.get()):
            pass
    finally:
        enough.set()
        for worker in workers:
            worker.join()


def _work(seed: int, step: int, on_a_stage: int, results: Any, enough: Event) -> None:
    os.environ["CI"] = "1"  # a database that is not there is an error, and nothing to be skipped
    for ending in (signal.SIGINT, signal.SIGTERM):  # the schedule that is under way is played to its end
        signal.signal(ending, lambda *_: None)  # and not SIG_IGN, which the chain that is started would inherit
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    while not enough.is_set():
        home = Path(tempfile.mkdtemp(prefix="feiqian-torture-"))
        played = Played(seed, 0)
        try:
            with opened(home, seed, CHAIN) as theatre:
                for number in range(on_a_stage):
                    if enough.is_set():
                        return
                    played = Played(seed, number)
                    played.told = theatre.play(Plan.draw(seed, number, may_reorganise=CHAIN == "anvil"))
                    results.put(played)
        except BaseException as wrong:
            played.wrong = f"{wrong}" if isinstance(wrong, AssertionError) else traceback.format_exc()
            if (home / "backend.log").exists():
                shutil.copy(home / "backend.log", REPORTS / f"torture-{seed}.log")
            results.put(played)
        finally:
            shutil.rmtree(home, ignore_errors=True)
        seed += step


def _count(tally: Tally, played: Played) -> None:
    if played.seed not in tally.seeds:
        tally.seeds.append(played.seed)
    tally.schedules += 1
    if played.wrong:
        kinds = {"lost": "lost", "doubled": "doubled", "rebuilt": "rebuilt_otherwise"}
        name = kinds.get(played.wrong.partition(":")[0], "other_failures")
        setattr(tally, name, getattr(tally, name) + 1)
        with SEEDS.open("a", encoding="utf-8") as file:
            found = json.dumps(played.wrong.splitlines()[0][:200], ensure_ascii=False)
            file.write(f"\n[[seed]]\nseed = {played.seed}\nschedules = {played.number + 1}\nfound = {found}\n")
        return
    tally.acts += played.told.acts
    tally.faults += played.told.faults
    tally.kills += played.told.killed
    tally.reorganisations += bool(played.told.reorganised)
    tally.blocks_made_anew += played.told.reorganised
    tally.longest_recovery = round(max(tally.longest_recovery, played.told.recovery), 2)


def _sum(tally: Tally) -> str:
    parts = f"{tally.schedules} schedules, {tally.kills} kills, {tally.reorganisations} reorganisations"
    return f"{parts}, {tally.acts} acts, {tally.wrong} wrong, {tally.seconds:.0f} s"


def _show(tally: Tally) -> None:
    table = Table(title=f"Torture on {DATABASE} and {CHAIN}")
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in asdict(tally).items():
        if name != "seeds":
            table.add_row(name.replace("_", " "), f"{value:,}")
    table.add_row("seconds a schedule", f"{tally.seconds / max(tally.schedules, 1):.2f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
