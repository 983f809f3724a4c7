"""Title: endorsement, assignment, merging, acceptance, permissions."""

from __future__ import annotations

from ..chain import Call
from ..rules import cash, notes, parties
from ..rules.notes import Note
from .scene import Move, Scene


def _movable(s: Scene) -> Note | None:
    return s.note(lambda n: n.value and not n.accept_by and s.w.now < s.w.receivables[n.receivable].cut_off)


def _mover(s: Scene, note: Note) -> str:
    """The holder, or whom it approved."""
    friends = [operator for holder, operator in sorted(s.w.operators) if holder == note.holder]
    friends = [*friends, note.approved] if note.approved != parties.NOBODY else friends
    friends = [friend for friend in friends if friend in s.accounts.values()]
    return s.pick(friends) if friends and s.often(0.15) else s.caller(note.holder)


def endorse(s: Scene) -> Move | None:
    note = _movable(s)
    if note is None:
        return None
    caller, number, to, recourse = _mover(s, note), s.number(note.number), s.payee(note), s.often(0.6)
    value = s.amount(note.value)
    return Move(
        "Receivables.endorse",
        Call(caller, "Receivables", "endorse", (number, to, value, recourse)),
        lambda w: notes.endorse(w, caller, number, to, value, recourse),
    )


def endorse_many(s: Scene) -> Move | None:
    note = _movable(s)
    if note is None:
        return None
    caller = _mover(s, note)
    several = [(s.payee(note), s.amount(max(1, note.value // 3)), s.often(0.5)) for _ in range(s.rng.randint(0, 3))]
    return Move(
        "Receivables.endorseMany",
        Call(caller, "Receivables", "endorseMany", (note.number, several)),
        lambda w: notes.endorse_many(w, caller, note.number, several),
    )


def accept(s: Scene) -> Move | None:
    note = s.note(lambda n: n.accept_by and (s.edge or n.accept_by >= s.w.now))
    if note is None:
        return None
    caller, number = s.caller(note.holder), s.number(note.number)
    return Move(
        "Receivables.accept",
        Call(caller, "Receivables", "accept", (number,)),
        lambda w: notes.accept(w, caller, number),
    )


def decline(s: Scene) -> Move | None:
    note = s.note(lambda n: n.accept_by)
    if note is None:
        return None
    caller, number = s.caller(note.holder) if s.often(0.7) else s.anyone(), s.number(note.number)
    return Move(
        "Receivables.decline",
        Call(caller, "Receivables", "decline", (number,)),
        lambda w: notes.decline(w, caller, number),
    )


def assign(s: Scene) -> Move | None:
    note = _movable(s)
    if note is None:
        return None
    caller, number, to = _mover(s, note), s.number(note.number), s.anyone()
    source = note.holder if s.often(0.95) else s.party()
    return Move(
        "Receivables.transferFrom(token)",
        Call(caller, "Receivables", "transferFrom(address,address,uint256)", (source, to, number)),
        lambda w: notes.assign(w, caller, source, to, number),
    )


def _spender(s: Scene, note: Note) -> str:
    allowed = [to for number, holder, to in sorted(s.w.allowances) if (number, holder) == (note.number, note.holder)]
    return s.pick(allowed) if allowed and s.often(0.5) else _mover(s, note)


def split(s: Scene) -> Move | None:
    note = _movable(s)
    if note is None:
        return None
    caller, number, to, value = _spender(s, note), s.number(note.number), s.party(), s.amount(note.value)
    to = to if s.often(0.9) else s.anyone()
    return Move(
        "Receivables.transferFrom(value)",
        Call(caller, "Receivables", "transferFrom(uint256,address,uint256)", (number, to, value)),
        lambda w: notes.split(w, caller, number, to, value),
    )


def merge(s: Scene) -> Move | None:
    by_place: dict[tuple[str, int], list[Note]] = {}
    for note in s.w.notes.values():
        if s.w.now < s.w.receivables[note.receivable].cut_off:
            by_place.setdefault((note.holder, note.receivable), []).append(note)
    places = [alike for alike in by_place.values() if len(alike) > 1]
    if not places:
        return None
    note, other = s.rng.sample(s.pick(places), 2)
    if s.often(0.05):
        other = s.note() or other
    caller, value, source, target = _spender(s, note), s.amount(note.value), note.number, s.number(other.number)
    return Move(
        "Receivables.transferFrom(merge)",
        Call(caller, "Receivables", "transferFrom(uint256,uint256,uint256)", (source, target, value)),
        lambda w: notes.merge(w, caller, source, target, value),
    )


def approve(s: Scene) -> Move | None:
    note = s.note()
    if note is None:
        return None
    caller, number, to = s.caller(note.holder), s.number(note.number), s.pick([s.party(), parties.NOBODY])
    return Move(
        "Receivables.approve(token)",
        Call(caller, "Receivables", "approve(address,uint256)", (to, number)),
        lambda w: notes.approve(w, caller, to, number),
    )


def approve_all(s: Scene) -> Move:
    caller = s.party()
    operator, on = (s.w.contracts["Settlement"], s.often(0.8)) if s.often(0.8) else (s.party(), s.often(0.5))
    return Move(
        "Receivables.setApprovalForAll",
        Call(caller, "Receivables", "setApprovalForAll", (operator, on)),
        lambda w: notes.approve_all(w, caller, operator, on),
    )


def allow(s: Scene) -> Move | None:
    note = s.note()
    if note is None:
        return None
    caller, number, operator = _mover(s, note), s.number(note.number), s.party()
    value = cash.UNLIMITED if s.often(0.3) else s.amount(note.value)
    return Move(
        "Receivables.approve(value)",
        Call(caller, "Receivables", "approve(uint256,address,uint256)", (number, operator, value)),
        lambda w: notes.allow(w, caller, number, operator, value),
    )


MOVES = {
    endorse: 16, endorse_many: 4, accept: 6, decline: 5, assign: 4, split: 4, merge: 8, approve: 2, approve_all: 2,
    allow: 2,
}  # fmt: skip
