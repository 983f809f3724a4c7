"""What a financier was asked and can still answer, and its answers that still stand; the latest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, RowMapping, Select, and_, bindparam, exists, or_, select

from backend import loan_arithmetic as arithmetic
from backend.database import reading
from backend.documents import tables as documents
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries import lending, quotes, receipt_quotes
from backend.queries.collateral import good_prices
from backend.queries.documents import spent
from backend.queries.pages import VIEWER, page

_claims, _notes, _lots, _receipts = tables.receivables, tables.notes, tables.lots, tables.receipts
_for_quotes, _quotes = documents.quote_requests, documents.quotes
_for_receipts, _receipt_quotes = documents.receipt_quote_requests, documents.receipt_quotes
_for_loans, _loan_quotes = documents.loan_requests, documents.loan_quotes
_NOW = bindparam("now", type_=BigInteger())


def for_receivables(engine: Engine, financier: str, after: str | None, limit: int, now: int) -> dict[str, Any]:
    """A page of the requests for quotes whose seller could still sell; `isQuoted` where a quote of ours stands."""
    return page(engine, _OF_CLAIMS, _for_quotes.c.id, after, limit, _claim, **_seen(financier, now))


def for_receipts(
    engine: Engine, financier: str, after: str | None, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    """The same of warehouse receipts, with what they are worth at a good price (`worthFen`, 0 without one)."""
    found = page(engine, _OF_RECEIPTS, _for_receipts.c.id, after, limit, dict, **_seen(financier, now))
    with reading(engine) as db:
        prices = good_prices(db, {row["lot_id"] for row in found["items"]}, now, price_age)
    return {**found, "items": [_receipt(row, prices[row["lot_id"]]) for row in found["items"]]}


def for_loans(
    engine: Engine, financier: str, after: str | None, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    """The same of loans on receipts and on notes, with what the title is worth and the LTV of what is wanted."""
    found = page(engine, _OF_LOANS, _for_loans.c.id, after, limit, dict, **_seen(financier, now))
    with reading(engine) as db:
        lots = {row["asset_key"] for row in found["items"] if row["asset"] == "receipt"}
        prices = good_prices(db, lots, now, price_age)
    return {**found, "items": [_loan(row, prices.get(row["asset_key"], 0)) for row in found["items"]]}


def standing(engine: Engine, financier: str, limit: int, now: int) -> dict[str, list[dict[str, Any]]]:
    """The latest quotes of each kind that the other side could still take."""
    said = _seen(financier, now)

    def latest(query: Select[Any], key: Any, shown: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = page(
            engine, query, key, None, limit, lambda row: shown({**row, "used": False}, now), **said
        )["items"]
        return items

    return {
        "quotes": latest(_STANDING, _quotes.c.id, quotes.shown),
        "receiptQuotes": latest(_STANDING_RECEIPTS, _receipt_quotes.c.id, receipt_quotes.shown),
        "loanQuotes": latest(_STANDING_LOANS, _loan_quotes.c.id, _loan_quote),
    }


def _seen(financier: str, now: int) -> dict[str, Any]:
    return {"latest_first": True, "viewer": financier, "now": now}


def _stands(table: Any, contract: str) -> Any:
    """The condition that a quote of whoever looks can still be taken."""
    return and_(
        table.c.financier == VIEWER, table.c.deadline >= _NOW, ~spent(contract, table.c.financier, table.c.nonce)
    )


def _quoted(table: Any, contract: str, *same: Any) -> Any:
    return exists().where(*same, _stands(table, contract)).label("is_quoted")


_has_note = exists().where(
    _notes.c.holder == _for_quotes.c.seller, _notes.c.receivable_id == _for_quotes.c.receivable_id, _notes.c.value > 0
)
_can_sell = or_(
    and_(_claims.c.status == "submitted", _claims.c.supplier == _for_quotes.c.seller, _claims.c.confirm_by >= _NOW),
    and_(_claims.c.status.in_(("confirmed", "disputed")), _has_note),
)
_beside = "supplier", "obligor", "currency", "status", "maturity_at", "face_value", "confirmed"
_OF_CLAIMS = (
    select(
        _for_quotes,
        *(_claims.c[name] for name in _beside),
        _quoted(
            _quotes,
            "Settlement",
            _quotes.c.receivable_id == _for_quotes.c.receivable_id,
            _quotes.c.seller == _for_quotes.c.seller,
        ),
    )
    .join(_claims, _claims.c.id == _for_quotes.c.receivable_id)
    .where(_for_quotes.c.financier == VIEWER, _claims.c.cut_off_at > _NOW, _can_sell)
)
_goods = "custodian", "commodity", "grade", "unit", "decimals", "currency", "insured_until", "expires_at", "locked"
_OF_RECEIPTS = (
    select(
        _for_receipts,
        *(_lots.c[name] for name in _goods),
        _quoted(
            _receipt_quotes,
            "Settlement",
            _receipt_quotes.c.receipt_id == _for_receipts.c.receipt_id,
            _receipt_quotes.c.seller == _for_receipts.c.seller,
        ),
    )
    .join(_lots, _lots.c.id == _for_receipts.c.lot_id)
    .join(_receipts, _receipts.c.id == _for_receipts.c.receipt_id)
    .where(
        _for_receipts.c.financier == VIEWER,
        _receipts.c.holder == _for_receipts.c.seller,
        _receipts.c.quantity >= _for_receipts.c.quantity,
    )
)


def _is_held(table: Any, kind: str, amount: Any) -> Any:
    return and_(
        _for_loans.c.asset == kind,
        exists().where(table.c.id == _for_loans.c.token_id, table.c.holder == _for_loans.c.borrower, amount > 0),
    )


_OF_LOANS = (
    select(
        _for_loans,
        _claims.c.obligor,
        _claims.c.maturity_at,
        *(_lots.c[name] for name in ("custodian", "commodity", "grade", "unit", "expires_at", "insured_until")),
        _quoted(_loan_quotes, "Loans", _loan_quotes.c.request_id == _for_loans.c.id),
    )
    .outerjoin(_claims, and_(_for_loans.c.asset == "note", _claims.c.id == _for_loans.c.asset_key))
    .outerjoin(_lots, and_(_for_loans.c.asset == "receipt", _lots.c.id == _for_loans.c.asset_key))
    .where(
        _for_loans.c.financier == VIEWER,
        or_(_claims.c.id.is_(None), _claims.c.cut_off_at > _NOW),
        or_(_is_held(_notes, "note", _notes.c.value), _is_held(_receipts, "receipt", _receipts.c.quantity)),
    )
)
_STANDING = select(_quotes).where(_stands(_quotes, "Settlement"))
_STANDING_RECEIPTS = (
    select(_receipt_quotes, _lots.c.decimals, _lots.c.currency)
    .join(_lots, _lots.c.id == _receipt_quotes.c.lot_id)
    .where(_stands(_receipt_quotes, "Settlement"))
)
_STANDING_LOANS = (
    select(_loan_quotes, _for_loans.c.currency, _for_loans.c.asset, _for_loans.c.token_id)
    .join(_for_loans, _for_loans.c.id == _loan_quotes.c.request_id)
    .where(_stands(_loan_quotes, "Loans"))
)


def _claim(row: RowMapping) -> dict[str, Any]:
    return {
        **quotes.shown_request(row),
        "supplier": row["supplier"],
        "obligor": row["obligor"],
        "currency": code_of(row["currency"]),
        "status": row["status"],
        "maturityAt": row["maturity_at"],
        "isQuoted": bool(row["is_quoted"]),
    }


def _receipt(row: dict[str, Any], price: int) -> dict[str, Any]:
    return {
        "receiptId": row["receipt_id"],
        "seller": row["seller"],
        "custodian": row["custodian"],
        "commodity": row["commodity"],
        "grade": row["grade"],
        "unit": row["unit"],
        "quantity": format_quantity(row["quantity"], row["decimals"]),
        "currency": code_of(row["currency"]),
        "priceFen": price,
        "worthFen": arithmetic.value_of(row["quantity"], row["decimals"], price),
        "insuredUntil": row["insured_until"],
        "expiresAt": row["expires_at"],
        "isLocked": bool(row["locked"]),
        "askedAt": row["at"],
        "isQuoted": bool(row["is_quoted"]),
    }


def _loan(row: dict[str, Any], price: int) -> dict[str, Any]:
    is_note = row["asset"] == "note"
    worth = row["value"] if is_note else arithmetic.value_of(row["value"], row["decimals"], price)
    return {
        **lending.shown_request(row),
        "obligor": row["obligor"] or "",
        "maturityAt": row["maturity_at"],
        "custodian": row["custodian"] or "",
        "commodity": row["commodity"],
        "grade": row["grade"],
        "unit": row["unit"],
        "expiresAt": row["expires_at"],
        "insuredUntil": row["insured_until"],
        "worthFen": worth,
        "ltvBps": arithmetic.ltv_bps(row["limit"], worth) if worth else None,
        "isQuoted": bool(row["is_quoted"]),
    }


def _loan_quote(row: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        **lending.shown_quote(row, now),
        "currency": code_of(row["currency"]),
        "asset": row["asset"],
        "tokenId": row["token_id"],
    }
