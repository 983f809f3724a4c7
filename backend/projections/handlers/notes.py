"""Notes: who holds what, and where it came from."""

from __future__ import annotations

from typing import Any

from backend.events import types as e
from backend.projections import tables
from backend.projections.handlers.shared import NOBODY, post_title, recovered
from backend.projections.rows import Rows


def on_note_transferred(rows: Rows, event: e.NoteTransferred) -> None:
    if event.from_ == NOBODY:
        rows.add(
            tables.notes,
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
        return
    moved = rows.get(tables.notes, event.token_id)
    currency = rows.get(tables.receivables, moved["receivable_id"])["currency"]
    beside = recovered(rows, moved, moved["value"])
    rows.change(tables.notes, event.token_id, holder=event.to)
    post_title(rows, event.place, currency, event.from_, event.to, moved["value"], *beside)


def on_note_slot_changed(rows: Rows, event: e.NoteSlotChanged) -> None:
    rows.change(tables.notes, event.token_id, receivable_id=event.new_slot)


def on_note_value_transferred(rows: Rows, event: e.NoteValueTransferred) -> None:
    if event.from_token_id:
        rows.increase(tables.notes, event.from_token_id, value=-event.value)
    if event.to_token_id:
        rows.increase(tables.notes, event.to_token_id, value=event.value)


def on_note_endorsed(rows: Rows, event: e.NoteEndorsed) -> None:
    parent = rows.get(tables.notes, event.note_id)
    rows.change(
        tables.notes,
        event.child_id,
        parent_id=event.note_id,
        depth=parent["depth"] + 1,
        endorser=event.endorser,
        with_recourse=event.with_recourse,
        flag=_flag(rows, event, parent),
    )
    currency = rows.get(tables.receivables, parent["receivable_id"])["currency"]
    post_title(rows, event.place, currency, event.endorser, event.endorsee, event.value)


def _flag(rows: Rows, event: e.NoteEndorsed, ancestor: Any) -> str:
    """N10. Whether the endorsee endorsed the same value before, or is its own endorser."""
    if event.endorsee == event.endorser:
        return "self"
    while ancestor["parent_id"]:
        if ancestor["endorser"] == event.endorsee:
            return "circular"
        ancestor = rows.get(tables.notes, ancestor["parent_id"])
    return ""


def on_notes_merged(rows: Rows, event: e.NotesMerged) -> None:
    """The values are in TransferValue; the lineage keeps both."""
    rows.record(
        tables.note_merges,
        event,
        from_note_id=event.from_note_id,
        to_note_id=event.to_note_id,
        value=event.value,
    )


def on_acceptance_awaited(rows: Rows, event: e.AcceptanceAwaited) -> None:
    rows.change(tables.notes, event.note_id, accept_by=event.accept_by)


def on_endorsement_accepted(rows: Rows, event: e.EndorsementAccepted) -> None:
    rows.change(tables.notes, event.note_id, accept_by=0)


def on_endorsement_declined(rows: Rows, event: e.EndorsementDeclined) -> None:
    rows.change(tables.notes, event.note_id, accept_by=0)


def on_note_place_taken(rows: Rows, event: e.NotePlaceTaken) -> None:
    """Where the value did not go up to the note that was endorsed, the note it is in has that one's origin, or that of
    the note it came from. Where the note itself changed hands, its transfer said the rest."""
    left = rows.get(tables.notes, event.note_id)
    if event.to_note_id != event.ancestor_id:
        origin = rows.get(tables.notes, event.ancestor_id) if event.ancestor_id else left
        names = ("parent_id", "depth", "endorser", "with_recourse", "flag")
        rows.change(tables.notes, event.to_note_id, **{name: origin[name] for name in names})
    if event.to_note_id == event.note_id:
        return
    currency = rows.get(tables.receivables, left["receivable_id"])["currency"]
    post_title(rows, event.place, currency, event.holder, event.to, event.value, *recovered(rows, left, event.value))
