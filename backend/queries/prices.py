"""Feeds, their oracles, and what these published (rules O)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, select

from backend.database import reading
from backend.documents import tables as documents
from backend.errors import NotFound, both
from backend.invoices.currencies import code_of
from backend.projections import tables
from backend.queries.pages import page

_feeds, _prices, _words, _lots = tables.feeds, tables.prices, documents.feed_words, tables.lots
_ALL = select(_feeds)
_OF_FEED = select(_prices).where(_prices.c.feed == bindparam("name"))


def feeds(engine: Engine, after: str | None, limit: int) -> dict[str, Any]:
    """A page of all feeds, each with its last price."""
    found = page(engine, _ALL, _feeds.c.feed, after, limit, dict)
    with reading(engine) as db:
        return {**found, "items": [_shown(row, _known_words(db, row["feed"])) for row in found["items"]]}


def feed(engine: Engine, name: str, *, field: str | None = None) -> dict[str, Any]:
    """One feed (0x-hex) with its last price. Raises NotFound."""
    with reading(engine) as db:
        row = db.execute(select(_feeds).where(_feeds.c.feed == name)).mappings().first()
        words = _known_words(db, name)
    if row is None:
        raise NotFound(field=field, what=both("price feed", "价格源"), id=name)
    return _shown(row, words)


def prices(engine: Engine, name: str, after: int, limit: int) -> dict[str, Any]:
    """A page of a feed's prices by the time they were observed at, which is the key too (UTC seconds)."""
    return page(engine, _OF_FEED, _prices.c.observed_at, after, limit, _shown_price, name=name)


def _known_words(db: Connection, feed: str) -> RowMapping | None:
    """The words of a feed that was named here, or whose goods are in a lot."""
    for table in (_words, _lots):
        row = db.execute(select(table).where(table.c.feed == feed).limit(1)).mappings().first()
        if row is not None:
            return row
    return None


def _shown(row: RowMapping | dict[str, Any], words: RowMapping | None) -> dict[str, Any]:
    return {
        "feed": row["feed"],
        "commodity": words["commodity"] if words else None,
        "grade": words["grade"] if words else None,
        "unit": words["unit"] if words else None,
        "currency": code_of(words["currency"]) if words else None,
        "oracle": row["oracle"],
        "priceFen": row["price"],
        "observedAt": row["observed_at"],
        "publishedBy": row["published_by"] or None,
        "publishedAt": row["published_at"],
    }


def _shown_price(row: RowMapping) -> dict[str, Any]:
    return {
        "feed": row["feed"],
        "oracle": row["oracle"],
        "priceFen": row["price"],
        "observedAt": row["observed_at"],
        "publishedAt": row["at"],
    }
