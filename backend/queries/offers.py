"""Quotes that stand: of the financier who gave them, and for the holder of title who can take them; latest first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, Select, Table, and_, bindparam, exists, or_, select

from backend.documents import tables as documents
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries import lending, quotes, receipt_quotes
from backend.queries.documents import spent
from backend.queries.pages import VIEWER, page

_claims, _notes, _lots, _receipts = tables.receivables, tables.notes, tables.lots, tables.receipts
_quotes, _receipt_quotes = documents.quotes, documents.receipt_quotes
_loan_quotes, _for_loans = documents.loan_quotes, documents.loan_requests
NOW = bindparam("now", type_=BigInteger())


def standing(engine: Engine, financier: str, limit: int, now: int) -> dict[str, list[dict[str, Any]]]:
    """The latest `quotes`, `receiptQuotes` and `loanQuotes` that `financier` gave and that are neither over nor spent
    at `now`; at most `limit` of each."""
    return _latest(engine, _STANDING, financier, limit, now)


def offered(engine: Engine, holder: str, limit: int, now: int) -> dict[str, list[dict[str, Any]]]:
    """The same that were given to `holder`, while it holds what they are for; quotes for receivables with their
    `maturityAt`."""
    return _latest(engine, _OFFERED, holder, limit, now)


def seen_by(viewer: str, now: int) -> dict[str, Any]:
    """What a page of the latest of a list is asked with."""
    return {"latest_first": True, "viewer": viewer, "now": now}


def stands(table: Any, contract: str) -> Any:
    """The condition that a quote is neither over nor spent."""
    return and_(table.c.deadline >= NOW, ~spent(contract, table.c.financier, table.c.nonce))


def _latest(
    engine: Engine, queries: dict[Table, Select[Any]], viewer: str, limit: int, now: int
) -> dict[str, list[dict[str, Any]]]:
    def latest(table: Table, shown: Any) -> list[dict[str, Any]]:
        found = page(
            engine,
            queries[table],
            table.c.id,
            None,
            limit,
            lambda row: shown({**row, "used": False}, now),
            **seen_by(viewer, now),
        )
        return list(found["items"])

    return {
        "quotes": latest(_quotes, _quote),
        "receiptQuotes": latest(_receipt_quotes, receipt_quotes.shown),
        "loanQuotes": latest(_loan_quotes, _loan_quote),
    }


_STAND = {
    _quotes: select(_quotes, _claims.c.currency, _claims.c.maturity_at)
    .join(_claims, _claims.c.id == _quotes.c.receivable_id)
    .where(stands(_quotes, "Settlement")),
    _receipt_quotes: select(_receipt_quotes, _lots.c.decimals, _lots.c.currency)
    .join(_lots, _lots.c.id == _receipt_quotes.c.lot_id)
    .where(stands(_receipt_quotes, "Settlement")),
    _loan_quotes: select(_loan_quotes, _for_loans.c.currency, _for_loans.c.asset, _for_loans.c.token_id)
    .join(_for_loans, _for_loans.c.id == _loan_quotes.c.request_id)
    .where(stands(_loan_quotes, "Loans")),
}
_STANDING = {table: query.where(table.c.financier == VIEWER) for table, query in _STAND.items()}


def _has(table: Any, amount: Any, at_least: Any, *same: Any) -> Any:
    """The condition that whoever looks holds such title, and enough of it."""
    return exists().where(table.c.holder == VIEWER, amount >= at_least, *same)


_has_note = _has(
    _notes, _notes.c.value - _notes.c.locked, _quotes.c.value, _notes.c.receivable_id == _quotes.c.receivable_id
)
_can_sell = or_(
    and_(_claims.c.status == "submitted", _claims.c.supplier == VIEWER, _claims.c.confirm_by >= NOW),
    and_(_claims.c.status.in_(("confirmed", "disputed")), _has_note),
)
_has_goods = _has(
    _receipts, _receipts.c.quantity, _receipt_quotes.c.quantity, _receipts.c.id == _receipt_quotes.c.receipt_id
)
_can_pledge = or_(
    *(
        and_(_for_loans.c.asset == kind, _has(table, amount, 1, table.c.id == _for_loans.c.token_id))
        for kind, table, amount in (("note", _notes, _notes.c.value), ("receipt", _receipts, _receipts.c.quantity))
    )
)
_OFFERED = {
    _quotes: _STAND[_quotes].where(_quotes.c.seller == VIEWER, _claims.c.cut_off_at > NOW, _can_sell),
    _receipt_quotes: _STAND[_receipt_quotes].where(_receipt_quotes.c.seller == VIEWER, _has_goods),
    _loan_quotes: _STAND[_loan_quotes].where(_loan_quotes.c.borrower == VIEWER, _can_pledge),
}


def _quote(row: dict[str, Any], now: int) -> dict[str, Any]:
    return {**quotes.shown(row, now), "currency": code_of(row["currency"]), "maturityAt": row["maturity_at"]}


def _loan_quote(row: dict[str, Any], now: int) -> dict[str, Any]:
    return {
        **lending.shown_quote(row, now),
        "currency": code_of(row["currency"]),
        "asset": row["asset"],
        "tokenId": row["token_id"],
    }
