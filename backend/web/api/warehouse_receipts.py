"""Warehouse receipts: goods come in, title to them moves, goods go out."""

from __future__ import annotations

from flask import Response

from backend.commands import warehouse_receipts as commands
from backend.queries import chain as chain_queries
from backend.queries import warehouse_receipts as queries
from backend.web import context
from backend.web.api.receivables import own_signature
from backend.web.api.shared import IDENTIFIER, NUMBER, documents_read, documents_write, topic
from backend.web.schemas import (
    AmountBody,
    AssignmentBody,
    DeliveryOrderBody,
    EmptyBody,
    ExtensionBody,
    IdPageQuery,
    IntakeBody,
    MisfortuneBody,
    OrderBody,
    PageQuery,
    ReceiptMergeBody,
    ReceiptSplitBody,
    ReceiptsQuery,
    ReplacementBody,
)

blueprint = topic("warehouse-receipts")


# ---- goods come in


@blueprint.post("/intakes")
@blueprint.input(IntakeBody, arg_name="body")
@documents_write(blueprint)
def take_in(body: IntakeBody) -> Response:
    """Sign the intake of a lot; its depositor gets the receipt (custodian)."""
    goods = commands.Goods(
        depositor=body.depositor,
        commodity=body.commodity,
        grade=body.grade,
        unit=body.unit,
        decimals=body.decimals,
        quantity=body.quantity,
        location=body.location,
        lot=body.lot,
        inspection=body.inspection,
        insurance=body.insurance,
        insured_until=body.insured_until,
        expires_at=body.expires_at,
        currency=body.currency,
        milli_per_unit_day=body.storage_milli_fen_per_unit_day,
    )
    own = own_signature(body.own)
    return context.write(commands.take_in, goods, carry=body.carry, valid_seconds=body.valid_seconds, own=own)


@blueprint.get("/intakes")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def intakes(query: IdPageQuery) -> Response:
    """Intakes I signed or am the depositor of, the latest first."""
    engine = context.desk().engine
    return context.answer(queries.intakes(engine, context.viewer(), query.after, query.limit, _now()))


@blueprint.post(f"/intakes/<{IDENTIFIER}:intake_id>/issues")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def issue(intake_id: str, body: EmptyBody) -> Response:
    """Carry a signed intake (its depositor or custodian)."""
    return context.write(commands.issue_receipt, intake_id)


