"""What the region came to, from what the API said: volume, concentration, cost of funds, time to cash, losses.

Integers only: amounts in fen, rates in basis points a year (ACT/360), rounded half up where they do not divide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from backend.money import BPS, YEAR_DAYS, days_between
from backend.region import assumptions as a
from backend.region.facts import Facts, Sale

RESERVE = "reserve"
BANKS = "banks"


@dataclass(frozen=True)
class Funds:
    """What cash cost before maturity. `days` are fen × days: what amounts are weighted with."""

    sales: int = 0
    value: int = 0
    cash: int = 0
    """Price less levy: what the sellers got."""
    discount: int = 0
    levy: int = 0
    days: int = 0
    alone: int = 0
    """What the same cash for the same days costs at the baseline, in fen × days × basis points."""

    def __add__(self, other: Funds) -> Funds:
        return Funds(
            self.sales + other.sales,
            self.value + other.value,
            self.cash + other.cash,
            self.discount + other.discount,
            self.levy + other.levy,
            self.days + other.days,
            self.alone + other.alone,
        )

    @property
    def before_bps(self) -> int:
        """Each seller alone at its tier's own rate, weighted with cash × days."""
        return _rounded(self.alone, self.days)

    @property
    def after_bps(self) -> int:
        """Discount and levy on the cash that was got: all that was paid."""
        return _rounded((self.discount + self.levy) * YEAR_DAYS * BPS, self.days)

    @property
    def discount_bps(self) -> int:
        """The discount alone."""
        return _rounded(self.discount * YEAR_DAYS * BPS, self.days)

    @property
    def cost_before(self) -> int:
        return _rounded(self.alone, YEAR_DAYS * BPS)

    @property
    def saved(self) -> int:
        """What the sellers paid less than at the baseline, fen; negative where they paid more."""
        return self.cost_before - self.discount - self.levy


@dataclass(frozen=True)
class Waits:
    """Seconds of the chain's clock; percentiles by the nearest rank."""

    count: int
    median: int
    p95: int
    longest: int


@dataclass(frozen=True)
class Concentration:
    """Shares of the obligors in what was confirmed, the largest first, in basis points."""

    shares: list[tuple[str, int]]
    hhi: int
    """Herfindahl-Hirschman index, 0 to 10,000."""

    def top(self, count: int) -> int:
        return sum(share for _, share in self.shares[:count])


@dataclass(frozen=True)
class Losses:
    """What obligors in default have not paid, and who sits on it at the end, in fen."""

    unpaid: int
    """What those obligors still owe on claims past grace."""
    borne: dict[str, int]
    """By bearer: "tier 1" to "tier 5", "banks", "reserve"."""
    bought_back: int
    """What endorsers paid by recourse: it moved the loss and is not one more."""
    covered: int
    levies: int
    diluted: int
    """What disputes took off: a lower price for worse goods, borne by the suppliers that delivered them."""
    loans: int
    """Principal of loans that lenders gave up."""

    @property
    def total(self) -> int:
        return sum(self.borne.values()) + self.loans


@dataclass(frozen=True)
class Lending:
    loans: int
    drawn: int
    repaid: int
    """How many came back by payment; the others by sale of the goods."""
    days: int
    alone: int
    after: int

    @property
    def before_bps(self) -> int:
        return _rounded(self.alone, self.days)

    @property
    def after_bps(self) -> int:
        return _rounded(self.after, self.days)


@dataclass(frozen=True)
class Flow:
    """Of one tier: what it received, passed on and sold, in fen."""

    received: int
    passed: int
    sold: int

    @property
    def held(self) -> int:
        return self.received - self.passed - self.sold


@dataclass(frozen=True)
class Measures:
    claims: int
    face: int
    confirmed: int
    repaid: int
    notes: int
    endorsements: int
    events: Counter[str]
    transactions: int
    concentration: Concentration
    funds: dict[int, Funds]
    """By tier of the seller."""
    lending: Lending
    to_cash: dict[int, Waits]
    """From application (the request for quotes) to cash, by tier."""
    from_invoice: Waits
    """From the registration of the invoice to cash."""
    acts_to_cash: int
    """Acts of people for one financing, in hundredths: request, quotes, acceptance."""
    flows: dict[int, Flow]
    losses: Losses

    @property
    def all_funds(self) -> Funds:
        return sum(self.funds.values(), Funds())


def measure(facts: Facts) -> Measures:
    funds, flows = _funds(facts), _flows(facts)
    asked = _asked(facts)
    registered = {int(row["id"]): int(row["registeredAt"]) for row in facts.receivables}
    waits: dict[int, list[int]] = defaultdict(list)
    for sale in facts.sales:
        waits[facts.tiers[sale.seller]].append(sale.at - asked[sale.receivable, sale.seller, sale.value])
    acts = len(asked) + facts.quotes + len(facts.sales)
    return Measures(
        claims=len(facts.receivables),
        face=_sum(facts, "faceValueFen"),
        confirmed=_sum(facts, "confirmedFen"),
        repaid=_sum(facts, "repaidFen"),
        notes=len(facts.notes),
        endorsements=len(facts.endorsed),
        events=facts.events,
        transactions=facts.transactions,
        concentration=_concentration(facts),
        funds=funds,
        lending=_lending(facts),
        to_cash={tier: percentiles(found) for tier, found in sorted(waits.items())},
        from_invoice=percentiles([sale.at - registered[sale.receivable] for sale in facts.sales]),
        acts_to_cash=_rounded(acts * 100, len(facts.sales)),
        flows=flows,
        losses=_losses(facts),
    )


