"""Money for the notes: what comes in, how it is divided, what goes out."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.penalty import accrue
from backend.projections.handlers.shared import post_payment, recovered, withhold
from backend.projections.ledger import post
from backend.projections.rows import Rows


def on_receivable_repaid(rows: Rows, event: e.ReceivableRepaid) -> None:
    accrue(rows, event.receivable_id, event.place.at)
    claim = rows.get(tables.receivables, event.receivable_id)
    rows.change(
        tables.receivables,
        event.receivable_id,
        repaid=claim["repaid"] + event.principal,
        penalty_paid=claim["penalty_paid"] + event.penalty,
    )
    debts = (ledger.PAYABLES, event.principal), (ledger.PENALTIES, event.penalty)
    post_payment(rows, event.place, claim["currency"], event.payer, claim["obligor"], *debts)


def on_dilution_made_good(rows: Rows, event: e.DilutionMadeGood) -> None:
    accrue(rows, event.receivable_id, event.place.at)
    claim = rows.get(tables.receivables, event.receivable_id)
    rows.change(tables.receivables, event.receivable_id, made_good=claim["made_good"] + event.amount)
    debt = (ledger.ANSWERED, event.amount)
    post_payment(rows, event.place, claim["currency"], event.payer, claim["supplier"], debt)


def on_repayment_allotted(rows: Rows, event: e.RepaymentAllotted) -> None:
    rows.add(
        tables.allotments,
        receivable_id=event.receivable_id,
        round=event.round,
        principal=event.principal,
        penalty=event.penalty,
        weight=event.weight,
        notes=event.notes,
        left=event.notes,
        at=event.place.at,
    )


def on_note_redeemed(rows: Rows, event: e.NoteRedeemed) -> None:
    """The value that left the note is in TransferValue, which came before."""
    claim, paid = rows.get(tables.receivables, event.receivable_id), rows.get(tables.notes, event.note_id)
    rows.change(
        tables.receivables,
        event.receivable_id,
        redeemed=claim["redeemed"] + event.principal,
        penalty_redeemed=claim["penalty_redeemed"] + event.penalty,
    )
    _serve(rows, event)
    amount, custodian = event.principal + event.penalty, event.place.address
    post(
        rows,
        event.place,
        claim["currency"],
        (event.holder, ledger.NOTES, -event.principal),
        (event.holder, ledger.PENALTIES, -event.penalty),
        (event.holder, ledger.SETTLEMENTS, amount),
        (custodian, ledger.OWED_TO_HOLDERS, amount),
        (custodian, ledger.SETTLEMENTS, -amount),
        *recovered(rows, paid, event.principal),
    )


def on_left_penalty_paid(rows: Rows, event: e.LeftPenaltyPaid) -> None:
    claim, custodian = rows.get(tables.receivables, event.receivable_id), event.place.address
    rows.change(tables.receivables, event.receivable_id, penalty_redeemed=claim["penalty_redeemed"] + event.amount)
    post(
        rows,
        event.place,
        claim["currency"],
        (event.supplier, ledger.PENALTIES, -event.amount),
        (event.supplier, ledger.SETTLEMENTS, event.amount),
        (custodian, ledger.OWED_TO_HOLDERS, event.amount),
        (custodian, ledger.SETTLEMENTS, -event.amount),
    )


def on_payment_withheld(rows: Rows, event: e.PaymentWithheld) -> None:
    withhold(rows, event, event.amount)


def on_withheld_paid(rows: Rows, event: e.WithheldPaid) -> None:
    withhold(rows, event, -event.amount)


def _serve(rows: Rows, event: e.NoteRedeemed) -> None:
    """Where a division is open, the note has had its share of it."""
    for division in rows.having(tables.allotments, "receivable_id", event.receivable_id):
        if division["left"]:
            rows.increase(tables.allotments, event.receivable_id, division["round"], left=-1)
            rows.change(tables.notes, event.note_id, served_round=division["round"])
