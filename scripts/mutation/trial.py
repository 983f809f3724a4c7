"""What happens to a mutant: which tests are tried on it, in which order, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mutation.operators import Mutant
from mutation.playing import Tests
from mutation.reach import Reach
from mutation.sources import ROOT, Code, Sources

TESTS = ROOT / "tests" / "contracts"
KEPT = ROOT / "build" / "mutation"
KILLED, SURVIVED, SAME, NOT_COMPILED = "killed", "survived", "same bytecode", "does not compile"
PASSED = "passed its own"
"""Its own contract's tests let it pass, and no others have been tried."""


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


class Kept:
    """What was found out, in files of a line each. Names say which source was broken, so another source has others."""

    def __init__(self, sources: Sources) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        self._digests = {path: _digest([text]) for path, text in sources.text.items()}
        files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(TESTS.rglob("*.py"))}
        shared = [text for path, text in files.items() if not Path(path).name.startswith("test_")]
        self.tests_digest = _digest(files.values())
        self._file_digests = {path: _digest([text]) for path, text in files.items()}
        self._reach = KEPT / f"reach-{_digest([*sources.text.values(), *shared])}.jsonl"
        self._tried = KEPT / "tried.jsonl"
        self._results: dict[str, Tried] = {}
        self.read()

    def read(self) -> None:
        self._results = {tried.mutant: tried for tried in (Tried(**each) for each in _read(self._tried))}

    def name(self, mutant: Mutant) -> str:
        return f"{self._digests[mutant.file]} {mutant.start}-{mutant.end} {mutant.becomes} {mutant.key}"

    def of(self, mutant: Mutant) -> Tried | None:
        """How it ended; None where that is to be found out, again where tests have changed since it survived."""
        tried = self._results.get(self.name(mutant))
        stale = tried is not None and tried.ending in (SURVIVED, PASSED) and tried.of != self.tests_digest
        return None if stale else tried

    def add(self, tried: Tried) -> None:
        self._results[tried.mutant] = tried
        _append(self._tried, asdict(tried))

    def reaches(self) -> dict[str, Reach]:
        """What each test comes to, as far as its file and the contracts are as they were."""
        known = {reach.test: reach for reach in (Reach(**each) for each in _read(self._reach))}
        return {test: reach for test, reach in known.items() if reach.of == self._file_digests.get(_file(test))}

    def add_reach(self, reach: Reach) -> Reach:
        reach = replace(reach, of=self._file_digests[_file(reach.test)])
        _append(self._reach, asdict(reach))
        return reach


class Trial:
    """A mutant's own contract's tests come first, for all of them. What those let pass meets all others."""

    def __init__(self, sources: Sources, kept: Kept, tests: Tests) -> None:
        self._sources = sources
        self._kept = kept
        self._tests = tests
        self._reaches = kept.reaches()
        self._right: dict[str, Code] = {}
        self._killers: dict[str, list[str]] = defaultdict(list)

    def run(self, mutants: list[Mutant]) -> None:
        for name in dict.fromkeys(name for mutant in mutants for name in self._sources.deployed_from[mutant.file]):
            self._sources.ask(None, [name])
            self._right |= self._sources.answer([name]) or {}
        for own, left in ((True, None), (False, PASSED)):
            for mutant, codes in self._compiled([each for each in mutants if self._ending(each) == left]):
                self._try(mutant, codes, own)

    def _ending(self, mutant: Mutant) -> str | None:
        tried = self._kept.of(mutant)
        return tried.ending if tried else None

    def _compiled(self, mutants: list[Mutant]) -> Iterator[tuple[Mutant, dict[str, Code] | None]]:
        """Each is compiled while the one before it is tried."""
        for mutant in mutants[:1]:
            self._sources.ask(mutant, self._sources.deployed_from[mutant.file])
        for number, mutant in enumerate(mutants, 1):
            codes = self._sources.answer(self._sources.deployed_from[mutant.file])
            for following in mutants[number : number + 1]:
                self._sources.ask(following, self._sources.deployed_from[following.file])
            yield mutant, codes
            print(f"{number}/{len(mutants)} {self._ending(mutant)} {mutant.file}:{mutant.line} {mutant.key}")
            sys.stdout.flush()

    def _try(self, mutant: Mutant, codes: dict[str, Code] | None, own: bool) -> None:
        tried = Tried(self._kept.name(mutant), NOT_COMPILED)
        if codes and all(code.creation == self._right[name].creation for name, code in codes.items()):
            tried = replace(tried, ending=SAME)
        elif codes:
            tests = self._tests_of(mutant, own)
            seconds = 300 + 10 * sum(self._reaches[test].seconds for test in tests)
            outcome = self._tests.try_on(codes, self._right, tests, seconds)
            if outcome is None:
                return  # it has to be deployed anew: later
            ending = KILLED if outcome.killer else PASSED if own else SURVIVED
            tried = Tried(tried.mutant, ending, **asdict(outcome), of="" if outcome.killer else self._kept.tests_digest)
            if outcome.killer in tests:
                self._killers[f"{mutant.file}.{mutant.function}"].insert(0, outcome.killer)
        self._kept.add(tried)

    def _tests_of(self, mutant: Mutant, own: bool) -> list[str]:
        """The tests that come to the broken function, and first those that are likeliest to notice: what noticed
        another break of it, then those named after the act, then what comes to little else."""
        names = self._sources.deployed_from[mutant.file]
        folders = tuple(f"tests/contracts/{name}/" for name in (mutant.contract, *names))
        self._record([test for test in self._tests.names() if not own or test.startswith(folders)])
        entries = self._sources.entries.get(f"{mutant.file}.{mutant.function}", {})
        wanted = {f"{name}.{selector}" for name in names for selector in entries}
        named = tuple(f"test_{_snake(act)}.py" for act in entries.values())
        coming = [
            reach
            for reach in self._reaches.values()
            if reach.test.startswith(folders) is own
            # A constructor, a constant and what a library calls have no selector: any call of the contract will do.
            and any(call in wanted or (not wanted and call.split(".")[0] in names) for call in reach.calls)
        ]
        killers = self._killers[f"{mutant.file}.{mutant.function}"]
        rank = {test: place for place, test in reversed(list(enumerate(killers)))}
        coming.sort(
            key=lambda reach: (
                rank.get(reach.test, len(killers)),
                not _file(reach.test).endswith(named),
                len(reach.calls),
            )
        )
        return [reach.test for reach in coming]

    def _record(self, tests: list[str]) -> None:
        missing = [test for test in tests if test not in self._reaches]
        if not missing:
            return
        print(f"recording what {len(missing)} tests come to", file=sys.stderr)
        for reach in self._tests.record(missing):
            if reach.passed:
                self._reaches[reach.test] = self._kept.add_reach(reach)
        failing = [test for test in missing if test not in self._reaches]
        assert not failing, f"these fail with nothing broken: {failing}"
        whole = self._tests.try_on(self._right, self._right, missing[:20], 600)
        assert whole and not whole.killer, f"with nothing broken {whole}"


def _file(test: str) -> str:
    return test.split("::")[0]


def _snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


def _digest(texts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:12]


def _read(path: Path) -> list[dict[str, object]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def _append(path: Path, each: dict[str, object]) -> None:
    with path.open("a", encoding="utf-8") as out:
        print(json.dumps(each), file=out)
