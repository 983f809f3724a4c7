"""Arithmetic of loans (rules K4 to K15) in whole numbers, as `Loans.sol` does it; no clock, no store.

Amounts are minor units (fen, cents) of the loan's currency, rates and ratios basis points, times UTC seconds. Interest
and penalty are kept scaled: in 3,600,000ths of a minor unit, so that a day's accrual is a whole number and nothing is
rounded before it is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from backend.config import DAY
from backend.money import BPS, YEAR_DAYS, days_between, late_days

SCALE = BPS * YEAR_DAYS
INFINITE = 2**256 - 1
"""The LTV of a debt on goods that are worth nothing."""


class Order(IntEnum):
    """What a payment goes to after the costs (rule K8)."""

    PENALTY_INTEREST_PRINCIPAL = 0
    INTEREST_PENALTY_PRINCIPAL = 1
    PRINCIPAL_INTEREST_PENALTY = 2


_TURNS: dict[Order, tuple[str, str, str]] = {
    Order.PENALTY_INTEREST_PRINCIPAL: ("penalty", "interest", "principal"),
    Order.INTEREST_PENALTY_PRINCIPAL: ("interest", "penalty", "principal"),
    Order.PRINCIPAL_INTEREST_PENALTY: ("principal", "interest", "penalty"),
}


class Trigger(StrEnum):
    """Why a loan is in default (rule K13), in the order in which it is judged."""

    MATURITY = "maturity"
    LIQUIDATION = "liquidation"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a quote fixes. `limit` holds for all drawdowns together; `reserve` is the least price of a whole unit in a
    sale. Raises ValueError where the bands or the times are out of order (rule K4)."""

    limit: int
    rate_bps: int
    penalty_bps: int
    started_at: int
    maturity_at: int
    grace_days: int
    advance_bps: int
    call_bps: int
    liquidation_bps: int
    cure_seconds: int
    reserve: int
    order: Order

    def __post_init__(self) -> None:
        if not 0 < self.advance_bps < self.call_bps < self.liquidation_bps <= BPS:
            raise ValueError("advance < call < liquidation ≤ 10,000 basis points")
        if self.maturity_at <= self.started_at:
            raise ValueError("a loan matures after it has started")
        if min(self.limit, self.rate_bps, self.penalty_bps, self.grace_days, self.cure_seconds, self.reserve) < 0:
            raise ValueError("no term is negative")

    @property
    def grace_ends_at(self) -> int:
        """Until when, inclusive, a debt after maturity is no default and bears no penalty."""
        return self.maturity_at + self.grace_days * DAY


