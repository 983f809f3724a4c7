"""Requests for quotes, quotes, and confirmations that wait to be carried."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Engine, RowMapping, bindparam, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, both
from backend.queries.documents import spent
from backend.queries.pages import page_of_parties

_quotes, _requests, _confirmations = documents.quotes, documents.quote_requests, documents.confirmations
_REQUESTS = select(_requests)
_QUOTES = select(_quotes, spent("Settlement", _quotes.c.financier, _quotes.c.nonce).label("used"))
_QUOTES_OF = _QUOTES.where(_quotes.c.receivable_id == bindparam("receivable", type_=BigInteger()))


def quotes(
    engine: Engine, viewer: str | None, receivable_id: int | None, after: str | None, limit: int, now: int
) -> dict[str, Any]:
    """A page of the quotes that `viewer` gave or was given (None: all), or those of a receivable among them, the latest
    first, each with its state at `now`."""
    return page_of_parties(
        engine,
        _QUOTES if receivable_id is None else _QUOTES_OF,
        (_quotes.c.financier, _quotes.c.seller),
        viewer,
        after,
        limit,
        lambda row: shown(row, now),
        is_narrow=receivable_id is not None,
        receivable=receivable_id,
    )


def visible_quote(engine: Engine, quote_id: str, viewer: str) -> dict[str, Any]:
    """A quote as it was signed, for its two parties. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = db.execute(select(_quotes).where(_quotes.c.id == quote_id)).mappings().first()
    if row is None or viewer not in (row["financier"], row["seller"]):
        raise NotFound(what=both("quote", "报价"), id=quote_id)
    return dict(row)


def requests(engine: Engine, viewer: str | None, after: str | None, limit: int) -> dict[str, Any]:
    """A page of the requests for quotes that `viewer` made or received (None: all), the latest first."""
    parties = _requests.c.financier, _requests.c.seller
    return page_of_parties(engine, _REQUESTS, parties, viewer, after, limit, shown_request)


def was_asked(engine: Engine, receivable_id: int, seller: str, financier: str) -> bool:
    with reading(engine) as db:
        query = select(_requests.c.id).where(
            _requests.c.receivable_id == receivable_id,
            _requests.c.seller == seller,
            _requests.c.financier == financier,
        )
        return db.execute(query).first() is not None


def waiting_confirmation(engine: Engine, receivable_id: int, now: int) -> dict[str, Any] | None:
    """The latest signed confirmation, if nobody has carried or cancelled it and it is still in time: a later one takes
    the place of an earlier one for good (rule B12)."""
    query = (
        select(_confirmations, spent("Receivables", _confirmations.c.obligor, _confirmations.c.nonce).label("used"))
        .where(_confirmations.c.receivable_id == receivable_id)
        .order_by(_confirmations.c.at.desc(), _confirmations.c.id.desc())
        .limit(1)
    )
    with reading(engine) as db:
        row = db.execute(query).mappings().first()
    return dict(row) if row is not None and not row["used"] and row["deadline"] >= now else None


def confirmation(engine: Engine, confirmation_id: str, viewer: str) -> dict[str, Any]:
    """A confirmation as it was signed, for its obligor. Raises NotFound for anyone else."""
    with reading(engine) as db:
        row = db.execute(select(_confirmations).where(_confirmations.c.id == confirmation_id)).mappings().first()
    if row is None or row["obligor"] != viewer:
        raise NotFound(what=both("confirmation", "确权"), id=confirmation_id)
    return dict(row)


def shown_request(row: RowMapping | dict[str, Any]) -> dict[str, Any]:
    return {
        "receivableId": row["receivable_id"],
        "seller": row["seller"],
        "financier": row["financier"],
        "valueFen": row["value"],
        "withRecourse": row["with_recourse"],
        "askedAt": row["at"],
    }


def shown(row: RowMapping | dict[str, Any], now: int) -> dict[str, Any]:
    state = "used" if row["used"] else "expired" if row["deadline"] < now else "open"
    return {
        "id": row["id"],
        "financier": row["financier"],
        "seller": row["seller"],
        "receivableId": row["receivable_id"],
        "valueFen": row["value"],
        "priceFen": row["price"],
        "rateBps": row["rate_bps"],
        "withRecourse": row["with_recourse"],
        "deadlineAt": row["deadline"],
        "givenAt": row["at"],
        "state": state,
    }
