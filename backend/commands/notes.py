"""Acts on notes (rules N)."""

from __future__ import annotations

from backend.chain.outbox import Row
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_named, require_participant
from backend.database import reading_once
from backend.errors import Forbidden, both
from backend.queries import notes as queries


@act("note.endorse")
def endorse_note(desk: Desk, request: Request, note_id: int, to: str, value: int, *, with_recourse: bool) -> Row:
    """N2. The holder endorses a part or all of a note to another participant, as a child note."""
    holder = _own(desk, request, note_id)
    require_named(desk, to, "to")
    call = desk.contracts.call_data("Receivables", "endorse", note_id, to, value, with_recourse)
    return desk.outbox.send(request.intent, holder, call)


@act("note.endorse-many")
def endorse_note_many(desk: Desk, request: Request, note_id: int, endorsements: list[tuple[str, int, bool]]) -> Row:
    """N7. The holder endorses parts of a note to several participants in one act: (to, value, with recourse) each."""
    holder = _own(desk, request, note_id)
    for position, (to, _value, _recourse) in enumerate(endorsements):
        require_named(desk, to, f"endorsements.{position}.to")
    call = desk.contracts.call_data("Receivables", "endorseMany", note_id, endorsements)
    return desk.outbox.send(request.intent, holder, call)


@act("note.accept")
def accept_note(desk: Desk, request: Request, note_id: int) -> Row:
    """N8. The payee takes an endorsement that it wanted to be asked for."""
    return desk.outbox.send(
        request.intent, _own(desk, request, note_id), desk.contracts.call_data("Receivables", "accept", note_id)
    )


@act("note.decline")
def decline_note(desk: Desk, request: Request, note_id: int) -> Row:
    """N8. The payee refuses it; after the deadline any party to the receivable gives it back."""
    caller = _party(desk, request, note_id)
    return desk.outbox.send(request.intent, caller, desk.contracts.call_data("Receivables", "decline", note_id))


@act("note.merge")
def merge_note(desk: Desk, request: Request, note_id: int, into: int, value: int | None) -> Row:
    """N4. The holder merges a note, or `value` of it, into another note of its own."""
    holder = _own(desk, request, note_id)
    if queries.visible_note(desk.engine, into, holder, field="into")["holder"] != holder:
        raise Forbidden(reason=both("note {id} is not yours", "凭证 {id} 的持有人不是您", id=into))
    value = value or queries.visible_note(desk.engine, note_id, holder)["valueFen"]
    call = desk.contracts.call_data("Receivables", "transferFrom(uint256,uint256,uint256)", note_id, into, value)
    return desk.outbox.send(request.intent, holder, call)


@act("note.claim-recourse")
def claim_recourse(desk: Desk, request: Request, note_id: int, level: int) -> Row:
    """X1. The holder turns to the endorser `level` endorsements up (0: the last)."""
    holder = _own(desk, request, note_id)
    call = desk.contracts.call_data("Repayments", "claimRecourse", note_id, level)
    return desk.outbox.send(request.intent, holder, call)


@act("note.buy-back")
def buy_back_note(desk: Desk, request: Request, note_id: int, level: int) -> Row:
    """X2. That endorser pays the holder and takes its place."""
    caller = _party(desk, request, note_id)
    return desk.outbox.send(request.intent, caller, desk.contracts.call_data("Repayments", "buyBack", note_id, level))


@act("note.write-off")
def write_off_note(desk: Desk, request: Request, note_id: int) -> Row:
    """X5. The holder gives a note up in its books."""
    holder = _own(desk, request, note_id)
    return desk.outbox.send(request.intent, holder, desk.contracts.call_data("Repayments", "writeOff", note_id))


@act("note.cover")
def cover_note(desk: Desk, request: Request, note_id: int) -> Row:
    """V3. Any party to the receivable has an insured note covered by the reserve."""
    caller = _party(desk, request, note_id)
    return desk.outbox.send(request.intent, caller, desk.contracts.call_data("Reserve", "cover", note_id))


@act("note.give-notice")
def give_notice(desk: Desk, request: Request, note_id: int) -> Row:
    """J1. The supplier, an endorser or the holder tells the obligor of the assignment."""
    caller = _party(desk, request, note_id)
    return desk.outbox.send(request.intent, caller, desk.contracts.call_data("Adjustments", "giveNotice", note_id))


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
    caller = _party(desk, request, note_id)
    return desk.outbox.send(request.intent, caller, desk.contracts.call_data("Repayments", "redeem", note_id))


def _party(desk: Desk, request: Request, note_id: int) -> str:
    """The actor's account. Raises NotFound unless it is a party to the note's receivable."""
    with reading_once(desk.engine):
        caller = require_participant(desk, request)
        queries.visible_note(desk.engine, note_id, caller)
    return caller


def _own(desk: Desk, request: Request, note_id: int) -> str:
    """The actor's account. Raises NotFound, or Forbidden for a note that is another's."""
    with reading_once(desk.engine):
        caller = require_participant(desk, request)
        note = queries.visible_note(desk.engine, note_id, caller)
    if note["holder"] != caller:
        raise Forbidden(reason=both("note {id} is not yours", "凭证 {id} 的持有人不是您", id=note_id))
    return caller
