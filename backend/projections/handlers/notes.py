"""Notes: who holds what, and where it came from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import NOBODY, note, post_title, receivable, recovered, update_note


def on_note_transferred(db: Connection, event: e.NoteTransferred) -> None:
    if event.from_ == NOBODY:
        db.execute(
            insert(tables.notes).values(
                id=event.token_id,
                receivable_id=0,
                parent_id=0,
                holder=event.to,
                value=0,
                depth=0,
                endorser=NOBODY,
                with_recourse=False,
                flag="",
                accept_by=0,
                locked=0,
                locked_for=0,
                insured=0,
                written_off=0,
                served_round=0,
                created_at=event.place.at,
            )
        )
        return
    moved = note(db, event.token_id)
    currency = receivable(db, moved["receivable_id"])["currency"]
    beside = recovered(db, moved, moved["value"])
    update_note(db, event.token_id, holder=event.to)
    post_title(db, event.place, currency, event.from_, event.to, moved["value"], *beside)


def on_note_slot_changed(db: Connection, event: e.NoteSlotChanged) -> None:
    update_note(db, event.token_id, receivable_id=event.new_slot)


def on_note_value_transferred(db: Connection, event: e.NoteValueTransferred) -> None:
    if event.from_token_id:
        update_note(db, event.from_token_id, value=tables.notes.c.value - event.value)
    if event.to_token_id:
        update_note(db, event.to_token_id, value=tables.notes.c.value + event.value)


def on_note_endorsed(db: Connection, event: e.NoteEndorsed) -> None:
    parent = note(db, event.note_id)
    update_note(
        db,
        event.child_id,
        parent_id=event.note_id,
        depth=parent["depth"] + 1,
        endorser=event.endorser,
        with_recourse=event.with_recourse,
        flag=_flag(db, event, parent),
    )
    currency = receivable(db, parent["receivable_id"])["currency"]
    post_title(db, event.place, currency, event.endorser, event.endorsee, event.value)


def _flag(db: Connection, event: e.NoteEndorsed, ancestor: Any) -> str:
    """N10. Whether the endorsee endorsed the same value before, or is its own endorser."""
    if event.endorsee == event.endorser:
        return "self"
    while ancestor["parent_id"]:
        if ancestor["endorser"] == event.endorsee:
            return "circular"
        ancestor = note(db, ancestor["parent_id"])
    return ""


def on_notes_merged(db: Connection, event: e.NotesMerged) -> None:
    """The values are in TransferValue; the lineage keeps both."""
    db.execute(
        insert(tables.note_merges).values(
            block_number=event.place.block_number,
            log_index=event.place.log_index,
            at=event.place.at,
            from_note_id=event.from_note_id,
            to_note_id=event.to_note_id,
            value=event.value,
        )
    )


def on_acceptance_awaited(db: Connection, event: e.AcceptanceAwaited) -> None:
    update_note(db, event.note_id, accept_by=event.accept_by)


def on_endorsement_accepted(db: Connection, event: e.EndorsementAccepted) -> None:
    update_note(db, event.note_id, accept_by=0)


def on_endorsement_declined(db: Connection, event: e.EndorsementDeclined) -> None:
    update_note(db, event.note_id, accept_by=0)


def on_note_place_taken(db: Connection, event: e.NotePlaceTaken) -> None:
    """Where the value did not go up to the note that was endorsed, the note it is in has that one's origin, or that of
    the note it came from. Where the note itself changed hands, its transfer said the rest."""
    left = note(db, event.note_id)
    if event.to_note_id != event.ancestor_id:
        origin = note(db, event.ancestor_id) if event.ancestor_id else left
        names = ("parent_id", "depth", "endorser", "with_recourse", "flag")
        update_note(db, event.to_note_id, **{name: origin[name] for name in names})
    if event.to_note_id == event.note_id:
        return
    currency = receivable(db, left["receivable_id"])["currency"]
    post_title(db, event.place, currency, event.holder, event.to, event.value, *recovered(db, left, event.value))
