"""Agreements between the two sides of a claim that wait to be carried: resolutions of disputes, counterclaims."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Engine, RowMapping, Select, Table, bindparam, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, Phrase, both
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.documents import spent
from backend.queries.pages import PAGE
from backend.queries.receivables import visible_receivable


def resolution(engine: Engine, resolution_id: str, viewer: str) -> dict[str, Any]:
    """A proposed resolution as it was signed. Raises NotFound for anyone who is no party to the receivable."""
    return _document(engine, documents.resolutions, resolution_id, viewer, both("resolution", "解决方案"))


def counterclaim(engine: Engine, counterclaim_id: str, viewer: str) -> dict[str, Any]:
    """An acknowledged counterclaim as it was signed. Raises NotFound likewise."""
    return _document(engine, documents.counterclaims, counterclaim_id, viewer, both("counterclaim", "反债权"))


def agreements(engine: Engine, receivable_id: int, now: int) -> dict[str, Any]:
    """Resolutions and counterclaims of a receivable that were signed by one side, each with its state at `now`."""
    return {
        "resolutions": [
            {
                "id": row["id"],
                "disputeId": row["dispute_id"],
                "proposer": row["proposer"],
                "upheldFen": row["upheld"],
                "deadlineAt": row["deadline"],
                "state": row["state"],
            }
            for row in _of(engine, _RESOLUTIONS, receivable_id, now)
        ],
        "counterclaims": [
            {
                "id": row["id"],
                "amountFen": row["amount"],
                "statement": row["statement"],
                "arisenAt": row["arisen_at"],
                "dueAt": row["due_at"],
                "deadlineAt": row["deadline"],
                "state": row["state"],
            }
            for row in _of(engine, _COUNTERCLAIMS, receivable_id, now)
        ],
    }


def waiting(engine: Engine, obligor: str, now: int) -> dict[str, list[dict[str, Any]]]:
    """What others signed for `obligor` to accept: open `resolutions` of its disputes, and `counterclaims` that it may
    set off, each with its receivable's number and currency."""
    said = {"obligor": obligor, "now": now}
    with reading(engine) as db:
        return {
            "resolutions": [
                {**_about(row), "proposer": row["proposer"], "upheldFen": row["upheld"]}
                for row in db.execute(_PROPOSED, said).mappings()
            ],
            "counterclaims": [
                {**_about(row), "supplier": row["supplier"], "amountFen": row["amount"], "statement": row["statement"]}
                for row in db.execute(_ACKNOWLEDGED, said).mappings()
            ],
        }


def _about(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "receivableId": row["receivable_id"],
        "currency": code_of(row["currency"]),
        "deadlineAt": row["deadline"],
    }


def _waiting_for_obligor(signer: Column[Any]) -> Select[Any]:
    """What the other side signed about claims on an obligor, that is open at `now`."""
    table, claims = signer.table, tables.receivables
    return (
        select(table, claims.c.currency)
        .join(claims, claims.c.id == table.c.receivable_id)
        .where(
            claims.c.obligor == bindparam("obligor"),
            claims.c.status.in_(("confirmed", "disputed")),
            signer != claims.c.obligor,
            table.c.deadline >= bindparam("now", type_=BigInteger()),
            ~spent("Adjustments", signer, table.c.nonce),
        )
        .order_by(table.c.id.desc())
        .limit(PAGE)
    )


def _signed_by(signer: Column[Any]) -> Select[Any]:
    """The agreements about a receivable that were signed by that side."""
    table = signer.table
    used = spent("Adjustments", signer, table.c.nonce).label("used")
    return select(table, used).where(table.c.receivable_id == bindparam("receivable")).order_by(table.c.id)


_RESOLUTIONS = _signed_by(documents.resolutions.c.proposer)
_COUNTERCLAIMS = _signed_by(documents.counterclaims.c.supplier)

_PROPOSED = _waiting_for_obligor(documents.resolutions.c.proposer).where(
    tables.receivables.c.status == "disputed", tables.receivables.c.dispute_id == documents.resolutions.c.dispute_id
)
_ACKNOWLEDGED = _waiting_for_obligor(documents.counterclaims.c.supplier)


def _of(engine: Engine, agreements: Select[Any], receivable_id: int, now: int) -> list[dict[str, Any]]:
    with reading(engine) as db:
        return [
            {**row, "state": "used" if row["used"] else "expired" if row["deadline"] < now else "open"}
            for row in db.execute(agreements, {"receivable": receivable_id}).mappings()
        ]


def _document(engine: Engine, table: Table, identifier: str, viewer: str, what: Phrase) -> dict[str, Any]:
    missing = NotFound(what=what, id=identifier)
    with reading(engine) as db:
        row = db.execute(select(table).where(table.c.id == identifier)).mappings().first()
    if row is None:
        raise missing
    try:
        visible_receivable(engine, row["receivable_id"], viewer)
    except NotFound:
        raise missing from None
    return dict(row)
