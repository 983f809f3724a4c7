"""What was checked, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHECKS = (
    "value conserved in every receivable",
    "cash in each contract covers what it owes",
    "obligors owe what is not repaid",
    "cash of every party equals the chain's",
    "notes of every party equal the chain's",
    "books balance to zero",
    "read model rebuilt from the chain equals the one in use",
    "every claim and every note is what the chain says",
    "goods conserved in every lot",
    "every lot, receipt and price is what the chain says",
    "every title stands in one escrow, and every loan is what the chain says",
)


@dataclass
class Reconciliation:
    """What was checked at `block`. `findings` says what is off, in words; empty where all holds."""

    block: int
    checks: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(CHECKS, True))
    findings: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return all(self.checks.values())

    def expect(self, check: str, what: str, ours: Any, theirs: Any) -> None:
        """Records a finding under `check` unless both are equal."""
        if ours != theirs:
            self.doubt(check, f"{what}: {ours} is not {theirs}")

    def doubt(self, check: str, finding: str) -> None:
        self.checks[check] = False
        self.findings.append(f"{check}: {finding}")


def compare(found: Reconciliation, check: str, what: str, row: Any, theirs: dict[str, Any]) -> None:
    if row is None:
        found.doubt(check, f"{what} is not in the read model")
        return
    for column, value in theirs.items():
        found.expect(check, f"{column} of {what}", row[column], value)
