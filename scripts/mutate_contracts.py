"""Mutation test of the contracts: break them at one place after the other, and see whether a test of theirs fails.

The places come from the compiler's syntax tree (scripts/mutate_operators.py). What does not compile and what comes to
the same bytecode is no mutant. The others are deployed as they are, with all else as it should be, and the contract
tests that come to the broken function run until one fails (scripts/mutate_tests.py). Which those are is recorded before
and kept until a contract or a test changes. A mutant that no test notices survives: it needs a test, or a reason in
tests/mutants/survivors.toml, which is found again by its words and not by its line. Fails where a survivor has
neither, where a reason has no survivor any more, and below LEAST_PERCENT.

SAMPLE=300 tries as many, picked by SEED; without it all are tried. ONLY=Loans,Notes takes those sources alone. What
has been tried is kept in build/mutation: a run that was ended goes on where it stopped, and survivors are tried again
when a test has changed. `--report` tries nothing. JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from mutate_operators import Mutant  # noqa: E402
from mutate_sources import Code, Compiler, Sources  # noqa: E402
from mutate_tests import Reach, Tests, with_tests  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

TESTS = ROOT / "tests" / "contracts"
REASONS = ROOT / "tests" / "mutants" / "survivors.toml"
KEPT = ROOT / "build" / "mutation"
LEAST_PERCENT = 95
KILLED, SURVIVED, SAME, NOT_COMPILED = "killed", "survived", "same bytecode", "does not compile"


@dataclass(frozen=True)
class Tried:
    mutant: str
    """What was broken, by its words, place and source."""
    ending: str
    killer: str = ""
    tests: int = 0
    seconds: float = 0.0
    of: str = ""
    """The tests that let it survive: others may not."""


def main() -> int:
    os.chdir(ROOT)
    compiler = Compiler()
    sources = Sources(compiler)
    all_mutants = sources.mutants()
    picked = _picked(all_mutants)
    results = Results(sources)
    missing = [mutant for mutant in picked if results.of(mutant) is None]
    print(f"{len(all_mutants)} mutants, {len(picked)} picked, {len(missing)} to try", flush=True)
    if missing and "--report" not in sys.argv:
        status = with_tests(lambda tests: _play(missing, sources, results, tests), TESTS)
        assert status == 0, f"the tests did not begin ({status})"
    compiler.end()
    return _report(all_mutants, picked, results)


def _picked(mutants: list[Mutant]) -> list[Mutant]:
    only = {name for name in os.environ.get("ONLY", "").split(",") if name}
    unknown = only - {mutant.contract for mutant in mutants}
    assert not unknown, f"no such contract: {sorted(unknown)}"
    wanted = [mutant for mutant in mutants if not only or mutant.contract in only]
    sample = int(os.environ.get("SAMPLE") or len(wanted))
    return random.Random(os.environ.get("SEED", "1")).sample(wanted, min(sample, len(wanted)))


# ---- trying


def _play(mutants: list[Mutant], sources: Sources, results: Results, tests: Tests) -> None:
    """Most take the place of what stands; what a constructor does, or its immutables, is deployed anew."""
    tests.in_world(lambda: _try_all([each for each in mutants if _is_replaced(each)], sources, results, tests))
    results.read()
    _try_all([each for each in mutants if results.of(each) is None], sources, results, tests)


def _is_replaced(mutant: Mutant) -> bool:
    return mutant.function not in ("", "constructor")


def _try_all(mutants: list[Mutant], sources: Sources, results: Results, tests: Tests) -> None:
    reaches = _reaches(tests, results) if mutants else []
    right: dict[str, Code] = {}
    killers: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(name for mutant in mutants for name in sources.deployed_from[mutant.file]):
        sources.ask(None, [name])
        right |= sources.answer([name]) or {}
    for mutant in mutants[:1]:
        whole = tests.try_on(right, right, [reach.test for reach in reaches[:: len(reaches) // 30]], 600)
        assert whole and not whole.killer, f"with nothing broken {whole}"
        sources.ask(mutant, sources.deployed_from[mutant.file])
    for number, mutant in enumerate(mutants, 1):
        names = sources.deployed_from[mutant.file]
        codes = sources.answer(names)
        for following in mutants[number : number + 1]:
            sources.ask(following, sources.deployed_from[following.file])
        if codes is None or all(code.creation == right[name].creation for name, code in codes.items()):
            tried = Tried(results.name(mutant), NOT_COMPILED if codes is None else SAME)
        else:
            ordered = _ordered(reaches, mutant, sources, killers[f"{mutant.file}.{mutant.function}"])
            seconds = 300 + 10 * sum(reach.seconds for reach in reaches if reach.test in ordered)
            outcome = tests.try_on(codes, right, ordered, seconds)
            if outcome is None:
                continue
            ending = KILLED if outcome.killer else SURVIVED
            tried = Tried(results.name(mutant), ending, **asdict(outcome), of=results.tests_digest)
            if outcome.killer in ordered:
                killers[f"{mutant.file}.{mutant.function}"].insert(0, outcome.killer)
        results.add(tried)
        line = f"{number}/{len(mutants)} {tried.ending} {tried.seconds} s {mutant.file}:{mutant.line} {mutant.key}"
        print(line, file=sys.stderr)


def _reaches(tests: Tests, results: Results) -> list[Reach]:
    """What each test comes to: from an earlier run, or recorded now."""
    kept, of = results.reach, results.file_digests
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    known = {reach.test: reach for reach in (Reach(**json.loads(line)) for line in lines)}
    known = {name: reach for name, reach in known.items() if of.get(name.split("::")[0]) == reach.of}
    missing = [name for name in tests.names() if name not in known]
    if missing:
        print(f"recording what {len(missing)} tests come to", flush=True)
        with kept.open("a", encoding="utf-8") as out:
            for reach in tests.record(missing):
                known[reach.test] = replace(reach, of=of[reach.test.split("::")[0]])
                print(json.dumps(asdict(known[reach.test])), file=out, flush=True)
    failing = [reach.test for reach in known.values() if not reach.passed]
    assert not failing, f"these fail with nothing broken: {failing}"
    return list(known.values())


def _ordered(reaches: list[Reach], mutant: Mutant, sources: Sources, killers: list[str]) -> list[str]:
    """The tests that come to the broken function, and first those that are likeliest to notice: what noticed another
    break of it, then the contract's own, then what comes to little else."""
    names = sources.deployed_from[mutant.file]
    selectors = sources.entries.get(f"{mutant.file}.{mutant.function}", set())
    wanted = {f"{name}.{selector}" for name in names for selector in selectors}
    if wanted:
        coming = [reach for reach in reaches if not wanted.isdisjoint(reach.calls)]
    else:  # a constructor, a constant, what a library calls
        coming = [reach for reach in reaches if any(call.split(".")[0] in names for call in reach.calls)]
    own = tuple(f"tests/contracts/{name}/" for name in names)
    rank = {test: place for place, test in reversed(list(enumerate(killers)))}
    coming.sort(key=lambda reach: (rank.get(reach.test, 999), not reach.test.startswith(own), len(reach.calls)))
    return [reach.test for reach in coming]


