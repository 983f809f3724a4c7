"""Goods in warehouses: taken in, divided, handed out, lost; and the cash that keeping and losing them moves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from backend.events import types as e
from backend.goods import feed_of, from_word
from backend.projections import ledger, tables
from backend.projections.handlers.shared import NOBODY, use_nonce
from backend.projections.ledger import post

MISFORTUNES = ("damage", "shortage", "contamination", "loss")
"""In the order in which the contract counts them."""


def on_receipt_issued(db: Connection, event: e.ReceiptIssued) -> None:
    """What a split or an intake adds to it, its own event says next."""
    lots = tables.lots
    of_lot = select(lots.c.custodian, lots.c.depositor).where(lots.c.id == event.lot_id)
    keeper = db.execute(of_lot).mappings().first()
    db.execute(
        insert(tables.receipts).values(
            id=event.receipt_id,
            lot_id=event.lot_id,
            custodian=keeper["custodian"] if keeper else "",
            depositor=keeper["depositor"] if keeper else "",
            parent_id=0,
            holder=event.holder,
            quantity=event.quantity,
            charged_until=event.place.at,
            frozen=False,
            replacement_to="",
            replacement_at=0,
            issued_at=event.place.at,
        )
    )


def on_lot_taken_in(db: Connection, event: e.LotTakenIn) -> None:
    intake = event.intake
    words = intake["commodity"], intake["grade"], intake["unit"]
    commodity, grade, unit = map(from_word, words)
    db.execute(
        insert(tables.lots).values(
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
    )
    mine = tables.receipts.c.lot_id == event.lot_id
    parties = {"custodian": event.custodian, "depositor": intake["depositor"]}
    db.execute(update(tables.receipts).where(mine).values(**parties))


def on_receipt_transferred(db: Connection, event: e.ReceiptTransferred) -> None:
    """A new one is told of by its issue; one that ended keeps its last holder."""
    if NOBODY not in (event.from_, event.to):
        _update_receipt(db, event.token_id, holder=event.to)


def on_receipt_split(db: Connection, event: e.ReceiptSplit) -> None:
    parent = _receipt(db, event.receipt_id)
    _update_receipt(db, event.child_id, parent_id=event.receipt_id, charged_until=parent["charged_until"])
    _lower(db, event.receipt_id, event.quantity)


def on_receipts_merged(db: Connection, event: e.ReceiptsMerged) -> None:
    _lower(db, event.from_receipt_id, event.quantity)
    _lower(db, event.to_receipt_id, -event.quantity)
    _record(
        db,
        tables.receipt_merges,
        event,
        from_receipt_id=event.from_receipt_id,
        to_receipt_id=event.to_receipt_id,
        quantity=event.quantity,
    )


def on_goods_delivered(db: Connection, event: e.GoodsDelivered) -> None:
    _lower(db, event.receipt_id, event.quantity)
    delivered = tables.lots.c.delivered + event.quantity
    _update_lot(db, event.lot_id, delivered=delivered, last_delivery_at=event.place.at)
    _record(
        db,
        tables.deliveries,
        event,
        receipt_id=event.receipt_id,
        lot_id=event.lot_id,
        holder=event.holder,
        quantity=event.quantity,
        recipient_hash=event.recipient_hash,
    )


def on_storage_paid(db: Connection, event: e.StoragePaid) -> None:
    """The cash itself is in the token's own event."""
    lot = _lot(db, event.lot_id)
    _update_receipt(db, event.receipt_id, charged_until=event.charged_until)
    _record(
        db,
        tables.storage_payments,
        event,
        receipt_id=event.receipt_id,
        lot_id=event.lot_id,
        payer=event.payer,
        amount=event.amount,
        charged_until=event.charged_until,
    )
    _post_transfer(db, event, lot["currency"], event.payer, lot["custodian"], ledger.STORAGE, event.amount)


