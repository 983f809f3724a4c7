"""Acts on goods in warehouses and on the receipts that are title to them (rules W)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from web3 import Web3

from backend.chain.contracts import Call
from backend.chain.outbox import Row
from backend.chain.typed import DeliveryOrder, Intake, fresh_nonce
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_named, require_participant, require_regulator, require_role
from backend.commands.signatures import OwnSignature, for_wallet, require_signed_terms, signed
from backend.commands.waiting import keep_document
from backend.documents import tables
from backend.errors import Forbidden, InvalidInput, both
from backend.goods import document_hash, fingerprint, parse_quantity, place_hash, to_word
from backend.invoices.currencies import currency
from backend.queries import warehouse_receipts as queries

MISFORTUNES = ("damage", "shortage", "contamination", "loss")
"""In the order in which the contract counts them."""


@dataclass(frozen=True)
class Goods:
    """What came in, as the custodian says it. `quantity` is a decimal string of `unit`, the tariff in thousandths of a
    minor unit for a whole unit a day; times are UTC seconds."""

    depositor: str
    commodity: str
    grade: str
    unit: str
    decimals: int
    quantity: str
    location: str
    lot: str
    inspection: str
    insurance: str
    insured_until: int
    expires_at: int
    currency: str
    milli_per_unit_day: int


@act("receipt.take-in")
def take_in(
    desk: Desk, request: Request, goods: Goods, *, carry: bool, valid_seconds: int | None, own: OwnSignature | None
) -> Row:
    """W1. The custodian signs the intake of a lot. With `carry` the document goes to the chain at once; without, it
    waits for the depositor, or for the custodian itself, to carry it."""
    custodian = require_role(desk, request, "custodian")
    require_signed_terms(own, validSeconds=valid_seconds)
    require_named(desk, goods.depositor, "depositor")
    now = desk.now()
    document = Intake(
        custodian=custodian,
        depositor=goods.depositor,
        commodity=to_word(goods.commodity),
        grade=to_word(goods.grade),
        unit=to_word(goods.unit),
        decimals=goods.decimals,
        quantity=parse_quantity(goods.quantity, goods.decimals),
        placeHash=place_hash(goods.location),
        fingerprint=fingerprint(goods.location, goods.lot),
        documentHash=document_hash(goods.location, goods.lot, goods.inspection, goods.insurance),
        insuredUntil=goods.insured_until,
        expiresAt=goods.expires_at,
        currency=currency(goods.currency, field="currency").numeric,
        milliPerUnitDay=goods.milli_per_unit_day,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = document.typed(desk.contracts)
    signature = signed(desk, custodian, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.intakes,
            contract="WarehouseReceipts",
            signer=custodian,
            custodian=custodian,
            depositor=goods.depositor,
            commodity=goods.commodity,
            grade=goods.grade,
            unit=goods.unit,
            decimals=goods.decimals,
            quantity=document.quantity,
            location=goods.location,
            lot=goods.lot,
            inspection=goods.inspection,
            insurance=goods.insurance,
            document_hash=document.documentHash,
            insured_until=document.insuredUntil,
            expires_at=document.expiresAt,
            currency=document.currency,
            milli_per_unit_day=document.milliPerUnitDay,
            nonce=str(document.nonce),
            deadline=document.deadline,
            signature=signature,
            at=now,
        )
        return {"intakeId": kept, "document": for_wallet(typed), "signature": signature}

    carrier = _carrier(desk, custodian)
    call = desk.contracts.call_data("WarehouseReceipts", "issue", document.arguments(), signature)
    # Refused before it is taken over, and taken over before it is sent: no words are ever missing behind a lot.
    desk.outbox.simulate(carrier, call)
    if not carry:
        return desk.outbox.settle(request.intent, now, keep)
    with desk.engine.begin() as db:
        kept = keep(db)["intakeId"]
    return desk.outbox.send(request.intent, carrier, call, result={"intakeId": kept})


@act("intake.issue")
def issue_receipt(desk: Desk, request: Request, intake_id: str) -> Row:
    """W1. Depositor or custodian carries a signed intake; the depositor gets the receipt."""
    caller = require_participant(desk, request)
    row = queries.visible_intake(desk.engine, intake_id, caller)
    document = Intake(
        custodian=row["custodian"],
        depositor=row["depositor"],
        commodity=to_word(row["commodity"]),
        grade=to_word(row["grade"]),
        unit=to_word(row["unit"]),
        decimals=row["decimals"],
        quantity=row["quantity"],
        placeHash=place_hash(row["location"]),
        fingerprint=fingerprint(row["location"], row["lot"]),
        documentHash=row["document_hash"],
        insuredUntil=row["insured_until"],
        expiresAt=row["expires_at"],
        currency=row["currency"],
        milliPerUnitDay=row["milli_per_unit_day"],
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    call = desk.contracts.call_data("WarehouseReceipts", "issue", document.arguments(), row["signature"])
    return desk.outbox.send(request.intent, _carrier(desk, caller), call)


@act("intake.cancel")
def cancel_intake(desk: Desk, request: Request, intake_id: str) -> Row:
    """S3. The custodian takes an intake back that nobody has carried yet."""
    custodian = require_participant(desk, request)
    row = queries.visible_intake(desk.engine, intake_id, custodian)
    if row["custodian"] != custodian:
        raise Forbidden(reason=both("intake {id} is not yours", "入库单 {id} 不是您签署的", id=intake_id))
    return _send(desk, request, custodian, "cancelNonce", int(row["nonce"]))


# ---- title


@act("receipt.split")
def split_receipt(desk: Desk, request: Request, receipt_id: int, to: str | None, quantity: str) -> Row:
    """W3, W4. The holder moves a part of a receipt into a new one, for itself or for somebody else."""
    holder, receipt = _own(desk, request, receipt_id)
    if to is not None:
        require_named(desk, to, "to")
    part = parse_quantity(quantity, receipt["decimals"])
    return _send(desk, request, holder, "split", receipt_id, to or holder, part)


@act("receipt.merge")
def merge_receipt(desk: Desk, request: Request, receipt_id: int, into: int) -> Row:
    """W4. All of a receipt goes into another one of the same lot and lien (holder of both)."""
    holder, _ = _own(desk, request, receipt_id)
    _own(desk, request, into, field="into")
    return _send(desk, request, holder, "merge", receipt_id, into)


@act("receipt.transfer")
def transfer_receipt(desk: Desk, request: Request, receipt_id: int, to: str) -> Row:
    """W3. The holder endorses the whole receipt to another participant."""
    holder, _ = _own(desk, request, receipt_id)
    require_named(desk, to, "to")
    return _send(desk, request, holder, "transferFrom", holder, to, receipt_id)


# ---- goods leave


@act("receipt.order-delivery")
def order_delivery(
    desk: Desk,
    request: Request,
    receipt_id: int,
    *,
    quantity: str,
    recipient: str,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """W5. The holder orders goods out, for who fetches them; the order waits for the custodian."""
    holder, receipt = _own(desk, request, receipt_id)
    require_signed_terms(own, validSeconds=valid_seconds)
    part = parse_quantity(quantity, receipt["decimals"])
    if part > parse_quantity(receipt["quantity"], receipt["decimals"], allow_none=True):
        raise InvalidInput(
            field="quantity",
            reason=both(
                "is more than the receipt's {quantity}", "超过仓单数量 {quantity}", quantity=receipt["quantity"]
            ),
        )
    now = desk.now()
    document = DeliveryOrder(
        receiptId=receipt_id,
        quantity=part,
        recipientHash=Web3.keccak(text=recipient).to_0x_hex(),
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = document.typed(desk.contracts)
    signature = signed(desk, holder, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.delivery_orders,
            contract="WarehouseReceipts",
            signer=holder,
            receipt_id=receipt_id,
            holder=holder,
            custodian=receipt["custodian"],
            quantity=part,
            recipient=recipient,
            recipient_hash=document.recipientHash,
            nonce=str(document.nonce),
            deadline=document.deadline,
            signature=signature,
            at=now,
        )
        return {"deliveryOrderId": kept, "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("delivery.hand-out")
def deliver_goods(desk: Desk, request: Request, order_id: str) -> Row:
    """W5. The custodian hands the goods of a delivery order out."""
    custodian = require_role(desk, request, "custodian")
    row = queries.visible_order(desk.engine, order_id, custodian)
    if row["custodian"] != custodian:
        raise Forbidden(reason=both("the custodian hands goods out", "须由保管人交付货物"))
    document = DeliveryOrder(
        receiptId=row["receipt_id"],
        quantity=row["quantity"],
        recipientHash=row["recipient_hash"],
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    return _send(desk, request, custodian, "deliverGoods", document.arguments(), row["signature"])


@act("delivery.cancel")
def cancel_delivery(desk: Desk, request: Request, order_id: str) -> Row:
    """S3. The holder takes a delivery order back that waits."""
    holder = require_participant(desk, request)
    row = queries.visible_order(desk.engine, order_id, holder)
    if row["holder"] != holder:
        raise Forbidden(reason=both("delivery order {id} is not yours", "提货单 {id} 不是您的", id=order_id))
    return _send(desk, request, holder, "cancelNonce", int(row["nonce"]))


# ---- what keeping and losing them costs


@act("receipt.pay-storage")
def pay_storage(desk: Desk, request: Request, receipt_id: int) -> Row:
    """W6. Whoever sees the receipt pays its storage up to now, to the custodian."""
    payer, _ = _any_party(desk, request, receipt_id)
    return _send(desk, request, payer, "payStorage", receipt_id)


@act("receipt.pay-insurance")
def pay_insurance(desk: Desk, request: Request, receipt_id: int, amount: int) -> Row:
    """W7. Whoever sees the receipt and has the insurance, such as the custodian, pays `amount` minor units of the lot's
    currency to who holds it."""
    insurer, _ = _any_party(desk, request, receipt_id)
    return _send(desk, request, insurer, "payInsurance", receipt_id, amount)


@act("lot.report")
def report_misfortune(desk: Desk, request: Request, lot_id: int, kind: str, quantity: str, evidence: str) -> Row:
    """W7, W8. The custodian reports what happened to a lot; the chain keeps the hash of its evidence. The quantity may
    be 0 for damage and contamination, which then lock the lot."""
    custodian, lot = _kept(desk, request, lot_id)
    lost = parse_quantity(quantity, lot["decimals"], allow_none=True)
    live = queries.live_receipts(desk.engine, lot_id)
    number = MISFORTUNES.index(kind)
    return _send(desk, request, custodian, "report", lot_id, number, lost, _hash(evidence), live)


@act("lot.extend")
def extend_lot(desk: Desk, request: Request, lot_id: int, insured_until: int | None, expires_at: int | None) -> Row:
    """W11. The custodian extends the insurance or the expiry of a lot, or both (UTC seconds)."""
    custodian, lot = _kept(desk, request, lot_id)
    ends = insured_until or lot["insuredUntil"], expires_at or lot["expiresAt"]
    return _send(desk, request, custodian, "extend", lot_id, *ends)


# ---- orders of a regulator


@act("receipt.freeze")
def freeze_receipt(desk: Desk, request: Request, receipt_id: int, order: str) -> Row:
    """W9. Freezes by a regulator's order; the chain keeps its hash."""
    return _send_order(desk, request, "freeze", receipt_id, order)


