"""M3: the penalty, counted day by day from the history of what was due."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

DAY = 86_400
MOST = 2**63 - 1
"""Minor units; it grows no further."""


@dataclass
class History:
    """The undisputed principal from each of its changes on: (UTC seconds, minor units), oldest first."""

    changes: list[tuple[int, int]] = field(default_factory=list)

    def note(self, now: int, principal: int) -> None:
        if not self.changes or self.changes[-1][1] != principal:
            self.changes.append((now, principal))


def accrued(history: History, grace_ends_at: int, bps_per_day: int, now: int) -> Fraction:
    """All the penalty that has run until `now`, unrounded. A day begins in the second after the one before it ends,
    and counts whole from then on, on what was due when it began."""
    sum_of_days = 0
    for (since, amount), (until, _) in pairwise([*history.changes, (now, 0)]):
        # It was due as each of the days began whose first second comes after `since` and not after `until`.
        sum_of_days += amount * (_days(grace_ends_at, min(until, now)) - _days(grace_ends_at, min(since, now)))
    return min(Fraction(sum_of_days * bps_per_day, 10_000), Fraction(MOST))


def _days(grace_ends_at: int, when: int) -> int:
    """Days that have begun at the end of the second `when`."""
    return max(0, -(-(when - grace_ends_at) // DAY))