def on_misfortune_reported(db: Connection, event: e.MisfortuneReported) -> None:
    """What each receipt lost of it comes next."""
    changes: dict[str, Any] = {"lost": tables.lots.c.lost + event.quantity}
    if event.quantity:
        changes["last_misfortune_at"] = event.place.at
    _update_lot(db, event.lot_id, **changes)
    _record(
        db,
        tables.misfortunes,
        event,
        lot_id=event.lot_id,
        kind=MISFORTUNES[event.kind],
        quantity=event.quantity,
        evidence=event.evidence,
    )


def on_goods_lost(db: Connection, event: e.GoodsLost) -> None:
    _lower(db, event.receipt_id, event.quantity)
    _record(
        db,
        tables.goods_losses,
        event,
        receipt_id=event.receipt_id,
        lot_id=event.lot_id,
        holder=event.holder,
        quantity=event.quantity,
    )


def on_insurance_paid(db: Connection, event: e.InsurancePaid) -> None:
    """The cash itself is in the token's own event."""
    currency = _lot(db, _receipt(db, event.receipt_id)["lot_id"])["currency"]
    _record(
        db,
        tables.insurance_payments,
        event,
        receipt_id=event.receipt_id,
        payer=event.payer,
        to=event.to,
        amount=event.amount,
    )
    _post_transfer(db, event, currency, event.payer, event.to, ledger.INSURANCE, event.amount)


def on_lot_locked(db: Connection, event: e.LotLocked) -> None:
    _update_lot(db, event.lot_id, locked=True)


def on_lot_unlocked(db: Connection, event: e.LotUnlocked) -> None:
    _update_lot(db, event.lot_id, locked=False, last_unlock_at=event.place.at)


def on_lot_extended(db: Connection, event: e.LotExtended) -> None:
    _update_lot(db, event.lot_id, insured_until=event.insured_until, expires_at=event.expires_at)


def on_receipt_frozen(db: Connection, event: e.ReceiptFrozen) -> None:
    _update_receipt(db, event.receipt_id, frozen=True)


def on_receipt_unfrozen(db: Connection, event: e.ReceiptUnfrozen) -> None:
    _update_receipt(db, event.receipt_id, frozen=False)


def on_replacement_requested(db: Connection, event: e.ReplacementRequested) -> None:
    _update_receipt(db, event.receipt_id, replacement_to=event.to, replacement_at=event.effective_at)


def on_replacement_ended(db: Connection, event: e.ReplacementEnded) -> None:
    """Whom the title went to, its transfer says."""
    _update_receipt(db, event.receipt_id, replacement_to="", replacement_at=0)


def on_goods_document_used(db: Connection, event: e.GoodsDocumentUsed) -> None:
    use_nonce(db, event)


def _post_transfer(
    db: Connection, event: e.Event, currency: int, payer: str, payee: str, book: str, amount: int
) -> None:
    """What cash that goes straight from one to the other is for."""
    post(
        db,
        event.place,
        currency,
        (payer, book, amount),
        (payer, ledger.SETTLEMENTS, -amount),
        (payee, book, -amount),
        (payee, ledger.SETTLEMENTS, amount),
    )


def _record(db: Connection, table: Any, event: e.Event, **values: Any) -> None:
    place = event.place
    db.execute(insert(table).values(block_number=place.block_number, log_index=place.log_index, at=place.at, **values))


def _lot(db: Connection, lot_id: int) -> Any:
    return db.execute(select(tables.lots).where(tables.lots.c.id == lot_id)).mappings().one()


def _receipt(db: Connection, receipt_id: int) -> Any:
    return db.execute(select(tables.receipts).where(tables.receipts.c.id == receipt_id)).mappings().one()


def _update_lot(db: Connection, lot_id: int, **values: Any) -> None:
    db.execute(update(tables.lots).where(tables.lots.c.id == lot_id).values(**values))


def _update_receipt(db: Connection, receipt_id: int, **values: Any) -> None:
    db.execute(update(tables.receipts).where(tables.receipts.c.id == receipt_id).values(**values))


def _lower(db: Connection, receipt_id: int, quantity: int) -> None:
    _update_receipt(db, receipt_id, quantity=tables.receipts.c.quantity - quantity)
