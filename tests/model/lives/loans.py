"""Loans from the first drawdown to the last fen: interest, penalty, waterfall (rules K4 to K8, K12 to K18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..rules.loans import LIVE, Loan, Terms
from ..rules.penalty import DAY
from ..rules.refusals import Refused
from .dice import MOST, Dice

WAIT, DRAW, REPAY, ADVANCE, ARRIVE, APPLY, WAIVE, SELL = range(8)
NAMES = ("wait", "draw", "repay", "advance storage", "proceeds arrive", "apply proceeds", "waive", "sell")
MOST_COSTS = 2**50
MOST_STEPS = 8


@dataclass(frozen=True)
class Step:
    """`after` seconds, then the act; `liens` are what the custodian of two titles is owed as they are sold."""

    kind: int
    after: int
    amount: int = 0
    liens: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Life:
    terms: Terms
    first: int
    steps: tuple[Step, ...]


def draw(dice: Dice) -> tuple[Life, list[int]]:
    """A life, and what is expected of it."""
    limit = max(1, dice.amount())
    advance, call, liquidation = sorted(dice.sample(range(1, 10_001), 3))
    if dice.random() < 0.5:
        advance, call, liquidation = 7_000, 8_000, 9_000
    worth = limit * 10_000 // advance + 1
    terms = Terms(
        rate_bps=dice.bps(),
        penalty_bps=dice.bps(),
        grace_days=dice.choice((0, 1, 3, 255)),
        order=dice.randrange(3),
        matures_after=max(1, min(dice.wait(90 * DAY, 3_660 * DAY - 1), 3_660 * DAY)),
        limit=limit,
        advance_bps=advance,
        call_bps=call,
        liquidation_bps=liquidation,
        value=dice.choice((2**100, 2 * worth, worth, worth, worth - 1, dice.randint(0, worth))),
    )
    first = dice.amount(limit, limit // 2, most=limit)
    steps: list[Step] = []
    loan = Loan(terms)
    said = _originated(loan, first)
    for _ in range(dice.randint(1, MOST_STEPS) if loan.drawn else 0):
        steps.append(_step(dice, loan))
        said += _seen(loan, _tried(loan, steps[-1]))
    return Life(terms, first, tuple(steps)), said


def _step(dice: Dice, loan: Loan) -> Step:
    terms, grace_end = loan.terms, loan.terms.matures_after + loan.terms.grace_days * DAY
    after = dice.wait(terms.matures_after - loan.now, grace_end - loan.now, DAY - loan.now % DAY)
    young = loan.status == LIVE and loan.now + after < terms.matures_after
    kind = dice.choices(range(8), (2, 9 if young else 1, 9, 1, 2, 9 if loan.proceeds else 0.5, 0.3, 3))[0]
    if kind == SELL and loan.now + after <= grace_end and dice.random() < 0.7:
        after = grace_end - loan.now + dice.choice((0, 1, DAY, DAY + 1))
    due = loan.due()
    total = sum(due.values())
    if kind == DRAW:
        undrawn = terms.limit - sum(amount for _, amount in loan.drawn)
        return Step(kind, after, dice.amount(undrawn, undrawn // 3))
    if kind == REPAY:
        return Step(kind, after, dice.amount(*due.values(), due["costs"] + due["penalty"], total, total // 2))
    if kind == ADVANCE:
        return Step(kind, after, dice.amount(most=MOST_COSTS))
    if kind == ARRIVE:
        return Step(kind, after, dice.amount(total, most=MOST // MOST_STEPS))
    if kind == SELL:
        liens = (dice.amount(most=MOST_COSTS), dice.amount(total, most=MOST_COSTS))
        return Step(kind, after, dice.amount(loan.least_bid(), total, sum(liens), total + sum(liens)), liens)
    return Step(kind, after)


def words(life: Life) -> list[int]:
    t = life.terms
    first = t.rate_bps | t.penalty_bps << 16 | t.grace_days << 32 | t.order << 40 | t.matures_after << 48
    first |= t.limit << 88 | life.first << 152 | len(life.steps) << 216
    second = t.value | t.advance_bps << 128 | t.call_bps << 144 | t.liquidation_bps << 160
    steps = [s.kind | s.after << 8 | s.amount << 40 | s.liens[0] << 104 | s.liens[1] << 168 for s in life.steps]
    return [first, second, *steps]


def expected(life: Life) -> list[int]:
    """Four words a step: what was done and who got what, then what is owed, then the LTV."""
    loan = Loan(life.terms)
    said = _originated(loan, life.first)
    for step in life.steps if loan.drawn else ():
        said += _seen(loan, _tried(loan, step))
    return said


def _originated(loan: Loan, first: int) -> list[int]:
    done = _tried(loan, Step(DRAW, 0, first))
    return _seen(loan, done) if done else [0]


def _tried(loan: Loan, step: Step) -> int:
    loan.now += step.after
    loan.got = {}
    try:
        if step.kind == SELL:
            return 3 if loan.sell(step.amount, step.liens) else 1
        _ACTS[step.kind](loan, step.amount)
    except Refused:
        return 0
    return 1


def _arrive(loan: Loan, amount: int) -> None:
    loan.proceeds += amount


_ACTS = {
    WAIT: lambda loan, _: None,
    DRAW: Loan.draw,
    REPAY: Loan.repay,
    ADVANCE: Loan.advance_storage,
    ARRIVE: _arrive,
    APPLY: lambda loan, _: loan.apply_proceeds(),
    WAIVE: lambda loan, _: loan.waive(),
}


def _seen(loan: Loan, done: int) -> list[int]:
    due, got = loan.due(), loan.got
    return [
        done | loan.status << 8 | got.get("lender", 0) << 16 | got.get("borrower", 0) << 112,
        got.get("custodian", 0) | due["costs"] << 64 | due["principal"] << 128,
        due["penalty"] | due["interest"] << 128,
        loan.ltv(),
    ]


def acts(life: Life, said: list[int]) -> Iterator[tuple[str, bool]]:
    """Each act, and whether it was done; a sale that found no buyer is an act of its own."""
    yield "originate", said[0] != 0
    for step, word in zip(life.steps, said[4::4], strict=False):
        name = "sell to nobody" if step.kind == SELL and word & 0xFF == 1 else NAMES[step.kind]
        yield name, word & 0xFF != 0
