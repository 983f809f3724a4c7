"""Rules X and V: who answers when the obligor does not pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import cash, notes, parties
from .claims import OPEN, Receivable, in_status
from .refusals import Grounds
from .repayments import need_no_division

if TYPE_CHECKING:
    from .world import World


def _check_default(w: World, no: Grounds, r: Receivable) -> None:
    in_status(no, r, *OPEN)
    no.when(w.now <= r.grace_end, "NotInDefault", r.number, r.grace_end)
    need_no_division(no, r)


def _unpaid(w: World, no: Grounds, number: int) -> notes.Note:
    note = notes.existing(w, number)
    _check_default(w, no, w.receivables[note.receivable])
    notes.need_acceptance(no, note)
    no.when(note.value == 0, "InvalidAmount", 0, 0)
    return note


def _free(w: World, no: Grounds, note: notes.Note) -> int:
    free = note.value - notes.locked(w, note)
    no.when(free == 0, "InvalidAmount", 0, note.value)
    return free


def _walk(w: World, no: Grounds, note: notes.Note, level: int) -> tuple[str, notes.Note]:
    """X1. The endorser, and the note that it endorsed."""
    at = note
    for step in range(level + 1):
        if not at.parent or not at.recourse:
            raise no.now("RecourseEnds", note.number, at.number)
        if step == level:
            return parties.account_of(w, at.endorser), w.notes[at.parent]
        at = w.notes[at.parent]
    raise AssertionError


def claim(w: World, caller: str, number: int, level: int) -> None:
    no = Grounds()
    note = _unpaid(w, no, number)
    no.when(caller != note.holder, "NotTheHolder", number, note.holder, caller)
    _free(w, no, note)
    _walk(w, no, note, level)
    no.stop()


def buy_back(w: World, caller: str, number: int, level: int) -> None:
    """X2."""
    no = Grounds()
    note = _unpaid(w, no, number)
    amount = _free(w, no, note)
    endorser, ancestor = _walk(w, no, note, level)
    no.when(caller != endorser, "NotTheEndorser", number, endorser, caller)
    no.stop()
    holder, currency = note.holder, w.receivables[note.receivable].currency
    notes.take_place(w, note, ancestor, endorser, amount)
    cash.collect(w, currency, w.contracts["Repayments"], endorser, holder, amount)


def write_off(w: World, caller: str, number: int) -> None:
    """X5: only its holder's books change."""
    no = Grounds()
    note = _unpaid(w, no, number)
    no.when(caller != note.holder, "NotTheHolder", number, note.holder, caller)
    no.stop()


def cover(w: World, number: int) -> None:
    """V3."""
    no = Grounds()
    insured = w.insured.get(number, 0)
    no.when(insured == 0, "NotInsured", number)
    note = notes.existing(w, number, no)
    r, reserve = w.receivables[note.receivable], w.contracts["Reserve"]
    _check_default(w, no, r)
    free = note.value - notes.locked(w, note)
    amount = min(free, insured, w.cash[r.currency].balance(reserve))
    no.when(amount == 0 or note.holder == reserve, "NothingToCover", number)
    to_absorb = r.supplier_owes and note.holder == parties.account_of(w, r.supplier)
    no.when(to_absorb, "NotAbsorbed", number, r.supplier_owes)
    no.stop()
    holder = note.holder
    w.insured[number] = insured - amount
    w.reserve_notes[number] = _into_reserve(w, note, reserve, amount)
    cash.pay(w, r.currency, reserve, holder, amount)


def _into_reserve(w: World, note: notes.Note, reserve: str, amount: int) -> int:
    """N9: the origin stays that of the note that was covered; all that was paid for it is in one note."""
    earlier = w.notes.get(w.reserve_notes.get(note.number, 0))
    if earlier is not None:
        assert earlier.holder == reserve
        assert earlier.origin == note.origin
        note.value -= amount
        earlier.value += amount
        return earlier.number
    if amount == note.value:
        notes.hand_over(note, reserve)
        return note.number
    return notes.part_off(w, note, note, reserve, amount)
