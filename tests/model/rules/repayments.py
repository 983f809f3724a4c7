"""Rules M: money for the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import cash, notes, parties
from .claims import OPEN, REPAID, Division, Receivable, existing, in_status
from .penalty import accrued
from .refusals import Grounds
from .shares import divide

if TYPE_CHECKING:
    from .world import World


def note_history(w: World, r: Receivable) -> None:
    r.history.note(w.now, r.obligor_owes - r.disputed)


def penalty_due(w: World, r: Receivable) -> int:
    """M3: unrounded as it accrues, due rounded down."""
    whole = accrued(r.history, r.grace_end, r.penalty_bps, w.now)
    return whole.numerator // whole.denominator - r.penalty_paid


def need_no_division(no: Grounds, r: Receivable) -> None:
    left = len(r.division.shares)
    no.when(left, "AllotmentOpen", r.number, left)


def close_if_paid(w: World, r: Receivable) -> None:
    """M7."""
    if r.status in OPEN and r.obligor_owes == 0 and r.supplier_owes == 0 and penalty_due(w, r) == 0:
        r.status = REPAID


def _take_in(w: World, no: Grounds, r: Receivable, amount: int, due: int) -> int:
    no.when(due == 0, "NothingDue", r.number)
    no.when(due and amount == 0, "InvalidAmount", 0, due)
    no.stop()
    return min(amount, due)


def repay(w: World, caller: str, number: int, amount: int) -> None:
    """M1."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    no.stop()
    penalty = penalty_due(w, r)
    taken = _take_in(w, no, r, amount, penalty + r.obligor_owes - r.disputed)
    to_penalty = min(taken, penalty)
    r.penalty_paid += to_penalty
    r.repaid += taken - to_penalty
    note_history(w, r)
    close_if_paid(w, r)
    cash.collect(w, r.currency, w.contracts["Repayments"], caller, w.contracts["Repayments"], taken)


def make_good(w: World, caller: str, number: int, amount: int) -> None:
    """M2."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    no.stop()
    taken = _take_in(w, no, r, amount, r.supplier_owes)
    r.made_good += taken
    close_if_paid(w, r)
    cash.collect(w, r.currency, w.contracts["Repayments"], caller, w.contracts["Repayments"], taken)


def review(w: World, number: int) -> None:
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    no.stop()
    close_if_paid(w, r)


def accrue(w: World, number: int) -> None:
    """Time counts by itself here."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN)
    no.stop()


def allot(w: World, number: int, numbers: list[int]) -> None:
    """M4, M9."""
    r, no = existing(w, number), Grounds()
    in_status(no, r, *OPEN, REPAID)
    no.when(r.status in OPEN and w.now < r.maturity, "NotYetMature", number, r.maturity)
    need_no_division(no, r)
    supplier = parties.account_of(w, r.supplier)
    weights: dict[int, int] = {}

    def weigh(note: notes.Note) -> None:
        notes.need_acceptance(no, note)
        weights[note.number] = note.value - notes.locked(w, note)
        to_absorb = r.supplier_owes and note.holder == supplier and weights[note.number]
        no.when(to_absorb, "NotAbsorbed", note.number, r.supplier_owes)

    notes.listed(w, no, number, numbers, weigh)
    penalty, total = r.penalty_paid - r.penalty_redeemed, sum(weights.values())
    left_over = penalty and not sum(note.value for note in notes.of_receivable(w, number))
    no.when(not left_over and (r.waiting + penalty == 0 or total == 0), "NothingToAllot", number)
    no.stop()
    if left_over:
        r.penalty_redeemed += penalty
        _pay_out(w, r.currency, supplier, penalty)
        return
    principals, penalties = divide(r.waiting, weights), divide(penalty, weights)
    shares = {note: (principals[note], penalties[note]) for note, weight in weights.items() if weight}
    r.division = Division(r.division.number + 1, r.waiting, penalty, total, shares)


def _redeem(w: World, note: notes.Note) -> bool:
    """M5."""
    r = w.receivables[note.receivable]
    if r.division.shares:
        if note.number not in r.division.shares:
            return False
        principal, penalty = r.division.shares.pop(note.number)
    elif r.status == REPAID and r.penalty_paid == r.penalty_redeemed and note.value and not note.accept_by:
        principal, penalty = note.value, 0
    else:
        return False
    note.value -= principal
    r.redeemed += principal
    r.penalty_redeemed += penalty
    _pay_out(w, r.currency, note.holder, principal + penalty)
    return True


def _pay_out(w: World, currency: int, holder: str, amount: int) -> None:
    """M6."""
    if parties.may_hold(w, holder):
        cash.pay(w, currency, w.contracts["Repayments"], holder, amount)
    else:
        w.withheld[holder, currency] = w.withheld.get((holder, currency), 0) + amount


def redeem(w: World, number: int) -> None:
    no = Grounds()
    no.when(not _redeem(w, notes.existing(w, number)), "NothingToRedeem", number)
    no.stop()


def redeem_many(w: World, numbers: list[int]) -> None:
    for number in numbers:
        _redeem(w, notes.existing(w, number))


def pay_withheld(w: World, holder: str, currency: int) -> None:
    no = Grounds()
    amount = w.withheld.get((holder, currency), 0)
    no.when(amount == 0, "InvalidAmount", 0, 0)
    no.stop()
    w.withheld[holder, currency] = 0
    cash.pay(w, currency, w.contracts["Repayments"], holder, amount)
