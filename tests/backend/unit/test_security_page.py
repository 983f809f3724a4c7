"""What docs/security.md says is shown by tests that exist."""

from __future__ import annotations

import re

import pytest

from backend.config import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))


@pytest.mark.parametrize("named", NAMED)
def test_the_test_exists(named: str) -> None:
    file, _, name = named.partition("::")
    text = (ROOT / file).read_text()
    begins = (f"def {name}(",) if name else ("def test_", "function invariant", "function check_")
    assert any(one in text for one in begins)


@pytest.mark.parametrize(("section", "first", "least"), [("Threats", "Threat", 40), ("Findings", "Finding", 15)])
def test_each_row_has_one(section: str, first: str, least: int) -> None:
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in PAGE.partition(f"## {section}")[2].partition("\n## ")[0].splitlines()
        if line.startswith("| ") and not line.startswith(f"| {first} |")
    ]
    assert len(rows) >= least
    columns = 3 if section == "Threats" else 4
    for row in rows:
        assert len(row) == columns and all(row) and "`tests/" in row[-1], row
