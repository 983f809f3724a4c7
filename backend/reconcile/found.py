"""What was checked, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from backend.errors import both

CHECKS = (
    both("value conserved in every receivable", "每笔应收账款的金额守恒"),
    both("cash in each contract covers what it owes", "各合约的现金足以覆盖其应付"),
    both("obligors owe what is not repaid", "付款人所欠等于未还部分"),
    both("cash of every party equals the chain's", "各参与方现金与链上一致"),
    both("notes of every party equal the chain's", "各参与方凭证与链上一致"),
    both("books balance to zero", "账簿借贷平衡"),
    both("read model rebuilt from the chain equals the one in use", "由链上重建的读模型与在用的一致"),
    both("every claim and every note is what the chain says", "每笔债权与凭证均与链上一致"),
    both("goods conserved in every lot", "每批货物数量守恒"),
    both("every lot, receipt and price is what the chain says", "每批货物、仓单与价格均与链上一致"),
    both(
        "every title stands in one escrow, and every loan is what the chain says",
        "每项货权仅在一处托管,且每笔贷款与链上一致",
    ),
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
