"""The proofs in tests/proofs, by Halmos: every input, and not a sample of them.

Fails where one has a counterexample, ends in a timeout, did not look at every turn of a loop, or did not run at all.
With `--mutants` it breaks the contracts instead, one line at a time (tests/proofs/mutants.toml), and fails where a
proof that is named for a break does not find it: a proof that cannot fail proves nothing. `--together` makes all breaks
at once, in two copies, which takes minutes instead of an hour and says less: a proof may find the break that was made
for another. Words pick proofs (and the breaks that they should find) by a part of their names. JSON=1 prints one JSON
object as the last line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
PROOFS = Path("tests") / "proofs"
BROKEN = ROOT / "build" / "mutants"
SECONDS_A_QUERY = 180
"""How long the solver may think about one path."""
NOTES = "contracts/Notes.sol"
LOOP = 16
"""More turns than any loop has here; one that had more would be an error, and not left out."""
ENDINGS = ("proven", "counterexample", "timeout", "stuck", "nothing but reverts", "error")
"""What Halmos's exit codes say, in their order."""


@dataclass(frozen=True)
class Result:
    proof: str
    ending: str
    paths: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Mutant:
    rule: str
    file: str
    was: str
    becomes: str
    caught_by: list[str]


def main() -> int:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    report = _try_mutants(words) if "--mutants" in sys.argv else _prove_all(words)
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        print(json.dumps(report))
    return 0 if report["holds"] else 1


# ---- the proofs


def _prove_all(words: list[str]) -> dict[str, object]:
    wanted = [name for name in _written() if not words or any(word in name for word in words)]
    results = _run(ROOT, wanted)
    table = Table(title="Proofs")
    for column in ("Proof", "", "Paths", "Seconds"):
        table.add_column(column, justify="right" if column in ("Paths", "Seconds") else "left")
    for result in results:
        table.add_row(result.proof, result.ending, str(result.paths), f"{result.seconds:.1f}")
    Console(width=120).print(table)
    failed = [result for result in results if result.ending != "proven"]
    for result in failed:
        print(f"{result.proof}: {result.ending}", file=sys.stderr)
    proven = len(results) - len(failed)
    print(f"{proven} of {len(wanted)} proofs hold")
    return {"proofs": [vars(result) for result in results], "holds": proven == len(wanted) != 0}


def _written() -> list[str]:
    """All there are, as Contract.check_name."""
    names = []
    for file in sorted((ROOT / PROOFS).glob("*.t.sol")):
        text = file.read_text(encoding="utf-8")
        contracts = re.findall(r"^contract (\w+)", text, re.MULTILINE)
        assert len(contracts) == 1, f"{file.name}: one contract a file"
        names += [f"{contracts[0]}.{name}" for name in re.findall(r"function (check_\w+)", text)]
    return names


def _run(root: Path, wanted: list[str]) -> list[Result]:
    results: dict[str, Result] = {}
    for contract in dict.fromkeys(name.split(".")[0] for name in wanted):
        checks = [name.split(".")[1] for name in wanted if name.startswith(f"{contract}.")]
        for result in _halmos(root, contract, checks):
            results[result.proof] = result
    return [results.get(name, Result(name, "did not run")) for name in wanted]


