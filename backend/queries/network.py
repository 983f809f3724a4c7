"""The whole network in figures, for whoever oversees it: claims, notes, cash, loans; what is frozen, locked or in
dispute (rule G51)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, case, func, select

from backend.config import DAY
from backend.database import reading
from backend.errors import Phrase, both
from backend.goods import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables

_claims, _notes, _loans = tables.receivables, tables.notes, tables.loans
_people, _receipts, _lots, _disputes = tables.participants, tables.receipts, tables.lots, tables.disputes

LOAN_STATES: dict[str, Phrase] = {
    "live": both("live", "存续"),
    "called": both("margin called", "补仓中"),
    "default": both("in default", "违约"),
    "ended": both("ended", "已结清"),
}
"""In default is what time and its own state say (rule K13, without prices): past its grace, a call that was not cured,
in sale, or sold with a shortfall."""


def figures(engine: Engine, now: int) -> list[dict[str, Any]]:
    """By currency: `receivables` and `loans` by state, `notes` that are outstanding, and `cash` against its reserve."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"receivables": [], "notes": {"count": 0, "valueFen": 0}, "cash": None, "loans": []}
    )
    with reading(engine) as db:
        for row in _of_claims(db):
            found[code_of(row["currency"])]["receivables"].append(
                {
                    "status": row["status"],
                    "count": row["count"],
                    "faceFen": int(row["face"]),
                    "owedFen": int(row["owed"]) if row["status"] in ("confirmed", "disputed") else 0,
                }
            )
        for row in _of_notes(db):
            found[code_of(row["currency"])]["notes"] = {"count": row["count"], "valueFen": int(row["value"])}
        for row in db.execute(select(tables.tokens).order_by(tables.tokens.c.currency)).mappings():
            found[code_of(row["currency"])]["cash"] = {"supplyFen": row["supply"], "reserveFen": row["reserve"]}
        for row in _of_loans(db, now):
            found[code_of(row["currency"])]["loans"].append(
                {"state": row["state"], "count": row["count"], "principalFen": int(row["principal"])}
            )
    return [{"currency": code, **found[code]} for code in sorted(found)]


def _of_claims(db: Connection) -> list[RowMapping]:
    owed = _claims.c.confirmed - _claims.c.reduced - _claims.c.repaid
    columns = _claims.c.currency, _claims.c.status
    sums = func.count().label("count"), func.sum(_claims.c.face_value).label("face"), func.sum(owed).label("owed")
    return list(db.execute(select(*columns, *sums).group_by(*columns).order_by(*columns)).mappings())


def _of_notes(db: Connection) -> list[RowMapping]:
    query = (
        select(_claims.c.currency, func.count().label("count"), func.sum(_notes.c.value).label("value"))
        .join(_claims, _claims.c.id == _notes.c.receivable_id)
        .where(_notes.c.value > 0)
        .group_by(_claims.c.currency)
    )
    return list(db.execute(query).mappings())


def _of_loans(db: Connection, now: int) -> list[RowMapping]:
    late = _loans.c.maturity_at + _loans.c.grace_days * DAY < now
    uncured = (_loans.c.call_by > 0) & (_loans.c.call_by < now)
    state = case(
        (_loans.c.status == "ended", "ended"),
        ((_loans.c.status != "live") | late | uncured, "default"),
        (_loans.c.call_by > 0, "called"),
        else_="live",
    )
    rows = select(_loans.c.currency, state.label("state"), _loans.c.principal).subquery()
    columns = rows.c.currency, rows.c.state
    sums = func.count().label("count"), func.sum(rows.c.principal).label("principal")
    return list(db.execute(select(*columns, *sums).group_by(*columns).order_by(*columns)).mappings())


# ---- what stands under an order, or waits for one


def frozen_participants(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Who is frozen, by number."""
    query = select(_people).where(_people.c.frozen).order_by(_people.c.id).limit(limit)
    with reading(engine) as db:
        return [{"account": row["account"], "name": row["name"]} for row in db.execute(query).mappings()]


def frozen_receipts(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Which receipts with a quantity are frozen, by number."""
    query = (
        select(_receipts, _lots.c.commodity, _lots.c.grade, _lots.c.unit, _lots.c.decimals)
        .join(_lots, _lots.c.id == _receipts.c.lot_id)
        .where(_receipts.c.frozen, _receipts.c.quantity > 0)
        .order_by(_receipts.c.id)
        .limit(limit)
    )
    with reading(engine) as db:
        return [
            {
                "id": row["id"],
                "holder": row["holder"],
                "goods": f"{row['commodity']} {row['grade']}",
                "quantity": format_quantity(row["quantity"], row["decimals"]),
                "unit": row["unit"],
            }
            for row in db.execute(query).mappings()
        ]


def locked_lots(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Which lots are locked, by number."""
    query = select(_lots).where(_lots.c.locked).order_by(_lots.c.id).limit(limit)
    with reading(engine) as db:
        return [
            {"id": row["id"], "custodian": row["custodian"], "goods": f"{row['commodity']} {row['grade']}"}
            for row in db.execute(query).mappings()
        ]


def open_disputes(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """Disputes that nobody has ended, the oldest first."""
    query = (
        select(_disputes, _claims.c.supplier, _claims.c.obligor, _claims.c.currency)
        .join(_claims, _claims.c.id == _disputes.c.receivable_id)
        .where(_claims.c.status == "disputed", _disputes.c.resolved_at == 0)
        .order_by(_disputes.c.at, _disputes.c.receivable_id)
        .limit(limit)
    )
    with reading(engine) as db:
        return [
            {
                "receivableId": row["receivable_id"],
                "supplier": row["supplier"],
                "obligor": row["obligor"],
                "currency": code_of(row["currency"]),
                "amountFen": row["amount"],
                "reason": row["reason"],
                "at": row["at"],
            }
            for row in db.execute(query).mappings()
        ]
