"""Acts on notes (rules N)."""

from __future__ import annotations

from backend.chain.outbox import Row
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_named, require_participant
from backend.errors import Forbidden, both
from backend.queries import notes as queries


@act("note.endorse")
def endorse_note(desk: Desk, request: Request, note_id: int, to: str, value: int, *, with_recourse: bool) -> Row:
    """N2. The holder endorses a part or all of a note to another participant, as a child note."""
    holder = _own(desk, request, note_id)
    require_named(desk, to, "to")
    call = desk.contracts.call_data("Receivables", "endorse", note_id, to, value, with_recourse)
    return desk.outbox.send(request.intent, holder, call)


@act("note.assign")
def assign_note(desk: Desk, request: Request, note_id: int, to: str) -> Row:
    """N3. The holder assigns the whole note, without recourse."""
    holder = _own(desk, request, note_id)
    require_named(desk, to, "to")
    call = desk.contracts.call_data("Receivables", "transferFrom(address,address,uint256)", holder, to, note_id)
    return desk.outbox.send(request.intent, holder, call)


@act("note.redeem")
def redeem_note(desk: Desk, request: Request, note_id: int) -> Row:
    """N5. Any party to the receivable has the note paid out to its holder."""
    caller = require_participant(desk, request)
    queries.visible_note(desk.engine, note_id, caller)
    return desk.outbox.send(request.intent, caller, desk.contracts.call_data("Receivables", "redeem", note_id))


def _own(desk: Desk, request: Request, note_id: int) -> str:
    """The actor's account. Raises NotFound, or Forbidden for a note that is another's."""
    caller = require_participant(desk, request)
    if queries.visible_note(desk.engine, note_id, caller)["holder"] != caller:
        raise Forbidden(reason=both("note {id} is not yours", "凭证 {id} 的持有人不是您", id=note_id))
    return caller
