"""Dishonour: claims on endorsers, notes bought back, covered or written off."""

from __future__ import annotations

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import currency_of_token, is_money, kept, post_purchase
from backend.projections.ledger import post
from backend.projections.rows import Rows


def on_recourse_claimed(rows: Rows, event: e.RecourseClaimed) -> None:
    rows.record(
        tables.recourse_claims,
        event,
        note_id=event.note_id,
        receivable_id=event.receivable_id,
        endorser=event.endorser,
        holder=event.holder,
        amount=event.amount,
    )


def on_note_bought_back(rows: Rows, event: e.NoteBoughtBack) -> None:
    currency = rows.get(tables.receivables, event.receivable_id)["currency"]
    post_purchase(rows, event.place, currency, event.holder, event.endorser, event.amount)


def on_note_written_off(rows: Rows, event: e.NoteWrittenOff) -> None:
    given_up = rows.get(tables.notes, event.note_id)
    more = event.amount - given_up["written_off"]
    if more <= 0:
        return
    rows.change(tables.notes, event.note_id, written_off=event.amount)
    currency = rows.get(tables.receivables, event.receivable_id)["currency"]
    post(rows, event.place, currency, (event.holder, ledger.LOSSES, more), (event.holder, ledger.ALLOWANCE, -more))


def on_note_insured(rows: Rows, event: e.NoteInsured) -> None:
    rows.change(tables.notes, event.note_id, insured=kept(event.amount))
    if is_money(rows, event.cash):
        fund, currency = event.place.address, currency_of_token(rows, event.cash)
        post(rows, event.place, currency, (fund, ledger.SETTLEMENTS, event.levy), (fund, ledger.LEVIES, -event.levy))


def on_note_covered(rows: Rows, event: e.NoteCovered) -> None:
    """What is insured less what was paid stays with the old note, whoever has it now."""
    covered = rows.get(tables.notes, event.note_id)
    rows.change(tables.notes, event.note_id, insured=covered["insured"] - event.amount)
    currency = rows.get(tables.receivables, event.receivable_id)["currency"]
    post_purchase(rows, event.place, currency, event.holder, event.place.address, event.amount)
