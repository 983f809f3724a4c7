"""Claims: registered, confirmed or closed."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.ledger import post
from backend.projections.rows import Rows

STATUSES = ("none", "submitted", "confirmed", "rejected", "withdrawn", "expired", "repaid", "disputed")


def on_fingerprint_claimed(rows: Rows, event: e.FingerprintClaimed) -> None:
    rows.put(
        tables.fingerprints,
        event.fingerprint,
        asset_contract=event.asset_contract,
        asset_id=event.id,
    )


def on_receivable_registered(rows: Rows, event: e.ReceivableRegistered) -> None:
    rows.add(
        tables.receivables,
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


def on_receivable_confirmed(rows: Rows, event: e.ReceivableConfirmed) -> None:
    rows.change(
        tables.receivables,
        event.receivable_id,
        status="confirmed",
        confirmed=event.amount,
        set_off_waived=event.set_off_waived,
        grace_ends_at=event.grace_ends_at,
        penalty_bps_per_day=event.penalty_bps_per_day,
    )
    claim = rows.get(tables.receivables, event.receivable_id)
    post(
        rows,
        event.place,
        claim["currency"],
        (claim["supplier"], ledger.NOTES, event.amount),
        (claim["supplier"], ledger.TRADE, -event.amount),
        (event.obligor, ledger.PAYABLES, -event.amount),
        (event.obligor, ledger.TRADE, event.amount),
    )


def on_receivable_rejected(rows: Rows, event: e.ReceivableRejected) -> None:
    rows.change(tables.receivables, event.receivable_id, status="rejected", reason=event.reason)


def on_receivable_withdrawn(rows: Rows, event: e.ReceivableWithdrawn) -> None:
    rows.change(tables.receivables, event.receivable_id, status="withdrawn")


def on_receivable_expired(rows: Rows, event: e.ReceivableExpired) -> None:
    rows.change(tables.receivables, event.receivable_id, status="expired")


def on_receivable_status_changed(rows: Rows, event: e.ReceivableStatusChanged) -> None:
    rows.change(tables.receivables, event.receivable_id, status=STATUSES[event.status])


def on_face_value_lowered(rows: Rows, event: e.FaceValueLowered) -> None:
    rows.change(tables.receivables, event.receivable_id, face_value=event.face_value)
