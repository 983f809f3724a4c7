"""What was asked and can still be answered, for financiers and for those who ask them; the latest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, RowMapping, Table, and_, exists, or_, select

from backend import loan_arithmetic as arithmetic
from backend.database import reading
from backend.documents import tables as documents
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries import lending, quotes
from backend.queries.collateral import good_prices
from backend.queries.offers import NOW, seen_by, stands
from backend.queries.pages import VIEWER, page

_claims, _notes, _lots, _receipts = tables.receivables, tables.notes, tables.lots, tables.receipts
_for_quotes, _quotes = documents.quote_requests, documents.quotes
_for_receipts, _receipt_quotes = documents.receipt_quote_requests, documents.receipt_quotes
_for_loans, _loan_quotes = documents.loan_requests, documents.loan_quotes


def for_receivables(engine: Engine, financier: str, after: str | None, limit: int, now: int) -> dict[str, Any]:
    """A page of the requests for quotes whose seller could still sell; `isQuoted` where a quote of ours stands."""
    return page(engine, _OF_CLAIMS, _for_quotes.c.id, after, limit, _claim, **seen_by(financier, now))


def for_receipts(
    engine: Engine, financier: str, after: str | None, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    """The same of warehouse receipts, with what they are worth at a good price (`worthFen`, 0 without one)."""
    found = page(engine, _OF_RECEIPTS, _for_receipts.c.id, after, limit, dict, **seen_by(financier, now))
    with reading(engine) as db:
        prices = good_prices(db, {row["lot_id"] for row in found["items"]}, now, price_age)
    return {**found, "items": [_receipt(row, prices[row["lot_id"]]) for row in found["items"]]}


def for_loans(
    engine: Engine, financier: str, after: str | None, limit: int, now: int, price_age: int
) -> dict[str, Any]:
    """The same of loans on receipts and on notes, with what the title is worth and the LTV of what is wanted."""
    found = page(engine, _OF_LOANS, _for_loans.c.id, after, limit, dict, **seen_by(financier, now))
    with reading(engine) as db:
        lots = {row["asset_key"] for row in found["items"] if row["asset"] == "receipt"}
        prices = good_prices(db, lots, now, price_age)
    return {**found, "items": [_loan(row, prices.get(row["asset_key"], 0)) for row in found["items"]]}


def asked_by(engine: Engine, asker: str, limit: int, now: int) -> list[dict[str, Any]]:
    """The latest requests of each kind that `asker` made and could still act on: what it is `about`, of what number, of
    which financier, and whether a quote of that one stands (`isQuoted`)."""
    found = [
        row
        for table, query in _ASKED.items()
        for row in page(engine, query, table.c.id, None, limit, _ABOUT[table], **seen_by(asker, now))["items"]
    ]
    return sorted(found, key=lambda row: row["askedAt"], reverse=True)


def _quoted(table: Any, contract: str, request: Any, *same: Any) -> Any:
    """Whether a quote of whoever was asked stands."""
    return exists().where(*same, table.c.financier == request.c.financier, stands(table, contract)).label("is_quoted")


_has_note = exists().where(
    _notes.c.holder == _for_quotes.c.seller, _notes.c.receivable_id == _for_quotes.c.receivable_id, _notes.c.value > 0
)
_can_sell = or_(
    and_(_claims.c.status == "submitted", _claims.c.supplier == _for_quotes.c.seller, _claims.c.confirm_by >= NOW),
    and_(_claims.c.status.in_(("confirmed", "disputed")), _has_note),
)
_beside = "supplier", "obligor", "currency", "status", "maturity_at", "face_value", "confirmed"
_CLAIMS = (
    select(
        _for_quotes,
        *(_claims.c[name] for name in _beside),
        _quoted(
            _quotes,
            "Settlement",
            _for_quotes,
            _quotes.c.receivable_id == _for_quotes.c.receivable_id,
            _quotes.c.seller == _for_quotes.c.seller,
        ),
    )
    .join(_claims, _claims.c.id == _for_quotes.c.receivable_id)
    .where(_claims.c.cut_off_at > NOW, _can_sell)
)
_goods = "custodian", "commodity", "grade", "unit", "decimals", "currency", "insured_until", "expires_at", "locked"
_GOODS = (
    select(
        _for_receipts,
        *(_lots.c[name] for name in _goods),
        _quoted(
            _receipt_quotes,
            "Settlement",
            _for_receipts,
            _receipt_quotes.c.receipt_id == _for_receipts.c.receipt_id,
            _receipt_quotes.c.seller == _for_receipts.c.seller,
        ),
    )
    .join(_lots, _lots.c.id == _for_receipts.c.lot_id)
    .join(_receipts, _receipts.c.id == _for_receipts.c.receipt_id)
    .where(
        _receipts.c.holder == _for_receipts.c.seller,
        _receipts.c.quantity >= _for_receipts.c.quantity,
    )
)


def _is_held(table: Any, kind: str, amount: Any) -> Any:
    return and_(
        _for_loans.c.asset == kind,
        exists().where(table.c.id == _for_loans.c.token_id, table.c.holder == _for_loans.c.borrower, amount > 0),
    )


_LOANS = (
    select(
        _for_loans,
        _claims.c.obligor,
        _claims.c.maturity_at,
        *(_lots.c[name] for name in ("custodian", "commodity", "grade", "unit", "expires_at", "insured_until")),
        _quoted(_loan_quotes, "Loans", _for_loans, _loan_quotes.c.request_id == _for_loans.c.id),
    )
    .outerjoin(_claims, and_(_for_loans.c.asset == "note", _claims.c.id == _for_loans.c.asset_key))
    .outerjoin(_lots, and_(_for_loans.c.asset == "receipt", _lots.c.id == _for_loans.c.asset_key))
    .where(
        or_(_claims.c.id.is_(None), _claims.c.cut_off_at > NOW),
        or_(_is_held(_notes, "note", _notes.c.value), _is_held(_receipts, "receipt", _receipts.c.quantity)),
    )
)
_OF_CLAIMS = _CLAIMS.where(_for_quotes.c.financier == VIEWER)
_OF_RECEIPTS = _GOODS.where(_for_receipts.c.financier == VIEWER)
_OF_LOANS = _LOANS.where(_for_loans.c.financier == VIEWER)
_ASKED = {
    _for_quotes: _CLAIMS.where(_for_quotes.c.seller == VIEWER),
    _for_receipts: _GOODS.where(_receipts.c.holder == VIEWER),  # who asked; receipts are found by their holder
    _for_loans: _LOANS.where(_for_loans.c.borrower == VIEWER),
}


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


def _request(row: RowMapping, about: str, number: int, **more: Any) -> dict[str, Any]:
    shown = {"financier": row["financier"], "currency": code_of(row["currency"]), "askedAt": row["at"], **more}
    return {"about": about, "number": number, "isQuoted": bool(row["is_quoted"]), "quantity": "", **shown}


_ABOUT: dict[Table, Callable[[RowMapping], dict[str, Any]]] = {
    _for_quotes: lambda row: _request(row, "receivable", row["receivable_id"], amountFen=row["value"]),
    _for_receipts: lambda row: _request(
        row, "receipt", row["receipt_id"],
        amountFen=None, quantity=f"{format_quantity(row['quantity'], row['decimals'])} {row['unit']}",
    ),
    _for_loans: lambda row: _request(row, f"loan-{row['asset']}", row["token_id"], amountFen=row["limit"]),
}  # fmt: skip