class Results:
    """What was tried, in a file of a line each. Names say which source was broken, so another source has others."""

    def __init__(self, sources: Sources) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        self._digests = {path: _digest([text]) for path, text in sources.text.items()}
        files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(TESTS.rglob("*.py"))}
        shared = [text for path, text in files.items() if not Path(path).name.startswith("test_")]
        self.tests_digest = _digest(files.values())
        self.file_digests = {path: _digest([text]) for path, text in files.items()}
        self.reach = KEPT / f"reach-{_digest([*sources.text.values(), *shared])}.jsonl"
        self._file = KEPT / "tried.jsonl"
        self._tried: dict[str, Tried] = {}
        self.read()

    def read(self) -> None:
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        self._tried = {tried.mutant: tried for tried in (Tried(**json.loads(line)) for line in lines)}

    def name(self, mutant: Mutant) -> str:
        return f"{self._digests[mutant.file]} {mutant.start}-{mutant.end} {mutant.becomes} {mutant.key}"

    def of(self, mutant: Mutant) -> Tried | None:
        """How it ended; None where that is to be found out, again where tests have changed since it survived."""
        tried = self._tried.get(self.name(mutant))
        stale = tried is not None and tried.ending == SURVIVED and tried.of != self.tests_digest
        return None if stale else tried

    def add(self, tried: Tried) -> None:
        self._tried[tried.mutant] = tried
        with self._file.open("a", encoding="utf-8") as out:
            print(json.dumps(asdict(tried)), file=out)


def _digest(texts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


# ---- reporting


def _report(all_mutants: list[Mutant], picked: list[Mutant], results: Results) -> int:
    tried = [(mutant, result) for mutant in picked if (result := results.of(mutant))]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivor"] if REASONS.exists() else []
    why = {each["mutant"]: each["why"] for each in reasons}
    survivors = [mutant for mutant, result in tried if result.ending == SURVIVED]
    for mutant in sorted(survivors, key=lambda mutant: (mutant.file, mutant.start)):
        print(f"{mutant.file}:{mutant.line} {mutant.operator} in {mutant.function}")
        print(f"  - {mutant.was_line}\n  + {mutant.becomes_line}\n  {why.get(mutant.key, 'UNEXPLAINED')}")
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
