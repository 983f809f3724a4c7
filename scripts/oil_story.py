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
FIGURE = ROOT / "docs" / "oil-story.svg"

WIDTH, LEFT, RIGHT, TOP = 760, 64, 150, 40
PANEL, GAP = 150, 34
INK, FAINT = "#333333", "#dddddd"
RUNS = {"TANK-7": ("#2b6cb0", "every call answered"), "TANK-8": ("#c05621", "no call answered")}
CALL_BPS, ADVANCE_BPS = 7_000, 6_000
Record = dict[str, Any]


def main() -> int:
    text = sys.stdin.read() if "--stdin" in sys.argv else _played()
    records = json.loads(next(line for line in reversed(text.splitlines()) if line.startswith("{")))["records"]
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
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">',
        '<title id="title">A loan on 1,000 barrels of oil from 2 January 2020 on, in two runs</title>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(LEFT, 20, "A loan on 1,000 barrels of Brent from 2 January 2020 on", "start", 14),
    ]
    for number, (title, key, unit, marks) in enumerate(panels):
        top = TOP + number * (PANEL + GAP) + 14
        parts += _panel(rows, (title, key, unit, marks), top, first, span)
    for number, (colour, words) in enumerate(RUNS.values()):
        y = TOP + 30 + 20 * number
        parts.append(f'<line x1="{WIDTH - RIGHT + 10}" y1="{y}" x2="{WIDTH - RIGHT + 30}" y2="{y}" stroke="{colour}"/>')
        parts.append(_text(WIDTH - RIGHT + 36, y + 4, words, "start", 11))
    parts.append(_text(WIDTH - RIGHT + 10, TOP + 78, "● margin called", "start", 11))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(rows: list[Record], about: tuple[str, str, int, list[int]], top: int, first: date, span: int) -> list[str]:
    title, key, unit, marks = about
    low, high = min(0, *(row[key] for row in rows)), max(row[key] for row in rows)
    wide, right = WIDTH - LEFT - RIGHT, WIDTH - RIGHT

    def x(row: Record) -> int:
        return LEFT + wide * (date.fromisoformat(row["date"]) - first).days // span

    def y(value: int) -> int:
        return top + PANEL - (value - low) * PANEL // (high - low)

    parts = [_text(LEFT, top - 5, title, "start")]
    for value in sorted({low, 0, high, *marks}):
        parts.append(f'<line x1="{LEFT}" y1="{y(value)}" x2="{right}" y2="{y(value)}" stroke="{FAINT}"/>')
        parts.append(_text(LEFT - 6, y(value) + 4, str(value // unit), "end", 11))
    for run, (colour, _) in RUNS.items():
        mine = [row for row in rows if row["run"] == run]
        points = " ".join(f"{x(row)},{y(row[key])}" for row in mine)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        if key == "ltvBps":
            called = [row for row in mine if row["what"] == "called"]
            parts += [f'<circle cx="{x(row)}" cy="{y(row[key])}" r="3" fill="{colour}"/>' for row in called]
    parts.append(_text(LEFT, top + PANEL + 14, first.isoformat(), "start", 11))
    last = max(row["date"] for row in rows)
    parts.append(_text(right, top + PANEL + 14, last, "end", 11))
    return parts


def _text(x: int, y: int, text: str, anchor: str, size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{text}</text>'


if __name__ == "__main__":
    sys.exit(main())
