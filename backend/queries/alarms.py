"""What wants somebody's eyes: evidence against the goods, calls that nobody answered, prices that are old, tokens and
their reserves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from backend.database import reading
from backend.invoices.currencies import code_of
from backend.projections import tables

_contradictions, _lots, _loans, _feeds = tables.contradictions, tables.lots, tables.loans, tables.feeds


def contradictions(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """What devices last said against the receipts of any lot, the latest first; `locked` where the lot is still."""
    query = select(_contradictions, _lots.c.locked).join(_lots, _lots.c.id == _contradictions.c.lot_id)
    latest = query.order_by(_contradictions.c.block_number.desc(), _contradictions.c.log_index.desc()).limit(limit)
    with reading(engine) as db:
        return [
            {
                "lotId": row["lot_id"],
                "device": row["device"],
                "kind": row["kind"],
                "at": row["at"],
                "block": row["block_number"],
                "locked": row["locked"],
            }
            for row in db.execute(latest).mappings()
        ]


def overdue_calls(engine: Engine, now: int, limit: int) -> list[dict[str, Any]]:
    """Live loans whose margin call ended before `now` (UTC seconds) uncured, the longest overdue first."""
    overdue = _loans.c.status == "live", _loans.c.call_by > 0, _loans.c.call_by < now
    query = select(_loans).where(*overdue).order_by(_loans.c.call_by, _loans.c.id).limit(limit)
    with reading(engine) as db:
        return [
            {
                "loanId": row["id"],
                "lender": row["lender"],
                "borrower": row["borrower"],
                "callBy": row["call_by"],
                "principalFen": row["principal"],
                "currency": code_of(row["currency"]),
            }
            for row in db.execute(query).mappings()
        ]


def old_prices(engine: Engine, before: int, limit: int) -> list[str]:
    """Feeds whose last price was observed before that time, or that have none; the oldest first."""
    query = select(_feeds.c.feed).where(_feeds.c.observed_at < before).order_by(_feeds.c.observed_at, _feeds.c.feed)
    with reading(engine) as db:
        return list(db.execute(query.limit(limit)).scalars())


def reserves(engine: Engine) -> list[dict[str, Any]]:
    """What was issued of each currency, and the reserve that was last attested for it."""
    with reading(engine) as db:
        return [
            {"currency": code_of(row["currency"]), "supplyFen": row["supply"], "reserveFen": row["reserve"]}
            for row in db.execute(select(tables.tokens).order_by(tables.tokens.c.currency)).mappings()
        ]
