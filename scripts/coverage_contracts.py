"""Statement and branch coverage of the contracts by their brownie tests, by source file.

Runs the tests with coverage on Anvil (a trace of every transaction takes Ganache far longer) and reads brownie's
report; `--report` only reads the report of the last run. A branch has two outcomes, each counted by itself. Code that
several deployed contracts share (a base) is seen where any of them saw it; code that no test deployed is not seen.
Fails where something was not seen that tests/contracts/unreachable.toml does not give a reason for, and where something
was that it does. JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "reports" / "coverage.json"
BUILDS = ROOT / "build" / "contracts"
SEEN_BEFORE = ROOT / "build" / "tests.json"
BACKEND = ROOT / "reports" / "backend.json"
UNREACHABLE = ROOT / "tests" / "contracts" / "unreachable.toml"
KINDS = ("statements", "branches")
OUTCOMES = {"green": {"one", "other"}, "yellow": {"one"}, "orange": {"other"}, "red": set[str]()}

Place = tuple[int, int]


def main() -> int:
    if "--report" not in sys.argv and not _run():
        return 1
    places = _places(json.loads(REPORT.read_text(encoding="utf-8"))["highlights"])
    found = {path: _numbers(kinds) for path, kinds in sorted(places.items())}
    total = {kind: [sum(row[kind][part] for row in found.values()) for part in (0, 1)] for kind in KINDS}
    _show(found, total)
    unseen = _unseen(places)
    reasons = {(each["file"], each["code"]): each["why"] for each in _unreachable()}
    for (path, code), line in unseen.items():
        print(f"{path}:{line}: not seen: {code}\n  {reasons.get((path, code), 'without a reason')}")
    for path, code in reasons.keys() - unseen.keys():
        print(f"{path}: is seen, or is not there: {code}", file=sys.stderr)
    enough = all(of for _, of in total.values()) and unseen.keys() == reasons.keys()
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        print(json.dumps({"contracts": found, "total": total, "enough": enough} | _backend()))
    return 0 if enough else 1


def _backend() -> dict[str, Any]:
    """The backend's totals, where `make coverage` has just measured them."""
    if not BACKEND.exists():
        return {}
    totals = json.loads(BACKEND.read_text(encoding="utf-8"))["totals"]
    return {
        "backend": {
            "lines": [totals["covered_lines"], totals["num_statements"]],
            "branches": [totals["covered_branches"], totals["num_branches"]],
        }
    }


def _run() -> bool:
    """The tests with coverage. Brownie's memory of earlier runs is dropped: it outlives a change of what is traced.
    Its Anvil gets three options more: traces; those of the last blocks alone, since all would fill the memory; and
    no base fee, since brownie measures views as free transactions."""
    REPORT.unlink(missing_ok=True)
    SEEN_BEFORE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        anvil = Path(folder) / "anvil"
        options = "--steps-tracing --transaction-block-keeper 60 --block-base-fee-per-gas 0"
        anvil.write_text(f'#!/bin/sh\nexec "{ROOT}/toolchain/anvil" {options} "$@"\n')
        anvil.chmod(0o755)
        path = os.pathsep.join([folder, str(Path(sys.executable).parent), os.environ["PATH"]])
        command = ["brownie", "test", "--coverage", "--network", "feiqian-anvil"]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}, stdout=sys.stderr, check=False)
    return done.returncode == 0


def _places(highlights: dict[str, Any]) -> dict[str, dict[str, dict[Place, set[str]]]]:
    """Which outcomes of every statement and branch were seen, by source file and kind."""
    seen: dict[str, dict[str, dict[Place, set[str]]]] = defaultdict(lambda: {kind: defaultdict(set) for kind in KINDS})
    for build in _our_builds():
        sources = build["allSourcePaths"]
        for kind in KINDS:
            marked = highlights[kind].get(build["contractName"], {})
            for number, functions in build["coverageMap"][kind].items():
                if not _is_ours(sources[number]):
                    continue
                for offsets in functions.values():
                    for start, stop, *_ in offsets.values():
                        seen[sources[number]][kind][start, stop] |= set()
            for number, marks in marked.items():
                for start, stop, colour, _ in marks if _is_ours(sources[number]) else ():
                    seen[sources[number]][kind][start, stop] |= OUTCOMES[colour]
    return seen


def _our_builds() -> list[dict[str, Any]]:
    """What brownie compiled of our contracts, where it can be deployed."""
    builds = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(BUILDS.glob("*.json"))]
    return [build for build in builds if build.get("coverageMap") and _is_ours(build["sourcePath"])]


def _is_ours(path: str) -> bool:
    return path.startswith("contracts/") and not path.startswith("contracts/mocks/") and (ROOT / path).exists()


def _numbers(kinds: dict[str, dict[Place, set[str]]]) -> dict[str, list[int]]:
    """[seen, all] by kind."""
    statements, branches = (list(kinds[kind].values()) for kind in KINDS)
    return {
        "statements": [sum(1 for outcomes in statements if outcomes), len(statements)],
        "branches": [sum(len(outcomes) for outcomes in branches), 2 * len(branches)],
    }


def _show(found: dict[str, dict[str, list[int]]], total: dict[str, list[int]]) -> None:
    table = Table(title="Coverage of the contracts")
    for column in ("Source", "Statements", "%", "Branch outcomes", "%"):
        table.add_column(column, justify="left" if column == "Source" else "right")
    for name, row in [*found.items(), ("total", total)]:
        cells = [text for kind in KINDS for text in (f"{row[kind][0]}/{row[kind][1]}", _percent(*row[kind]))]
        table.add_row(name, *cells)
    Console().print(table)


def _unseen(places: dict[str, dict[str, dict[Place, set[str]]]]) -> dict[tuple[str, str], int]:
    """Statements, and branches of which an outcome is missing: their line by file and code."""
    found: dict[tuple[str, str], int] = {}
    for path, kinds in sorted(places.items()):
        source = (ROOT / path).read_bytes()
        for kind, whole in (("statements", 1), ("branches", 2)):
            for (start, stop), outcomes in sorted(kinds[kind].items()):
                if len(outcomes) < whole:
                    code = " ".join(source[start:stop].decode().split())
                    found[path, code] = source[:start].count(b"\n") + 1
    return found


def _unreachable() -> list[dict[str, str]]:
    if not UNREACHABLE.exists():
        return []
    listed: list[dict[str, str]] = tomllib.loads(UNREACHABLE.read_text(encoding="utf-8"))["unreachable"]
    return listed


def _percent(seen: int, of: int) -> str:
    return f"{100 * seen / of:.1f}" if of else "-"


if __name__ == "__main__":
    sys.exit(main())