@act("receipt.unfreeze")
def unfreeze_receipt(desk: Desk, request: Request, receipt_id: int, order: str) -> Row:
    """W9. Lifts a freeze by another order."""
    return _send_order(desk, request, "unfreeze", receipt_id, order)


@act("lot.unlock")
def unlock_lot(desk: Desk, request: Request, lot_id: int, order: str) -> Row:
    """W8. Unlocks a lot by a regulator's order."""
    require_regulator(desk, request)
    queries.visible_lot(desk.engine, lot_id, None)
    return _send(desk, request, desk.power("regulator"), "unlock", lot_id, _hash(order))


# ---- lost keys


@act("receipt.request-replacement")
def request_replacement(desk: Desk, request: Request, receipt_id: int, to: str, evidence: str) -> Row:
    """W10. The custodian names, with evidence, who is to hold a receipt whose holder lost its key."""
    custodian, receipt = _any_party(desk, request, receipt_id)
    _require_custodian(receipt["lotId"], receipt, custodian)
    require_named(desk, to, "to")
    return _send(desk, request, custodian, "requestReplacement", receipt_id, to, _hash(evidence))


@act("receipt.object-to-replacement")
def object_to_replacement(desk: Desk, request: Request, receipt_id: int) -> Row:
    """W10. The holder says that its key is not lost."""
    holder, _ = _own(desk, request, receipt_id)
    return _send(desk, request, holder, "objectToReplacement", receipt_id)


