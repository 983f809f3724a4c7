"""Dishonour: claims on endorsers, notes bought back, covered or written off."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from backend.events import types as e
from backend.projections import ledger, tables
from backend.projections.handlers.shared import (
    currency_of_token,
    is_money,
    kept,
    note,
    post_purchase,
    receivable,
    update_note,
)
from backend.projections.ledger import post


def on_recourse_claimed(db: Connection, event: e.RecourseClaimed) -> None:
    db.execute(
        insert(tables.recourse_claims).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            at=event.place.at,
            note_id=event.note_id,
            receivable_id=event.receivable_id,
            endorser=event.endorser,
            holder=event.holder,
            amount=event.amount,
        )
    )


def on_note_bought_back(db: Connection, event: e.NoteBoughtBack) -> None:
    currency = receivable(db, event.receivable_id)["currency"]
    post_purchase(db, event.place, currency, event.holder, event.endorser, event.amount)


def on_note_written_off(db: Connection, event: e.NoteWrittenOff) -> None:
    given_up = note(db, event.note_id)
    more = event.amount - given_up["written_off"]
    if more <= 0:
        return
    update_note(db, event.note_id, written_off=event.amount)
    currency = receivable(db, event.receivable_id)["currency"]
    post(db, event.place, currency, (event.holder, ledger.LOSSES, more), (event.holder, ledger.ALLOWANCE, -more))


def on_note_insured(db: Connection, event: e.NoteInsured) -> None:
    update_note(db, event.note_id, insured=kept(event.amount))
    if is_money(db, event.cash):
        fund, currency = event.place.address, currency_of_token(db, event.cash)
        post(db, event.place, currency, (fund, ledger.SETTLEMENTS, event.levy), (fund, ledger.LEVIES, -event.levy))


def on_note_covered(db: Connection, event: e.NoteCovered) -> None:
    """What is insured less what was paid stays with the old note, whoever has it now."""
    covered = note(db, event.note_id)
    update_note(db, event.note_id, insured=covered["insured"] - event.amount)
    currency = receivable(db, event.receivable_id)["currency"]
    post_purchase(db, event.place, currency, event.holder, event.place.address, event.amount)
