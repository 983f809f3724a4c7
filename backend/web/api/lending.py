"""What comes before a loan: requests, quotes, counts, and the loan's beginning."""

from __future__ import annotations

from flask import Response

from backend.commands import lending as commands
from backend.queries import chain as chain_queries
from backend.queries import lending as queries
from backend.queries.loans import ORDERS
from backend.web import context
from backend.web.api.receivables import own_signature
from backend.web.api.shared import IDENTIFIER, documents_read, documents_write, topic
from backend.web.schemas import AmountBody, CountBody, EmptyBody, IdPageQuery, LoanQuoteBody, LoanRequestBody

blueprint = topic("lending")


@blueprint.post("/loan-requests")
@blueprint.input(LoanRequestBody, arg_name="body")
@documents_write(blueprint)
def ask(body: LoanRequestBody) -> Response:
    """Ask financiers for a loan over a receipt or a note (holder)."""
    return context.write(
        commands.request_loan,
        asset=body.asset,
        token_id=body.token_id,
        value=body.value,
        limit=body.limit_fen,
        financiers=body.financiers,
    )


@blueprint.get("/loan-requests")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def requests(query: IdPageQuery) -> Response:
    """Requests I made or received, the latest first."""
    return context.answer(queries.requests(context.desk().engine, context.viewer(), query.after, query.limit))


@blueprint.post(f"/loan-requests/<{IDENTIFIER}:request_id>/quotes")
@blueprint.input(LoanQuoteBody, arg_name="body")
@documents_write(blueprint)
def quote(request_id: str, body: LoanQuoteBody) -> Response:
    """Sign firm terms (financier)."""
    terms = {
        "limit": body.limit_fen,
        "rateBps": body.rate_bps,
        "penaltyBps": body.penalty_bps,
        "maturityAt": body.maturity_at,
        "graceDays": body.grace_days,
        "advanceBps": body.advance_bps,
        "callBps": body.call_bps,
        "liquidationBps": body.liquidation_bps,
        "cureSeconds": body.cure_seconds,
        "reservePrice": body.reserve_price_fen,
        "order": ORDERS.index(body.order),
    }
    return context.write(
        commands.give_quote, request_id, terms=terms, valid_seconds=body.valid_seconds, own=own_signature(body.own)
    )


@blueprint.get("/loan-quotes")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def quotes(query: IdPageQuery) -> Response:
    """Loan quotes I gave or was given, the latest first."""
    engine = context.desk().engine
    now = chain_queries.position(engine)["at"]
    return context.answer(queries.quotes(engine, context.viewer(), query.after, query.limit, now))


@blueprint.post(f"/loan-quotes/<{IDENTIFIER}:quote_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cancel(quote_id: str, body: EmptyBody) -> Response:
    """Take a loan quote back (financier)."""
    return context.write(commands.cancel_quote, quote_id)


@blueprint.post(f"/loan-quotes/<{IDENTIFIER}:quote_id>/acceptances")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def originate(quote_id: str, body: AmountBody) -> Response:
    """Take the loan: title into escrow, cash to me, in one transaction (borrower)."""
    return context.write(commands.originate_loan, quote_id, body.amount_fen)


@blueprint.post("/counts")
@blueprint.input(CountBody, arg_name="body")
@documents_write(blueprint)
def count(body: CountBody) -> Response:
    """Sign that goods were counted, and that their pledge is known (custodian)."""
    return context.write(
        commands.count_goods,
        receipt_id=body.receipt_id,
        pledgee=body.pledgee,
        quantity=body.quantity,
        counted_at=body.counted_at,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.get("/counts")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def counts(query: IdPageQuery) -> Response:
    """Counts I signed, that were signed for me, or of receipts I hold, the latest first."""
    engine = context.desk().engine
    now = chain_queries.position(engine)["at"]
    return context.answer(queries.counts(engine, context.viewer(), query.after, query.limit, now))
