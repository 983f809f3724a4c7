"""Claims: registered, confirmed or closed."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import put, receivable, update_receivable
from backend.projections.ledger import post

STATUSES = ("none", "submitted", "confirmed", "rejected", "withdrawn", "expired", "repaid", "disputed")


def on_fingerprint_claimed(db: Connection, event: e.FingerprintClaimed) -> None:
    put(
        db,
        tables.fingerprints,
        {"fingerprint": event.fingerprint},
        asset_contract=event.asset_contract,
        asset_id=event.id,
    )


def on_receivable_registered(db: Connection, event: e.ReceivableRegistered) -> None:
    db.execute(
        insert(tables.receivables).values(
            id=event.receivable_id,
            supplier=event.supplier,
            obligor=event.obligor,
            currency=event.currency,
            face_value=event.face_value,
            confirmed=0,
            reduced=0,
            absorbed=0,
            disputed=0,
            dispute_id=0,
            repaid=0,
            made_good=0,
            redeemed=0,
            penalty_paid=0,
            penalty_redeemed=0,
            penalty_accrued="0",
            late_days=0,
            status="submitted",
            maturity_at=event.maturity_at,
            confirm_by=event.confirm_by,
            cut_off_at=event.cut_off_at,
            grace_ends_at=event.maturity_at,
            penalty_bps_per_day=0,
            notice_at=0,
            registered_at=event.place.at,
            document_hash=event.document_hash,
            fingerprint=event.fingerprint,
            set_off_waived=False,
            reason="",
        )
    )


def on_receivable_confirmed(db: Connection, event: e.ReceivableConfirmed) -> None:
    update_receivable(
        db,
        event.receivable_id,
        status="confirmed",
        confirmed=event.amount,
        set_off_waived=event.set_off_waived,
        grace_ends_at=event.grace_ends_at,
        penalty_bps_per_day=event.penalty_bps_per_day,
    )
    claim = receivable(db, event.receivable_id)
    post(
        db,
        event.place,
        claim["currency"],
        (claim["supplier"], ledger.NOTES, event.amount),
        (claim["supplier"], ledger.TRADE, -event.amount),
        (event.obligor, ledger.PAYABLES, -event.amount),
        (event.obligor, ledger.TRADE, event.amount),
    )


def on_receivable_rejected(db: Connection, event: e.ReceivableRejected) -> None:
    update_receivable(db, event.receivable_id, status="rejected", reason=event.reason)


def on_receivable_withdrawn(db: Connection, event: e.ReceivableWithdrawn) -> None:
    update_receivable(db, event.receivable_id, status="withdrawn")


def on_receivable_expired(db: Connection, event: e.ReceivableExpired) -> None:
    update_receivable(db, event.receivable_id, status="expired")


def on_receivable_status_changed(db: Connection, event: e.ReceivableStatusChanged) -> None:
    update_receivable(db, event.receivable_id, status=STATUSES[event.status])


def on_face_value_lowered(db: Connection, event: e.FaceValueLowered) -> None:
    update_receivable(db, event.receivable_id, face_value=event.face_value)
