"""The stateful invariant test: forge plays random sequences of all acts and checks the rules after every step.

The runs are shared out evenly among worlds with different limits (tests/invariants/Invariants.t.sol), which forge
plays side by side. Prints the seed, what is checked after every act, and how often each act was called and succeeded.
Fails where a rule broke, where an act succeeded in fewer than one call in five, since then the test hardly moved, and
where part of the system has no property that is checked after every act. RUNS, DEPTH and SEED change the size and
repeat a run: RUNS=156250 plays ten million acts. JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import json
import os
import re
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
LEAST_PROPERTIES = 15
CHECKS = ROOT / "tests" / "invariants"
AFTER_EVERY_ACT = ("Rules.sol", "LoanRules.sol", "Witness.sol")
"""Where the properties stand that hold at every moment; the other files say what an act of its own comes to."""
PARTS = {
    "participants": "P",
    "cash": "C",
    "notes": "RNLJMX",
    "receipts": "W",
    "loans": "K",
    "settlement": "D",
    "reserve": "V",
}
"""By the letters of the rules with which the properties' names begin."""


def main() -> int:
    seed = os.environ.get("INVARIANT_SEED") or os.environ.get("SEED") or hex(secrets.randbits(64))
    each = -(-int(os.environ.get("RUNS", "1024")) // len(WORLDS))
    runs, depth = each * len(WORLDS), int(os.environ.get("DEPTH", "64"))
    print(f"seed {seed}, {runs} runs of depth {depth} in {len(WORLDS)} worlds", flush=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    for world in WORLDS:
        _log(world).unlink(missing_ok=True)
    forge = str(ROOT / "toolchain" / "forge")
    subprocess.run([forge, "build", "--quiet"], cwd=ROOT, check=False)  # so that the time is that of the acts
    started = time.monotonic()
    done = subprocess.run(
        [forge, "test", "--fuzz-seed", seed],
        cwd=ROOT,
        env=os.environ | {"FOUNDRY_INVARIANT_RUNS": str(each), "FOUNDRY_INVARIANT_DEPTH": str(depth)},
        check=False,
    )
    seconds = time.monotonic() - started
    properties, results = _properties()
    parts = _show_properties(properties, results, runs * depth)
    acts = _acts()
    idle = [act for act, (calls, successes) in acts.items() if 100 * successes < LEAST_PERCENT * calls]
    _show(acts)
    if done.returncode < 0:
        print(f"forge was ended by signal {-done.returncode}", file=sys.stderr)
    for act in idle:
        print(f"{act} succeeded in fewer than {LEAST_PERCENT} % of its calls", file=sys.stderr)
    bare = [part for part, names in parts.items() if not names]
    for part in bare:
        print(f"nothing is checked of {part}", file=sys.stderr)
    rate = runs * depth / seconds
    print(f"{runs * depth:,} acts in {seconds:.0f} s, {rate:,.0f}/s: ten million would take {1e7 / rate / 3600:.1f} h")
    enough = len(properties) >= LEAST_PROPERTIES and not bare
    holds = done.returncode == 0 and bool(acts) and not idle and enough
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        shown = {act: {"calls": calls, "successes": good} for act, (calls, good) in acts.items()}
        report = {"seed": seed, "runs": runs, "depth": depth, "acts": shown, "properties": parts, "holds": holds}
        print(json.dumps(report | {"seconds": round(seconds, 1)}))
    return 0 if holds else 1


def _log(world: str) -> Path:
    return LOGS / f"{world}.log"


def _acts() -> dict[str, tuple[int, int]]:
    """Calls and successes by act, over all runs of all worlds. A line is one run: act, calls, successes, act, …"""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for log in filter(Path.exists, map(_log, WORLDS)):
        with log.open(encoding="ascii") as lines:
            for words in map(str.split, lines):
                for act, calls, successes in zip(words[::3], words[1::3], words[2::3], strict=True):
                    sums[act][0] += int(calls)
                    sums[act][1] += int(successes)
    return {act: (calls, successes) for act, (calls, successes) in sums.items()}


def _properties() -> tuple[list[str], list[str]]:
    """The names of what is checked: after every act, and of an act or at the end."""
    always: dict[str, None] = {}
    of_acts: dict[str, None] = {}
    for file in sorted(CHECKS.glob("*.sol")):
        text = file.read_text(encoding="utf-8")
        names = re.findall(r'(?:requireEqual|requireAtMost|requireTrue|Broken)\(\s*"([^"]+)"', text)
        (always if file.name in AFTER_EVERY_ACT else of_acts).update(dict.fromkeys(names))
    return list(always), list(of_acts)


def _show_properties(properties: list[str], results: list[str], acts: int) -> dict[str, list[str]]:
    parts = {part: [name for name in properties if _letters(name) & set(letters)] for part, letters in PARTS.items()}
    table = Table(title=f"{len(properties)} properties, checked after each of {acts:,} acts")
    for column in ("Of", "", "Property"):
        table.add_column(column, justify="right" if not column else "left")
    for part, names in parts.items():
        table.add_row(part, str(len(names)), "\n".join(names), end_section=True)
    Console(width=100).print(table)
    print(f"and {len(results)} of what an act comes to, checked whenever it is done, or of the end of all")
    return parts


def _letters(name: str) -> set[str]:
    """ "C D J cash of all" is of three parts, "V1 V3 the reserve" of one."""
    return {word[0] for word in re.findall(r"\b[A-Z]\d*\b", name)}


def _show(acts: dict[str, tuple[int, int]]) -> None:
    table = Table(title="Acts of the invariant test")
    for column in ("Act", "Calls", "Succeeded", "%"):
        table.add_column(column, justify="left" if column == "Act" else "right")
    for act, (calls, successes) in acts.items():
        table.add_row(act, f"{calls:,}", f"{successes:,}", str(100 * successes // max(calls, 1)))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
