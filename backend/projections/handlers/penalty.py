"""The penalty on what is overdue, brought up to the moment of an event that changes what it runs on (rule M3)."""

from __future__ import annotations

from sqlalchemy import Connection

from backend.money import late_days, penalty_accrued
from backend.projections.handlers.shared import receivable, update_receivable


def accrue(db: Connection, receivable_id: int, at: int) -> None:
    claim = receivable(db, receivable_id)
    days = late_days(claim["grace_ends_at"], at)
    if days > claim["late_days"]:
        update_receivable(db, receivable_id, penalty_accrued=str(penalty_accrued(claim, at)), late_days=days)
