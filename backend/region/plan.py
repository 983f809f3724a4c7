"""Who owes whom, who passes on what, who sells to which bank, who fails: drawn from a seed before anything is played.

Pure and whole: the same seed, size and rates give the same plan, and every part of it is a whole number of fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from backend.money import BPS
from backend.region import assumptions as a
from backend.region.assumptions import Size

ROUND_FEN = 1_000_00


@dataclass(frozen=True)
class Core:
    """A core enterprise. `pays_bps` is what it pays of each of its claims in time: 10,000 unless it defaults."""

    name: str
    identifier: str
    grade: str
    pays_bps: int = BPS

    @property
    def defaults(self) -> bool:
        return self.pays_bps < BPS


@dataclass(frozen=True)
class Supplier:
    """`buyer` is whom it delivers to: the number of a core enterprise for tier 1, of a supplier for the others."""

    name: str
    identifier: str
    tier: int
    buyer: int


@dataclass(frozen=True)
class Part:
    """What a supplier gets of a claim: from the part `parent` of the same claim, or, first of all, from the obligor.
    It sells `sold` of what it does not pass on, to the better of `banks`."""

    holder: int
    value: int
    parent: int | None
    with_recourse: bool
    sold: int = 0
    sold_with_recourse: bool = False
    banks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Dispute:
    amount: int
    upheld: int


@dataclass(frozen=True)
class Claim:
    """An invoice of `supplier` to `core`. `parts` are in the order in which they come to be: a parent first."""

    core: int
    supplier: int
    face: int
    confirmed: int
    days: int
    parts: tuple[Part, ...]
    dispute: Dispute | None = None

    def passed_on(self, parent: int) -> list[Part]:
        """The parts that are endorsed out of a part."""
        return [part for part in self.parts if part.parent == parent]

    def kept(self, part: int) -> int:
        """What is left of a part once its parts are passed on, sold or not."""
        return self.parts[part].value - sum(child.value for child in self.passed_on(part))


@dataclass(frozen=True)
class Pledge:
    """A loan on goods in a warehouse. `sale_bps` is what they bring of their price where the borrower never pays."""

    borrower: int
    custodian: int
    bank: int
    tonnes: int
    sale_bps: int | None = None


@dataclass(frozen=True)
class Plan:
    seed: int
    size: Size
    default_bps: int
    dispute_bps: int
    cores: tuple[Core, ...]
    suppliers: tuple[Supplier, ...]
    claims: tuple[Claim, ...]
    pledges: tuple[Pledge, ...]


def make_plan(seed: int, size: Size, *, default_bps: int, dispute_bps: int) -> Plan:
    """The plan of a seed. `default_bps` of the core enterprises and of the borrowers fail, and `dispute_bps` of the
    claims are disputed: the nearest whole number, and at least one where the rate is above zero."""

    def stream(subject: str) -> Random:
        """Each subject has its own draws: another rate of default does not make other claims."""
        return Random(f"{seed}/{subject}")  # noqa: S311  not for secrets

    cores = _failing(stream("failing"), _cores(stream("cores"), size.cores), default_bps)
    suppliers = _suppliers(stream("suppliers"), size)
    claims = _disputed(stream("disputes"), _claims(stream("claims"), size, suppliers), cores, dispute_bps)
    pledges = _pledges(stream("pledges"), stream("foreclosures"), size, suppliers, default_bps)
    return Plan(seed, size, default_bps, dispute_bps, cores, suppliers, claims, pledges)


def how_many(count: int, rate_bps: int) -> int:
    """`rate_bps` of `count`: the nearest whole number, at least one where the rate is above zero."""
    return min(count, max(1, (count * rate_bps + BPS // 2) // BPS)) if rate_bps and count else 0


def weight_percent(core: int) -> int:
    """How large the claims on the n-th core enterprise are, of the largest one's: few are large, as everywhere."""
    return max(4, 100 // (core + 1))


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in proportion to `weights`; what does not divide goes to the last."""
    whole = sum(weights)
    found = [total * weight // whole for weight in weights]
    found[-1:] = [last + total - sum(found) for last in found[-1:]]
    return found


def _cores(random: Random, count: int) -> tuple[Core, ...]:
    grades = random.choices(list(a.CREDIT), [share for share, _ in a.CREDIT.values()], k=count)
    return tuple(
        Core(f"Core {number + 1:02d} 核心企业 {number + 1:02d}", f"91310000RG0{number:07d}", grade)
        for number, grade in enumerate(grades)
    )


def _failing(random: Random, cores: tuple[Core, ...], default_bps: int) -> tuple[Core, ...]:
    """The weakest fail first, and among equals whom the seed names."""
    grades = list(a.CREDIT)
    weakest = sorted(range(len(cores)), key=lambda core: (-grades.index(cores[core].grade), random.random()))
    found = list(cores)
    for number in weakest[: how_many(len(cores), default_bps)]:
        found[number] = replace(cores[number], pays_bps=random.randint(*a.PAID_IN_DEFAULT_BPS))
    return tuple(found)


def _suppliers(random: Random, size: Size) -> tuple[Supplier, ...]:
    found: list[Supplier] = []
    before = range(size.cores)  # the numbers of those that the tier delivers to
    for tier, count in enumerate(size.suppliers, start=1):
        first = len(found)
        for number in range(count):
            # Each core enterprise has its suppliers; further down, some buyers have many and some have none.
            buyer = before[number % len(before)] if tier == 1 else random.choice(before)
            name = f"Supplier {tier}-{number + 1:03d} {_ORDINALS[tier]}级供应商 {number + 1:03d}"
            found.append(Supplier(name, f"91330200RG{tier}{number:07d}", tier, buyer))
        before = range(first, len(found))
    return tuple(found)


_ORDINALS = " 一二三四五"


def _claims(random: Random, size: Size, suppliers: tuple[Supplier, ...]) -> tuple[Claim, ...]:
    delivers: dict[int, list[int]] = {}
    for number, supplier in enumerate(suppliers):
        if supplier.tier > 1:
            delivers.setdefault(supplier.buyer, []).append(number)
    claims = []
    for number in range(size.suppliers[0]):
        core = suppliers[number].buyer
        invoices = random.randint(1, 3)
        for invoice in range(invoices):
            face = a.LARGE_CLAIM_FEN * weight_percent(core) * random.randint(40, 100) // 10_000
            face = max(1, face // ROUND_FEN) * ROUND_FEN
            confirmed = face
            if random.randrange(BPS) < a.PART_CONFIRMED_BPS:
                confirmed = face * random.randint(9_000, 9_900) // BPS
            # Every supplier further down is paid out of one claim: the tree is cut among the invoices.
            first_payees = delivers.get(number, [])[invoice::invoices]
            parts = _parts(random, size, number, confirmed, first_payees, delivers)
            claims.append(Claim(core, number, face, confirmed, random.choice(a.TENORS), parts))
    return tuple(claims)


def _parts(
    random: Random, size: Size, supplier: int, amount: int, payees: list[int], delivers: dict[int, list[int]]
) -> tuple[Part, ...]:
    parts: list[Part] = []

    def take(holder: int, value: int, parent: int | None, with_recourse: bool, payees: list[int]) -> None:
        place = len(parts)
        passed = value * random.randint(*a.PASSED_BPS) // BPS if payees else 0
        kept = value - passed
        sold = kept * random.randint(*a.SOLD_BPS) // BPS if random.randrange(BPS) < a.SELLS_BPS else 0
        liable = random.randrange(BPS) < a.SOLD_WITH_RECOURSE_BPS
        banks = tuple(random.sample(range(size.banks), 2)) if sold else ()
        parts.append(Part(holder, value, parent, with_recourse, sold, liable and sold > 0, banks))
        for payee, share in zip(payees, shares(passed, [random.randint(1, 5) for _ in payees]), strict=True):
            recourse = random.randrange(BPS) < a.ENDORSED_WITH_RECOURSE_BPS
            take(payee, share, place, recourse, delivers.get(payee, []))

    take(supplier, amount, None, False, payees)
    return tuple(parts)


def _disputed(
    random: Random, claims: tuple[Claim, ...], cores: tuple[Core, ...], dispute_bps: int
) -> tuple[Claim, ...]:
    """Claims on obligors that pay: a default is no quarrel. Every second dispute is upheld by half."""
    sound = [number for number, claim in enumerate(claims) if not cores[claim.core].defaults]
    found = list(claims)
    for turn, number in enumerate(random.sample(sound, min(len(sound), how_many(len(claims), dispute_bps)))):
        amount = claims[number].confirmed * random.randint(*a.DISPUTED_BPS) // BPS
        found[number] = replace(claims[number], dispute=Dispute(amount, amount // 2 if turn % 2 == 0 else 0))
    return tuple(found)


def _pledges(
    random: Random, fates: Random, size: Size, suppliers: tuple[Supplier, ...], default_bps: int
) -> tuple[Pledge, ...]:
    count = how_many(len(suppliers), a.PLEDGES_BPS)
    borrowers = sorted(random.sample(range(len(suppliers)), count))
    failing = set(fates.sample(borrowers, how_many(count, default_bps)))
    return tuple(
        Pledge(
            borrower,
            random.randrange(size.custodians),
            random.randrange(size.banks),
            random.randint(*a.TONNES),
            fates.randint(*a.DISTRESS_BPS) if borrower in failing else None,
        )
        for borrower in borrowers
    )


def rate_bps(grade: str, *, with_recourse: bool, bank: int) -> int:
    """What a bank asks for a claim on an obligor of this grade, a year."""
    return a.CREDIT[grade][1] + (0 if with_recourse else a.NO_RECOURSE_BPS) + a.BANK_SPREAD_BPS * (bank % 3 - 1)
