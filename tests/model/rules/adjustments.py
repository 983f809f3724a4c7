"""Rules J: what changes a claim after it was registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import cash, notes, parties
from .claims import CONFIRMED, DISPUTED, OPEN, SUBMITTED, Receivable, existing, in_status
from .documents import Signature, claim, spend
from .refusals import Grounds
from .repayments import close_if_paid, need_no_division, note_history
from .shares import divide

if TYPE_CHECKING:
    from .world import World


def _of_obligor(w: World, no: Grounds, r: Receivable, caller: str) -> None:
    no.when(parties.in_role(w, no, caller, parties.OBLIGOR) != r.obligor, "NotTheObligor", r.number, caller)


def _check_reduction(no: Grounds, r: Receivable, amount: int) -> None:
    """J8, J9."""
    undisputed = r.obligor_owes - r.disputed
    need_no_division(no, r)
    no.when(not 0 < amount <= undisputed, "InvalidAmount", amount, undisputed)


def _reduce(w: World, r: Receivable, amount: int) -> None:
    r.reduced += amount
    note_history(w, r)


def _absorb(w: World, no: Grounds, r: Receivable, numbers: list[int]) -> None:
    """J7. In the order of the list; what comes when nothing is owed any more is not looked at."""
    supplier = parties.account_of(w, r.supplier)
    for number in numbers:
        if not r.supplier_owes:
            break
        note = notes.existing(w, number, no)
        no.when(note.receivable != r.number, "WrongReceivable", number, note.receivable)
        if note.receivable == r.number and note.holder == supplier and not note.accept_by:
            part = min(r.supplier_owes, note.value - notes.locked(w, note))
            note.value -= part
            r.absorbed += part
    no.stop()
    close_if_paid(w, r)


def give_notice(w: World, caller: str, number: int) -> None:
    """J1."""
    note, no = notes.existing(w, number), Grounds()
    r = w.receivables[note.receivable]
    in_status(no, r, *OPEN)
    parties.active(w, no, caller)
    tellers = (parties.account_of(w, r.supplier), note.holder)
    by_endorser = note.endorser and caller == parties.account_of(w, note.endorser)
    no.when(caller not in tellers and not by_endorser, "NotTheAssignor", number, caller)
    for_good = note.holder != tellers[0] and note.value and not note.accept_by
    no.when(not for_good, "NothingAssigned", number)
    no.when(r.notice_at, "NoticeWasGiven", r.number, r.notice_at)
    no.stop()
    r.notice_at = w.now


def pay_assignor(w: World, caller: str, number: int, amount: int) -> None:
    """J2."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    _of_obligor(w, no, r, caller)
    no.when(r.notice_at, "NoticeWasGiven", number, r.notice_at)
    _check_reduction(no, r, amount)
    no.stop()
    _reduce(w, r, amount)
    close_if_paid(w, r)
    supplier = parties.account_of(w, r.supplier)
    cash.collect(w, r.currency, w.contracts["Adjustments"], caller, supplier, amount)


def dilute(w: World, caller: str, number: int, amount: int, fingerprint: str, numbers: list[int]) -> None:
    """J3."""
    r, no = existing(w, number), Grounds()
    no.when(parties.in_role(w, no, caller, parties.SUPPLIER) != r.supplier, "NotTheSupplier", number, caller)
    w.credit_notes += 1
    claim(w, no, fingerprint, "Adjustments", w.credit_notes)
    if r.status == SUBMITTED:
        no.when(not 0 < amount < r.face, "InvalidAmount", amount, r.face - 1)
        no.stop()
        r.face -= amount
        return
    in_status(no, r, *OPEN)
    _check_reduction(no, r, amount)
    no.stop()
    _reduce(w, r, amount)
    _absorb(w, no, r, numbers)
    no.when(r.notice_at and r.supplier_owes, "NoticeWasGiven", number, r.notice_at)
    no.stop()


def set_off_words(number: int, amount: int, claim_hash: str, arisen: int, due: int, nonce: int, deadline: int) -> tuple:
    return (number, amount, claim_hash, arisen, due, nonce, deadline)


def set_off(w: World, caller: str, words: tuple, by: Signature, numbers: list[int]) -> None:
    """J4."""
    number, amount, _, arisen, due, nonce, deadline = words
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    _of_obligor(w, no, r, caller)
    no.when(r.set_off_waived, "SetOffWaived", number)
    no.when(due > r.maturity, "CounterclaimTooLate", number, due, r.maturity)
    no.when(r.notice_at and arisen > r.notice_at, "CounterclaimTooLate", number, arisen, r.notice_at)
    supplier = parties.account_of(w, r.supplier)
    parties.in_role(w, no, supplier, parties.SUPPLIER)
    spend(w, no, "Adjustments", supplier, words, nonce, deadline, by)
    _check_reduction(no, r, amount)
    no.stop()
    _reduce(w, r, amount)
    _absorb(w, no, r, numbers)


def absorb(w: World, number: int, numbers: list[int]) -> None:
    """J7."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    need_no_division(no, r)
    no.stop()
    _absorb(w, no, r, numbers)


def dispute(w: World, caller: str, number: int, amount: int, numbers: list[int]) -> None:
    """J5."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, CONFIRMED)
    _of_obligor(w, no, r, caller)
    need_no_division(no, r)
    no.when(not 0 < amount <= r.obligor_owes, "InvalidAmount", amount, r.obligor_owes)
    listed = notes.listed(w, no, number, numbers)
    no.stop()
    supplier = parties.account_of(w, r.supplier)
    own = {note.number: note.value for note in listed if note.holder == supplier}
    others = {note.number: note.value for note in listed if note.holder != supplier}
    first = min(amount, sum(own.values()))
    w.locks |= divide(first, own) | divide(amount - first, others)
    r.disputes += 1
    r.disputed, r.status = amount, DISPUTED
    note_history(w, r)


def _resolve(w: World, no: Grounds, r: Receivable, dispute: int, upheld: int, numbers: list[int]) -> None:
    """J6."""
    no.when(r.status != DISPUTED or dispute != r.disputes, "NoDispute", r.number, dispute)
    no.when(upheld > r.disputed, "InvalidAmount", upheld, r.disputed)
    need_no_division(no, r)
    no.stop()
    for note in notes.of_receivable(w, r.number):
        w.locks.pop(note.number, None)
    r.disputed, r.status = 0, CONFIRMED
    _reduce(w, r, upheld)
    _absorb(w, no, r, numbers)


def resolve(w: World, words: tuple, by_obligor: Signature, by_supplier: Signature, numbers: list[int]) -> None:
    number, dispute, upheld, nonce, deadline = words
    r, no = existing(w, number), Grounds()
    obligor, supplier = parties.account_of(w, r.obligor), parties.account_of(w, r.supplier)
    parties.in_role(w, no, obligor, parties.OBLIGOR)
    parties.in_role(w, no, supplier, parties.SUPPLIER)
    spend(w, no, "Adjustments", obligor, words, nonce, deadline, by_obligor)
    spend(w, no, "Adjustments", supplier, words, nonce, deadline, by_supplier)
    _resolve(w, no, r, dispute, upheld, numbers)


def resolve_by_order(w: World, caller: str, number: int, upheld: int, order: str, numbers: list[int]) -> None:
    no = Grounds()
    parties.require_office(w, no, caller, "regulator")
    no.when(order == parties.NO_HASH, "OrderMissing")
    r = existing(w, number, no)
    _resolve(w, no, r, r.disputes, upheld, numbers)
