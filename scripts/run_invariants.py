"""The stateful invariant test: forge plays random sequences of all acts and checks the rules after every step.

The runs are shared out evenly among worlds with different limits (tests/invariants/Invariants.t.sol), which forge
plays side by side. Prints the seed and how often each act was called and succeeded; fails where a rule broke, or
where an act succeeded in fewer than one call in five, since then the test hardly moved. RUNS, DEPTH and SEED change
the size and repeat a run. JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "invariants"
WORLDS = ("usual", "harsh")
LEAST_PERCENT = 20


def main() -> int:
    seed = os.environ.get("INVARIANT_SEED") or os.environ.get("SEED") or hex(secrets.randbits(64))
    each = -(-int(os.environ.get("RUNS", "1024")) // len(WORLDS))
    runs, depth = each * len(WORLDS), int(os.environ.get("DEPTH", "64"))
    print(f"seed {seed}, {runs} runs of depth {depth} in {len(WORLDS)} worlds", flush=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    for world in WORLDS:
        _log(world).unlink(missing_ok=True)
    started = time.monotonic()
    done = subprocess.run(
        [str(ROOT / "toolchain" / "forge"), "test", "--fuzz-seed", seed],
        cwd=ROOT,
        env=os.environ | {"FOUNDRY_INVARIANT_RUNS": str(each), "FOUNDRY_INVARIANT_DEPTH": str(depth)},
        check=False,
    )
    seconds = time.monotonic() - started
    acts = _acts()
    idle = [act for act, (calls, successes) in acts.items() if 100 * successes < LEAST_PERCENT * calls]
    _show(acts)
    if done.returncode < 0:
        print(f"forge was ended by signal {-done.returncode}", file=sys.stderr)
    for act in idle:
        print(f"{act} succeeded in fewer than {LEAST_PERCENT} % of its calls", file=sys.stderr)
    holds = done.returncode == 0 and bool(acts) and not idle
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        shown = {act: {"calls": calls, "successes": good} for act, (calls, good) in acts.items()}
        report = {"seed": seed, "runs": runs, "depth": depth, "acts": shown, "holds": holds}
        print(json.dumps(report | {"seconds": round(seconds, 1)}))
    return 0 if holds else 1


def _log(world: str) -> Path:
    return LOGS / f"{world}.log"


def _acts() -> dict[str, tuple[int, int]]:
    """Calls and successes by act, over all runs of all worlds. A line is one run: act, calls, successes, act, …"""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for log in filter(Path.exists, map(_log, WORLDS)):
        for line in log.read_text(encoding="ascii").splitlines():
            words = line.split()
            for act, calls, successes in zip(words[::3], words[1::3], words[2::3], strict=True):
                sums[act][0] += int(calls)
                sums[act][1] += int(successes)
    return {act: (calls, successes) for act, (calls, successes) in sums.items()}


def _show(acts: dict[str, tuple[int, int]]) -> None:
    table = Table(title="Acts of the invariant test")
    for column in ("Act", "Calls", "Succeeded", "%"):
        table.add_column(column, justify="left" if column == "Act" else "right")
    for act, (calls, successes) in acts.items():
        table.add_row(act, f"{calls:,}", f"{successes:,}", str(100 * successes // max(calls, 1)))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
