"""Money for the notes: what comes in, how it is divided, what goes out."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.penalty import accrue
from backend.projections.handlers.shared import (
    note,
    post_payment,
    receivable,
    recovered,
    update_note,
    update_receivable,
    withhold,
)
from backend.projections.ledger import post


def on_receivable_repaid(db: Connection, event: e.ReceivableRepaid) -> None:
    accrue(db, event.receivable_id, event.place.at)
    claim = receivable(db, event.receivable_id)
    update_receivable(
        db,
        event.receivable_id,
        repaid=claim["repaid"] + event.principal,
        penalty_paid=claim["penalty_paid"] + event.penalty,
    )
    debts = (ledger.PAYABLES, event.principal), (ledger.PENALTIES, event.penalty)
    post_payment(db, event.place, claim["currency"], event.payer, claim["obligor"], *debts)


def on_dilution_made_good(db: Connection, event: e.DilutionMadeGood) -> None:
    accrue(db, event.receivable_id, event.place.at)
    claim = receivable(db, event.receivable_id)
    update_receivable(db, event.receivable_id, made_good=claim["made_good"] + event.amount)
    debt = (ledger.ANSWERED, event.amount)
    post_payment(db, event.place, claim["currency"], event.payer, claim["supplier"], debt)


def on_repayment_allotted(db: Connection, event: e.RepaymentAllotted) -> None:
    db.execute(
        insert(tables.allotments).values(
            receivable_id=event.receivable_id,
            round=event.round,
            principal=event.principal,
            penalty=event.penalty,
            weight=event.weight,
            notes=event.notes,
            left=event.notes,
            at=event.place.at,
        )
    )


def on_note_redeemed(db: Connection, event: e.NoteRedeemed) -> None:
    """The value that left the note is in TransferValue, which came before."""
    claim, paid = receivable(db, event.receivable_id), note(db, event.note_id)
    update_receivable(
        db,
        event.receivable_id,
        redeemed=claim["redeemed"] + event.principal,
        penalty_redeemed=claim["penalty_redeemed"] + event.penalty,
    )
    _serve(db, event)
    amount, custodian = event.principal + event.penalty, event.place.address
    post(
        db,
        event.place,
        claim["currency"],
        (event.holder, ledger.NOTES, -event.principal),
        (event.holder, ledger.PENALTIES, -event.penalty),
        (event.holder, ledger.SETTLEMENTS, amount),
        (custodian, ledger.OWED_TO_HOLDERS, amount),
        (custodian, ledger.SETTLEMENTS, -amount),
        *recovered(db, paid, event.principal),
    )


def on_left_penalty_paid(db: Connection, event: e.LeftPenaltyPaid) -> None:
    claim, custodian = receivable(db, event.receivable_id), event.place.address
    update_receivable(db, event.receivable_id, penalty_redeemed=claim["penalty_redeemed"] + event.amount)
    post(
        db,
        event.place,
        claim["currency"],
        (event.supplier, ledger.PENALTIES, -event.amount),
        (event.supplier, ledger.SETTLEMENTS, event.amount),
        (custodian, ledger.OWED_TO_HOLDERS, event.amount),
        (custodian, ledger.SETTLEMENTS, -event.amount),
    )


def on_payment_withheld(db: Connection, event: e.PaymentWithheld) -> None:
    withhold(db, event, event.amount)


def on_withheld_paid(db: Connection, event: e.WithheldPaid) -> None:
    withhold(db, event, -event.amount)


def _serve(db: Connection, event: e.NoteRedeemed) -> None:
    """Where a division is open, the note has had its share of it."""
    table = tables.allotments
    served = db.execute(
        update(table)
        .where(table.c.receivable_id == event.receivable_id, table.c.left > 0)
        .values(left=table.c.left - 1)
        .returning(table.c.round)
    ).scalar()
    if served is not None:
        update_note(db, event.note_id, served_round=served)
