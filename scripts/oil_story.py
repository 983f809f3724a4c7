"""Plays the oil story on a fresh local chain and draws it: price, LTV with its calls, debt and cash, in both runs.

    python scripts/oil_story.py            writes docs/oil-story.svg
    python scripts/oil_story.py --stdin    the same from the JSON line of `make demo STORY=oil JSON=1`

Whole pixels and whole cents only; the same prices make the same figure, to the byte.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from backend.pictures import BLUE, ORANGE, closed, line, opening, text  # noqa: E402

FIGURE = ROOT / "docs" / "oil-story.svg"

WIDTH, LEFT, RIGHT, TOP = 760, 64, 150, 40
PANEL, GAP = 150, 34
RUNS = {"TANK-7": (BLUE, "every call answered"), "TANK-8": (ORANGE, "no call answered")}
CALL_BPS, ADVANCE_BPS = 7_000, 6_000
Record = dict[str, Any]


def main() -> int:
    told = sys.stdin.read() if "--stdin" in sys.argv else _played()
    records = json.loads(next(row for row in reversed(told.splitlines()) if row.startswith("{")))["records"]
    FIGURE.write_text(figure(records), encoding="utf-8")
    print(f"{FIGURE.relative_to(ROOT)}: {len(records)} days and acts")
    return 0


def _played() -> str:
    command = [str(Path(sys.executable).parent / "feiqian"), "--chain", "anvil", "demo", "--story", "oil", "--json"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def figure(records: list[Record]) -> str:
    days = [date.fromisoformat(record["date"]) for record in records]
    first, span = min(days), (max(days) - min(days)).days
    trader = {run: next(row["traderCents"] for row in records if row["run"] == run) for run in RUNS}
    panels = [
        ("Brent, dollars a barrel", "priceCents", 100, []),
        ("LTV, per cent", "ltvBps", 100, [ADVANCE_BPS, CALL_BPS]),
        ("Owed, thousand dollars", "owedCents", 100_000, []),
        ("The trader's cash since the loan, thousand dollars", "cash", 100_000, []),
    ]
    rows = [{**row, "cash": row["traderCents"] - trader[row["run"]]} for row in records]
    height = TOP + len(panels) * (PANEL + GAP) + 10
    parts = [
        *opening(WIDTH, height, "A loan on 1,000 barrels of oil from 2 January 2020 on, in two runs"),
        text(LEFT, 20, "A loan on 1,000 barrels of Brent from 2 January 2020 on", "start", 14),
    ]
    for number, (title, key, unit, marks) in enumerate(panels):
        top = TOP + number * (PANEL + GAP) + 14
        parts += _panel(rows, (title, key, unit, marks), top, first, span)
    for number, (colour, words) in enumerate(RUNS.values()):
        y = TOP + 30 + 20 * number
        parts.append(line(WIDTH - RIGHT + 10, y, WIDTH - RIGHT + 30, y, colour))
        parts.append(text(WIDTH - RIGHT + 36, y + 4, words, "start", 11))
    parts.append(text(WIDTH - RIGHT + 10, TOP + 78, "● margin called", "start", 11))
    return closed(parts)


def _panel(rows: list[Record], about: tuple[str, str, int, list[int]], top: int, first: date, span: int) -> list[str]:
    title, key, unit, marks = about
    low, high = min(0, *(row[key] for row in rows)), max(row[key] for row in rows)
    wide, right = WIDTH - LEFT - RIGHT, WIDTH - RIGHT

    def x(row: Record) -> int:
        return LEFT + wide * (date.fromisoformat(row["date"]) - first).days // span

    def y(value: int) -> int:
        return top + PANEL - (value - low) * PANEL // (high - low)

    parts = [text(LEFT, top - 5, title, "start")]
    for value in sorted({low, 0, high, *marks}):
        parts.append(line(LEFT, y(value), right, y(value)))
        parts.append(text(LEFT - 6, y(value) + 4, str(value // unit), "end", 11))
    for run, (colour, _) in RUNS.items():
        mine = [row for row in rows if row["run"] == run]
        points = " ".join(f"{x(row)},{y(row[key])}" for row in mine)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        if key == "ltvBps":
            called = [row for row in mine if row["what"] == "called"]
            parts += [f'<circle cx="{x(row)}" cy="{y(row[key])}" r="3" fill="{colour}"/>' for row in called]
    parts.append(text(LEFT, top + PANEL + 14, first.isoformat(), "start", 11))
    last = max(row["date"] for row in rows)
    parts.append(text(right, top + PANEL + 14, last, "end", 11))
    return parts


if __name__ == "__main__":
    sys.exit(main())
