"""What the region is assumed to be: sizes, rates, habits. The one place for every figure that is nobody's measurement;
the report prints what it used. Rates are basis points a year, shares basis points, amounts minor units (fen)."""

from __future__ import annotations

from dataclasses import dataclass

TIERS = 5
CORES = 50
SUPPLIERS = (200, 500, 600, 450, 250)
"""Of each tier, at full scale: 2,000 in all."""
BANKS = 8
CUSTODIANS = 3

CREDIT = {"AAA": (15, 320), "AA": (40, 380), "A": (30, 460), "BBB": (15, 580)}
"""Share of the core enterprises in percent, and the rate at which banks discount what such an obligor has confirmed:
it follows the obligor's credit, whoever holds the claim."""
NO_RECOURSE_BPS = 40
"""What is added where the seller does not stay liable."""
BANK_SPREAD_BPS = 30
"""Two banks differ by at most twice this."""

ALONE_BPS = (620, 780, 940, 1_080, 1_200)
"""The baseline: what a supplier of each tier pays when it finances alone, unsecured, on its own credit. An assumption,
not a statistic. It rises with the distance to the obligor, and ends at four times a one-year loan prime rate of 3 %:
above that, a court does not enforce a private loan (Supreme People's Court, private lending, 2020)."""
ALONE_DAYS = (7, 12, 18, 25, 30)
"""The baseline of time: days from application to cash for the same supplier alone. An assumption."""

TENORS = (60, 90, 120)
LARGE_CLAIM_FEN = 12_000_000_00
"""Of the largest core enterprise; the n-th one's are a fraction of it (see plan.weight_percent)."""
PASSED_BPS = (4_000, 7_000)
"""How much of what it receives a supplier passes on to its own suppliers, at least and at most."""
SELLS_BPS = 6_000
"""How many suppliers turn what they keep into cash before maturity."""
SOLD_BPS = (5_000, 10_000)
"""How much of what they keep."""
ENDORSED_WITH_RECOURSE_BPS = 8_000
SOLD_WITH_RECOURSE_BPS = 5_000
PART_CONFIRMED_BPS = 1_000
"""How many claims are confirmed in part only."""

PAID_IN_DEFAULT_BPS = (2_000, 6_000)
"""What a defaulting obligor still pays of each claim."""
DISPUTED_BPS = (500, 2_500)
"""How much of a disputed claim is disputed. Every second dispute is refused, the others are upheld by half."""

COMMODITY, GRADE, UNIT = "COPPER", "CATHODE", "T"
TONNE_FEN = 78_000_00
"""The price of a tonne that the oracle publishes; an assumption like the rest."""
PLEDGES_BPS = 300
"""How many suppliers have goods in a warehouse and borrow on them."""
TONNES = (10, 120)
LOAN_BPS = 650
LOAN_PENALTY_BPS = 975
LOAN_DAYS = 45
LOAN_GRACE_DAYS = 3
ADVANCE_BPS, CALL_BPS, LIQUIDATION_BPS = 6_000, 8_000, 9_000
DISTRESS_BPS = (4_500, 7_000)
"""What goods bring in a sale after default, of the price on the day of the loan."""
STORAGE_MILLI_FEN = 60_000
"""For a tonne a day: 0.60 yuan."""


@dataclass(frozen=True)
class Size:
    """How many there are."""

    cores: int = CORES
    suppliers: tuple[int, ...] = SUPPLIERS
    banks: int = BANKS
    custodians: int = CUSTODIANS

    @classmethod
    def of_percent(cls, percent: int) -> Size:
        """The region at a scale: 100 is all of it; at least one of each."""

        def part(count: int) -> int:
            return max(1, (count * percent + 50) // 100)

        return cls(part(CORES), tuple(part(count) for count in SUPPLIERS), max(2, part(BANKS)), part(CUSTODIANS))
