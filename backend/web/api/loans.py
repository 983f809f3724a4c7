"""Loans: drawing, paying, margin, and the sale of what stands for them."""

from __future__ import annotations

from flask import Response

from backend.commands import loans as commands
from backend.queries import chain as chain_queries
from backend.queries import loans as queries
from backend.queries.pages import place_from
from backend.web import context
from backend.web.api.receivables import own_signature
from backend.web.api.shared import NUMBER, documents_read, documents_write, topic
from backend.web.schemas import (
    AmountBody,
    BidBody,
    EmptyBody,
    LoansQuery,
    PlacePageQuery,
    ReleaseBody,
    SaleBody,
    TokenBody,
    TopUpBody,
)

blueprint = topic("loans")

LOAN = f"/loans/<{NUMBER}:loan_id>"


@blueprint.get("/loans")
@blueprint.input(LoansQuery, location="query", arg_name="query")
@documents_read(blueprint)
def loans(query: LoansQuery) -> Response:
    """Loans I gave, took, or keep the goods of, with what they owe now."""
    engine, viewer = context.desk().engine, context.viewer()
    return context.answer(queries.loans(engine, viewer, query.status, query.after, query.limit, *_moment()))


@blueprint.get(LOAN)
@documents_read(blueprint)
def loan(loan_id: int) -> Response:
    """One loan with its titles, all that happened, and its sales."""
    return context.answer(queries.visible_loan(context.desk().engine, loan_id, context.viewer(), *_moment()))


@blueprint.get("/sales")
@blueprint.input(PlacePageQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def sales(query: PlacePageQuery) -> Response:
    """What is for sale now, the first to end first, for everybody that may bid."""
    context.require_member()
    engine = context.desk().engine
    now = chain_queries.position(engine)["at"]
    return context.answer(queries.open_sales(engine, place_from(query.after), query.limit, now))


@blueprint.post(f"{LOAN}/drawdowns")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def draw(loan_id: int, body: AmountBody) -> Response:
    """Draw more (borrower)."""
    return context.write(commands.draw_loan, loan_id, body.amount_fen)


@blueprint.post(f"{LOAN}/repayments")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def repay(loan_id: int, body: AmountBody) -> Response:
    """Pay, whatever the state; what is more than due is not taken (any party)."""
    return context.write(commands.repay_loan, loan_id, body.amount_fen)


@blueprint.post(f"{LOAN}/storage-advances")
@blueprint.input(TokenBody, arg_name="body")
@documents_write(blueprint)
def advance_storage(loan_id: int, body: TokenBody) -> Response:
    """Pay the storage of goods in escrow, as a cost of the loan (lender)."""
    return context.write(commands.advance_storage, loan_id, body.token_id)


@blueprint.post(f"{LOAN}/top-ups")
@blueprint.input(TopUpBody, arg_name="body")
@documents_write(blueprint)
def top_up(loan_id: int, body: TopUpBody) -> Response:
    """Put more title in escrow (borrower)."""
    return context.write(commands.top_up_loan, loan_id, body.token_id, body.value)


@blueprint.post(f"{LOAN}/releases")
@blueprint.input(ReleaseBody, arg_name="body")
@documents_write(blueprint)
def release(loan_id: int, body: ReleaseBody) -> Response:
    """Take title out while the loan stays covered (borrower)."""
    return context.write(commands.release_title, loan_id, body.token_id, body.value)


@blueprint.post(f"{LOAN}/margin-calls")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def call_margin(loan_id: int, body: EmptyBody) -> Response:
    """Call margin (any party)."""
    return context.write(commands.call_margin, loan_id)


@blueprint.post(f"{LOAN}/call-reviews")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def review_call(loan_id: int, body: EmptyBody) -> Response:
    """Have an open margin call looked at again (any party)."""
    return context.write(commands.review_call, loan_id)


@blueprint.post(f"{LOAN}/proceeds-applications")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def apply_proceeds(loan_id: int, body: EmptyBody) -> Response:
    """Apply what came for the title (any party)."""
    return context.write(commands.apply_proceeds, loan_id)


@blueprint.post(f"{LOAN}/waivers")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def waive(loan_id: int, body: EmptyBody) -> Response:
    """Give up what is owed (lender)."""
    return context.write(commands.waive_loan, loan_id)


@blueprint.post(f"{LOAN}/title-returns")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def return_title(loan_id: int, body: EmptyBody) -> Response:
    """Have title that waits handed over (any party)."""
    return context.write(commands.return_title, loan_id)


@blueprint.post(f"{LOAN}/sales")
@blueprint.input(SaleBody, arg_name="body")
@documents_write(blueprint)
def open_sale(loan_id: int, body: SaleBody) -> Response:
    """In default, open a sale of the title (lender)."""
    return context.write(commands.open_sale, loan_id, body.window_seconds)


@blueprint.post(f"{LOAN}/bids")
@blueprint.input(BidBody, arg_name="body")
@documents_write(blueprint)
def bid(loan_id: int, body: BidBody) -> Response:
    """Sign a bid; its cash waits in escrow until the sale is closed or somebody bids more (any participant)."""
    return context.write(
        commands.place_bid, loan_id, body.amount_fen, valid_seconds=body.valid_seconds, own=own_signature(body.own)
    )


@blueprint.post(f"{LOAN}/sale-closings")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def close_sale(loan_id: int, body: EmptyBody) -> Response:
    """Close a sale whose window is over (any participant)."""
    return context.write(commands.close_sale, loan_id)


def _moment() -> tuple[int, int]:
    """The read model's time, and how old a price may be, in seconds."""
    desk = context.desk()
    return chain_queries.position(desk.engine)["at"], desk.settings.price_age_hours * 3_600