@act("receipt.replace")
def replace_holder(desk: Desk, request: Request, receipt_id: int) -> Row:
    """W10. Once the waiting time is over, the title moves: by who is to hold it, by whoever sees the receipt, or by the
    operator."""
    if request.actor.is_operator:
        queries.visible_receipt(desk.engine, receipt_id, None, desk.now())
        return _send(desk, request, desk.power("registrar"), "replace", receipt_id)
    caller = require_participant(desk, request)
    awaited = queries.replacement_of(desk.engine, receipt_id)
    if awaited != caller:
        queries.visible_receipt(desk.engine, receipt_id, caller, desk.now())
    return _send(desk, request, caller, "replace", receipt_id)


# ---- inside


def _send(desk: Desk, request: Request, signer: str, function: str, *args: Any) -> Row:
    return desk.outbox.send(request.intent, signer, _call(desk, function, *args))


def _call(desk: Desk, function: str, *args: Any) -> Call:
    return desk.contracts.call_data("WarehouseReceipts", function, *args)


def _send_order(desk: Desk, request: Request, function: str, receipt_id: int, order: str) -> Row:
    require_regulator(desk, request)
    queries.visible_receipt(desk.engine, receipt_id, None, desk.now())
    return _send(desk, request, desk.power("regulator"), function, receipt_id, _hash(order))


