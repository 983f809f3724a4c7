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


def test_each_threat_has_one() -> None:
    threats = PAGE.partition("## Threats")[2].partition("## Known limits")[0]
    rows = [line for line in threats.splitlines() if line.startswith("| ") and not line.startswith("| Threat |")]
    assert len(rows) > 25 and all("`tests/" in row for row in rows), [row for row in rows if "`tests/" not in row]
