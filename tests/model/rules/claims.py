"""Rules R: a receivable from its registration to its confirmation or its fall."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import limits, parties
from .documents import Signature, claim, spend
from .notes import Note
from .penalty import DAY, History
from .refusals import ANY, Grounds

if TYPE_CHECKING:
    from .world import World

NONE, SUBMITTED, CONFIRMED, REJECTED, WITHDRAWN, EXPIRED, REPAID, DISPUTED = range(8)
OPEN = (CONFIRMED, DISPUTED)


@dataclass
class Division:
    """M4: money divided among the notes, and the notes that have not had their share."""

    number: int = 0
    principal: int = 0
    penalty: int = 0
    weight: int = 0
    shares: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass
class Receivable:
    number: int
    supplier: int
    obligor: int
    currency: int
    face: int
    confirm_by: int
    maturity: int
    cut_off: int
    document: str
    status: int = SUBMITTED
    # from the confirmation on
    confirmed: int = 0
    set_off_waived: bool = False
    grace_days: int = 0
    penalty_bps: int = 0
    notes: int = 0
    # what changed (J)
    reduced: int = 0
    absorbed: int = 0
    disputed: int = 0
    notice_at: int = 0
    disputes: int = 0
    # what was paid (M)
    repaid: int = 0
    made_good: int = 0
    redeemed: int = 0
    penalty_paid: int = 0
    penalty_redeemed: int = 0
    history: History = field(default_factory=History)
    division: Division = field(default_factory=Division)

    @property
    def grace_end(self) -> int:
        return self.maturity + self.grace_days * DAY

    @property
    def obligor_owes(self) -> int:
        return self.confirmed - self.reduced - self.repaid

    @property
    def supplier_owes(self) -> int:
        return self.reduced - self.absorbed - self.made_good

    @property
    def waiting(self) -> int:
        return self.repaid + self.made_good - self.redeemed


def existing(w: World, number: int, no: Grounds | None = None) -> Receivable:
    if number not in w.receivables:
        raise (no or Grounds()).now("UnknownReceivable", number)
    return w.receivables[number]


def in_status(no: Grounds, receivable: Receivable, *wanted: int) -> None:
    no.when(receivable.status not in wanted, "WrongStatus", receivable.number, receivable.status)


def owed_by(w: World, obligor: int, currency: int) -> int:
    """P4: on confirmed receivables that are not repaid."""
    return sum(r.obligor_owes for r in w.receivables.values() if r.obligor == obligor and r.currency == currency)


# ---- acts


def register(
    w: World, caller: str, obligor: str, currency: int, face: int, maturity: int, document: str, fingerprint: str
) -> None:
    no, number = Grounds(), len(w.receivables) + 1
    no.when(face == 0, "InvalidAmount", 0, ANY)
    no.when(document == parties.NO_HASH, "DocumentMissing")
    supplier_number = parties.in_role(w, no, caller, parties.SUPPLIER)
    obligor_number = parties.in_role(w, no, obligor, parties.OBLIGOR)
    no.when(caller == obligor, "SelfObligation", supplier_number)
    limits.check_registration(w, no, currency, face, maturity)
    claim(w, no, fingerprint, "Receivables", number)
    no.stop()
    now = limits.in_force(w)
    w.receivables[number] = Receivable(
        number=number,
        supplier=supplier_number,
        obligor=obligor_number,
        currency=currency,
        face=face,
        confirm_by=min(w.now + now.confirmation_days * DAY, maturity),
        maturity=maturity,
        cut_off=maturity - now.cut_off_days * DAY,
        document=document,
    )


def confirmation_words(w: World, r: Receivable, amount: int, waived: bool, nonce: int, deadline: int) -> tuple:
    """R2: all that the obligor sees."""
    supplier = parties.account_of(w, r.supplier)
    return (r.number, supplier, r.document, r.face, r.maturity, amount, waived, nonce, deadline)


def confirm(w: World, number: int, amount: int, waived: bool, nonce: int, deadline: int, by: Signature) -> int:
    """The root note."""
    r, no = existing(w, number), Grounds()
    supplier, obligor = parties.account_of(w, r.supplier), parties.account_of(w, r.obligor)
    in_status(no, r, SUBMITTED)
    no.when(not 0 < amount <= r.face, "InvalidAmount", amount, r.face)
    no.when(w.now > r.confirm_by, "ConfirmationTooLate", number, r.confirm_by)
    parties.in_role(w, no, supplier, parties.SUPPLIER)
    parties.in_role(w, no, obligor, parties.OBLIGOR)
    spend(w, no, "Receivables", obligor, confirmation_words(w, r, amount, waived, nonce, deadline), nonce, deadline, by)
    limit = w.parties[obligor].limits.get(r.currency, 0)
    owed = owed_by(w, r.obligor, r.currency) + amount
    no.when(owed > limit, "ConfirmationLimitExceeded", r.obligor, owed, limit)
    no.stop()
    now = limits.in_force(w)
    r.status, r.confirmed, r.set_off_waived, r.notes = CONFIRMED, amount, waived, 1
    r.grace_days, r.penalty_bps = now.grace_days, now.penalty_bps_per_day
    r.history.note(w.now, amount)
    root = len(w.notes) + 1
    w.notes[root] = Note(root, number, supplier, amount)
    return root


def reject(w: World, caller: str, number: int) -> None:
    r, no = existing(w, number), Grounds()
    in_status(no, r, SUBMITTED)
    no.when(parties.in_role(w, no, caller, parties.OBLIGOR) != r.obligor, "NotTheObligor", number, caller)
    no.stop()
    r.status = REJECTED


def withdraw(w: World, caller: str, number: int) -> None:
    r, no = existing(w, number), Grounds()
    in_status(no, r, SUBMITTED)
    no.when(parties.in_role(w, no, caller, parties.SUPPLIER) != r.supplier, "NotTheSupplier", number, caller)
    no.stop()
    r.status = WITHDRAWN


def expire(w: World, number: int) -> None:
    r, no = existing(w, number), Grounds()
    in_status(no, r, SUBMITTED)
    no.when(w.now <= r.confirm_by, "NotYetExpired", number, r.confirm_by)
    no.stop()
    r.status = EXPIRED


def stands(w: World, r: Receivable) -> bool:
    """F2."""
    if r.status == SUBMITTED:
        return w.now <= r.confirm_by
    return r.status in (CONFIRMED, DISPUTED, REPAID)
