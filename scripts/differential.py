"""Discount, levy, interest, penalty, waterfall and pro-rata shares: the contracts beside the model, to the fen.

Each schedule is a whole life (tests/model/lives): a loan with its drawdowns, payments, proceeds and sale; a claim with
its payments, dilution, dispute and divisions; one pot among many notes; one price. SCHEDULES, SEED and JOBS change how
many, which, and in how many processes. The first that differs is made small, printed, and ends the run with status 1.
JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import sys
import time
import traceback
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.model.lives.bench import Bench
from tests.model.lives.compare import Differ, Tally, compare

CHUNK = 1_000
TOLD_EVERY = 50
Chunk = tuple[int, int]
"""A seed, and how many schedules are drawn from it."""


def main() -> int:
    count = int(os.environ.get("SCHEDULES", "1000000"))
    seed = int(os.environ.get("SEED") or secrets.randbits(32))
    jobs = int(os.environ.get("JOBS") or os.cpu_count() or 1)
    print(f"seed {seed}, {count:,} schedules, {jobs} processes", flush=True)
    began = time.monotonic()
    chunks = [(seed + number, min(CHUNK, count - at)) for number, at in enumerate(range(0, count, CHUNK))]
    found = _play_all(chunks, jobs)
    if isinstance(found, str):
        print(found)
        return 1
    seconds = time.monotonic() - began
    _show(found)
    print(f"{found.numbers:,} words compared, none differs; {seconds:,.0f} s, {count / seconds:,.0f} schedules/s")
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        print(json.dumps({"seed": seed, "schedules": found.lives, "words": found.numbers, "seconds": round(seconds)}))
    return 0


def _play_all(chunks: Sequence[Chunk], jobs: int) -> Tally | str:
    """The sum over all chunks; or what differed, or went wrong, first."""
    processes = multiprocessing.get_context("spawn")
    results, enough, total = processes.Queue(), processes.Event(), Tally()
    workers = [processes.Process(target=_work, args=(chunks[n::jobs], results, enough)) for n in range(jobs)]
    for worker in workers:
        worker.start()
    try:
        for number in range(len(chunks)):
            tally = results.get()
            if isinstance(tally, str):
                return tally
            total += tally
            if (number + 1) % TOLD_EVERY == 0:
                print(f"{total.lives.total():,} agree", flush=True)
        return total
    finally:
        enough.set()
        for worker in workers:
            worker.join()


def _work(chunks: Sequence[Chunk], results: Any, enough: Event) -> None:
    try:
        with Bench() as bench:
            for seed, count in chunks:
                if enough.is_set():
                    return
                results.put(compare(bench, seed, count))
    except Differ as differ:
        results.put(str(differ))
    except Exception:
        results.put(traceback.format_exc())


def _show(tally: Tally) -> None:
    table = Table(title="Schedules, and the acts in them")
    for column in ("", "Played", "Refused"):
        table.add_column(column, justify="right" if column else "left")
    for kind, lives in sorted(tally.lives.items()):
        table.add_row(kind, f"{lives:,}", "")
        for act in sorted({act for of, act, _ in tally.acts if of == kind}):
            done, refused = tally.acts[kind, act, True], tally.acts[kind, act, False]
            table.add_row(f"  {act}", f"{done:,}", f"{refused:,}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
