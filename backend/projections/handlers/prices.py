"""What goods are worth, as the oracles say it."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import use_nonce
from backend.projections.rows import Rows


def on_feed_assigned(rows: Rows, event: e.FeedAssigned) -> None:
    """What another oracle published before stays, and says whose it is."""
    nothing = {"price": 0, "observed_at": 0, "published_by": "", "published_at": 0}
    rows.put(tables.feeds, event.feed, oracle=event.oracle, defaults=nothing)


def on_price_published(rows: Rows, event: e.PricePublished) -> None:
    rows.put(
        tables.feeds,
        event.feed,
        price=event.price,
        observed_at=event.observed_at,
        published_by=event.oracle,
        published_at=event.place.at,
        defaults={"oracle": event.oracle},
    )
    rows.record(
        tables.prices,
        event,
        feed=event.feed,
        oracle=event.oracle,
        price=event.price,
        observed_at=event.observed_at,
    )


def on_price_document_used(rows: Rows, event: e.PriceDocumentUsed) -> None:
    use_nonce(rows, event)
