"""Receivables: from the invoice to the repayment."""

from __future__ import annotations

import base64
import binascii

from flask import Response

from backend.commands import receivables as commands
from backend.commands.signatures import OwnSignature
from backend.errors import InvalidInput, NotFound, both
from backend.invoices import read_invoice, to_json
from backend.queries import adjustments as adjustment_queries
from backend.queries import chain as chain_queries
from backend.queries import notes as note_queries
from backend.queries import receivables as queries
from backend.web import context
from backend.web.api.shared import IDENTIFIER, NUMBER, documents_post, documents_read, documents_write, topic
from backend.web.schemas import (
    AmountBody,
    ConfirmationBody,
    EmptyBody,
    OwnSignatureBody,
    ReasonBody,
    ReceivableBody,
    ReceivablesQuery,
)

blueprint = topic("receivables")


@blueprint.post("/invoices/readings")
@blueprint.input(ReceivableBody, arg_name="body")
@documents_post(blueprint, 403)
def read(body: ReceivableBody) -> Response:
    """What an invoice says; nothing is kept."""
    context.require_member()
    return context.answer(to_json(read_invoice(decoded(body.invoice, "invoice"))))


@blueprint.post("/receivables")
@blueprint.input(ReceivableBody, arg_name="body")
@documents_write(blueprint)
def register(body: ReceivableBody) -> Response:
    """Hand over an invoice (supplier)."""
    return context.write(commands.register_receivable, decoded(body.invoice, "invoice"), body.maturity_at)


@blueprint.get("/receivables")
@blueprint.input(ReceivablesQuery, location="query", arg_name="query")
@documents_read(blueprint)
def receivables(query: ReceivablesQuery) -> Response:
    """Those I am a party to."""
    viewer = context.viewer()
    page = queries.receivables(context.desk().engine, viewer, query.status, query.after, query.limit)
    return context.answer(page)


@blueprint.get(f"/receivables/<{NUMBER}:receivable_id>")
@documents_read(blueprint)
def receivable(receivable_id: int) -> Response:
    """One receivable with what is due, its notes, what its invoice says, and what became of it."""
    engine = context.desk().engine
    found = queries.visible_receivable(engine, receivable_id, context.viewer())
    notes = note_queries.notes(engine, None, receivable_id, 0, 500)["items"]
    invoice = queries.invoice(engine, found["documentHash"])
    now = chain_queries.position(engine)["at"]
    return context.answer(
        {
            **found,
            "due": queries.dues(engine, receivable_id, now),
            "notes": notes,
            "invoice": invoice["facts"] if invoice else None,
            "disputes": queries.disputes(engine, receivable_id),
            "dilutions": queries.dilutions(engine, receivable_id),
            **adjustment_queries.agreements(engine, receivable_id, now),
        }
    )


@blueprint.get(f"/receivables/<{NUMBER}:receivable_id>/lineage")
@documents_read(blueprint)
def lineage(receivable_id: int) -> Response:
    """The whole tree of its notes, and what was merged."""
    return context.answer(note_queries.tree(context.desk().engine, receivable_id, context.viewer()))


@blueprint.get(f"/receivables/<{NUMBER}:receivable_id>/document")
@documents_read(blueprint, media="application/octet-stream")
def document(receivable_id: int) -> Response:
    """The invoice as it was handed over."""
    engine = context.desk().engine
    found = queries.visible_receivable(engine, receivable_id, context.viewer())
    invoice = queries.invoice(engine, found["documentHash"])
    if invoice is None:
        raise NotFound(what=both("document of receivable", "应收账款的文件,编号"), id=receivable_id)
    response = Response(invoice["document"], content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="receivable-{receivable_id}.xml"'
    return response


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/confirmations")
@blueprint.input(ConfirmationBody, arg_name="body")
@documents_write(blueprint)
def confirm(receivable_id: int, body: ConfirmationBody) -> Response:
    """Confirm the whole or a part (obligor)."""
    return context.write(
        commands.confirm_receivable,
        receivable_id,
        amount=body.amount_fen,
        set_off_waived=body.set_off_waived,
        carry=body.carry,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.post(f"/confirmations/<{IDENTIFIER}:confirmation_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cancel_confirmation(confirmation_id: str, body: EmptyBody) -> Response:
    """Take a waiting confirmation back (obligor)."""
    return context.write(commands.cancel_confirmation, confirmation_id)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/rejections")
@blueprint.input(ReasonBody, arg_name="body")
@documents_write(blueprint)
def reject(receivable_id: int, body: ReasonBody) -> Response:
    """Refuse the claim (obligor)."""
    return context.write(commands.reject_receivable, receivable_id, body.reason)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/withdrawals")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def withdraw(receivable_id: int, body: EmptyBody) -> Response:
    """Take back what is not confirmed (supplier)."""
    return context.write(commands.withdraw_receivable, receivable_id)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/expirations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def expire(receivable_id: int, body: EmptyBody) -> Response:
    """Close what was not confirmed in time (any party to it)."""
    return context.write(commands.expire_receivable, receivable_id)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/repayments")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def repay(receivable_id: int, body: AmountBody) -> Response:
    """Pay, in whole or in part; the money waits for whoever holds the notes (any party to it)."""
    return context.write(commands.repay_receivable, receivable_id, body.amount_fen)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/dilution-payments")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def make_good(receivable_id: int, body: AmountBody) -> Response:
    """Pay what the supplier owes to the holders for dilution (any party to it)."""
    return context.write(commands.make_good_receivable, receivable_id, body.amount_fen)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/allotments")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def allot(receivable_id: int, body: EmptyBody) -> Response:
    """From maturity on, divide what has come in among all notes (any party to it)."""
    return context.write(commands.allot_receivable, receivable_id)


def own_signature(body: OwnSignatureBody | None) -> OwnSignature | None:
    """What a party signed with its own wallet."""
    return None if body is None else OwnSignature(body.signature, body.nonce, body.deadline)


def decoded(text: str, field: str) -> bytes:
    """A document from its base64. Raises InvalidInput naming the field."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(field=field, reason=both("is not base64", "不是 base64 编码")) from None
