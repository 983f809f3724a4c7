"""Receivables, and the invoices behind them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Engine, RowMapping, bindparam, or_, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, Phrase, both
from backend.invoices.currencies import code_of
from backend.money import penalty_due
from backend.projections import tables
from backend.queries.pages import STATUS, VIEWER, Source, page

_receivables = tables.receivables

STATUSES: dict[str, Phrase] = {
    "submitted": both("submitted", "待确权"),
    "confirmed": both("confirmed", "已确权"),
    "rejected": both("rejected", "已拒绝确权"),
    "withdrawn": both("withdrawn", "已撤回"),
    "expired": both("expired", "逾期未确权"),
    "repaid": both("repaid", "已还款"),
    "disputed": both("disputed", "有争议"),
}
"""The words for each status, in the order in which the contract counts them, from 1."""


def receivable(engine: Engine, receivable_id: int) -> dict[str, Any]:
    """One receivable. Raises NotFound."""
    return visible_receivable(engine, receivable_id, None)


def visible_receivable(
    engine: Engine, receivable_id: int, viewer: str | None, *, field: str | None = None
) -> dict[str, Any]:
    """One receivable, seen by `viewer` (None sees all). Raises NotFound, also for one that the viewer is no party to:
    whether it exists is not its business. `field` is where the number stood in the request's body."""
    query = _ONE if viewer is None else _VISIBLE
    with reading(engine) as db:
        row = db.execute(query, {"receivable": receivable_id, "viewer": viewer}).mappings().first()
    if row is None:
        raise NotFound(field=field, what=both("receivable", "应收账款"), id=receivable_id)
    return shown(row)


def receivables(engine: Engine, viewer: str | None, status: str | None, after: int, limit: int) -> dict[str, Any]:
    """A page of what `viewer` may see (None: all), by number."""
    only = () if status is None else _OF_STATUS
    sources = () if viewer is None else _SOURCES
    seen: dict[str, Any] = {"sources": sources, "only": only, "viewer": viewer, "status": status}
    return page(engine, _ALL, _receivables.c.id, after, limit, shown, **seen)


def currencies(engine: Engine, numbers: Collection[int]) -> dict[int, str]:
    """What each of these receivables is counted in, by its number."""
    table = tables.receivables
    with reading(engine) as db:
        rows = db.execute(select(table.c.id, table.c.currency).where(table.c.id.in_(list(numbers))))
        return {row.id: code_of(row.currency) for row in rows}


def dues(engine: Engine, receivable_id: int, now: int) -> dict[str, int]:
    """What is due at `now` (UTC seconds) in minor units: the penalty and the undisputed principal of the obligor, and
    what the supplier owes for dilution (rules J8, M1, M3)."""
    with reading(engine) as db:
        row = db.execute(_ONE, {"receivable": receivable_id}).mappings().one()
    return {
        "penaltyFen": penalty_due(row, now),
        "principalFen": row["confirmed"] - row["reduced"] - row["repaid"] - row["disputed"],
        "supplierFen": row["reduced"] - row["absorbed"] - row["made_good"],
    }


def disputes(engine: Engine, receivable_id: int) -> list[dict[str, Any]]:
    """All disputes of a receivable, the first first."""
    with reading(engine) as db:
        rows = db.execute(_DISPUTES, {"receivable": receivable_id}).mappings()
        return [
            {
                "disputeId": row["dispute_id"],
                "amountFen": row["amount"],
                "reason": row["reason"],
                "at": row["at"],
                "upheldFen": row["upheld"],
                "resolvedAt": row["resolved_at"],
                "orderHash": row["order_hash"],
            }
            for row in rows
        ]


def dilutions(engine: Engine, receivable_id: int) -> list[dict[str, Any]]:
    """All that made the obligor owe less, in order."""
    with reading(engine) as db:
        rows = db.execute(_DILUTIONS, {"receivable": receivable_id}).mappings()
        return [
            {
                "cause": row["cause"],
                "amountFen": row["amount"],
                "documentHash": row["document_hash"],
                "by": row["by"],
                "at": row["at"],
            }
            for row in rows
        ]


def invoice(engine: Engine, document_hash: str) -> dict[str, Any] | None:
    """The invoice that was handed over with this hash."""
    with reading(engine) as db:
        row = db.execute(_INVOICE, {"document": document_hash}).mappings().first()
    return dict(row) if row is not None else None


def _sources(viewer: Any) -> tuple[Source, ...]:
    """Parties to a receivable: supplier, obligor, holders and endorsers of its notes, financiers who were asked."""
    own = _receivables.c.supplier == viewer, _receivables.c.obligor == viewer
    return *(Source(_receivables.c.id, (which,)) for which in own), *_sources_beside(viewer)


def _sources_beside(viewer: Any) -> list[Source]:
    notes, asked = tables.notes, documents.quote_requests
    return [
        Source(notes.c.receivable_id, (notes.c.holder == viewer,)),
        Source(notes.c.receivable_id, (notes.c.endorser == viewer,)),
        Source(asked.c.receivable_id, (asked.c.financier == viewer,)),
    ]


def _visible_to(viewer: Any) -> Any:
    """The same of one receivable."""
    beside = [source.has(_receivables.c.id) for source in _sources_beside(viewer)]
    return or_(_receivables.c.supplier == viewer, _receivables.c.obligor == viewer, *beside)


_NUMBER: BindParameter[int] = bindparam("receivable", type_=BigInteger())
_ALL = select(_receivables)
_ONE = _ALL.where(_receivables.c.id == _NUMBER)
_VISIBLE = _ONE.where(_visible_to(VIEWER))
_SOURCES = _sources(VIEWER)
_OF_STATUS = (_receivables.c.status == STATUS,)
_INVOICE = select(documents.invoices).where(documents.invoices.c.document_hash == bindparam("document"))
_disputes, _dilutions = tables.disputes, tables.dilutions
_DISPUTES = select(_disputes).where(_disputes.c.receivable_id == _NUMBER).order_by(_disputes.c.dispute_id)
_DILUTIONS = (
    select(_dilutions)
    .where(_dilutions.c.receivable_id == _NUMBER)
    .order_by(_dilutions.c.block_number, _dilutions.c.log_index)
)


def shown(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "supplier": row["supplier"],
        "obligor": row["obligor"],
        "currency": code_of(row["currency"]),
        "currencyNumber": row["currency"],
        "faceValueFen": row["face_value"],
        "confirmedFen": row["confirmed"],
        "reducedFen": row["reduced"],
        "absorbedFen": row["absorbed"],
        "disputedFen": row["disputed"],
        "disputeId": row["dispute_id"],
        "repaidFen": row["repaid"],
        "madeGoodFen": row["made_good"],
        "redeemedFen": row["redeemed"],
        "penaltyPaidFen": row["penalty_paid"],
        "penaltyRedeemedFen": row["penalty_redeemed"],
        "status": row["status"],
        "reason": row["reason"],
        "registeredAt": row["registered_at"],
        "confirmBy": row["confirm_by"],
        "maturityAt": row["maturity_at"],
        "cutOffAt": row["cut_off_at"],
        "graceEndsAt": row["grace_ends_at"],
        "penaltyBpsPerDay": row["penalty_bps_per_day"],
        "noticeAt": row["notice_at"],
        "documentHash": row["document_hash"],
        "fingerprint": row["fingerprint"],
        "setOffWaived": row["set_off_waived"],
    }
