"""Goods in warehouses: taken in, divided, handed out, lost; and the cash that keeping and losing them moves."""

from __future__ import annotations

from backend.events import types as e
from backend.goods import feed_of, from_word
from backend.projections import ledger, tables
from backend.projections.handlers.shared import NOBODY, use_nonce
from backend.projections.ledger import post
from backend.projections.rows import Rows

MISFORTUNES = ("damage", "shortage", "contamination", "loss")
"""In the order in which the contract counts them."""


def on_receipt_issued(rows: Rows, event: e.ReceiptIssued) -> None:
    """What a split or an intake adds to it, its own event says next."""
    lot = rows.find(tables.lots, event.lot_id)
    rows.add(
        tables.receipts,
        id=event.receipt_id,
        lot_id=event.lot_id,
        custodian=lot["custodian"] if lot else "",
        depositor=lot["depositor"] if lot else "",
        parent_id=0,
        holder=event.holder,
        quantity=event.quantity,
        charged_until=event.place.at,
        frozen=False,
        replacement_to="",
        replacement_at=0,
        issued_at=event.place.at,
    )


def on_lot_taken_in(rows: Rows, event: e.LotTakenIn) -> None:
    intake = event.intake
    words = intake["commodity"], intake["grade"], intake["unit"]
    commodity, grade, unit = map(from_word, words)
    rows.add(
        tables.lots,
        id=event.lot_id,
        custodian=event.custodian,
        depositor=intake["depositor"],
        commodity=commodity,
        grade=grade,
        unit=unit,
        decimals=intake["decimals"],
        feed=feed_of(*words, intake["currency"]),
        counted=intake["quantity"],
        delivered=0,
        lost=0,
        place_hash=intake["placeHash"],
        fingerprint=intake["fingerprint"],
        document_hash=intake["documentHash"],
        insured_until=intake["insuredUntil"],
        expires_at=intake["expiresAt"],
        currency=intake["currency"],
        milli_per_unit_day=intake["milliPerUnitDay"],
        locked=False,
        last_delivery_at=0,
        last_misfortune_at=0,
        last_unlock_at=0,
        taken_in_at=event.place.at,
    )
    parties = {"custodian": event.custodian, "depositor": intake["depositor"]}
    rows.change(tables.receipts, event.receipt_id, **parties)


def on_receipt_transferred(rows: Rows, event: e.ReceiptTransferred) -> None:
    """A new one is told of by its issue; one that ended keeps its last holder."""
    if NOBODY not in (event.from_, event.to):
        rows.change(tables.receipts, event.token_id, holder=event.to)


def on_receipt_split(rows: Rows, event: e.ReceiptSplit) -> None:
    parent = rows.get(tables.receipts, event.receipt_id)
    rows.change(tables.receipts, event.child_id, parent_id=event.receipt_id, charged_until=parent["charged_until"])
    _lower(rows, event.receipt_id, event.quantity)


def on_receipts_merged(rows: Rows, event: e.ReceiptsMerged) -> None:
    _lower(rows, event.from_receipt_id, event.quantity)
    _lower(rows, event.to_receipt_id, -event.quantity)
    rows.record(
        tables.receipt_merges,
        event,
        from_receipt_id=event.from_receipt_id,
        to_receipt_id=event.to_receipt_id,
        quantity=event.quantity,
    )


def on_goods_delivered(rows: Rows, event: e.GoodsDelivered) -> None:
    _lower(rows, event.receipt_id, event.quantity)
    rows.increase(tables.lots, event.lot_id, delivered=event.quantity)
    rows.change(tables.lots, event.lot_id, last_delivery_at=event.place.at)
    rows.record(
        tables.deliveries,
        event,
        receipt_id=event.receipt_id,
        lot_id=event.lot_id,
        holder=event.holder,
        quantity=event.quantity,
        recipient_hash=event.recipient_hash,
    )


