"""Prices: feeds, their oracles, and what these publish."""

from __future__ import annotations

import re

from flask import Response

from backend.commands import prices as commands
from backend.errors import InvalidInput, both
from backend.queries import prices as queries
from backend.web import context
from backend.web.api.receivables import own_signature
from backend.web.api.shared import documents_read, documents_write, topic
from backend.web.schemas import FeedBody, FeedsQuery, PageQuery, PriceBody

blueprint = topic("prices")


@blueprint.post("/feeds")
@blueprint.input(FeedBody, arg_name="body")
@documents_write(blueprint)
def assign(body: FeedBody) -> Response:
    """Name the oracle of a feed (operator)."""
    return context.write(
        commands.assign_feed,
        commodity=body.commodity,
        grade=body.grade,
        unit=body.unit,
        currency_code=body.currency,
        oracle=body.oracle,
    )


@blueprint.get("/feeds")
@blueprint.input(FeedsQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def feeds(query: FeedsQuery) -> Response:
    """All feeds, each with its last price."""
    context.require_member()
    return context.answer(queries.feeds(context.desk().engine, query.after, query.limit))


@blueprint.post("/prices")
@blueprint.input(PriceBody, arg_name="body")
@documents_write(blueprint)
def publish(body: PriceBody) -> Response:
    """Sign and publish a price (the feed's oracle), or carry what it signed (any participant)."""
    return context.write(
        commands.publish_price,
        feed=body.feed,
        price=body.price_fen,
        observed_at=body.observed_at,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.get("/feeds/<feed>/prices")
@blueprint.input(PageQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def prices(feed: str, query: PageQuery) -> Response:
    """The prices of a feed, by the time they were observed at."""
    context.require_member()
    if not re.fullmatch("0x[0-9a-f]{64}", feed, re.ASCII):
        raise InvalidInput(
            field="feed", reason=both("must be 0x and 64 small hexadecimal digits", "应为 0x 加 64 位小写十六进制数字")
        )
    queries.feed(context.desk().engine, feed)
    return context.answer(queries.prices(context.desk().engine, feed, query.after, query.limit))
