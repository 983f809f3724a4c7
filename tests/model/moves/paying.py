"""Repayment, division among the notes, recourse, the reserve."""

from __future__ import annotations

from ..chain import Call
from ..rules import claims, recourse, repayments
from ..rules.claims import OPEN
from ..rules.notes import Note
from ..rules.parties import account_of, may_hold
from .scene import Move, Scene


def repay(s: Scene) -> Move | None:
    r = s.open_receivable(lambda r: r.obligor_owes)
    if r is None:
        return None
    due = r.obligor_owes - r.disputed + repayments.penalty_due(s.w, r)
    caller, number = s.of(r)[1] if s.often(0.7) else s.anyone(), s.number(r.number)
    amount = s.amount(due) if s.often(0.9) else due + 1_000
    return Move(
        "Repayments.repay",
        Call(caller, "Repayments", "repay", (number, amount)),
        lambda w: repayments.repay(w, caller, number, amount),
    )


def make_good(s: Scene) -> Move | None:
    r = s.open_receivable(lambda r: r.supplier_owes)
    if r is None:
        return None
    caller, number = s.of(r)[0] if s.often(0.7) else s.anyone(), s.number(r.number)
    amount = s.amount(r.supplier_owes)
    return Move(
        "Repayments.makeGood",
        Call(caller, "Repayments", "makeGood", (number, amount)),
        lambda w: repayments.make_good(w, caller, number, amount),
    )


def accrue(s: Scene) -> Move | None:
    r = s.open_receivable() if s.often(0.6) else s.receivable()
    if r is None:
        return None
    number = s.number(r.number)
    return Move(
        "Repayments.accrue",
        Call(s.anyone(), "Repayments", "accrue", (number,)),
        lambda w: repayments.accrue(w, number),
    )


def review(s: Scene) -> Move | None:
    r = s.open_receivable() if s.often(0.6) else s.receivable()
    if r is None:
        return None
    number = s.number(r.number)
    return Move(
        "Repayments.review",
        Call(s.anyone(), "Repayments", "review", (number,)),
        lambda w: repayments.review(w, number),
    )


def allot(s: Scene) -> Move | None:
    ready = lambda r: r.waiting + r.penalty_paid - r.penalty_redeemed and s.w.now >= r.maturity  # noqa: E731
    r = s.receivable(ready) if s.often(0.85) else s.receivable()
    if r is None:
        return None
    number, note_ids = s.number(r.number), s.notes_of(r.number)
    return Move(
        "Repayments.allot",
        Call(s.anyone(), "Repayments", "allot", (number, note_ids)),
        lambda w: repayments.allot(w, number, note_ids),
    )


def _payable(s: Scene, note: Note) -> bool:
    r = s.w.receivables[note.receivable]
    return bool(note.number in r.division.shares or (r.status == claims.REPAID and note.value))


def redeem(s: Scene) -> Move | None:
    note = s.note(lambda n: _payable(s, n)) if s.often(0.9) else s.note()
    if s.often(0.4):
        note = s.note(lambda n: _payable(s, n) and not may_hold(s.w, n.holder))
    if note is None:
        return None
    number = s.number(note.number)
    return Move(
        "Repayments.redeem",
        Call(s.anyone(), "Repayments", "redeem", (number,)),
        lambda w: repayments.redeem(w, number),
    )


def redeem_many(s: Scene) -> Move | None:
    payable = [note.number for note in s.w.notes.values() if _payable(s, note)]
    others = [*s.w.notes, 9_999] if s.often(0.1) else [*s.w.notes]
    if not others:
        return None
    several = s.rng.sample(payable, min(len(payable), 5)) if s.often(0.8) else s.rng.choices(others, k=4)
    return Move(
        "Repayments.redeemMany",
        Call(s.anyone(), "Repayments", "redeemMany", (several,)),
        lambda w: repayments.redeem_many(w, several),
    )


def pay_withheld(s: Scene) -> Move:
    waiting = [key for key, amount in s.w.withheld.items() if amount]
    holder, currency = s.pick(waiting) if waiting and s.often(0.9) else (s.anyone(), s.pick([*s.w.cash]))
    return Move(
        "Repayments.payWithheld",
        Call(s.anyone(), "Repayments", "payWithheld", (holder, currency)),
        lambda w: repayments.pay_withheld(w, holder, currency),
    )


def _in_default(s: Scene, wanted: bool = True) -> Note | None:
    def defaulted(note: Note) -> bool:
        r = s.w.receivables[note.receivable]
        return bool(
            note.value and r.status in OPEN and (s.edge or s.w.now > r.grace_end) and (note.recourse or not wanted)
        )

    return s.note(defaulted) if s.often(0.9) else s.note()


def _endorser(s: Scene, note: Note) -> tuple[str, int]:
    """One up the walk, and how far."""
    level, at = 0, note
    while at.parent and s.w.notes[at.parent].parent and s.often(0.4):
        level, at = level + 1, s.w.notes[at.parent]
    return (account_of(s.w, at.endorser) if at.endorser else note.holder), level


def claim_recourse(s: Scene) -> Move | None:
    note = _in_default(s)
    if note is None:
        return None
    caller, number, level = s.caller(note.holder), s.number(note.number), _endorser(s, note)[1]
    return Move(
        "Repayments.claimRecourse",
        Call(caller, "Repayments", "claimRecourse", (number, level)),
        lambda w: recourse.claim(w, caller, number, level),
    )


def buy_back(s: Scene) -> Move | None:
    note = _in_default(s)
    if note is None:
        return None
    endorser, level = _endorser(s, note)
    caller, number = s.caller(endorser), s.number(note.number)
    return Move(
        "Repayments.buyBack",
        Call(caller, "Repayments", "buyBack", (number, level)),
        lambda w: recourse.buy_back(w, caller, number, level),
    )


def write_off(s: Scene) -> Move | None:
    note = _in_default(s, False)
    if note is None:
        return None
    caller, number = s.caller(note.holder), s.number(note.number)
    return Move(
        "Repayments.writeOff",
        Call(caller, "Repayments", "writeOff", (number,)),
        lambda w: recourse.write_off(w, caller, number),
    )


def cover(s: Scene) -> Move | None:
    insured = [number for number, amount in s.w.insured.items() if amount]
    late = [n for n in insured if s.w.now > s.w.receivables[s.w.notes[n].receivable].grace_end and s.w.notes[n].value]
    if not s.w.notes:
        return None
    number = s.pick(late) if late and s.often(0.9) else s.pick([*s.w.notes, *insured])
    return Move(
        "Reserve.cover",
        Call(s.anyone(), "Reserve", "cover", (number,)),
        lambda w: recourse.cover(w, number),
    )


MOVES = {
    repay: 10, make_good: 4, accrue: 1, review: 1, allot: 10, redeem: 8, redeem_many: 6, pay_withheld: 5,
    claim_recourse: 3, buy_back: 8, write_off: 2, cover: 6,
}  # fmt: skip