def percentiles(seconds: Sequence[int]) -> Waits:
    if not seconds:
        return Waits(0, 0, 0, 0)
    ranked = sorted(seconds)

    def at(percent: int) -> int:
        return ranked[-(-percent * len(ranked) // 100) - 1]

    return Waits(len(ranked), at(50), at(95), ranked[-1])


def _rounded(numerator: int, denominator: int) -> int:
    """Half up; 0 where there is nothing to divide by."""
    return (2 * numerator + denominator) // (2 * denominator) if denominator else 0


def _sum(facts: Facts, amount: str) -> int:
    return sum(int(row[amount]) for row in facts.receivables)


def _asked(facts: Facts) -> dict[tuple[int, str, int], int]:
    """When each financing was applied for: one application, however many banks were asked."""
    found: dict[tuple[int, str, int], int] = {}
    for row in facts.requests:
        key = int(row["receivableId"]), row["seller"], int(row["valueFen"])
        found[key] = min(found.get(key, row["askedAt"]), row["askedAt"])
    return found


def _concentration(facts: Facts) -> Concentration:
    by_obligor: Counter[str] = Counter()
    for row in facts.receivables:
        by_obligor[row["obligor"]] += int(row["confirmedFen"])
    total = by_obligor.total()
    shares = [(facts.names[who], _rounded(amount * BPS, total)) for who, amount in by_obligor.most_common()]
    return Concentration(shares, _rounded(sum(amount**2 for amount in by_obligor.values()) * BPS, total**2))


def _funds(facts: Facts) -> dict[int, Funds]:
    maturity = {int(row["id"]): int(row["maturityAt"]) for row in facts.receivables}
    found: dict[int, Funds] = defaultdict(Funds)
    for sale in facts.sales:
        tier = facts.tiers[sale.seller]
        found[tier] += _cost(sale, days_between(sale.at, maturity[sale.receivable]), a.ALONE_BPS[tier - 1])
    return dict(sorted(found.items()))


def _cost(sale: Sale, days: int, alone_bps: int) -> Funds:
    cash = sale.price - sale.levy
    weight = cash * days
    return Funds(1, sale.value, cash, sale.value - sale.price, sale.levy, weight, weight * alone_bps)


def _lending(facts: Facts) -> Lending:
    drawn = repaid = weights = alone = after = 0
    for loan in facts.loans:
        amount = int(loan["drawnFen"])
        weight = amount * days_between(int(loan["startedAt"]), int(loan["maturityAt"]))
        drawn += amount
        repaid += not loan["sales"]
        weights += weight
        alone += weight * a.ALONE_BPS[facts.tiers[loan["borrower"]] - 1]
        after += weight * int(loan["rateBps"])
    return Lending(len(facts.loans), drawn, repaid, weights, alone, after)


def _flows(facts: Facts) -> dict[int, Flow]:
    received: Counter[int] = Counter()
    passed: Counter[int] = Counter()
    sold: Counter[int] = Counter()
    for row in facts.receivables:
        received[facts.tiers[row["supplier"]]] += int(row["confirmedFen"])
    for giver, taker, value in facts.endorsed:
        passed[facts.tiers[giver]] += value
        received[facts.tiers[taker]] += value
    for sale in facts.sales:
        sold[facts.tiers[sale.seller]] += sale.value
    return {tier: Flow(received[tier], passed[tier], sold[tier]) for tier in sorted(received)}


def _losses(facts: Facts) -> Losses:
    failed = {
        int(row["id"]): int(row["confirmedFen"]) - int(row["reducedFen"]) - int(row["repaidFen"])
        for row in facts.receivables
        if row["status"] in ("confirmed", "disputed") and row["graceEndsAt"] < facts.now
    }
    borne: Counter[str] = Counter()
    for note in facts.notes:
        if note["receivableId"] in failed:
            borne[_bearer(facts, note["holder"])] += int(note["valueFen"])
    waived = [int(act["principal"]) for loan in facts.loans for act in loan["acts"] if act["act"] == "waived"]
    return Losses(
        unpaid=sum(failed.values()),
        borne={who: amount for who, amount in sorted(borne.items()) if amount},
        bought_back=facts.bought_back,
        covered=facts.covered,
        levies=sum(sale.levy for sale in facts.sales),
        diluted=_sum(facts, "reducedFen"),
        loans=sum(waived),
    )


def _bearer(facts: Facts, account: str) -> str:
    if account in facts.tiers:
        return f"tier {facts.tiers[account]}"
    return RESERVE if facts.names.get(account) == "Reserve" else BANKS