def _halmos(root: Path, contract: str, checks: list[str]) -> list[Result]:
    report = root / "build" / "proofs" / f"{contract}.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    tools = [ROOT / ".venv-sec" / "bin", ROOT / "toolchain"]
    path = os.pathsep.join([*map(str, tools), os.environ.get("PATH", "")])
    command = ["halmos", "--root", str(root), "--forge-build-out", "build/proofs/out", "--contract", contract]
    command += ["--match-test", f"^({'|'.join(checks)})\\(", "--json-output", str(report), "--no-status"]
    command += [
        "--loop",
        str(LOOP),
        "--solver-timeout-branching",
        "50ms",
        "--solver-timeout-assertion",
        f"{SECONDS_A_QUERY}s",
    ]
    command += ["--solver-command", f"{tools[0] / 'python'} {ROOT / 'toolchain' / 'solver.py'}"]
    settings = {"PATH": path, "FOUNDRY_PROFILE": "proofs", "PYTHONUNBUFFERED": "1"}
    if root == BROKEN:
        settings["FOUNDRY_OPTIMIZER"] = "false"  # compiled in half the time
        command.append("--early-exit")
    log = report.with_suffix(".log")
    with log.open("w", encoding="utf-8") as out:
        subprocess.run(
            [str(tools[0] / "python"), "-m", *command],
            cwd=root,
            env=os.environ | settings,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not report.exists():
        print(f"Halmos did not get to its end; the last of {log}:", file=sys.stderr)
        print("\n".join(log.read_text(encoding="utf-8").splitlines()[-20:]), file=sys.stderr)
        return []
    tests = [test for tests in json.loads(report.read_text())["test_results"].values() for test in tests]
    return [_result(contract, test) for test in tests]


def _result(contract: str, test: dict[str, object]) -> Result:
    name = f"{contract}.{str(test['name']).split('(')[0]}"
    ending = ENDINGS[int(str(test["exitcode"]))]
    if ending == "proven" and test["num_bounded_loops"]:
        ending = "loop not unrolled to its end"
    paths, seconds = test["num_paths"], test["time"]
    if not isinstance(paths, list) or not isinstance(seconds, list):
        return Result(name, ending)
    return Result(name, ending, paths[0], seconds[0])


# ---- and whether they can fail


def _try_mutants(words: list[str]) -> dict[str, object]:
    listed = tomllib.loads((ROOT / PROOFS / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    mutants = [Mutant(**each) for each in listed]
    picked = [each for each in mutants if not words or any(word in str(each.caught_by) for word in words)]
    unknown = {name for each in mutants for name in each.caught_by} - set(_written())
    assert not unknown, f"no such proof: {sorted(unknown)}"
    untried = [name for name in _written() if not any(name in each.caught_by for each in mutants)]
    table = Table(title="Broken contracts")
    for column in ("Break", "Proof", "", "Seconds"):
        table.add_column(column, justify="right" if column == "Seconds" else "left")
    missed, rows = [], []
    for breaks, proofs in _batches(picked):
        started = time.monotonic()
        for result in _run(_broken(breaks, proofs), proofs):
            rule = "; ".join(each.rule for each in breaks if result.proof in each.caught_by)
            caught = result.ending == "counterexample"
            if not caught:
                missed.append(f"{rule}: {result.proof} ended with '{result.ending}'")
            seconds = round(time.monotonic() - started, 1)
            rows.append({"rule": rule, "proof": result.proof, "caught": caught, "seconds": seconds})
            print(f"{'caught' if caught else 'MISSED'} {seconds:5.0f} s  {result.proof}: {rule}", flush=True)
            table.add_row(rule, result.proof, "caught" if caught else "MISSED", f"{seconds:.0f}")
    Console(width=140).print(table)
    for line in missed:
        print(line, file=sys.stderr)
    for name in [] if words else untried:
        print(f"no break tries {name}", file=sys.stderr)
    print(f"{len(rows) - len(missed)} of {len(rows)} breaks were caught")
    return {"mutants": rows, "holds": bool(rows) and not missed and (bool(words) or not untried)}


def _batches(mutants: list[Mutant]) -> list[tuple[list[Mutant], list[str]]]:
    """What is broken in one copy, and the proofs that are tried on it."""
    if "--together" not in sys.argv:
        return [([mutant], mutant.caught_by) for mutant in mutants]
    # Value lost in Notes is lost for every proof that rests on it, so its breaks are a copy of their own.
    apart = [[each for each in mutants if (each.file == NOTES) is notes] for notes in (True, False)]
    return [(each, list(dict.fromkeys(name for mutant in each for name in mutant.caught_by))) for each in apart if each]


def _broken(mutants: list[Mutant], proofs: list[str]) -> Path:
    """A copy of the contracts with the breaks, and of the proofs that should find them."""
    shutil.rmtree(BROKEN, ignore_errors=True)
    shutil.copytree(ROOT / "contracts", BROKEN / "contracts")
    shutil.copytree(ROOT / "tests" / "invariants", BROKEN / "tests" / "invariants")
    contracts = {name.split(".")[0] for name in proofs}
    for file in (ROOT / PROOFS).glob("*.sol"):
        text = file.read_text(encoding="utf-8")
        if not file.name.endswith(".t.sol") or any(f"contract {name} " in text for name in contracts):
            (BROKEN / PROOFS).mkdir(parents=True, exist_ok=True)
            shutil.copy(file, BROKEN / PROOFS / file.name)
    shutil.copy(ROOT / "foundry.toml", BROKEN / "foundry.toml")
    for name in ("node_modules", "toolchain", ".venv"):
        (BROKEN / name).symlink_to(ROOT / name)
    for mutant in mutants:
        target = BROKEN / mutant.file
        text = target.read_text(encoding="utf-8")
        assert text.count(mutant.was) == 1, f"{mutant.rule}: not once in {mutant.file}: {mutant.was}"
        target.write_text(text.replace(mutant.was, mutant.becomes), encoding="utf-8")
    return BROKEN


if __name__ == "__main__":
    sys.exit(main())
