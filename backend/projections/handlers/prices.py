"""What goods are worth, as the oracles say it."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import put, use_nonce


def on_feed_assigned(db: Connection, event: e.FeedAssigned) -> None:
    """What another oracle published before stays, and says whose it is."""
    nothing = {"price": 0, "observed_at": 0, "published_by": "", "published_at": 0}
    put(db, tables.feeds, {"feed": event.feed}, oracle=event.oracle, defaults=nothing)


def on_price_published(db: Connection, event: e.PricePublished) -> None:
    place = event.place
    put(
        db,
        tables.feeds,
        {"feed": event.feed},
        price=event.price,
        observed_at=event.observed_at,
        published_by=event.oracle,
        published_at=place.at,
        defaults={"oracle": event.oracle},
    )
    db.execute(
        insert(tables.prices).values(
            block_number=place.block_number,
            log_index=place.log_index,
            at=place.at,
            feed=event.feed,
            oracle=event.oracle,
            price=event.price,
            observed_at=event.observed_at,
        )
    )


def on_price_document_used(db: Connection, event: e.PriceDocumentUsed) -> None:
    use_nonce(db, event)
