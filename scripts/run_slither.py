"""Slither over the contracts: what it finds of high or medium impact is mended, or explained in contracts/slither.toml.

Fails on a finding that is not explained there, and on an explanation whose finding is gone. A finding is known by its
detector and by what it says, without line numbers: where a line moves nothing has to be said again, and where the code
that it is about changes somebody has to look again. `--write` adds what is new to the file, to be explained by hand.
JSON=1 prints one JSON object as the last line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "slither"
EXPLAINED = ROOT / "contracts" / "slither.toml"
COUNTED = ("High", "Medium")
PLACE = re.compile(r" ?\([^()\s]*\.sol#[\d-]+(?:,\d+)*\)")
UNEXPLAINED = "?"


@dataclass(frozen=True, order=True)
class Finding:
    detector: str
    impact: str
    says: str

    @property
    def key(self) -> tuple[str, str]:
        return self.detector, self.says


def main() -> int:
    found = _analyse()
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("finding", []) if EXPLAINED.exists() else []
    reasons = {(each["detector"], each["says"]): each["because"] for each in explained}
    new = [finding for finding in found if reasons.get(finding.key, UNEXPLAINED) == UNEXPLAINED]
    gone = [key for key in reasons if key not in {finding.key for finding in found}]
    if "--write" in sys.argv:
        _write([finding for finding in found if finding.key not in reasons])
    _show(found)
    for finding in new:
        print(f"not explained: {finding.detector} ({finding.impact}): {finding.says}", file=sys.stderr)
    for detector, says in gone:
        print(f"explained, and gone: {detector}: {says}", file=sys.stderr)
    print(f"{len(found)} findings, {len(found) - len(new)} of them explained, {len(gone)} explanations too many")
    holds = not new and not gone
    if os.environ.get("JSON") == "1" or "--json" in sys.argv:
        counts = Counter(finding.detector for finding in found)
        print(json.dumps({"findings": counts, "new": len(new), "gone": len(gone), "holds": holds}))
    return 0 if holds else 1


def _analyse() -> list[Finding]:
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    tools = [ROOT / ".venv-sec" / "bin", ROOT / "toolchain"]
    path = os.pathsep.join([*map(str, tools), os.environ.get("PATH", "")])
    report, log = BUILD / "report.json", BUILD / "slither.log"
    command = [str(tools[0] / "python"), str(tools[0] / "slither"), "."]
    command += ["--compile-force-framework", "foundry", "--filter-paths", "node_modules/|contracts/mocks/"]
    command += ["--exclude-low", "--exclude-informational", "--exclude-optimization", "--fail-none"]
    command += ["--json", str(report)]
    with log.open("w", encoding="utf-8") as out:
        subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"PATH": path, "FOUNDRY_PROFILE": "slither"},
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    answer = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"success": False, "error": ""}
    if not answer["success"]:
        print(log.read_text(encoding="utf-8")[-3000:], answer["error"], file=sys.stderr)
        raise SystemExit("Slither did not get to its end")
    found = {
        Finding(each["check"], each["impact"], " ".join(PLACE.sub("", each["description"]).split()))
        for each in answer["results"].get("detectors", [])
        if each["impact"] in COUNTED
    }
    return sorted(found)


def _write(new: list[Finding]) -> None:
    with EXPLAINED.open("a", encoding="utf-8") as out:
        for finding in new:
            says = json.dumps(finding.says, ensure_ascii=False)
            out.write(f'\n[[finding]]\ndetector = "{finding.detector}"\nsays = {says}\nbecause = "{UNEXPLAINED}"\n')


def _show(found: list[Finding]) -> None:
    table = Table(title="Slither")
    for column in ("Detector", "Impact", "Findings"):
        table.add_column(column, justify="right" if column == "Findings" else "left")
    for (detector, impact), count in sorted(Counter((each.detector, each.impact) for each in found).items()):
        table.add_row(detector, impact, str(count))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
