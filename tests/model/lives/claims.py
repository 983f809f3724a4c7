"""Confirmed claims from the first payment to the last note: penalty, dilution, locks, divisions (rules J5 to J8, M)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..rules import adjustments, repayments
from ..rules.cash import UNLIMITED, Money
from ..rules.claims import CONFIRMED, REPAID, Receivable
from ..rules.limits import Limits
from ..rules.notes import Note, locked
from ..rules.parties import ALL_ROLES, Participant
from ..rules.penalty import DAY
from ..rules.refusals import Refused
from ..rules.world import World
from .dice import MOST, Dice

WAIT, REPAY, MAKE_GOOD, ALLOT, REDEEM, DILUTE, PAY_ASSIGNOR, DISPUTE, RESOLVE = range(9)
NAMES = ("wait", "repay", "make good", "allot", "redeem", "dilute", "pay assignor", "dispute", "resolve")
MOST_STEPS = 9
CNY, CLAIM = 156, 1
SUPPLIER, OBLIGOR, REGULATOR = "supplier", "obligor", "regulator"
CONTRACTS = {"Repayments": "repayments", "Adjustments": "adjustments"}
ORDER = "order"


@dataclass(frozen=True)
class Step:
    """`after` seconds, then the act."""

    kind: int
    after: int
    amount: int = 0


@dataclass(frozen=True)
class Life:
    """`notes` are values and whether the supplier has them still, in the order of their numbers."""

    penalty_bps: int
    matures_after: int
    grace_days: int
    notes: tuple[tuple[int, bool], ...]
    steps: tuple[Step, ...]

    @property
    def confirmed(self) -> int:
        return sum(value for value, _ in self.notes)


def draw(dice: Dice) -> tuple[Life, list[int]]:
    """A life, and what is expected of it."""
    life = Life(
        penalty_bps=dice.bps(dice.choice((5, 100, 10_000))),
        matures_after=dice.wait(90 * DAY),
        grace_days=dice.choice((0, 0, 1, 3, 255)),
        notes=_notes(dice),
        steps=(),
    )
    w, steps, said = _world(life), [], []
    for _ in range(dice.randint(1, MOST_STEPS)):
        steps.append(_step(dice, w))
        said += _seen(w, steps[-1], _tried(w, steps[-1]))
    return replace(life, steps=tuple(steps)), said


def _notes(dice: Dice) -> tuple[tuple[int, bool], ...]:
    count = dice.choice((1, 2, 3, dice.randint(1, 12)))
    left, values = dice.amount(), []
    for _ in range(count - 1):
        values.append(min(left, dice.choice((1, 3, left // count, dice.randint(0, left)))))
        left -= values[-1]
    values.append(left)
    supplier_has = dice.choice((0.0, 0.3))
    found = tuple((value, dice.random() < supplier_has) for value in values)
    return found if sum(values) else ((1, False),)


def _step(dice: Dice, w: World) -> Step:
    r = w.receivables[CLAIM]
    after = dice.wait(r.maturity - w.now, r.grace_end - w.now, DAY - (w.now - r.grace_end) % DAY)
    if w.now + after < r.maturity and dice.random() < 0.4:
        after = max(0, r.maturity - w.now) + dice.choice((0, 0, 1, r.grace_days * DAY + 1))
    to_make_good, to_resolve = (5 if r.supplier_owes else 0.5), (5 if r.disputed else 0.5)
    kind = dice.choices(range(9), (1, 7, to_make_good, 6, 2, 2, 1, 3, to_resolve))[0]
    if r.division.shares and dice.random() < 0.8:
        kind = REDEEM
    undisputed, penalty = r.obligor_owes - r.disputed, repayments.penalty_due(w, r)
    if kind == REPAY:
        there_is = MOST - r.penalty_paid - r.repaid  # an amount is below 2^63, and so is all the cash there is
        near = penalty, undisputed, penalty + undisputed, undisputed // 3, penalty // 2
        return Step(kind, after, dice.amount(*near, most=there_is))
    if kind in (DILUTE, PAY_ASSIGNOR, DISPUTE):
        return Step(kind, after, dice.amount(undisputed, undisputed // 3, r.disputed))
    if kind == MAKE_GOOD:
        return Step(kind, after, dice.amount(r.supplier_owes))
    if kind == RESOLVE:
        return Step(kind, after, dice.amount(0, r.disputed, r.disputed // 2))
    return Step(kind, after)


def words(life: Life) -> list[int]:
    first = life.confirmed | life.penalty_bps << 64 | life.matures_after << 80 | life.grace_days << 120
    first |= len(life.notes) << 128 | len(life.steps) << 144
    notes = [value | supplier_has << 64 for value, supplier_has in life.notes]
    return [first, *notes, *(step.kind | step.after << 8 | step.amount << 40 for step in life.steps)]


def expected(life: Life) -> list[int]:
    """Two words a step: what was done, what is due, owed and live; from a division on, a word for each note."""
    w = _world(life)
    return [word for step in life.steps for word in _seen(w, step, _tried(w, step))]


def _seen(w: World, step: Step, done: int) -> list[int]:
    r = w.receivables[CLAIM]
    penalty = 0 if r.status == REPAID else repayments.penalty_due(w, r)
    live = r.confirmed - r.absorbed - r.redeemed
    said = [done | r.status << 8 | penalty << 128, r.obligor_owes - r.disputed | r.supplier_owes << 64 | live << 128]
    if step.kind >= ALLOT:
        for note in w.notes.values():
            said.append(note.value | locked(w, note) << 64 | w.cash[CNY].balance(note.holder) << 128)
    return said


def _world(life: Life) -> World:
    limits = Limits(MOST, 0, 1, 1, 1, 700, 0, 1, life.grace_days, life.penalty_bps, 0, 1, 1)
    w = World(0, CONTRACTS, {"regulator": REGULATOR}, limits)
    holders = [f"holder {number}" for number in range(len(life.notes))]
    for number, account in enumerate((SUPPLIER, OBLIGOR, REGULATOR, *CONTRACTS.values(), *holders), 1):
        w.parties[account] = Participant(number, account, account, ALL_ROLES, 2**64)
    money = w.cash[CNY] = Money({OBLIGOR: 2**90})
    money.allowances = {(OBLIGOR, spender): UNLIMITED for spender in CONTRACTS.values()}
    r = w.receivables[CLAIM] = Receivable(
        CLAIM, 1, 2, CNY, life.confirmed, 0, life.matures_after, 0, "", CONFIRMED, life.confirmed
    )
    r.grace_days, r.penalty_bps = life.grace_days, life.penalty_bps
    r.history.note(w.now, r.confirmed)
    for number, (value, supplier_has) in enumerate(life.notes, 1):
        w.notes[number] = Note(number, CLAIM, SUPPLIER if supplier_has else holders[number - 1], value)
    return w


def _tried(w: World, step: Step) -> int:
    """Whether the act was done, and what it took or paid."""
    w.now += step.after
    before = w.cash[CNY].balance(CONTRACTS["Repayments"])
    try:
        _act(w, step)
    except Refused:
        return 0
    moved = abs(w.cash[CNY].balance(CONTRACTS["Repayments"]) - before)
    return 1 | (moved if step.kind in (REPAY, MAKE_GOOD, REDEEM) else 0) << 16


def _act(w: World, step: Step) -> None:
    amount, notes = step.amount, list(w.notes)
    if step.kind == REPAY:
        repayments.repay(w, OBLIGOR, CLAIM, amount)
    elif step.kind == MAKE_GOOD:
        repayments.make_good(w, OBLIGOR, CLAIM, amount)
    elif step.kind == ALLOT:
        repayments.allot(w, CLAIM, notes)
    elif step.kind == REDEEM:
        repayments.redeem_many(w, notes)
    elif step.kind == DILUTE:
        adjustments.dilute(w, SUPPLIER, CLAIM, amount, f"credit note {w.credit_notes}", notes)
    elif step.kind == PAY_ASSIGNOR:
        adjustments.pay_assignor(w, OBLIGOR, CLAIM, amount)
    elif step.kind == DISPUTE:
        adjustments.dispute(w, OBLIGOR, CLAIM, amount, notes)
    elif step.kind == RESOLVE:
        adjustments.resolve_by_order(w, REGULATOR, CLAIM, amount, ORDER, notes)


def acts(life: Life, said: list[int]) -> Iterator[tuple[str, bool]]:
    """Each act, and whether it was done."""
    at = 0
    for step in life.steps:
        yield NAMES[step.kind], said[at] & 0xFF != 0
        at += 2 + (len(life.notes) if step.kind >= ALLOT else 0)
