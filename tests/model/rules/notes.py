"""Rules N: who is owed what, and how title moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import limits, parties
from .cash import UNLIMITED
from .penalty import DAY
from .refusals import Grounds

if TYPE_CHECKING:
    from .claims import Receivable
    from .world import World


@dataclass
class Note:
    number: int
    receivable: int
    holder: str
    value: int
    parent: int = 0
    endorser: int = 0
    recourse: bool = False
    depth: int = 0
    accept_by: int = 0
    approved: str = parties.NOBODY

    @property
    def origin(self) -> tuple[int, int, bool]:
        return (self.parent, self.endorser, self.recourse)

    def take_origin(self, other: Note) -> None:
        self.parent, self.endorser, self.recourse, self.depth = (
            other.parent,
            other.endorser,
            other.recourse,
            other.depth,
        )


def existing(w: World, number: int, no: Grounds | None = None) -> Note:
    if number not in w.notes:
        raise (no or Grounds()).now("UnknownNote", number)
    return w.notes[number]


def of_receivable(w: World, number: int) -> list[Note]:
    return [note for note in w.notes.values() if note.receivable == number]


def locked(w: World, note: Note) -> int:
    """J5."""
    return w.locks.get(note.number, 0)


# ---- grounds


def authorised(w: World, note: Note, caller: str) -> bool:
    return caller in (note.holder, note.approved) or (note.holder, caller) in w.operators


def _need_authority(w: World, no: Grounds, note: Note, caller: str) -> None:
    no.when(not authorised(w, note, caller), "NotAuthorised", note.number, caller)


def _need_motion(w: World, no: Grounds, note: Note) -> Receivable:
    """N1."""
    r = w.receivables[note.receivable]
    no.when(r.status not in (2, 7), "WrongStatus", r.number, r.status)
    no.when(w.now >= r.cut_off, "AfterCutOff", r.number, r.cut_off)
    return r


def _need_value(w: World, no: Grounds, note: Note, value: int) -> None:
    """N2, J5."""
    held, fixed = note.value, locked(w, note)
    no.when(value == 0, "InvalidAmount", 0, held)
    no.when(value > held, "InsufficientValue", note.number, held, value)
    no.when(value <= held < value + fixed, "NoteLocked", note.number, fixed)


def need_acceptance(no: Grounds, note: Note) -> None:
    """N8."""
    no.when(note.accept_by, "AcceptancePending", note.number, note.accept_by)


def _need_taker(w: World, no: Grounds, to: str) -> None:
    """R10: what pays the notes holds none."""
    no.when(to == w.contracts["Repayments"], "ReceiverRefused", to)


# ---- movements, once nothing stands against them


def check_endorsement(w: World, no: Grounds, note: Note, to: str, value: int) -> None:
    parties.active(w, no, note.holder)
    parties.active(w, no, to)
    _need_taker(w, no, to)
    r = _need_motion(w, no, note)
    need_acceptance(no, note)
    _need_value(w, no, note, value)
    limits.check_endorsement(w, no, note.depth + 1, r.notes + 1)


def do_endorse(w: World, note: Note, to: str, value: int, recourse: bool, agreed: bool) -> int:
    r = w.receivables[note.receivable]
    asked = w.parties[to].wants_acceptance and not agreed
    accept_by = min(w.now + limits.in_force(w).acceptance_days * DAY, r.cut_off) if asked else 0
    child = len(w.notes) + 1
    note.value -= value
    r.notes += 1
    giver = parties.number_of(w, note.holder)
    w.notes[child] = Note(child, note.receivable, to, value, note.number, giver, recourse, note.depth + 1, accept_by)
    return child


def check_assignment(w: World, no: Grounds, note: Note, source: str, to: str) -> None:
    no.when(note.holder != source, "WrongHolder", note.number, note.holder, source)
    no.when(note.value == 0, "InsufficientValue", note.number, 0, 1)
    parties.active(w, no, source)
    parties.active(w, no, to)
    _need_taker(w, no, to)
    _need_motion(w, no, note)
    need_acceptance(no, note)
    no.when(locked(w, note), "NoteLocked", note.number, locked(w, note))


def hand_over(note: Note, to: str) -> None:
    note.holder, note.approved = to, parties.NOBODY


def take_place(w: World, note: Note, ancestor: Note, to: str, value: int) -> int:
    """N9. The note that `to` has the value in now."""
    if ancestor.holder != to:
        return part_off(w, note, ancestor, to, value)
    note.value -= value
    ancestor.value += value
    return ancestor.number


def part_off(w: World, note: Note, origin: Note, to: str, value: int) -> int:
    """A new note of another's origin, with a part of the value."""
    number = len(w.notes) + 1
    note.value -= value
    w.receivables[note.receivable].notes += 1
    w.notes[number] = Note(number, note.receivable, to, value)
    w.notes[number].take_origin(origin)
    return number


# ---- acts


