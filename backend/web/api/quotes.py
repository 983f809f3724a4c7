"""Financing: requests for quotes, quotes, acceptance."""

from __future__ import annotations

from flask import Response

from backend.commands import quotes as commands
from backend.queries import chain as chain_queries
from backend.queries import quotes as queries
from backend.web import context
from backend.web.api.receivables import own_signature
from backend.web.api.shared import IDENTIFIER, documents_read, documents_write, topic
from backend.web.schemas import AcceptanceBody, EmptyBody, IdPageQuery, QuoteBody, QuoteRequestBody, QuotesQuery

blueprint = topic("quotes")


@blueprint.post("/quote-requests")
@blueprint.input(QuoteRequestBody, arg_name="body")
@documents_write(blueprint)
def ask(body: QuoteRequestBody) -> Response:
    """Ask financiers for quotes (holder)."""
    return context.write(
        commands.request_quotes,
        body.receivable_id,
        body.value_fen,
        body.financiers,
        with_recourse=body.with_recourse,
    )


@blueprint.get("/quote-requests")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def requests(query: IdPageQuery) -> Response:
    """Requests I made or received, the latest first."""
    return context.answer(queries.requests(context.desk().engine, context.viewer(), query.after, query.limit))


@blueprint.post("/quotes")
@blueprint.input(QuoteBody, arg_name="body")
@documents_write(blueprint)
def quote(body: QuoteBody) -> Response:
    """Sign a firm price (financier)."""
    return context.write(
        commands.give_quote,
        receivable_id=body.receivable_id,
        seller=body.seller,
        value=body.value_fen,
        price=body.price_fen,
        rate_bps=body.rate_bps,
        with_recourse=body.with_recourse,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.get("/quotes")
@blueprint.input(QuotesQuery, location="query", arg_name="query")
@documents_read(blueprint)
def quotes(query: QuotesQuery) -> Response:
    """Quotes I gave or was given, the latest first."""
    engine = context.desk().engine
    now = chain_queries.position(engine)["at"]
    viewer = context.viewer()
    return context.answer(queries.quotes(engine, viewer, query.receivable_id, query.after, query.limit, now))


@blueprint.post(f"/quotes/<{IDENTIFIER}:quote_id>/acceptances")
@blueprint.input(AcceptanceBody, arg_name="body")
@documents_write(blueprint)
def accept(quote_id: str, body: AcceptanceBody) -> Response:
    """Sell at this quote, in one transaction (seller)."""
    return context.write(commands.accept_quote, quote_id, body.note_id)


@blueprint.post(f"/quotes/<{IDENTIFIER}:quote_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cancel(quote_id: str, body: EmptyBody) -> Response:
    """Take a quote back (financier)."""
    return context.write(commands.cancel_quote, quote_id)
