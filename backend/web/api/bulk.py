"""Many acts of one kind in one transaction, up to a hundred. The result tells what became of each: what the contract
refuses stops no other, and what is refused before that refuses them all."""

from __future__ import annotations

from flask import Response

from backend.commands.bulk import do_bulk
from backend.commands.cash import issue_cash
from backend.commands.notes import accept_note, decline_note, endorse_note, redeem_note
from backend.commands.receivables import confirm_receivable, repay_receivable
from backend.web import context
from backend.web.api.shared import documents_write, topic
from backend.web.schemas import (
    BulkConfirmationsBody,
    BulkEndorsementsBody,
    BulkIssuesBody,
    BulkNotesBody,
    BulkRepaymentsBody,
)

blueprint = topic("bulk")


@blueprint.post("/bulk/confirmations")
@blueprint.input(BulkConfirmationsBody, arg_name="body")
@documents_write(blueprint)
def confirm(body: BulkConfirmationsBody) -> Response:
    """Confirm many claims (obligor)."""
    items = [
        (
            (item.receivable_id,),
            {
                "amount": item.amount_fen,
                "set_off_waived": item.set_off_waived,
                "carry": True,
                "valid_seconds": None,
                "own": None,
            },
        )
        for item in body.items
    ]
    return context.write(do_bulk, confirm_receivable, items)


@blueprint.post("/bulk/repayments")
@blueprint.input(BulkRepaymentsBody, arg_name="body")
@documents_write(blueprint)
def repay(body: BulkRepaymentsBody) -> Response:
    """Pay on many receivables."""
    return context.write(
        do_bulk, repay_receivable, [((item.receivable_id, item.amount_fen), {}) for item in body.items]
    )


@blueprint.post("/bulk/endorsements")
@blueprint.input(BulkEndorsementsBody, arg_name="body")
@documents_write(blueprint)
def endorse(body: BulkEndorsementsBody) -> Response:
    """Endorse parts of many notes (holder)."""
    items = [((item.note_id, item.to, item.value_fen), {"with_recourse": item.with_recourse}) for item in body.items]
    return context.write(do_bulk, endorse_note, items)


@blueprint.post("/bulk/acceptances")
@blueprint.input(BulkNotesBody, arg_name="body")
@documents_write(blueprint)
def accept(body: BulkNotesBody) -> Response:
    """Take many endorsements that wait for it (payee)."""
    return context.write(do_bulk, accept_note, [((item.note_id,), {}) for item in body.items])


@blueprint.post("/bulk/declinations")
@blueprint.input(BulkNotesBody, arg_name="body")
@documents_write(blueprint)
def decline(body: BulkNotesBody) -> Response:
    """Refuse many endorsements that wait (payee)."""
    return context.write(do_bulk, decline_note, [((item.note_id,), {}) for item in body.items])


@blueprint.post("/bulk/redemptions")
@blueprint.input(BulkNotesBody, arg_name="body")
@documents_write(blueprint)
def redeem(body: BulkNotesBody) -> Response:
    """Have many notes paid out to their holders (any party to the receivable)."""
    return context.write(do_bulk, redeem_note, [((item.note_id,), {}) for item in body.items])


@blueprint.post("/bulk/issues")
@blueprint.input(BulkIssuesBody, arg_name="body")
@documents_write(blueprint)
def issue(body: BulkIssuesBody) -> Response:
    """Issue cash of one currency to many (operator)."""
    return context.write(do_bulk, issue_cash, [((item.currency, item.to, item.amount_fen), {}) for item in body.items])
