"""One loan on a thousand barrels, from its origination to its end.

In force are: a price for each trading day at 18:00 UTC, good for 96 hours; the lender looks at the loan after each
publication, so no price that it judges by is stale, and over a longer gap it cannot act at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date
from itertools import compress, count

from backend.config import DAY
from backend.loan_arithmetic import (
    Order,
    State,
    Terms,
    accrue,
    call,
    default_of,
    distribute,
    draw,
    drawable,
    due,
    due_at,
    ltv_bps,
    pay,
    value_of,
)
from backend.money import BPS
from backend.replay.acts import Act, Bid, Borrower, Call, Close, Originate, Outcome, Publish, Repay, Sale
from backend.replay.prices import Series, brent

QUANTITY, DECIMALS = 1_000_000, 3
BARRELS = 1_000
RATE_BPS, PENALTY_BPS = 600, 900
TENOR_DAYS, GRACE_DAYS = 180, 3
CURE_SECONDS = 3 * DAY
WINDOW_SECONDS = DAY
RESERVE = 1
"""Cents a barrel: any bid will do."""
BID_PERCENT = 97

BID_AFTER, LENDER_AFTER, CLOSE_AFTER, START_AFTER = 5, 10, 20, 30
"""Seconds after 18:00 UTC. No two acts fall on one second, so each can have a block of its own. Loans start at the last
of them: whatever happens n days later still is in the n-th day of interest."""


def bands(advance_bps: int) -> tuple[int, int]:
    """Call and liquidation band: 10 and 20 points above the advance, but at most 95 % and 98 %."""
    return min(advance_bps + 1_000, 9_500), min(advance_bps + 2_000, 9_800)


def terms_of(started_at: int, advance_bps: int, limit: int) -> Terms:
    call_bps, liquidation_bps = bands(advance_bps)
    return Terms(
        limit=limit,
        rate_bps=RATE_BPS,
        penalty_bps=PENALTY_BPS,
        started_at=started_at,
        maturity_at=started_at + TENOR_DAYS * DAY,
        grace_days=GRACE_DAYS,
        advance_bps=advance_bps,
        call_bps=call_bps,
        liquidation_bps=liquidation_bps,
        cure_seconds=CURE_SECONDS,
        reserve=RESERVE,
        order=Order.PENALTY_INTEREST_PRINCIPAL,
    )


def acts_of(start: date, advance_bps: int, borrower: Borrower = Borrower.NEVER_PAYS) -> tuple[Act, ...]:
    """Every act of a loan in the order of time, with each price that is published from its start to its end.

    Raises ValueError where the day has no price, and where the prices end before the loan.
    """
    series = brent()
    first = bisect_left(series.days, start)
    if series.days[first : first + 1] != (start,):
        raise ValueError(f"{start} has no price")
    acts = play(series, first, advance_bps, borrower).acts
    published = [Publish(at, price) for at, price in zip(series.at, series.cents, strict=True)]
    within = published[first : bisect_left(series.at, acts[-1].at)]
    return tuple(sorted([*within, *acts], key=lambda act: act.at))


def play(series: Series, first: int, advance_bps: int, borrower: Borrower) -> Outcome:
    """The loan that starts at `first` of the series. Raises ValueError where the prices end before the loan."""
    return _Loan(series, first, advance_bps).outcome(borrower)


class _Loan:
    def __init__(self, series: Series, first: int, advance_bps: int) -> None:
        self._series, self._first = series, first
        at, value = series.at[first] + START_AFTER, _value(series.cents[first])
        # The limit is what can be drawn at once, so that nothing stays to be drawn later.
        amount = drawable(State(), terms_of(at, advance_bps, value), at, value)
        self._terms = terms_of(at, advance_bps, amount)
        self._principal = amount
        self._state = draw(State(), self._terms, amount, at, value)
        self._trigger_price = self._never_called_from()
        owed = due(self._state)
        ltv = ltv_bps(owed.total, value)
        self._acts: list[Act] = [Originate(at, self._terms, QUANTITY, DECIMALS, amount, value, owed, ltv)]

    def _never_called_from(self) -> int:
        """At this price and above the loan is not called up to the end of grace, since its debt only grows."""
        debt = due_at(self._state, self._terms, self._terms.grace_ends_at).total
        return -(-debt * BPS // ((self._terms.call_bps - 1) * BARRELS))

    def outcome(self, borrower: Borrower) -> Outcome:
        repays = borrower is Borrower.REPAYS
        at = self._series.at
        ends = bisect_right(at, (self._terms.maturity_at if repays else self._terms.grace_ends_at) - LENDER_AFTER)
        index = self._first
        while (index := self._next(index + 1, ends)) < len(at):
            if repays and index >= ends and not self._state.call_by:
                return self._repaid()
            if self._is_sold(at[index] + LENDER_AFTER, self._series.cents[index]):
                return self._closed(index)
        raise ValueError(f"the prices end before the loan of {self._series.days[self._first]}")

    def _next(self, index: int, ends: int) -> int:
        """The publication at `index` or later at which something may happen: any while a call is open, else the first
        with a price low enough, or the one at `ends`."""
        if self._state.call_by:
            return index
        # Looked for without a loop of our own: this is where a replay of all starts spends its time.
        low = map(self._trigger_price.__gt__, self._series.cents[index:ends])
        return next(compress(count(index), low), max(index, ends))

    def _is_sold(self, now: int, price: int) -> bool:
        """What the lender does after a publication: it sells where it may, else calls where it may."""
        state, terms, value = accrue(self._state, self._terms, now), self._terms, _value(price)
        owed = due(state)
        ltv = ltv_bps(owed.total, value)
        trigger = default_of(state, terms, now, value)
        if trigger:
            self._acts.append(Sale(now, trigger, value, owed, ltv, now + WINDOW_SECONDS))
        elif ltv >= terms.call_bps and not state.call_by:
            state = call(state, terms, now, price, value)
            self._acts.append(Call(now, price, value, owed, ltv, state.call_by))
        self._state = state
        return trigger is not None

    def _closed(self, opened: int) -> Outcome:
        """The bid comes in the last seconds of the window, the close with the first price of that day or later."""
        sale = self._acts[-1]
        assert isinstance(sale, Sale)
        at = self._series.at
        bid_at = sale.ends_at - LENDER_AFTER + BID_AFTER
        last_seen = bisect_left(at, bid_at) - 1
        proceeds = _value(self._series.cents[last_seen]) * BID_PERCENT // 100
        closing = bisect_left(at, sale.ends_at - LENDER_AFTER)
        if closing == len(at):
            raise ValueError(f"the prices end before the loan of {self._series.days[self._first]}")
        closed_at = at[closing] + CLOSE_AFTER
        owed = due_at(self._state, self._terms, closed_at)
        after, waterfall = distribute(self._state, self._terms, proceeds, [], closed_at)
        self._state = after
        self._acts += [Bid(bid_at, proceeds), Close(closed_at, owed, proceeds, waterfall, due(after))]
        return self._outcome(closed_at, sale)

    def _repaid(self) -> Outcome:
        at = self._terms.maturity_at
        self._state, taken = pay(self._state, self._terms, due_at(self._state, self._terms, at).total, at)
        self._acts.append(Repay(at, taken))
        return self._outcome(at, None)

    def _outcome(self, ended_at: int, sale: Sale | None) -> Outcome:
        return Outcome(
            start=self._series.days[self._first],
            principal=self._principal,
            was_called=any(isinstance(act, Call) for act in self._acts),
            trigger=sale.trigger if sale else None,
            loss=due(self._state).total,
            days=(ended_at - self._terms.started_at) // DAY,
            acts=tuple(self._acts),
        )


def _value(price: int) -> int:
    return value_of(QUANTITY, DECIMALS, price)
