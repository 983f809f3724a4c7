"""What changes a claim after it was confirmed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.penalty import accrue
from backend.projections.handlers.shared import note, receivable, recovered, update_note, update_receivable
from backend.projections.ledger import Line, post

CAUSES = ("credit-note", "set-off", "dispute", "payment-to-assignor")


def on_notice_given(db: Connection, event: e.NoticeGiven) -> None:
    update_receivable(db, event.receivable_id, notice_at=event.place.at)


def on_receivable_disputed(db: Connection, event: e.ReceivableDisputed) -> None:
    accrue(db, event.receivable_id, event.place.at)
    update_receivable(db, event.receivable_id, disputed=event.amount, dispute_id=event.dispute_id)
    db.execute(
        insert(tables.disputes).values(
            receivable_id=event.receivable_id,
            dispute_id=event.dispute_id,
            amount=event.amount,
            reason=event.reason,
            at=event.place.at,
            upheld=0,
            resolved_at=0,
            order_hash="",
        )
    )


def on_note_locked_by_dispute(db: Connection, event: e.NoteLockedByDispute) -> None:
    dispute_id = receivable(db, event.receivable_id)["dispute_id"]
    update_note(db, event.note_id, locked=event.amount, locked_for=dispute_id)


def on_dispute_resolved(db: Connection, event: e.DisputeResolved) -> None:
    accrue(db, event.receivable_id, event.place.at)
    update_receivable(db, event.receivable_id, disputed=0)
    table = tables.disputes
    db.execute(
        update(table)
        .where(table.c.receivable_id == event.receivable_id, table.c.dispute_id == event.dispute_id)
        .values(upheld=event.upheld, resolved_at=event.place.at, order_hash=event.order_hash)
    )
    notes = tables.notes
    db.execute(update(notes).where(notes.c.receivable_id == event.receivable_id).values(locked=0, locked_for=0))


def on_receivable_diluted(db: Connection, event: e.ReceivableDiluted) -> None:
    """Before the confirmation nothing is owed yet: the lower face value is all."""
    claim, cause = receivable(db, event.receivable_id), CAUSES[event.cause]
    db.execute(
        insert(tables.dilutions).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            at=event.place.at,
            receivable_id=event.receivable_id,
            cause=cause,
            amount=event.amount,
            document_hash=event.document_hash,
            by=event.by,
        )
    )
    if claim["status"] == "submitted":
        return
    accrue(db, event.receivable_id, event.place.at)
    update_receivable(db, event.receivable_id, reduced=claim["reduced"] + event.amount)
    other = {"set-off": ledger.COUNTERCLAIMS, "payment-to-assignor": ledger.SETTLEMENTS}.get(cause, ledger.TRADE)
    lines: list[Line] = [
        (claim["obligor"], ledger.PAYABLES, event.amount),
        (claim["obligor"], other, -event.amount),
        (claim["supplier"], ledger.ANSWERED, -event.amount),
        (claim["supplier"], other, event.amount),
    ]
    post(db, event.place, claim["currency"], *lines)


def on_dilution_absorbed(db: Connection, event: e.DilutionAbsorbed) -> None:
    """The value that left the note is in TransferValue."""
    claim = receivable(db, event.receivable_id)
    update_receivable(db, event.receivable_id, absorbed=claim["absorbed"] + event.amount)
    post(
        db,
        event.place,
        claim["currency"],
        (event.supplier, ledger.NOTES, -event.amount),
        (event.supplier, ledger.ANSWERED, event.amount),
        *recovered(db, note(db, event.note_id), event.amount),
    )
