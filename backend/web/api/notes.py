"""Notes: endorse, assign, redeem, and where they come from."""

from __future__ import annotations

from flask import Response

from backend.commands import notes as commands
from backend.queries import notes as queries
from backend.queries.receivables import visible_receivable
from backend.web import context
from backend.web.api.shared import NUMBER, documents_read, documents_write, topic
from backend.web.schemas import (
    AssignmentBody,
    EmptyBody,
    EndorsementBody,
    EndorsementListBody,
    MergeBody,
    NotesQuery,
    RecourseBody,
)

blueprint = topic("notes")


@blueprint.get("/notes")
@blueprint.input(NotesQuery, location="query", arg_name="query")
@documents_read(blueprint)
def notes(query: NotesQuery) -> Response:
    """Notes I hold or endorsed, or all of one receivable I am a party to."""
    engine, viewer = context.desk().engine, context.viewer()
    if query.receivable_id is not None:
        visible_receivable(engine, query.receivable_id, viewer, field="receivableId")
    return context.answer(queries.notes(engine, viewer, query.receivable_id, query.after, query.limit))


@blueprint.get(f"/notes/<{NUMBER}:note_id>")
@documents_read(blueprint)
def note(note_id: int) -> Response:
    """A note, its path to the root, its children, and what was merged into it."""
    return context.answer(queries.lineage(context.desk().engine, note_id, context.viewer()))


@blueprint.post(f"/notes/<{NUMBER}:note_id>/endorsements")
@blueprint.input(EndorsementBody, arg_name="body")
@documents_write(blueprint)
def endorse(note_id: int, body: EndorsementBody) -> Response:
    """Endorse a part or all of it (holder)."""
    return context.write(commands.endorse_note, note_id, body.to, body.value_fen, with_recourse=body.with_recourse)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/endorsement-lists")
@blueprint.input(EndorsementListBody, arg_name="body")
@documents_write(blueprint)
def endorse_many(note_id: int, body: EndorsementListBody) -> Response:
    """Endorse parts of it to several payees at once (holder)."""
    endorsements = [(one.to, one.value_fen, one.with_recourse) for one in body.endorsements]
    return context.write(commands.endorse_note_many, note_id, endorsements)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/acceptances")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def accept(note_id: int, body: EmptyBody) -> Response:
    """Take an endorsement that waits for it (payee)."""
    return context.write(commands.accept_note, note_id)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/declinations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def decline(note_id: int, body: EmptyBody) -> Response:
    """Refuse an endorsement that waits (payee), or give it back after the deadline (any party to the receivable)."""
    return context.write(commands.decline_note, note_id)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/merges")
@blueprint.input(MergeBody, arg_name="body")
@documents_write(blueprint)
def merge(note_id: int, body: MergeBody) -> Response:
    """Merge it into another note (holder of both)."""
    return context.write(commands.merge_note, note_id, body.into, body.value_fen)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/notices")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def give_notice(note_id: int, body: EmptyBody) -> Response:
    """Tell the obligor of the assignment (supplier, endorser or holder)."""
    return context.write(commands.give_notice, note_id)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/recourse-claims")
@blueprint.input(RecourseBody, arg_name="body")
@documents_write(blueprint)
def claim_recourse(note_id: int, body: RecourseBody) -> Response:
    """After grace, turn to an endorser (holder)."""
    return context.write(commands.claim_recourse, note_id, body.level)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/buy-backs")
@blueprint.input(RecourseBody, arg_name="body")
@documents_write(blueprint)
def buy_back(note_id: int, body: RecourseBody) -> Response:
    """Pay the holder and take its place (that endorser)."""
    return context.write(commands.buy_back_note, note_id, body.level)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/write-offs")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def write_off(note_id: int, body: EmptyBody) -> Response:
    """After grace, give it up in my books; what still comes in is mine (holder)."""
    return context.write(commands.write_off_note, note_id)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/covers")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def cover(note_id: int, body: EmptyBody) -> Response:
    """After grace, have the reserve pay for it (any party to the receivable)."""
    return context.write(commands.cover_note, note_id)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/assignments")
@blueprint.input(AssignmentBody, arg_name="body")
@documents_write(blueprint)
def assign(note_id: int, body: AssignmentBody) -> Response:
    """Assign the whole, without recourse (holder)."""
    return context.write(commands.assign_note, note_id, body.to)


@blueprint.post(f"/notes/<{NUMBER}:note_id>/redemptions")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def redeem(note_id: int, body: EmptyBody) -> Response:
    """Have it paid out to its holder (any party to the receivable)."""
    return context.write(commands.redeem_note, note_id)
