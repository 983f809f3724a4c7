"""What an obligor is asked to confirm, and what it has to pay when. Amounts are minor units, times UTC seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, RowMapping, and_, bindparam, case, func, select

from backend.config import DAY
from backend.database import reading
from backend.documents import tables as documents
from backend.invoices.currencies import code_of
from backend.money import penalty_due
from backend.projections import tables
from backend.queries.pages import VIEWER, Place, page
from backend.queries.receivables import shown

_claims, _disputes, _invoices = tables.receivables, tables.disputes, documents.invoices
OWED = _claims.c.status.in_(("confirmed", "disputed"))
DUE = _claims.c.confirmed - _claims.c.reduced - _claims.c.repaid - _claims.c.disputed
"""What is owed undisputed (rules J5, J8)."""
_NOW = bindparam("now", type_=BigInteger())
_INBOX = (
    select(_claims, _invoices.c.facts)
    .outerjoin(_invoices, _invoices.c.document_hash == _claims.c.document_hash)
    .where(_claims.c.obligor == VIEWER, _claims.c.status == "submitted")
)
_OPEN = select(_claims).where(_claims.c.obligor == VIEWER, OWED, DUE > 0)
_same_dispute = and_(_disputes.c.receivable_id == _claims.c.id, _disputes.c.dispute_id == _claims.c.dispute_id)
_DISPUTED = (
    select(_claims, _disputes.c.reason.label("complaint"), _disputes.c.at.label("disputed_at"))
    .join(_disputes, _same_dispute)
    .where(_claims.c.obligor == VIEWER, _claims.c.status == "disputed")
)
_slot = case((_claims.c.maturity_at < _NOW, 0), else_=_claims.c.maturity_at - _claims.c.maturity_at % DAY)
_CALENDAR = (
    select(_slot.label("slot"), _claims.c.currency, func.sum(DUE).label("amount"), func.count().label("number"))
    .where(_claims.c.obligor == VIEWER, OWED, DUE > 0)
    .group_by(_slot, _claims.c.currency)
    .order_by(_slot, _claims.c.currency)
)


def inbox(engine: Engine, obligor: str, after: int, limit: int) -> dict[str, Any]:
    """A page of what `obligor` is asked to confirm, by number, each with what its `invoice` says of itself."""
    return page(engine, _INBOX, _claims.c.id, after, limit, _with_invoice, viewer=obligor)


def payables(engine: Engine, obligor: str, after: Place, limit: int, now: int) -> dict[str, Any]:
    """A page of what `obligor` has to pay, the first to mature first, each with what is due of it undisputed (`dueFen`)
    and in penalty at `now`."""
    return page(
        engine,
        _OPEN,
        (_claims.c.maturity_at, _claims.c.id),
        after,
        limit,
        lambda row: _with_due(row, now),
        viewer=obligor,
    )


def disputed(engine: Engine, obligor: str, after: int, limit: int) -> dict[str, Any]:
    """A page of the receivables that `obligor` disputes, by number, each with what it says is wrong (`complaint`)."""
    return page(engine, _DISPUTED, _claims.c.id, after, limit, _with_dispute, viewer=obligor)


def calendar(engine: Engine, obligor: str, now: int) -> list[dict[str, Any]]:
    """What `obligor` has to pay, undisputed, by day and currency from `now` on; `day` 0 is what is overdue."""
    with reading(engine) as db:
        rows = db.execute(_CALENDAR, {"viewer": obligor, "now": now}).mappings()
        return [
            {
                "day": int(row["slot"]),
                "currency": code_of(row["currency"]),
                "amountFen": int(row["amount"]),
                "number": row["number"],
            }
            for row in rows
        ]


def _with_invoice(row: RowMapping) -> dict[str, Any]:
    return {**shown(row), "invoice": row["facts"]}


def _with_dispute(row: RowMapping) -> dict[str, Any]:
    return {**shown(row), "complaint": row["complaint"], "disputedAt": row["disputed_at"]}


def _with_due(row: RowMapping, now: int) -> dict[str, Any]:
    due = row["confirmed"] - row["reduced"] - row["repaid"] - row["disputed"]
    return {**shown(row), "dueFen": due, "penaltyFen": penalty_due(row, now)}
