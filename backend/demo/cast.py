"""Who plays, and what they begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backend.config import DAY, ROOT
from backend.sdk import Feiqian, Party

SAMPLE = ROOT / "samples" / "invoices" / "demo-battery-cny.xml"
TENOR_DAYS = 90
TENOR_SECONDS = 60
"""Of a claim whose maturity comes while one watches."""
KNOWN_FOR = 20 * 365 * DAY
"""How long the cast counts as identified, seconds: stories that are played again and again move the clock far."""


@dataclass(frozen=True)
class Newcomer:
    name: str
    identifier: str
    roles: list[str]
    limits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Cast:
    """The people of a story by role; each of `payers` begins with `funds` minor units."""

    currency: str
    funds: int
    payers: tuple[str, ...]
    people: dict[str, Newcomer]


@dataclass(frozen=True)
class Already:
    """What there is before a story begins: name and account of those of the cast who are there, by legal identifier,
    the `reserve` that was attested for the currency, and how much more may be issued on it, minor units."""

    parties: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    issuable: int = 0
    reserve: int = 0


FUNDS_FEN = 50_000_000_00
CAST = Cast(
    currency="CNY",
    funds=FUNDS_FEN,
    payers=("car_maker", "bank_a", "bank_b"),
    people={
        "car_maker": Newcomer("Huaxia Motors 华夏汽车", "91310000MA1AUTO001", ["obligor"], {"CNY": FUNDS_FEN}),
        "tier1": Newcomer("Ningbo Lithium Cells 宁波锂电芯", "91330200MA2CELL001", ["supplier"]),
        "tier2": Newcomer("Suzhou Cathode 苏州正极材料", "91320500MA3CATH001", ["supplier"]),
        "bank_a": Newcomer("Bank of the River 江河银行", "91110000MA4BANK00A", ["financier"]),
        "bank_b": Newcomer("Bank of the Lake 湖泊银行", "91440300MA5BANK00B", ["financier"]),
    },
)


def take_in(operator: Feiqian, cast: Cast, already: Already | None = None) -> dict[str, Party]:
    """Registers whoever of the cast is not there yet, and gives the payers what they lack."""
    already = already or Already()
    until = operator.now() + KNOWN_FOR
    parties = {
        role: operator.acting_for(*already.parties[one.identifier])
        if one.identifier in already.parties
        else operator.register(one.name, one.identifier, one.roles, limits=one.limits, kyc_valid_until=until)
        for role, one in cast.people.items()
    }
    lacking = {role: cast.funds - operator.cash(parties[role], cast.currency) for role in cast.payers}
    lacking = {role: amount for role, amount in lacking.items() if amount > 0}
    if sum(lacking.values()) > already.issuable:
        operator.attest_reserve(already.reserve + 10 * cast.funds, "statement of the reserve account", cast.currency)
    for role, amount in lacking.items():
        operator.issue_cash(parties[role], amount, cast.currency)
    return parties


def dated_today(invoice: str, now: int, *, says_when_due: bool, number: str) -> bytes:
    """The sample invoice under a number, issued on the chain's today, and due at the end of the tenor or without a due
    date."""
    today = datetime.fromtimestamp(now, UTC).date()
    due = today + timedelta(days=TENOR_DAYS)
    written = f"<cbc:DueDate>{due.isoformat()}</cbc:DueDate>" if says_when_due else ""
    invoice = re.sub(r"(<cbc:ID>)BAT-[^<]*", rf"\g<1>{number}", invoice, count=1)
    invoice = re.sub(r"(<cbc:IssueDate>)[^<]*", rf"\g<1>{today.isoformat()}", invoice, count=1)
    return re.sub(r"<cbc:DueDate>[^<]*</cbc:DueDate>", written, invoice, count=1).encode()
