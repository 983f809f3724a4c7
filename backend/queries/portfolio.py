"""What a financier has out: to whom, until when, where it came from; and how obligors have paid so far. Amounts are
minor units, times UTC seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Engine, RowMapping, bindparam, case, func, literal_column, select

from backend.config import DAY
from backend.database import reading
from backend.invoices.currencies import code_of
from backend.money import BPS
from backend.projections import tables
from backend.queries.notes import shown_note
from backend.queries.pages import VIEWER, page
from backend.queries.payables import DUE, OWED

_claims, _notes, _loans, _bought = tables.receivables, tables.notes, tables.loans, tables.settlements
_NOW = bindparam("now", type_=BigInteger())
_late = _claims.c.maturity_at < _NOW
_mine = _notes.c.holder == VIEWER, _notes.c.value > literal_column("0")  # as its index has it
_RECORDS = (
    select(
        _claims.c.obligor,
        _claims.c.currency,
        func.sum(_claims.c.confirmed).label("confirmed"),
        func.sum(_claims.c.repaid).label("repaid"),
        func.sum(_claims.c.disputed).label("disputed"),
        func.sum(case((OWED & _late, DUE), else_=0)).label("overdue"),
    )
    .where(_claims.c.obligor.in_(bindparam("obligors", expanding=True)), _claims.c.confirmed > 0)
    .group_by(_claims.c.obligor, _claims.c.currency)
)
_EXPOSURES = (
    select(
        _claims.c.obligor,
        _claims.c.currency,
        func.count().label("number"),
        func.sum(_notes.c.value).label("amount"),
        func.sum(case((_late, _notes.c.value), else_=0)).label("overdue"),
    )
    .join(_claims, _claims.c.id == _notes.c.receivable_id)
    .where(*_mine)
    .group_by(_claims.c.obligor, _claims.c.currency)
)


def _by_day(maturity: Any) -> Any:
    return case((maturity < _NOW, 0), else_=maturity - maturity % DAY)


_NOTES_BY_DAY = (
    select(_by_day(_claims.c.maturity_at).label("day"), _claims.c.currency, func.sum(_notes.c.value).label("amount"))
    .join(_claims, _claims.c.id == _notes.c.receivable_id)
    .where(*_mine)
    .group_by("day", _claims.c.currency)
)
_LOANS_BY_DAY = (
    select(_by_day(_loans.c.maturity_at).label("day"), _loans.c.currency, func.sum(_loans.c.principal).label("amount"))
    .where(_loans.c.lender == VIEWER, _loans.c.status != "ended")
    .group_by("day", _loans.c.currency)
)
_beside = "obligor", "currency", "status", "maturity_at", "grace_ends_at"
_HELD = (
    select(_notes, *(_claims.c[name] for name in _beside))
    .join(_claims, _claims.c.id == _notes.c.receivable_id)
    .where(*_mine)
)
_BOUGHT = (
    select(_bought)
    .where(_bought.c.financier == VIEWER, _bought.c.note_id.in_(bindparam("notes", expanding=True)))
    .order_by(_bought.c.block_number, _bought.c.log_index)
)


def records(engine: Engine, obligors: Collection[str], now: int) -> list[dict[str, Any]]:
    """How obligors have paid, over all that they confirmed to anybody, by currency: sums, and of no single claim.
    Overdue is what is owed undisputed after maturity."""
    with reading(engine) as db:
        rows = db.execute(_RECORDS, {"obligors": list(obligors), "now": now}).mappings()
        return [
            {
                "obligor": row["obligor"],
                "currency": code_of(row["currency"]),
                "confirmedFen": int(row["confirmed"]),
                "repaidFen": int(row["repaid"]),
                "overdueFen": int(row["overdue"]),
                "disputedFen": int(row["disputed"]),
            }
            for row in rows
        ]


def exposures(engine: Engine, holder: str, now: int) -> list[dict[str, Any]]:
    """The notes that `holder` has, summed up by obligor and currency, the largest first; `shareBps` is the part of all
    its notes in that currency, rounded down."""
    with reading(engine) as db:
        rows = db.execute(_EXPOSURES, {"viewer": holder, "now": now}).mappings().all()
    totals: dict[int, int] = {}
    for row in rows:
        totals[row["currency"]] = totals.get(row["currency"], 0) + int(row["amount"])
    found = [
        {
            "obligor": row["obligor"],
            "currency": code_of(row["currency"]),
            "number": row["number"],
            "valueFen": int(row["amount"]),
            "overdueFen": int(row["overdue"]),
            "shareBps": int(row["amount"]) * BPS // totals[row["currency"]],
        }
        for row in rows
    ]
    return sorted(found, key=lambda one: (one["currency"], -one["valueFen"], one["obligor"]))


def maturities(engine: Engine, holder: str, now: int) -> list[dict[str, Any]]:
    """The ladder: what matures in each month (its first second; 0 for what is overdue) in notes and in principal of
    loans, by currency."""
    said = {"viewer": holder, "now": now}
    with reading(engine) as db:
        notes, loans = (_months(db.execute(query, said).mappings()) for query in (_NOTES_BY_DAY, _LOANS_BY_DAY))
    return [
        {
            "month": month,
            "currency": code_of(currency),
            "notesFen": notes.get((month, currency), 0),
            "loansFen": loans.get((month, currency), 0),
        }
        for month, currency in sorted(notes.keys() | loans.keys())
    ]


def _months(rows: Iterable[RowMapping]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for row in rows:
        key = _month(int(row["day"])), row["currency"]
        found[key] = found.get(key, 0) + int(row["amount"])
    return found


def _month(day: int) -> int:
    at = datetime.fromtimestamp(day, UTC)
    return int(at.replace(day=1).timestamp()) if day else 0


def held(engine: Engine, holder: str, after: int, limit: int) -> dict[str, Any]:
    """A page of the notes that `holder` has, by number, each with the obligor, the maturity, and the purchase that
    brought it (`bought`), if one did."""
    found = page(engine, _HELD, _notes.c.id, after, limit, _held, viewer=holder)
    with reading(engine) as db:
        said = {"viewer": holder, "notes": [row["id"] for row in found["items"]]}
        bought = {row["note_id"]: _purchase(row) for row in db.execute(_BOUGHT, said).mappings()}
    return {**found, "items": [{**row, "bought": bought.get(row["id"])} for row in found["items"]]}


def _held(row: RowMapping) -> dict[str, Any]:
    return {
        **shown_note(row),
        "obligor": row["obligor"],
        "currency": code_of(row["currency"]),
        "status": row["status"],
        "maturityAt": row["maturity_at"],
        "graceEndsAt": row["grace_ends_at"],
    }


def _purchase(row: RowMapping) -> dict[str, Any]:
    return {"seller": row["seller"], "valueFen": row["value"], "priceFen": row["price"], "at": row["at"]}
