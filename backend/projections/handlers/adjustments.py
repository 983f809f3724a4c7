"""What changes a claim after it was confirmed."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.penalty import accrue
from backend.projections.handlers.shared import recovered
from backend.projections.ledger import Line, post
from backend.projections.rows import Rows

CAUSES = ("credit-note", "set-off", "dispute", "payment-to-assignor")


def on_notice_given(rows: Rows, event: e.NoticeGiven) -> None:
    rows.change(tables.receivables, event.receivable_id, notice_at=event.place.at)


def on_receivable_disputed(rows: Rows, event: e.ReceivableDisputed) -> None:
    accrue(rows, event.receivable_id, event.place.at)
    rows.change(tables.receivables, event.receivable_id, disputed=event.amount, dispute_id=event.dispute_id)
    rows.add(
        tables.disputes,
        receivable_id=event.receivable_id,
        dispute_id=event.dispute_id,
        amount=event.amount,
        reason=event.reason,
        at=event.place.at,
        upheld=0,
        resolved_at=0,
        order_hash="",
    )


def on_note_locked_by_dispute(rows: Rows, event: e.NoteLockedByDispute) -> None:
    dispute_id = rows.get(tables.receivables, event.receivable_id)["dispute_id"]
    rows.change(tables.notes, event.note_id, locked=event.amount, locked_for=dispute_id)


def on_dispute_resolved(rows: Rows, event: e.DisputeResolved) -> None:
    accrue(rows, event.receivable_id, event.place.at)
    rows.change(tables.receivables, event.receivable_id, disputed=0)
    rows.change(
        tables.disputes,
        event.receivable_id,
        event.dispute_id,
        upheld=event.upheld,
        resolved_at=event.place.at,
        order_hash=event.order_hash,
    )
    for note in rows.having(tables.notes, "receivable_id", event.receivable_id):
        if note["locked_for"]:
            rows.change(tables.notes, note["id"], locked=0, locked_for=0)


def on_receivable_diluted(rows: Rows, event: e.ReceivableDiluted) -> None:
    """Before the confirmation nothing is owed yet: the lower face value is all."""
    claim, cause = rows.get(tables.receivables, event.receivable_id), CAUSES[event.cause]
    rows.record(
        tables.dilutions,
        event,
        receivable_id=event.receivable_id,
        cause=cause,
        amount=event.amount,
        document_hash=event.document_hash,
        by=event.by,
    )
    if claim["status"] == "submitted":
        return
    accrue(rows, event.receivable_id, event.place.at)
    rows.change(tables.receivables, event.receivable_id, reduced=claim["reduced"] + event.amount)
    other = {"set-off": ledger.COUNTERCLAIMS, "payment-to-assignor": ledger.SETTLEMENTS}.get(cause, ledger.TRADE)
    lines: list[Line] = [
        (claim["obligor"], ledger.PAYABLES, event.amount),
        (claim["obligor"], other, -event.amount),
        (claim["supplier"], ledger.ANSWERED, -event.amount),
        (claim["supplier"], other, event.amount),
    ]
    post(rows, event.place, claim["currency"], *lines)


def on_dilution_absorbed(rows: Rows, event: e.DilutionAbsorbed) -> None:
    """The value that left the note is in TransferValue."""
    claim = rows.get(tables.receivables, event.receivable_id)
    rows.change(tables.receivables, event.receivable_id, absorbed=claim["absorbed"] + event.amount)
    post(
        rows,
        event.place,
        claim["currency"],
        (event.supplier, ledger.NOTES, -event.amount),
        (event.supplier, ledger.ANSWERED, event.amount),
        *recovered(rows, rows.get(tables.notes, event.note_id), event.amount),
    )
