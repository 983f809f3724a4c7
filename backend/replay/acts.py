"""What happens in a loan that is replayed: each act with its time (UTC seconds) and the figures that follow from the
rules (cents, basis points). All times of a replay may be moved by one constant: no figure changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backend.loan_arithmetic import Split, Terms, Trigger, Waterfall


class Borrower(StrEnum):
    """The worst never cures a call and never repays; the other repays all at maturity if it was never called."""

    NEVER_PAYS = "never pays"
    REPAYS = "repays"


@dataclass(frozen=True, slots=True)
class Publish:
    """The oracle's price for a barrel; observed when it is published."""

    at: int
    price: int


@dataclass(frozen=True, slots=True)
class Originate:
    """The quote is executed and all that can be is drawn."""

    at: int
    terms: Terms
    quantity: int
    decimals: int
    drawn: int
    value: int
    owed: Split
    ltv_bps: int


@dataclass(frozen=True, slots=True)
class Call:
    at: int
    price: int
    value: int
    owed: Split
    ltv_bps: int
    call_by: int


@dataclass(frozen=True, slots=True)
class Sale:
    """The lender declares the default and opens the sale, which takes bids until `ends_at`."""

    at: int
    trigger: Trigger
    value: int
    owed: Split
    ltv_bps: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Bid:
    """For all of the goods."""

    at: int
    amount: int


@dataclass(frozen=True, slots=True)
class Close:
    """The sale is closed with the best bid. `remains` is still owed afterwards, without collateral."""

    at: int
    owed: Split
    proceeds: int
    waterfall: Waterfall
    remains: Split


@dataclass(frozen=True, slots=True)
class Repay:
    """All that is owed; the goods go back to the borrower."""

    at: int
    taken: Split


Act = Publish | Originate | Call | Sale | Bid | Close | Repay


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a loan ended: `loss` is what the lender did not get of the debt at the end, `trigger` is None for one that
    was repaid, `days` those from the start to the end."""

    start: date
    principal: int
    was_called: bool
    trigger: Trigger | None
    loss: int
    days: int
    acts: tuple[Act, ...]
