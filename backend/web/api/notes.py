"""Notes: endorse, assign, redeem, and where they come from."""

from __future__ import annotations

from flask import Response

from backend.commands import notes as commands
from backend.queries import notes as queries
from backend.queries.receivables import visible_receivable
from backend.web import context
from backend.web.api.shared import NUMBER, documents_read, documents_write, topic
from backend.web.schemas import AssignmentBody, EmptyBody, EndorsementBody, NotesQuery

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
    """A note, its path to the root, and its children."""
    return context.answer(queries.lineage(context.desk().engine, note_id, context.viewer()))


@blueprint.post(f"/notes/<{NUMBER}:note_id>/endorsements")
@blueprint.input(EndorsementBody, arg_name="body")
@documents_write(blueprint)
def endorse(note_id: int, body: EndorsementBody) -> Response:
    """Endorse a part or all of it (holder)."""
    return context.write(commands.endorse_note, note_id, body.to, body.value_fen, with_recourse=body.with_recourse)


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
