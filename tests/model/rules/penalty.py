"""M3: the penalty, counted day by day from the history of what was due."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

DAY = 86_400


@dataclass
class History:
    """The undisputed principal from each of its changes on: (UTC seconds, minor units), oldest first."""

    changes: list[tuple[int, int]] = field(default_factory=list)

    def note(self, now: int, principal: int) -> None:
        if not self.changes or self.changes[-1][1] != principal:
            self.changes.append((now, principal))

    def at(self, when: int) -> int:
        """What was due at the end of the second `when`."""
        principal = 0
        for since, amount in self.changes:
            if since > when:
                break
            principal = amount
        return principal


def accrued(history: History, grace_ends_at: int, bps_per_day: int, now: int) -> Fraction:
    """All the penalty that has run until `now`, unrounded. A day begins in the second after the one before it ends,
    and counts whole from then on, on what was due when it began."""
    whole = Fraction(0)
    begins_after = grace_ends_at
    while begins_after < now:
        whole += Fraction(history.at(begins_after) * bps_per_day, 10_000)
        begins_after += DAY
    return whole
