"""Line and branch coverage of the backend by the data that pytest --cov has left, by the bars that it has to meet.

Fails where fewer than 95 % of the branches are taken in all, or where a line or a branch is left of the files that are
named as arguments: where money or a nonce would be lost. Writes reports/backend.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "reports" / "backend.json"
LEAST_PERCENT = 95


def main(whole: list[str]) -> int:
    coverage = str(Path(sys.executable).with_name("coverage"))
    subprocess.run([coverage, "json", "-q", "-o", str(REPORT)], cwd=ROOT, check=True)
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    files = {path: each["summary"] for path, each in report["files"].items()}
    left = {path: each for path, each in files.items() if each["missing_lines"] or each["missing_branches"]}
    table = Table(title="Backend: what no test has come to")
    for column in ("File", "Lines", "Branches"):
        table.add_column(column, justify="left" if column == "File" else "right")
    for path, each in sorted(left.items(), key=lambda item: -item[1]["missing_branches"]):
        table.add_row(path, str(each["missing_lines"]), str(each["missing_branches"]))
    Console(width=100).print(table)
    totals = report["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    print(f"lines {lines:.2f} %, branches {branches:.2f} % of {totals['num_branches']:,}")
    strange = [path for path in whole if path not in files]
    short = [path for path in whole if path in left]
    for path in strange:
        print(f"{path} is not among the files that were measured", file=sys.stderr)
    for path in short:
        print(f"{path} has to be covered whole", file=sys.stderr)
    return 0 if branches >= LEAST_PERCENT and not strange and not short else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
