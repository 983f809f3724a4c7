"""Notice, dilution, set-off, dispute."""

from __future__ import annotations

from ..chain import Call
from ..rules import adjustments, claims
from ..rules.penalty import DAY
from .scene import Move, Scene


def give_notice(s: Scene) -> Move | None:
    note = s.note(lambda n: n.value and n.parent and not s.w.receivables[n.receivable].notice_at)
    if note is None:
        return None
    supplier, _ = s.of(s.w.receivables[note.receivable])
    caller, number = s.caller(s.pick([supplier, note.holder])), s.number(note.number)
    return Move(
        "Adjustments.giveNotice",
        Call(caller, "Adjustments", "giveNotice", (number,)),
        lambda w: adjustments.give_notice(w, caller, number),
    )


def pay_assignor(s: Scene) -> Move | None:
    r = s.open_receivable(lambda r: not r.notice_at and r.obligor_owes)
    if r is None:
        return None
    caller, number, amount = s.caller(s.of(r)[1]), s.number(r.number), s.amount(r.obligor_owes - r.disputed)
    return Move(
        "Adjustments.payAssignor",
        Call(caller, "Adjustments", "payAssignor", (number, amount)),
        lambda w: adjustments.pay_assignor(w, caller, number, amount),
    )


def dilute(s: Scene) -> Move | None:
    r = s.open_receivable(lambda r: r.obligor_owes) if s.often(0.75) else s.submitted()
    if r is None:
        return None
    limit = r.obligor_owes - r.disputed if r.status != claims.SUBMITTED else r.face - 1
    caller, number, amount = s.caller(s.of(r)[0]), s.number(r.number), s.amount(max(0, limit))
    fingerprint, note_ids = s.hash(), s.own_notes(r)
    if s.often(0.08) and s.w.fingerprints:
        fingerprint = s.pick([*s.w.fingerprints])
    return Move(
        "Adjustments.dilute",
        Call(caller, "Adjustments", "dilute", (number, amount, s.fixed_hash("credit note"), fingerprint, note_ids)),
        lambda w: adjustments.dilute(w, caller, number, amount, fingerprint, note_ids),
    )


def set_off(s: Scene) -> Move | None:
    r = s.open_receivable(lambda r: r.obligor_owes and not r.set_off_waived)
    if r is None:
        return None
    supplier, obligor = s.of(r)
    arisen = min(s.w.now, r.notice_at) if r.notice_at and s.often(0.8) else s.w.now - s.rng.randint(0, DAY)
    due = r.maturity if s.often(0.9) else r.maturity + 1
    counterclaim, nonce, deadline = s.fixed_hash("counterclaim"), s.nonce(), s.deadline()
    words = (s.number(r.number), s.amount(r.obligor_owes - r.disputed), counterclaim, arisen, due, nonce, deadline)
    signed = words if s.often(0.97) else (words[0], words[1] + 1, *words[2:])
    raw, known = s.signer.sign(s.signer_for(supplier), "SetOff", signed, s.flaw())
    caller, note_ids = s.caller(obligor), s.own_notes(r)
    return Move(
        "Adjustments.setOff",
        Call(caller, "Adjustments", "setOff", (words, raw, note_ids)),
        lambda w: adjustments.set_off(w, caller, words, known, note_ids),
    )


def absorb(s: Scene) -> Move | None:
    r = s.open_receivable(lambda r: r.supplier_owes)
    if r is None:
        return None
    number, note_ids = s.number(r.number), s.own_notes(r)
    return Move(
        "Adjustments.absorb",
        Call(s.anyone(), "Adjustments", "absorb", (number, note_ids)),
        lambda w: adjustments.absorb(w, number, note_ids),
    )


def dispute(s: Scene) -> Move | None:
    r = s.receivable(lambda r: r.status == claims.CONFIRMED and r.obligor_owes)
    if r is None:
        return None
    caller, number, amount = s.caller(s.of(r)[1]), s.number(r.number), s.amount(r.obligor_owes)
    note_ids = s.notes_of(r.number)
    return Move(
        "Adjustments.dispute",
        Call(caller, "Adjustments", "dispute", (number, amount, "broken goods", note_ids)),
        lambda w: adjustments.dispute(w, caller, number, amount, note_ids),
    )


def resolve(s: Scene) -> Move | None:
    r = s.receivable(lambda r: r.status == claims.DISPUTED)
    if r is None:
        return None
    supplier, obligor = s.of(r)
    number, dispute_id = s.number(r.number), r.disputes if s.often(0.95) else r.disputes + s.pick([-1, 1])
    upheld = s.pick([0, r.disputed]) if s.often(0.4) else s.amount(r.disputed)
    words = (number, max(0, dispute_id), upheld, s.nonce(), s.deadline())
    signed = words if s.often(0.97) else (*words[:2], upheld + 1, *words[3:])
    by_obligor, known_obligor = s.signer.sign(s.signer_for(obligor), "Resolution", signed, s.flaw())
    by_supplier, known_supplier = s.signer.sign(s.signer_for(supplier), "Resolution", words, s.flaw())
    note_ids = s.own_notes(r)
    return Move(
        "Adjustments.resolve",
        Call(s.anyone(), "Adjustments", "resolve", (words, by_obligor, by_supplier, note_ids)),
        lambda w: adjustments.resolve(w, words, known_obligor, known_supplier, note_ids),
    )


def resolve_by_order(s: Scene) -> Move | None:
    r = s.receivable(lambda r: r.status == claims.DISPUTED)
    if r is None:
        return None
    caller, number, order, note_ids = s.officer("regulator"), s.number(r.number), s.hash(), s.own_notes(r)
    upheld = s.pick([0, r.disputed]) if s.often(0.4) else s.amount(r.disputed)
    return Move(
        "Adjustments.resolveByOrder",
        Call(caller, "Adjustments", "resolveByOrder", (number, upheld, order, note_ids)),
        lambda w: adjustments.resolve_by_order(w, caller, number, upheld, order, note_ids),
    )


MOVES = {
    give_notice: 3, pay_assignor: 4, dilute: 6, set_off: 5, absorb: 6, dispute: 8, resolve: 4, resolve_by_order: 4,
}  # fmt: skip
