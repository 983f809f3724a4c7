"""Quotes for warehouse receipts: who was asked, and what was offered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, RowMapping, bindparam, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, both
from backend.goods import format_quantity
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.documents import spent
from backend.queries.pages import page_of_parties

_quotes, _requests, _lots = documents.receipt_quotes, documents.receipt_quote_requests, tables.lots
_used = spent("Settlement", _quotes.c.financier, _quotes.c.nonce)
_QUOTES = select(_quotes, _lots.c.decimals, _lots.c.currency, _used.label("used")).join(
    _lots, _lots.c.id == _quotes.c.lot_id
)
_QUOTES_OF = _QUOTES.where(_quotes.c.receipt_id == bindparam("receipt", type_=BigInteger()))


def receipt_quotes(
    engine: Engine, viewer: str | None, receipt_id: int | None, after: str | None, limit: int, now: int
) -> dict[str, Any]:
    """A page of the quotes that `viewer` gave or was given (None: all), or those of a receipt among them, the latest
    first, each with its state at `now`."""
    return page_of_parties(
        engine,
        _QUOTES if receipt_id is None else _QUOTES_OF,
        (_quotes.c.financier, _quotes.c.seller),
        viewer,
        after,
        limit,
        lambda row: shown(row, now),
        is_narrow=receipt_id is not None,
        receipt=receipt_id,
    )


def visible_quote(engine: Engine, quote_id: str, viewer: str) -> dict[str, Any]:
    """A quote as it was signed, for its two parties. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = db.execute(select(_quotes).where(_quotes.c.id == quote_id)).mappings().first()
    if row is None or viewer not in (row["financier"], row["seller"]):
        raise NotFound(what=both("quote", "报价"), id=quote_id)
    return dict(row)


def was_asked(engine: Engine, receipt_id: int, seller: str, financier: str) -> bool:
    mine = _requests.c.receipt_id == receipt_id, _requests.c.seller == seller, _requests.c.financier == financier
    with reading(engine) as db:
        return db.execute(select(_requests.c.id).where(*mine)).first() is not None


def _state(row: RowMapping | dict[str, Any], now: int) -> str:
    return "used" if row["used"] else "expired" if row["deadline"] < now else "open"


def shown(row: RowMapping | dict[str, Any], now: int) -> dict[str, Any]:
    return {
        "id": row["id"],
        "financier": row["financier"],
        "seller": row["seller"],
        "receiptId": row["receipt_id"],
        "lotId": row["lot_id"],
        "quantity": format_quantity(row["quantity"], row["decimals"]),
        "currency": code_of(row["currency"]),
        "priceFen": row["price"],
        "deadlineAt": row["deadline"],
        "givenAt": row["at"],
        "state": _state(row, now),
    }
