"""What comes before a loan: requests, quotes and counts (rules K1, K2)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Engine, RowMapping, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, both
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.projections.tables import lots, receipts
from backend.queries.documents import spent
from backend.queries.loans import ORDERS
from backend.queries.pages import VIEWER, Source, page, page_of_parties

_requests, _quotes, _counts = documents.loan_requests, documents.loan_quotes, documents.counts
_REQUESTS = select(_requests)
_QUOTES = select(_quotes, spent("Loans", _quotes.c.financier, _quotes.c.nonce).label("used"))
_COUNTS = (
    select(_counts, lots.c.decimals, spent("Collateral", _counts.c.custodian, _counts.c.nonce).label("used"))
    .join(receipts, receipts.c.id == _counts.c.receipt_id)
    .join(lots, lots.c.id == receipts.c.lot_id)
)
_holding = _counts.c.receipt_id.in_(select(receipts.c.id).where(receipts.c.holder == VIEWER))
_SOURCES_OF_COUNTS = tuple(
    Source(_counts.c.id, (which,)) for which in (_counts.c.custodian == VIEWER, _counts.c.pledgee == VIEWER, _holding)
)


def requests(engine: Engine, viewer: str | None, after: str | None, limit: int) -> dict[str, Any]:
    """A page of the requests for loans that `viewer` made or received (None: all), the latest first."""
    parties = _requests.c.financier, _requests.c.borrower
    return page_of_parties(engine, _REQUESTS, parties, viewer, after, limit, shown_request)


def visible_request(engine: Engine, request_id: str, viewer: str) -> RowMapping:
    """A request for its two parties. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = db.execute(select(_requests).where(_requests.c.id == request_id)).mappings().first()
    if row is None or viewer not in (row["financier"], row["borrower"]):
        raise NotFound(field="requestId", what=both("loan request", "贷款申请"), id=request_id)
    return row


def quotes(engine: Engine, viewer: str | None, after: str | None, limit: int, now: int) -> dict[str, Any]:
    """A page of the loan quotes that `viewer` gave or was given (None: all), the latest first, each with its state at
    `now`."""
    parties = _quotes.c.financier, _quotes.c.borrower
    return page_of_parties(engine, _QUOTES, parties, viewer, after, limit, lambda row: shown_quote(row, now))


def visible_quote(engine: Engine, quote_id: str, viewer: str) -> dict[str, Any]:
    """A loan quote as it was signed, for its two parties. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = (
            db.execute(
                select(_quotes, _requests.c.asset, _requests.c.token_id)
                .join(_requests, _requests.c.id == _quotes.c.request_id)
                .where(_quotes.c.id == quote_id)
            )
            .mappings()
            .first()
        )
    if row is None or viewer not in (row["financier"], row["borrower"]):
        raise NotFound(what=both("loan quote", "贷款报价"), id=quote_id)
    return dict(row)


def counts(engine: Engine, viewer: str | None, after: str | None, limit: int, now: int) -> dict[str, Any]:
    """A page of the counts that `viewer` signed, that were signed for it, or of receipts it holds (None: all), the
    latest first."""
    sources = () if viewer is None else _SOURCES_OF_COUNTS
    seen: dict[str, Any] = {"latest_first": True, "sources": sources, "viewer": viewer}
    return page(engine, _COUNTS, _counts.c.id, after, limit, partial(_count, now=now), **seen)


def waiting_count(engine: Engine, receipt_id: int, pledgee: str, now: int) -> RowMapping | None:
    """The latest count of a receipt for a lender that nobody has carried or cancelled and that is in time."""
    query = (
        select(_counts, spent("Collateral", _counts.c.custodian, _counts.c.nonce).label("used"))
        .where(_counts.c.receipt_id == receipt_id, _counts.c.pledgee == pledgee)
        .order_by(_counts.c.at.desc(), _counts.c.id.desc())
        .limit(1)
    )
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
    return row if row is not None and not row["used"] and row["deadline"] >= now else None


def shown_request(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "borrower": row["borrower"],
        "financier": row["financier"],
        "asset": row["asset"],
        "tokenId": row["token_id"],
        "assetKey": row["asset_key"],
        "value": format_quantity(row["value"], row["decimals"]),
        "currency": code_of(row["currency"]),
        "limitFen": row["limit"],
        "askedAt": row["at"],
    }


def shown_quote(row: RowMapping | dict[str, Any], now: int) -> dict[str, Any]:
    state = "used" if row["used"] else "expired" if row["deadline"] < now else "open"
    terms = row["terms"]
    return {
        "id": row["id"],
        "requestId": row["request_id"],
        "financier": row["financier"],
        "borrower": row["borrower"],
        "limitFen": int(terms["limit"]),
        "rateBps": int(terms["rateBps"]),
        "penaltyBps": int(terms["penaltyBps"]),
        "maturityAt": int(terms["maturityAt"]),
        "graceDays": int(terms["graceDays"]),
        "advanceBps": int(terms["advanceBps"]),
        "callBps": int(terms["callBps"]),
        "liquidationBps": int(terms["liquidationBps"]),
        "cureSeconds": int(terms["cureSeconds"]),
        "reservePriceFen": int(terms["reservePrice"]),
        "order": ORDERS[int(terms["order"])],
        "deadlineAt": row["deadline"],
        "givenAt": row["at"],
        "state": state,
    }


def _count(row: RowMapping, now: int) -> dict[str, Any]:
    state = "used" if row["used"] else "expired" if row["deadline"] < now else "open"
    return {
        "id": row["id"],
        "receiptId": row["receipt_id"],
        "custodian": row["custodian"],
        "pledgee": row["pledgee"],
        "quantity": format_quantity(row["quantity"], row["decimals"]),
        "countedAt": row["counted_at"],
        "deadlineAt": row["deadline"],
        "state": state,
    }
