"""Rules K: what a loan owes, what a payment goes to, what a sale brings to whom.

Interest is counted from who drew and repaid what on which day, never carried from day to day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from .penalty import DAY
from .refusals import Grounds

LIVE, IN_SALE, UNCOVERED, ENDED = range(1, 5)
ENDLESS = 2**256 - 1
YEAR = 10_000 * 360
ORDERS = (
    ("costs", "penalty", "interest", "principal"),
    ("costs", "interest", "penalty", "principal"),
    ("costs", "principal", "interest", "penalty"),
)
NOTHING = {"costs": 0, "penalty": 0, "interest": 0, "principal": 0}


@dataclass(frozen=True)
class Terms:
    rate_bps: int
    penalty_bps: int
    grace_days: int
    order: int
    matures_after: int
    """Seconds."""
    limit: int
    advance_bps: int
    call_bps: int
    liquidation_bps: int
    value: int
    """Of what is pledged."""


@dataclass
class Loan:
    """Time is seconds since its beginning; `got` is what each was paid by the last act."""

    terms: Terms
    now: int = 0
    status: int = LIVE
    drawn: list[tuple[int, int]] = field(default_factory=list)
    repaid: list[tuple[int, int]] = field(default_factory=list)
    """When and how much."""
    costs: int = 0
    paid: dict[str, int] = field(default_factory=lambda: dict(NOTHING))
    proceeds: int = 0
    unsold: int = 0
    got: dict[str, int] = field(default_factory=dict)

    # ---- what is owed

    @property
    def _grace_end(self) -> int:
        return self.terms.matures_after + self.terms.grace_days * DAY

    @property
    def principal(self) -> int:
        return sum(amount for _, amount in self.drawn) - self.paid["principal"]

    def _sum_of_days(self, begins: int, first: int) -> int:
        """Units times days: of `first` at the least, each day begun after `begins`. What is drawn bears the day in
        which it is drawn, what is repaid the day in which it is repaid."""

        def day(when: int) -> int:
            return max(first, Fraction(when - begins, DAY).__ceil__())

        today = day(self.now)
        borne = sum(amount * (today - max(day(when), 1) + 1) for when, amount in self.drawn if today)
        return borne - sum(amount * (today - day(when)) for when, amount in self.repaid)

    def due(self) -> dict[str, int]:
        """K5, K6: accrued unrounded, due rounded down."""
        interest = Fraction(self._sum_of_days(0, 1) * self.terms.rate_bps, YEAR)
        penalty = Fraction(self._sum_of_days(self._grace_end, 0) * self.terms.penalty_bps, YEAR)
        return {
            "costs": self.costs - self.paid["costs"],
            "penalty": (penalty - self.paid["penalty"]).__floor__(),
            "interest": (interest - self.paid["interest"]).__floor__(),
            "principal": self.principal,
        }

    def total(self) -> int:
        return sum(self.due().values())

    def ltv(self) -> int:
        """K4."""
        debt = self.total() - self.proceeds
        if debt <= 0:
            return 0
        return Fraction(debt * 10_000, self.terms.value).__ceil__() if self.terms.value else ENDLESS

    def least_bid(self) -> int:
        """K14: a fifth less for each time that nobody came."""
        reserve = self.terms.value
        for _ in range(self.unsold):
            reserve = Fraction(reserve * 4, 5).__floor__()
        return max(1, reserve)

    # ---- inside

    def _allocate(self, amount: int) -> int:
        """K8. What was taken of the amount."""
        due, left = self.due(), amount
        for part in ORDERS[self.terms.order]:
            taken = min(left, due[part])
            self.paid[part] += taken
            left -= taken
            if part == "principal" and taken:
                self.repaid.append((self.now, taken))
        return amount - left

    def _give(self, **amounts: int) -> None:
        for who, amount in amounts.items():
            self.got[who] = self.got.get(who, 0) + amount

    def _end_if_paid(self) -> None:
        """K18."""
        if self.total() == 0:
            self.status = ENDED

    # ---- acts

    def draw(self, amount: int) -> None:
        """K7."""
        no, undrawn = Grounds(), self.terms.limit - sum(drawn for _, drawn in self.drawn)
        no.when(self.status != LIVE, "WrongLoanStatus")
        no.when(self.now >= self.terms.matures_after, "Matured")
        no.when(amount == 0, "InvalidAmount")
        no.when(amount > undrawn, "LimitExceeded")
        no.stop()
        self.drawn.append((self.now, amount))
        if self.ltv() > self.terms.advance_bps:
            self.drawn.pop()
            raise no.now("LtvTooHigh")
        self._give(borrower=amount)

    def repay(self, amount: int) -> None:
        no = Grounds()
        no.when(self.status == ENDED, "WrongLoanStatus")
        no.when(amount == 0, "InvalidAmount")
        no.stop()
        self._give(lender=self._allocate(amount))
        self._end_if_paid()

    def advance_storage(self, amount: int) -> None:
        """K16."""
        no = Grounds()
        no.when(self.status == ENDED, "WrongLoanStatus")
        no.stop()
        self.costs += amount
        self._give(custodian=amount)

    def apply_proceeds(self) -> None:
        """K12."""
        no, amount = Grounds(), self.proceeds
        no.when(amount == 0, "NothingToApply")
        no.stop()
        self.proceeds = 0
        taken = self._allocate(amount)
        self._give(lender=taken, borrower=amount - taken)
        self._end_if_paid()

    def waive(self) -> None:
        """K17."""
        no = Grounds()
        no.when(self.status == ENDED, "WrongLoanStatus")
        no.stop()
        self._allocate(ENDLESS)
        self.status = ENDED

    def sell(self, bid: int, liens: tuple[int, int]) -> bool:
        """K13 to K15: a sale of a day, and whether the bid was taken."""
        no, window = Grounds(), DAY
        no.when(self.status != LIVE, "WrongLoanStatus")
        no.when(self.now <= self._grace_end and self.ltv() < self.terms.liquidation_bps, "LoanNotInDefault")
        no.stop()
        taken = bid >= self.least_bid()
        self.now += window + 1
        if not taken:
            self.unsold += 1
            return False
        left = bid
        for lien in liens:
            if lien <= left:
                left -= lien
                self._give(custodian=lien)
        to_lender = self._allocate(left)
        self._give(lender=to_lender, borrower=left - to_lender)
        self.status = ENDED if self.total() == 0 else UNCOVERED
        return True