@dataclass(frozen=True, slots=True)
class State:
    """Where a loan stands since its last act. `drawn` only grows; `call_by` and `call_price` are 0 while no margin call
    is open."""

    principal: int = 0
    costs: int = 0
    interest_scaled: int = 0
    penalty_scaled: int = 0
    accrued_days: int = 0
    accrued_late_days: int = 0
    drawn: int = 0
    call_by: int = 0
    call_price: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """An amount by what it is for: what is due, or what a payment took."""

    costs: int = 0
    penalty: int = 0
    interest: int = 0
    principal: int = 0

    @property
    def total(self) -> int:
        return self.costs + self.penalty + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Where the proceeds of a sale go (rule K15): to the custodian, to the lender, and what is left to the borrower."""

    storage: int
    lender: Split
    borrower: int


# ---- what accrues


def days_begun(terms: Terms, at: int) -> int:
    """Days that interest runs for at `at` (rule K5): day n is (start + (n − 1) days, start + n days], and the start
    itself is in the first."""
    return max(1, days_between(terms.started_at, at))


def accrue(state: State, terms: Terms, at: int) -> State:
    """The state with interest (K5) and penalty (K6) up to the day of `at`; a time that is past changes nothing."""
    days = max(days_begun(terms, at), state.accrued_days)
    late = max(late_days(terms.grace_ends_at, at), state.accrued_late_days)
    if days == state.accrued_days and late == state.accrued_late_days:
        return state
    # Not dataclasses.replace: the replay accrues a million times, and that is several times slower.
    return State(
        principal=state.principal,
        costs=state.costs,
        interest_scaled=state.interest_scaled + state.principal * terms.rate_bps * (days - state.accrued_days),
        penalty_scaled=state.penalty_scaled + state.principal * terms.penalty_bps * (late - state.accrued_late_days),
        accrued_days=days,
        accrued_late_days=late,
        drawn=state.drawn,
        call_by=state.call_by,
        call_price=state.call_price,
    )


def due(state: State) -> Split:
    """What is owed as of the last accrual: interest and penalty rounded down."""
    return Split(state.costs, state.penalty_scaled // SCALE, state.interest_scaled // SCALE, state.principal)


def due_at(state: State, terms: Terms, at: int) -> Split:
    """What is owed at `at`, if nothing happens before."""
    return due(accrue(state, terms, at))


# ---- value


def value_of(quantity: int, decimals: int, price: int) -> int:
    """What a quantity (in 10^-decimals of a unit) is worth at `price` for a whole unit, rounded down (rule K4)."""
    worth: int = quantity * price // 10**decimals  # a negative power would be a float, so the type is open
    return worth


def value_of_all(quantities: Iterable[int], decimals: int, price: int) -> int:
    """The value of several titles: each is rounded down by itself."""
    return sum(value_of(quantity, decimals, price) for quantity in quantities)


def ltv_bps(debt: int, value: int) -> int:
    """Debt to value, rounded up (rule K4); INFINITE for a debt on what is worth nothing, 0 without a debt."""
    if debt == 0:
        return 0
    return -(-debt * BPS // value) if value else INFINITE


def most_debt(value: int, bps: int) -> int:
    """The largest debt whose LTV is at or below `bps`."""
    return value * bps // BPS


# ---- acts


def drawable(state: State, terms: Terms, at: int, value: int) -> int:
    """The most that can be drawn at `at` on goods worth `value` (rules K4, K7); 0 where nothing can.

    What is drawn bears interest for its first day at once, which counts in the LTV: the most on a fresh loan is a
    little less than value × advance.
    """
    if at >= terms.maturity_at or state.call_by:
        return 0
    now = accrue(state, terms, at)
    owed = due(now)
    room = most_debt(value, terms.advance_bps) - owed.costs - owed.penalty - owed.principal
    if room < 0:
        return 0
    most = ((room + 1) * SCALE - now.interest_scaled - 1) // (SCALE + terms.rate_bps)
    return max(0, min(most, terms.limit - state.drawn))


def draw(state: State, terms: Terms, amount: int, at: int, value: int) -> State:
    """The state after a drawdown at `at` on goods worth `value` at a good price.

    Raises ValueError above what can be drawn (K4, K7) and for nothing.
    """
    if not 0 < amount <= drawable(state, terms, at, value):
        raise ValueError(f"{amount} cannot be drawn")
    now = accrue(state, terms, at)
    return replace(
        now,
        principal=now.principal + amount,
        drawn=now.drawn + amount,
        interest_scaled=now.interest_scaled + amount * terms.rate_bps,
    )


def add_cost(state: State, amount: int) -> State:
    """The lender paid `amount` for the goods (rule K16)."""
    if amount < 0:
        raise ValueError("a cost is not negative")
    return replace(state, costs=state.costs + amount)


def pay(state: State, terms: Terms, amount: int, at: int) -> tuple[State, Split]:
    """The state after a payment at `at`, and what it took, which is never more than is due (rule K8).

    A margin call stays open: `lift_if_cured` asks. Raises ValueError for a negative amount.
    """
    if amount < 0:
        raise ValueError("a payment is not negative")
    now = accrue(state, terms, at)
    owed = due(now)
    taken = {"costs": min(amount, owed.costs)}
    left = amount - taken["costs"]
    for part in _TURNS[terms.order]:
        taken[part] = min(left, getattr(owed, part))
        left -= taken[part]
    split = Split(**taken)
    return (
        replace(
            now,
            costs=now.costs - split.costs,
            penalty_scaled=now.penalty_scaled - split.penalty * SCALE,
            interest_scaled=now.interest_scaled - split.interest * SCALE,
            principal=now.principal - split.principal,
        ),
        split,
    )


def distribute(state: State, terms: Terms, proceeds: int, liens: Iterable[int], at: int) -> tuple[State, Waterfall]:
    """The state after the proceeds of a sale, and where they go (rule K15).

    `liens` is the storage of each title, in turn. Storage is paid for a whole receipt (W6): where the rest of the
    proceeds does not reach, the lien stays with the goods and the money goes on to the lender.
    """
    left = proceeds
    for lien in liens:
        left -= lien if lien <= left else 0
    after, split = pay(state, terms, left, at)
    return after, Waterfall(proceeds - left, split, left - split.total)


# ---- margin calls and default


def call(state: State, terms: Terms, at: int, price: int, value: int) -> State:
    """The state after a margin call at a good price, with goods worth `value` at it (rule K9).

    Raises ValueError with a call open, and below the call band.
    """
    now = accrue(state, terms, at)
    if now.call_by or ltv_bps(due(now).total, value) < terms.call_bps:
        raise ValueError("no margin call can be made")
    return replace(now, call_by=at + terms.cure_seconds, call_price=price)


def judged_price(state: State, good_price: int) -> int:
    """The price that a cure is judged at: the call's or the good one of now (0: none), which is better."""
    return max(state.call_price, good_price)


def cure_amount(debt: int, value: int, advance_bps: int) -> int:
    """The least payment after which LTV is at or below advance."""
    return max(0, debt - most_debt(value, advance_bps))


def lift_if_cured(state: State, terms: Terms, value: int) -> State:
    """The state, which is accrued to now, with its call lifted if it is cured with goods worth `value` at the judged
    price (rule K9)."""
    if state.call_by and ltv_bps(due(state).total, value) <= terms.advance_bps:
        return replace(state, call_by=0, call_price=0)
    return state


def default_of(state: State, terms: Terms, at: int, value: int | None) -> Trigger | None:
    """Why the loan is in default at `at`, or None (rule K13). `value` is that at a good price, None where no price is
    good: then neither a call nor the band leads to a default."""
    debt = due_at(state, terms, at).total
    if debt and at > terms.grace_ends_at:
        return Trigger.MATURITY
    if not debt or value is None:
        return None
    ltv = ltv_bps(debt, value)
    if ltv >= terms.liquidation_bps:
        return Trigger.LIQUIDATION
    missed = state.call_by and at > state.call_by and ltv > terms.advance_bps
    return Trigger.CALL if missed else None


def next_reserve(reserve: int) -> int:
    """The least bid for all of the goods after a sale without a bid: four fifths of the last, rounded down (K14)."""
    return reserve * 4 // 5
