"""What a holder of title asked financiers for, and what they offered that it can still take; the latest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, and_, bindparam, exists, or_, select

from backend.documents import tables as documents
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries import lending, quotes, receipt_quotes
from backend.queries.documents import spent
from backend.queries.pages import VIEWER, page

_claims, _notes, _lots, _receipts = tables.receivables, tables.notes, tables.lots, tables.receipts
_for_quotes, _quotes = documents.quote_requests, documents.quotes
_for_receipts, _receipt_quotes = documents.receipt_quote_requests, documents.receipt_quotes
_for_loans, _loan_quotes = documents.loan_requests, documents.loan_quotes
_NOW = bindparam("now", type_=BigInteger())


def offers(engine: Engine, holder: str, limit: int, now: int) -> dict[str, list[dict[str, Any]]]:
    """The latest quotes of each kind that were given to `holder`, stand at `now`, and are of what it still has; at most
    `limit` of each."""
    said: dict[str, Any] = {"latest_first": True, "viewer": holder, "now": now}

    def latest(query: Any, key: Any, shown: Any) -> list[dict[str, Any]]:
        found = page(engine, query, key, None, limit, lambda row: shown({**row, "used": False}, now), **said)
        return list(found["items"])

    return {
        "quotes": latest(_QUOTES, _quotes.c.id, _quote),
        "receiptQuotes": latest(_RECEIPT_QUOTES, _receipt_quotes.c.id, receipt_quotes.shown),
        "loanQuotes": latest(_LOAN_QUOTES, _loan_quotes.c.id, _loan_quote),
    }


def requests(engine: Engine, holder: str, limit: int) -> dict[str, list[dict[str, Any]]]:
    """The latest requests of each kind that `holder` made, at most `limit` of each; those about receipts while it holds
    them."""
    said: dict[str, Any] = {"latest_first": True, "viewer": holder}

    def latest(query: Any, key: Any, shown: Any) -> list[dict[str, Any]]:
        return list(page(engine, query, key, None, limit, lambda row: shown(dict(row)), **said)["items"])

    return {
        "quotes": latest(_ASKED, _for_quotes.c.id, _request),
        "receiptQuotes": latest(_ASKED_OF_RECEIPTS, _for_receipts.c.id, _receipt_request),
        "loans": latest(_ASKED_FOR_LOANS, _for_loans.c.id, lending.shown_request),
    }


def _stands(table: Any, contract: str, holder: Any) -> Any:
    return and_(holder == VIEWER, table.c.deadline >= _NOW, ~spent(contract, table.c.financier, table.c.nonce))


def _has(table: Any, amount: Any, at_least: Any, *same: Any) -> Any:
    """The condition that whoever looks holds such title, and enough of it."""
    return exists().where(table.c.holder == VIEWER, amount >= at_least, *same)


_has_note = _has(
    _notes, _notes.c.value - _notes.c.locked, _quotes.c.value, _notes.c.receivable_id == _quotes.c.receivable_id
)
_can_sell = or_(
    and_(_claims.c.status == "submitted", _claims.c.supplier == VIEWER, _claims.c.confirm_by >= _NOW),
    and_(_claims.c.status.in_(("confirmed", "disputed")), _has_note),
)
_can_pledge = or_(
    *(
        and_(_for_loans.c.asset == kind, _has(table, amount, 1, table.c.id == _for_loans.c.token_id))
        for kind, table, amount in (("note", _notes, _notes.c.value), ("receipt", _receipts, _receipts.c.quantity))
    )
)
_QUOTES = (
    select(_quotes, _claims.c.currency)
    .join(_claims, _claims.c.id == _quotes.c.receivable_id)
    .where(_stands(_quotes, "Settlement", _quotes.c.seller), _claims.c.cut_off_at > _NOW, _can_sell)
)
_RECEIPT_QUOTES = (
    select(_receipt_quotes, _lots.c.decimals, _lots.c.currency, _lots.c.unit)
    .join(_lots, _lots.c.id == _receipt_quotes.c.lot_id)
    .where(
        _stands(_receipt_quotes, "Settlement", _receipt_quotes.c.seller),
        _has(
            _receipts, _receipts.c.quantity, _receipt_quotes.c.quantity, _receipts.c.id == _receipt_quotes.c.receipt_id
        ),
    )
)
_LOAN_QUOTES = (
    select(_loan_quotes, _for_loans.c.currency, _for_loans.c.asset, _for_loans.c.token_id)
    .join(_for_loans, _for_loans.c.id == _loan_quotes.c.request_id)
    .where(_stands(_loan_quotes, "Loans", _loan_quotes.c.borrower), _can_pledge)
)
_ASKED = (
    select(_for_quotes, _claims.c.currency)
    .join(_claims, _claims.c.id == _for_quotes.c.receivable_id)
    .where(_for_quotes.c.seller == VIEWER)
)
_ASKED_OF_RECEIPTS = (
    select(_for_receipts, _lots.c.decimals, _lots.c.unit)
    .join(_lots, _lots.c.id == _for_receipts.c.lot_id)
    .join(_receipts, _receipts.c.id == _for_receipts.c.receipt_id)
    .where(_for_receipts.c.seller == VIEWER, _receipts.c.holder == VIEWER)
)
_ASKED_FOR_LOANS = select(_for_loans).where(_for_loans.c.borrower == VIEWER)


def _quote(row: dict[str, Any], now: int) -> dict[str, Any]:
    return {**quotes.shown(row, now), "currency": code_of(row["currency"])}


def _loan_quote(row: dict[str, Any], now: int) -> dict[str, Any]:
    about = {"currency": code_of(row["currency"]), "asset": row["asset"], "tokenId": row["token_id"]}
    return {**lending.shown_quote(row, now), **about}


def _request(row: dict[str, Any]) -> dict[str, Any]:
    return {**quotes.shown_request(row), "currency": code_of(row["currency"])}


def _receipt_request(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "receiptId": row["receipt_id"],
        "financier": row["financier"],
        "quantity": f"{format_quantity(row['quantity'], row['decimals'])} {row['unit']}",
        "askedAt": row["at"],
    }
