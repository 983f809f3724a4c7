"""What the API says of a region that was played: the only source of its measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from backend.sdk import Feiqian

Json = dict[str, Any]

PAGE = 500


@dataclass(frozen=True)
class Sale:
    """A part of a claim sold by a signed quote. Amounts in fen, times UTC seconds of the chain."""

    receivable: int
    seller: str
    value: int
    price: int
    levy: int
    at: int


@dataclass
class Facts:
    """`tiers` says of a supplier's account which tier it is of; everything else is what the API answered."""

    tiers: dict[str, int]
    names: dict[str, str] = field(default_factory=dict)
    receivables: list[Json] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)
    requests: list[Json] = field(default_factory=list)
    quotes: int = 0
    loans: list[Json] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    endorsed: list[tuple[str, str, int]] = field(default_factory=list)
    """From whom, to whom, how much: what one supplier passed on to another."""
    covered: int = 0
    bought_back: int = 0
    events: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    now: int = 0


def gather(operator: Feiqian, tiers: dict[str, int]) -> Facts:
    """Asks the API for all of it."""
    facts = Facts(tiers)
    facts.names = {row["account"]: row["name"] for row in operator.participants()}
    facts.receivables = operator.receivables()
    facts.notes = operator.notes()
    facts.requests = list(operator.each("/quote-requests"))
    facts.quotes = len(operator.quotes())
    facts.loans = [operator.loan(int(row["id"])) for row in operator.loans()]
    facts.now = operator.now()
    take_events(facts, _events(operator))
    return facts


def take_events(facts: Facts, events: Iterable[Json]) -> None:
    """Adds what the events say, in their order, to `facts`."""
    last_tx = ""
    for event in events:
        facts.events[event["name"]] += 1
        facts.transactions += event["tx"] != last_tx  # the events of a transaction stand together
        last_tx = event["tx"]
        _take(facts, event)


def _take(facts: Facts, event: Json) -> None:
    args = event["args"]
    match event["name"]:
        case "Settled":
            value, price, levy = (int(args[name]) for name in ("value", "price", "levy"))
            facts.sales.append(Sale(int(args["assetKey"]), args["seller"], value, price, levy, event["at"]))
        case "NoteEndorsed" if args["endorsee"] in facts.tiers:
            facts.endorsed.append((args["endorser"], args["endorsee"], int(args["value"])))
        case "NoteCovered":
            facts.covered += int(args["amount"])
        case "NoteBoughtBack":
            facts.bought_back += int(args["amount"])


def _events(operator: Feiqian) -> Iterator[Json]:
    """Everything that happened, in order."""
    place: Json = {"afterBlock": 0}
    while True:
        page = operator.get("/events", limit=PAGE, **place)["items"]
        yield from page
        if len(page) < PAGE:
            return
        place = {"afterBlock": page[-1]["block"], "afterLog": page[-1]["logIndex"]}