def on_storage_paid(rows: Rows, event: e.StoragePaid) -> None:
    """The cash itself is in the token's own event."""
    lot = rows.get(tables.lots, event.lot_id)
    rows.change(tables.receipts, event.receipt_id, charged_until=event.charged_until)
    rows.record(
        tables.storage_payments,
        event,
        receipt_id=event.receipt_id,
        lot_id=event.lot_id,
        payer=event.payer,
        amount=event.amount,
        charged_until=event.charged_until,
    )
    _post_transfer(rows, event, lot["currency"], event.payer, lot["custodian"], ledger.STORAGE, event.amount)


def on_misfortune_reported(rows: Rows, event: e.MisfortuneReported) -> None:
    """What each receipt lost of it comes next."""
    rows.increase(tables.lots, event.lot_id, lost=event.quantity)
    if event.quantity:
        rows.change(tables.lots, event.lot_id, last_misfortune_at=event.place.at)
    rows.record(
        tables.misfortunes,
        event,
        lot_id=event.lot_id,
        kind=MISFORTUNES[event.kind],
        quantity=event.quantity,
        evidence=event.evidence,
    )


def on_goods_lost(rows: Rows, event: e.GoodsLost) -> None:
    _lower(rows, event.receipt_id, event.quantity)
    rows.record(
        tables.goods_losses,
        event,
        receipt_id=event.receipt_id,
        lot_id=event.lot_id,
        holder=event.holder,
        quantity=event.quantity,
    )


def on_insurance_paid(rows: Rows, event: e.InsurancePaid) -> None:
    """The cash itself is in the token's own event."""
    currency = rows.get(tables.lots, rows.get(tables.receipts, event.receipt_id)["lot_id"])["currency"]
    rows.record(
        tables.insurance_payments,
        event,
        receipt_id=event.receipt_id,
        payer=event.payer,
        to=event.to,
        amount=event.amount,
    )
    _post_transfer(rows, event, currency, event.payer, event.to, ledger.INSURANCE, event.amount)


def on_lot_locked(rows: Rows, event: e.LotLocked) -> None:
    rows.change(tables.lots, event.lot_id, locked=True)


def on_lot_unlocked(rows: Rows, event: e.LotUnlocked) -> None:
    rows.change(tables.lots, event.lot_id, locked=False, last_unlock_at=event.place.at)


def on_lot_extended(rows: Rows, event: e.LotExtended) -> None:
    rows.change(tables.lots, event.lot_id, insured_until=event.insured_until, expires_at=event.expires_at)


def on_receipt_frozen(rows: Rows, event: e.ReceiptFrozen) -> None:
    rows.change(tables.receipts, event.receipt_id, frozen=True)


def on_receipt_unfrozen(rows: Rows, event: e.ReceiptUnfrozen) -> None:
    rows.change(tables.receipts, event.receipt_id, frozen=False)


def on_replacement_requested(rows: Rows, event: e.ReplacementRequested) -> None:
    rows.change(tables.receipts, event.receipt_id, replacement_to=event.to, replacement_at=event.effective_at)


def on_replacement_ended(rows: Rows, event: e.ReplacementEnded) -> None:
    """Whom the title went to, its transfer says."""
    rows.change(tables.receipts, event.receipt_id, replacement_to="", replacement_at=0)


def on_goods_document_used(rows: Rows, event: e.GoodsDocumentUsed) -> None:
    use_nonce(rows, event)


def _post_transfer(rows: Rows, event: e.Event, currency: int, payer: str, payee: str, book: str, amount: int) -> None:
    """What cash that goes straight from one to the other is for."""
    post(
        rows,
        event.place,
        currency,
        (payer, book, amount),
        (payer, ledger.SETTLEMENTS, -amount),
        (payee, book, -amount),
        (payee, ledger.SETTLEMENTS, amount),
    )


def _lower(rows: Rows, receipt_id: int, quantity: int) -> None:
    rows.increase(tables.receipts, receipt_id, quantity=-quantity)
