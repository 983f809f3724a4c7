"""The penalty on what is overdue, brought up to the moment of an event that changes what it runs on (rule M3)."""

from __future__ import annotations

from backend.money import late_days, penalty_accrued
from backend.projections import tables
from backend.projections.rows import Rows


def accrue(rows: Rows, receivable_id: int, at: int) -> None:
    claim = rows.get(tables.receivables, receivable_id)
    days = late_days(claim["grace_ends_at"], at)
    if days > claim["late_days"]:
        rows.change(tables.receivables, receivable_id, penalty_accrued=str(penalty_accrued(claim, at)), late_days=days)