def _hash(text: str) -> bytes:
    return bytes(Web3.keccak(text=text))


def _carrier(desk: Desk, account: str) -> str:
    """Anyone may carry what is signed: the registrar does for a party whose wallet is elsewhere."""
    return account if desk.keystore.holds(account) else desk.power("registrar")


def _any_party(desk: Desk, request: Request, receipt_id: int) -> tuple[str, dict[str, Any]]:
    """The actor's account and the receipt. Raises NotFound unless it may see it."""
    caller = require_participant(desk, request)
    return caller, queries.visible_receipt(desk.engine, receipt_id, caller, desk.now())


def _own(desk: Desk, request: Request, receipt_id: int, *, field: str | None = None) -> tuple[str, dict[str, Any]]:
    """The actor's account and the receipt. Raises NotFound, or Forbidden for a receipt that is another's."""
    caller = require_participant(desk, request)
    receipt = queries.visible_receipt(desk.engine, receipt_id, caller, desk.now(), field=field)
    if receipt["holder"] != caller:
        raise Forbidden(reason=both("receipt {id} is not yours", "仓单 {id} 的持有人不是您", id=receipt_id))
    return caller, receipt


def _kept(desk: Desk, request: Request, lot_id: int) -> tuple[str, dict[str, Any]]:
    """The actor's account and the lot. Raises NotFound, or Forbidden unless it keeps the lot."""
    caller = require_participant(desk, request)
    lot = queries.visible_lot(desk.engine, lot_id, caller)
    _require_custodian(lot_id, lot, caller)
    return caller, lot


def _require_custodian(lot_id: int, kept: dict[str, Any], caller: str) -> None:
    if kept["custodian"] != caller:
        raise Forbidden(reason=both("you do not keep lot {id}", "您不是批次 {id} 的保管人", id=lot_id))
