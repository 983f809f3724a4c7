"""Selling goods: requests for quotes, quotes, acceptance."""

from __future__ import annotations

from flask import Response

from backend.commands import receipt_quotes as commands
from backend.queries import chain as chain_queries
from backend.queries import receipt_quotes as queries
from backend.web import context
from backend.web.api.receivables import own_signature
from backend.web.api.shared import IDENTIFIER, NUMBER, documents_read, documents_write, topic
from backend.web.schemas import (
    EmptyBody,
    ReceiptQuoteAcceptanceBody,
    ReceiptQuoteBody,
    ReceiptQuoteRequestBody,
    ReceiptQuotesQuery,
)

blueprint = topic("receipt-quotes")


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/quote-requests")
@blueprint.input(ReceiptQuoteRequestBody, arg_name="body")
@documents_write(blueprint)
def ask(receipt_id: int, body: ReceiptQuoteRequestBody) -> Response:
    """Ask financiers what they pay for a quantity of it (holder)."""
    return context.write(commands.request_receipt_quotes, receipt_id, body.quantity, body.financiers)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/quotes")
@blueprint.input(ReceiptQuoteBody, arg_name="body")
@documents_write(blueprint)
def quote(receipt_id: int, body: ReceiptQuoteBody) -> Response:
    """Sign a firm price for a quantity of it (financier that was asked)."""
    return context.write(
        commands.give_receipt_quote,
        receipt_id,
        quantity=body.quantity,
        price=body.price_fen,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.get("/receipt-quotes")
@blueprint.input(ReceiptQuotesQuery, location="query", arg_name="query")
@documents_read(blueprint)
def quotes(query: ReceiptQuotesQuery) -> Response:
    """Quotes for receipts I gave or was given, the latest first."""
    engine = context.desk().engine
    now = chain_queries.position(engine)["at"]
    viewer = context.viewer()
    return context.answer(queries.receipt_quotes(engine, viewer, query.receipt_id, query.after, query.limit, now))


@blueprint.post(f"/receipt-quotes/<{IDENTIFIER}:quote_id>/acceptances")
@blueprint.input(ReceiptQuoteAcceptanceBody, arg_name="body")
@documents_write(blueprint)
def accept(quote_id: str, body: ReceiptQuoteAcceptanceBody) -> Response:
    """Sell at this quote, in one transaction (seller)."""
    return context.write(commands.accept_receipt_quote, quote_id, body.receipt_id)


@blueprint.post(f"/receipt-quotes/<{IDENTIFIER}:quote_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cancel(quote_id: str, body: EmptyBody) -> Response:
    """Take a quote back (financier)."""
    return context.write(commands.cancel_receipt_quote, quote_id)