def endorse(
    w: World, caller: str, number: int, to: str, value: int, recourse: bool, held_by_allowance: bool = False
) -> int:
    """N2. The child."""
    note, no = existing(w, number), Grounds()
    if not held_by_allowance:
        _need_authority(w, no, note, caller)
    check_endorsement(w, no, note, to, value)
    no.stop()
    return do_endorse(w, note, to, value, recourse, False)


def endorse_many(w: World, caller: str, number: int, endorsements: list[tuple[str, int, bool]]) -> None:
    """N7."""
    no = Grounds()
    _need_authority(w, no, existing(w, number), caller)
    no.stop()
    for to, value, recourse in endorsements:
        endorse(w, caller, number, to, value, recourse)


def accept(w: World, caller: str, number: int) -> None:
    note, no = existing(w, number), Grounds()
    no.when(note.holder != caller, "NotAuthorised", number, caller)
    no.when(not note.accept_by, "AcceptanceNotAwaited", number)
    no.when(note.accept_by and w.now > note.accept_by, "AcceptanceTooLate", number, note.accept_by)
    parties.active(w, no, caller)
    no.stop()
    note.accept_by = 0


def decline(w: World, caller: str, number: int) -> None:
    note, no = existing(w, number), Grounds()
    no.when(not note.accept_by, "AcceptanceNotAwaited", number)
    no.when(note.accept_by and note.holder != caller and w.now <= note.accept_by, "AcceptancePending", number,
            note.accept_by)  # fmt: skip
    no.stop()
    note.accept_by = 0
    endorser, ancestor = parties.account_of(w, note.endorser), w.notes[note.parent]
    if locked(w, note):  # the lock stays with its note
        hand_over(note, endorser)
        note.take_origin(ancestor)
    else:
        take_place(w, note, ancestor, endorser, note.value)


def assign(w: World, caller: str, source: str, to: str, number: int) -> None:
    """N3."""
    note, no = existing(w, number), Grounds()
    _need_authority(w, no, note, caller)
    check_assignment(w, no, note, source, to)
    no.stop()
    hand_over(note, to)


def _spend_allowance(w: World, no: Grounds, note: Note, caller: str, value: int) -> None:
    """N6."""
    if authorised(w, note, caller):
        return
    key = (note.number, note.holder, caller)
    allowed = w.allowances.get(key, 0)
    no.when(value > allowed, "InsufficientAllowance", note.number, caller, allowed, value)
    if allowed != UNLIMITED:
        w.allowances[key] = allowed - value


def split(w: World, caller: str, number: int, to: str, value: int) -> None:
    """ERC-3525's transfer to an account: an endorsement without recourse."""
    note, no = existing(w, number), Grounds()
    _spend_allowance(w, no, note, caller, value)
    check_endorsement(w, no, note, to, value)
    no.stop()
    do_endorse(w, note, to, value, False, False)


def merge(w: World, caller: str, source: int, target: int, value: int) -> None:
    """N4."""
    giving, no = existing(w, source), Grounds()
    _spend_allowance(w, no, giving, caller, value)
    taking = existing(w, target, no)
    free = not giving.recourse and not taking.recourse
    alike = giving.holder == taking.holder and giving.receivable == taking.receivable
    no.when(source == target or not alike or not (giving.origin == taking.origin or free), "NotMergeable", source,
            target)  # fmt: skip
    need_acceptance(no, giving)
    need_acceptance(no, taking)
    parties.active(w, no, giving.holder)
    _need_motion(w, no, giving)
    _need_value(w, no, giving, value)
    no.stop()
    giving.value -= value
    taking.value += value


def approve(w: World, caller: str, to: str, number: int) -> None:
    note, no = existing(w, number), Grounds()
    allowed = caller == note.holder or (note.holder, caller) in w.operators
    no.when(not allowed, "NotAuthorised", number, caller)
    no.stop()
    note.approved = to


def approve_all(w: World, caller: str, operator: str, on: bool) -> None:
    (w.operators.add if on else w.operators.discard)((caller, operator))


def allow(w: World, caller: str, number: int, operator: str, value: int) -> None:
    note, no = existing(w, number), Grounds()
    _need_authority(w, no, note, caller)
    no.stop()
    w.allowances[number, note.holder, operator] = value


def listed(
    w: World, no: Grounds, receivable: int, numbers: list[int], look: Callable[[Note], None] = lambda note: None
) -> list[Note]:
    """The notes of a list that must be all there are with value, ascending; `look` sees each as it comes."""
    previous, found = 0, []
    for number in numbers:
        no.when(number <= previous, "NotesUnordered", number)
        previous = number
        note = existing(w, number, no)
        no.when(note.receivable != receivable, "WrongReceivable", number, note.receivable)
        look(note)
        found.append(note)
    values, live = sum(note.value for note in found), sum(note.value for note in of_receivable(w, receivable))
    no.when(values != live, "NotesIncomplete", receivable, values, live)
    return found


def shut(error: str, caller: str) -> None:
    """What only the contracts around one may do, nobody does."""
    raise Grounds().now(error, caller)