@blueprint.post(f"/intakes/<{IDENTIFIER}:intake_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cancel_intake(intake_id: str, body: EmptyBody) -> Response:
    """Take an intake back that waits (custodian)."""
    return context.write(commands.cancel_intake, intake_id)


# ---- lots


@blueprint.get("/lots")
@blueprint.input(PageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def lots(query: PageQuery) -> Response:
    """Lots I keep, deposited or have a receipt of."""
    return context.answer(queries.lots(context.desk().engine, context.viewer(), query.after, query.limit))


@blueprint.get(f"/lots/<{NUMBER}:lot_id>")
@documents_read(blueprint)
def lot(lot_id: int) -> Response:
    """A lot, its words, and what happened to it."""
    return context.answer(queries.lot_details(context.desk().engine, lot_id, context.viewer()))


@blueprint.post(f"/lots/<{NUMBER}:lot_id>/misfortunes")
@blueprint.input(MisfortuneBody, arg_name="body")
@documents_write(blueprint)
def report(lot_id: int, body: MisfortuneBody) -> Response:
    """Report damage, shortage, contamination or loss (custodian)."""
    return context.write(commands.report_misfortune, lot_id, body.kind, body.quantity, body.evidence)


@blueprint.post(f"/lots/<{NUMBER}:lot_id>/extensions")
@blueprint.input(ExtensionBody, arg_name="body")
@documents_write(blueprint)
def extend(lot_id: int, body: ExtensionBody) -> Response:
    """Extend insurance or expiry (custodian)."""
    return context.write(commands.extend_lot, lot_id, body.insured_until, body.expires_at)


@blueprint.post(f"/lots/<{NUMBER}:lot_id>/unlocks")
@blueprint.input(OrderBody, arg_name="body")
@documents_write(blueprint)
def unlock(lot_id: int, body: OrderBody) -> Response:
    """Unlock by a regulator's order (operator, or a regulator)."""
    return context.write(commands.unlock_lot, lot_id, body.order)


# ---- receipts


@blueprint.get("/receipts")
@blueprint.input(ReceiptsQuery, location="query", arg_name="query")
@documents_read(blueprint)
def receipts(query: ReceiptsQuery) -> Response:
    """Receipts I hold, and those of lots I keep or deposited."""
    engine, viewer = context.desk().engine, context.viewer()
    return context.answer(queries.receipts(engine, viewer, query.lot_id, query.after, query.limit, _now()))


@blueprint.get(f"/receipts/<{NUMBER}:receipt_id>")
@documents_read(blueprint)
def receipt(receipt_id: int) -> Response:
    """A receipt, the storage due on it now, and what happened to it."""
    return context.answer(queries.receipt_details(context.desk().engine, receipt_id, context.viewer(), _now()))


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/splits")
@blueprint.input(ReceiptSplitBody, arg_name="body")
@documents_write(blueprint)
def split(receipt_id: int, body: ReceiptSplitBody) -> Response:
    """Move a part into a new receipt, for myself or for somebody else (holder)."""
    return context.write(commands.split_receipt, receipt_id, body.to, body.quantity)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/merges")
@blueprint.input(ReceiptMergeBody, arg_name="body")
@documents_write(blueprint)
def merge(receipt_id: int, body: ReceiptMergeBody) -> Response:
    """Merge it into another receipt of the same lot (holder of both)."""
    return context.write(commands.merge_receipt, receipt_id, body.into)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/transfers")
@blueprint.input(AssignmentBody, arg_name="body")
@documents_write(blueprint)
def transfer(receipt_id: int, body: AssignmentBody) -> Response:
    """Endorse the whole receipt (holder)."""
    return context.write(commands.transfer_receipt, receipt_id, body.to)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/storage-payments")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def pay_storage(receipt_id: int, body: EmptyBody) -> Response:
    """Pay its storage up to now (whoever sees it)."""
    return context.write(commands.pay_storage, receipt_id)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/insurance-payments")
@blueprint.input(AmountBody, arg_name="body")
@documents_write(blueprint)
def pay_insurance(receipt_id: int, body: AmountBody) -> Response:
    """Pay insurance money to its holder (whoever sees it)."""
    return context.write(commands.pay_insurance, receipt_id, body.amount_fen)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/freezes")
@blueprint.input(OrderBody, arg_name="body")
@documents_write(blueprint)
def freeze(receipt_id: int, body: OrderBody) -> Response:
    """Freeze by a regulator's order (operator, or a regulator)."""
    return context.write(commands.freeze_receipt, receipt_id, body.order)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/unfreezes")
@blueprint.input(OrderBody, arg_name="body")
@documents_write(blueprint)
def unfreeze(receipt_id: int, body: OrderBody) -> Response:
    """Lift a freeze by an order (operator, or a regulator)."""
    return context.write(commands.unfreeze_receipt, receipt_id, body.order)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/replacement-requests")
@blueprint.input(ReplacementBody, arg_name="body")
@documents_write(blueprint)
def request_replacement(receipt_id: int, body: ReplacementBody) -> Response:
    """Name who is to hold it, the holder's key being lost (custodian)."""
    return context.write(commands.request_replacement, receipt_id, body.to, body.evidence)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/replacement-objections")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def object_to_replacement(receipt_id: int, body: EmptyBody) -> Response:
    """Say that my key is not lost (holder)."""
    return context.write(commands.object_to_replacement, receipt_id)


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/replacements")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def replace(receipt_id: int, body: EmptyBody) -> Response:
    """After the waiting time, have the title moved (who is to hold it, whoever sees it, or the operator)."""
    return context.write(commands.replace_holder, receipt_id)


# ---- goods go out


@blueprint.post(f"/receipts/<{NUMBER}:receipt_id>/delivery-orders")
@blueprint.input(DeliveryOrderBody, arg_name="body")
@documents_write(blueprint)
def order_delivery(receipt_id: int, body: DeliveryOrderBody) -> Response:
    """Order goods out, for who fetches them (holder)."""
    return context.write(
        commands.order_delivery,
        receipt_id,
        quantity=body.quantity,
        recipient=body.recipient,
        valid_seconds=body.valid_seconds,
        own=own_signature(body.own),
    )


@blueprint.get("/delivery-orders")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def delivery_orders(query: IdPageQuery) -> Response:
    """Delivery orders I signed or am the custodian for, the latest first."""
    engine = context.desk().engine
    return context.answer(queries.delivery_orders(engine, context.viewer(), query.after, query.limit, _now()))


@blueprint.post(f"/delivery-orders/<{IDENTIFIER}:order_id>/deliveries")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def deliver(order_id: str, body: EmptyBody) -> Response:
    """Hand the goods out (custodian)."""
    return context.write(commands.deliver_goods, order_id)


@blueprint.post(f"/delivery-orders/<{IDENTIFIER}:order_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cancel_delivery(order_id: str, body: EmptyBody) -> Response:
    """Take a delivery order back that waits (holder)."""
    return context.write(commands.cancel_delivery, order_id)


def _now() -> int:
    """The chain's clock as far as the read model is, UTC seconds."""
    return int(chain_queries.position(context.desk().engine)["at"])
