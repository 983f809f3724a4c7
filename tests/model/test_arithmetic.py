"""The model's own arithmetic against the words of the rules: dividing (J5, M4) and the penalty by day (M3)."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from .rules.penalty import DAY, History, accrued
from .rules.shares import divide

AMOUNTS = st.one_of(st.integers(1, 30), st.integers(1, 2**63 - 1))
WEIGHTS = st.dictionaries(
    st.integers(1, 500), st.one_of(st.integers(0, 30), st.integers(0, 2**57)), min_size=1, max_size=40
)


@given(WEIGHTS, st.fractions(0, 1))
def test_a_division_is_exact_and_fair(weights: dict[int, int], part: Fraction) -> None:
    total = sum(weights.values())
    amount = total * part.numerator // part.denominator
    shares = divide(amount, weights)
    assert sum(shares.values()) == amount
    for note, share in shares.items():
        assert 0 <= share <= weights[note], "no note gets more principal than it is worth"
        if total:
            assert abs(share - Fraction(amount * weights[note], total)) < 1


@given(WEIGHTS, AMOUNTS)
def test_odd_units_go_to_the_largest_remainders_then_to_the_lower_note(weights: dict[int, int], amount: int) -> None:
    total = sum(weights.values())
    if not total:
        return
    shares = divide(amount, weights)
    rests = {note: Fraction(amount * weight, total) % 1 for note, weight in weights.items()}
    more = {note for note, share in shares.items() if share > amount * weights[note] // total}
    for lucky in more:
        for other in weights.keys() - more:
            assert (rests[lucky], -lucky) > (rests[other], -other)


@given(WEIGHTS, AMOUNTS)
def test_the_order_of_the_notes_does_not_matter(weights: dict[int, int], amount: int) -> None:
    assert divide(amount, weights) == divide(amount, dict(reversed(weights.items())))


CHANGES = st.lists(st.tuples(st.integers(1, 4 * DAY), st.integers(0, 10**12)), max_size=8)


@given(CHANGES, st.integers(0, 1_000), st.integers(0, 5 * DAY), st.integers(0, 20 * DAY))
def test_the_penalty_is_the_sum_of_its_days(changes: list[tuple[int, int]], bps: int, grace_end: int, now: int) -> None:
    """Second by second, with no history: the principal of the second in which each day's first second follows."""
    history, times, clock = History(), [], 0
    for later, principal in changes:
        clock += later
        history.note(clock, principal)
        times.append((clock, principal))
    whole = accrued(history, grace_end, bps, now)
    days = max(0, -(-(now - grace_end) // DAY))
    due = [next((p for t, p in reversed(times) if t <= grace_end + day * DAY), 0) for day in range(days)]
    assert whole == Fraction(sum(due) * bps, 10_000), "far from the most that it may be"
    assert whole.denominator in {d for d in range(1, 10_001) if 10_000 % d == 0}


@given(AMOUNTS, st.integers(0, 1_000), st.integers(0, 20 * DAY), st.integers(0, 20 * DAY))
def test_asking_in_between_changes_nothing(principal: int, bps: int, first: int, then: int) -> None:
    history = History([(0, principal)])
    at_once = accrued(history, DAY, bps, first + then)
    assert accrued(history, DAY, bps, first) <= at_once
    history.note(first, principal)
    assert accrued(history, DAY, bps, first + then) == at_once


def test_a_payment_lowers_later_days_only() -> None:
    history = History([(0, 10_000)])
    history.note(DAY, 4_000)  # in the last second of the first day after a grace that ends at 0
    assert accrued(history, 0, 100, DAY) == 100
    assert accrued(history, 0, 100, DAY + 1) == 140
    history.note(DAY + 1, 0)  # the second day has begun
    assert accrued(history, 0, 100, 2 * DAY) == 140
    assert accrued(history, 0, 100, 9 * DAY) == 140
