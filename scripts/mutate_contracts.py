"""Mutation test of the contracts: break them at one place after the other, and see whether a test of theirs fails.

The places come from the compiler's syntax tree (scripts/mutation/operators.py). What does not compile and what comes to
the same bytecode is no mutant. The others are deployed as they are, with all else as it should be, and the contract
tests that come to the broken function run until one fails (scripts/mutation/playing.py). Which those are is recorded
before and kept until a contract or a test changes. A mutant that no test notices survives: it needs a test, or a reason
in tests/mutants/survivors.toml, which is found again by its words and not by its line. Fails where a survivor has
neither, where a reason has no survivor any more, and below LEAST_PERCENT.

SAMPLE=300 tries as many, picked by SEED; without it all are tried. ONLY=Loans,Notes takes those sources alone. What
has been tried is kept in build/mutation: a run that was ended goes on where it stopped, and survivors are tried again
when a test has changed. `--report` tries nothing. JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from mutation.operators import Mutant  # noqa: E402
from mutation.playing import Tests, with_tests  # noqa: E402
from mutation.sources import Compiler, Sources  # noqa: E402
from mutation.trial import KILLED, NOT_COMPILED, PASSED, SAME, SURVIVED, TESTS, Kept, Trial, Tried  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

REASONS = ROOT / "tests" / "mutants" / "survivors.toml"
LEAST_PERCENT = 95


def main() -> int:
    os.chdir(ROOT)
    compiler = Compiler()
    sources = Sources(compiler)
    all_mutants = sources.mutants()
    picked = _picked(all_mutants)
    kept = Kept(sources)
    missing = [mutant for mutant in picked if _is_open(kept.of(mutant))]
    print(f"{len(all_mutants)} mutants, {len(picked)} picked, {len(missing)} to try", flush=True)
    if missing and "--report" not in sys.argv:
        status = with_tests(lambda tests: _play(missing, sources, kept, tests), TESTS)
        assert status == 0, f"the tests did not begin ({status})"
    compiler.end()
    return _report(all_mutants, picked, kept)


def _picked(mutants: list[Mutant]) -> list[Mutant]:
    only = {name for name in os.environ.get("ONLY", "").split(",") if name}
    unknown = only - {mutant.contract for mutant in mutants}
    assert not unknown, f"no such contract: {sorted(unknown)}"
    wanted = [mutant for mutant in mutants if not only or mutant.contract in only]
    random.Random(os.environ.get("SEED", "1")).shuffle(wanted)  # so that a larger sample contains a smaller one
    return wanted[: int(os.environ.get("SAMPLE") or len(wanted))]


def _play(mutants: list[Mutant], sources: Sources, kept: Kept, tests: Tests) -> None:
    """Most take the place of what stands; what a constructor does, or its immutables, is deployed anew."""
    replaced = [mutant for mutant in mutants if mutant.function not in ("", "constructor")]
    replaced.sort(key=lambda mutant: mutant.file)
    tests.in_world(lambda: Trial(sources, kept, tests).run(replaced))
    kept.read()
    Trial(sources, kept, tests).run([mutant for mutant in mutants if _is_open(kept.of(mutant))])


def _is_open(tried: Tried | None) -> bool:
    return tried is None or tried.ending == PASSED


# ---- reporting


def _report(all_mutants: list[Mutant], picked: list[Mutant], kept: Kept) -> int:
    tried = [(mutant, result) for mutant in picked if (result := kept.of(mutant)) and not _is_open(result)]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivor"] if REASONS.exists() else []
    why = {each["mutant"]: each["why"] for each in reasons}
    survivors = [mutant for mutant, result in tried if result.ending == SURVIVED]
    for mutant in sorted(survivors, key=lambda mutant: (mutant.file, mutant.start)):
        print(f"{mutant.file}:{mutant.line} {mutant.operator} in {mutant.function}")
        print(f"  - {mutant.was_line}\n  + {mutant.becomes_line}\n  {why.get(mutant.key, 'UNEXPLAINED')}")
    for mutant in picked:
        result = kept.of(mutant)
        if result and result.ending == PASSED:
            print(f"not tried by all tests yet: {mutant.file}:{mutant.line} {mutant.key}")
    by: dict[str, Callable[[Mutant], str]] = {
        "Contract": lambda mutant: mutant.contract,
        "Operator": lambda mutant: mutant.operator,
    }
    counts = {title: _counts(title, name, all_mutants, tried) for title, name in by.items()}
    total = counts["Contract"]["total"]
    ran = total[KILLED] + total[SURVIVED]
    percent = 100 * total[KILLED] / ran if ran else 0.0
    print(f"{total[KILLED]} of {ran} mutants were killed: {percent:.1f} %; {len(survivors)} survived")
    unexplained = [mutant.key for mutant in survivors if mutant.key not in why]
    known = {mutant.key for mutant in all_mutants}
    noticed = {mutant.key for mutant, result in tried if result.ending != SURVIVED} - {each.key for each in survivors}
    outdated = [key for key in why if key not in known or key in noticed]
    for text, keys in (("has no reason", unexplained), ("is a reason without a survivor", outdated)):
        for key in keys:
            print(f"{text}: {key}", file=sys.stderr)
    holds = bool(ran) and len(tried) == len(picked) and percent >= LEAST_PERCENT and not unexplained and not outdated
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        report = {"generated": len(all_mutants), "picked": len(picked), "percent": round(percent, 1), "holds": holds}
        print(json.dumps(report | {title.lower(): rows for title, rows in counts.items()}))
    return 0 if holds else 1


def _counts(
    title: str, name: Callable[[Mutant], str], all_mutants: list[Mutant], tried: list[tuple[Mutant, Tried]]
) -> dict[str, dict[str, int]]:
    endings = (KILLED, SURVIVED, SAME, NOT_COMPILED)
    rows: dict[str, dict[str, int]] = {}
    for mutant in all_mutants:
        for row in (name(mutant), "total"):
            rows.setdefault(row, dict.fromkeys(("generated", *endings), 0))["generated"] += 1
    for mutant, result in tried:
        for row in (name(mutant), "total"):
            rows[row][result.ending] += 1
    rows["total"] = rows.pop("total")
    table = Table(title=f"Mutants by {title.lower()}")
    for column in (title, "Generated", "Killed", "Survived", "%", "Same bytecode", "Does not compile"):
        table.add_column(column, justify="left" if column == title else "right")
    for label, row in rows.items():
        ran = row[KILLED] + row[SURVIVED]
        percent = f"{100 * row[KILLED] / ran:.1f}" if ran else "-"
        cells = [row["generated"], row[KILLED], row[SURVIVED], percent, row[SAME], row[NOT_COMPILED]]
        table.add_row(label, *map(str, cells))
    Console(width=100).print(table)
    return rows


if __name__ == "__main__":
    sys.exit(main())
