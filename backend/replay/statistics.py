"""What became of the loans of all start dates, by advance rate. Shares and losses are parts per million, floored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from backend.loan_arithmetic import Trigger
from backend.replay.acts import Borrower, Originate, Outcome
from backend.replay.play import play
from backend.replay.prices import Series

MILLION = 1_000_000
ADVANCES_BPS = (5_000, 5_500, 6_000, 6_500, 7_000, 7_500, 8_000, 8_500, 9_000)
DAYS_AFTER = 200
"""Days of prices that follow a start that counts: 180 of the loan, 3 of grace, and what a sale takes over holidays."""


@dataclass(frozen=True, slots=True)
class Row:
    """All loans of one advance rate. `ended` counts what ended them; None is those that were repaid. Losses are of the
    principal: `mean_loss` over all loans, `mean_if_lost` over those with a loss, `worst_loss` of the worst."""

    advance_bps: int
    borrower: Borrower
    starts: int
    called: int
    ended: dict[Trigger | None, int]
    lost: int
    mean_loss: int
    mean_if_lost: int
    worst_loss: int
    worst_start: date | None

    @property
    def lost_share(self) -> int:
        return self.lost * MILLION // self.starts


def rows(series: Series, advances_bps: Iterable[int] = ADVANCES_BPS) -> dict[Borrower, list[Row]]:
    """One row an advance rate, over every start that counts. Raises ValueError where the series has none."""
    last = bisect_right(series.days, series.days[-1] - timedelta(days=DAYS_AFTER))
    if not last:
        raise ValueError("the series is too short")
    found: dict[Borrower, list[Row]] = {borrower: [] for borrower in Borrower}
    for advance_bps in advances_bps:
        never = [play(series, first, advance_bps, Borrower.NEVER_PAYS) for first in range(last)]
        repays = [
            outcome if _is_hit_in_the_term(outcome) else play(series, first, advance_bps, Borrower.REPAYS)
            for first, outcome in enumerate(never)
        ]
        found[Borrower.NEVER_PAYS].append(_row(advance_bps, Borrower.NEVER_PAYS, never))
        found[Borrower.REPAYS].append(_row(advance_bps, Borrower.REPAYS, repays))
    return found


def _is_hit_in_the_term(outcome: Outcome) -> bool:
    """Whether the lender acts before maturity: the two borrowers are alike until then, and after a call or a sale."""
    origin, act, *_ = outcome.acts
    assert isinstance(origin, Originate)
    return act.at < origin.terms.maturity_at


def _row(advance_bps: int, borrower: Borrower, outcomes: list[Outcome]) -> Row:
    called = 0
    ended: dict[Trigger | None, int] = dict.fromkeys([*Trigger, None], 0)
    losses: list[tuple[int, date]] = []
    for outcome in outcomes:
        called += outcome.was_called
        ended[outcome.trigger] += 1
        if outcome.loss:
            losses.append((_share(outcome), outcome.start))
    total = sum(share for share, _ in losses)
    worst_loss, worst_start = max(losses, default=(0, None), key=lambda loss: loss[0])
    return Row(
        advance_bps=advance_bps,
        borrower=borrower,
        starts=len(outcomes),
        called=called,
        ended=ended,
        lost=len(losses),
        mean_loss=total // len(outcomes),
        mean_if_lost=total // len(losses) if losses else 0,
        worst_loss=worst_loss,
        worst_start=worst_start,
    )


def _share(outcome: Outcome) -> int:
    return outcome.loss * MILLION // outcome.principal
