"""What docs/asvs.md claims: each requirement once, and nothing called met whose test is not there."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from backend.config import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text()
ROWS = [
    tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in PAGE.splitlines() if line.startswith("| v5.0.0-")
]
LINES = (Path(__file__).parent / "asvs-5.0.0.csv").read_text().splitlines()
STANDARD = {
    row["requirement"]: row["level"] for row in csv.DictReader(line for line in LINES if not line.startswith("#"))
}
STATES = ("met", "not applicable", "not met")


def test_every_requirement_of_levels_1_and_2_stands_there_once() -> None:
    assert Counter(STANDARD.values()) == {"1": 70, "2": 183}
    assert Counter(row[0] for row in ROWS) == Counter(f"v5.0.0-{number}" for number in STANDARD)
    assert all(STANDARD[row[0].removeprefix("v5.0.0-")] == row[1] for row in ROWS)


def test_the_sums_are_those_of_the_rows() -> None:
    counted = Counter((row[3], row[1]) for row in ROWS)
    for state in STATES:
        assert f"| {state} | {counted[state, '1']} | {counted[state, '2']} |" in PAGE
    assert {state for state, _ in counted} == set(STATES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_met_names_where_and_what_is_not_says_why(row: tuple[str, ...]) -> None:
    number, _, words, state, where = row
    assert words and len(where.split()) >= (1 if state == "met" else 2), number
    named = [each for each in re.findall(r"`([^`]+)`", where) if re.fullmatch(r"[\w./-]+\.\w+(::\w+)?", each)]
    assert named or state != "met", f"{number} names neither test nor file"
    for each in named:
        file, _, test = each.partition("::")
        assert (ROOT / file).is_file(), f"{number}: there is no {file}"
        text = (ROOT / file).read_text()
        begins = f"def {test}(" if test else "def test_" if file.startswith("tests/") else ""
        assert begins in text, f"{number}: {each}"
