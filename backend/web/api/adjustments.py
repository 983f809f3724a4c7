"""What changes a claim after it was registered: payment to the assignor, credit note, set-off, dispute."""

from __future__ import annotations

from flask import Response

from backend.commands import adjustments as commands
from backend.web import context
from backend.web.api.receivables import decoded, own_signature
from backend.web.api.shared import IDENTIFIER, NUMBER, documents_write, topic
from backend.web.schemas import (
    AmountBody,
    CounterclaimBody,
    CreditNoteBody,
    DisputeBody,
    EmptyBody,
    ResolutionAcceptanceBody,
    ResolutionBody,
    ResolutionOrderBody,
)

blueprint = topic("adjustments")


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/direct-payments")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def pay_assignor(receivable_id: int, body: AmountBody) -> Response:
    """Pay the supplier directly, which discharges before notice only (obligor)."""
    return context.write(commands.pay_assignor, receivable_id, body.amount_fen)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/credit-notes")
@blueprint.input(CreditNoteBody, arg_name="body")
@documents_write(blueprint)
def dilute(receivable_id: int, body: CreditNoteBody) -> Response:
    """Hand over a credit note: the obligor owes that much less (supplier)."""
    return context.write(commands.dilute_receivable, receivable_id, decoded(body.credit_note, "creditNote"))


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/absorptions")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def absorb(receivable_id: int, body: EmptyBody) -> Response:
    """Have the supplier's notes absorb what the supplier owes for dilution (any party to it)."""
    return context.write(commands.absorb_dilution, receivable_id)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/counterclaims")
@blueprint.input(CounterclaimBody, arg_name="body")
@documents_write(blueprint)
def acknowledge(receivable_id: int, body: CounterclaimBody) -> Response:
    """Acknowledge what the obligor may set off (supplier)."""
    return context.write(
        commands.acknowledge_counterclaim,
        receivable_id,
        amount=body.amount_fen,
        statement=body.statement,
        arisen_at=body.arisen_at,
        due_at=body.due_at,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.post(f"/counterclaims/<{IDENTIFIER}:counterclaim_id>/set-offs")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def set_off(counterclaim_id: str, body: EmptyBody) -> Response:
    """Set an acknowledged counterclaim off (obligor)."""
    return context.write(commands.set_off, counterclaim_id)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/disputes")
@blueprint.input(DisputeBody, arg_name="body")
@documents_write(blueprint)
def dispute(receivable_id: int, body: DisputeBody) -> Response:
    """Dispute a part; it is locked wherever its notes went (obligor)."""
    return context.write(commands.dispute_receivable, receivable_id, body.amount_fen, body.reason)


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/resolutions")
@blueprint.input(ResolutionBody, arg_name="body")
@documents_write(blueprint)
def propose(receivable_id: int, body: ResolutionBody) -> Response:
    """Sign how the dispute is to end (supplier or obligor)."""
    return context.write(
        commands.propose_resolution,
        receivable_id,
        upheld=body.upheld_fen,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.post(f"/resolutions/<{IDENTIFIER}:resolution_id>/acceptances")
@blueprint.input(ResolutionAcceptanceBody, arg_name="body")
@documents_write(blueprint)
def accept(resolution_id: str, body: ResolutionAcceptanceBody) -> Response:
    """Sign the same; it is carried out (the other side)."""
    return context.write(commands.accept_resolution, resolution_id, own_signature(body.own))


@blueprint.post(f"/receivables/<{NUMBER}:receivable_id>/orders")
@blueprint.input(ResolutionOrderBody, arg_name="body")
@documents_write(blueprint)
def order(receivable_id: int, body: ResolutionOrderBody) -> Response:
    """End the dispute by a regulator's order (operator, or a regulator)."""
    return context.write(commands.resolve_by_order, receivable_id, body.upheld_fen, body.order)
