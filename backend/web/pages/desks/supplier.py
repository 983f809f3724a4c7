"""The supplier's desk: claims, notes and receipts at a glance, quotes side by side, what arrives when, loans."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.config import HOUR
from backend.queries import loans, notes, offered, participants, receivables
from backend.queries import warehouse_receipts as goods
from backend.web import context
from backend.web.pages import people, readers
from backend.web.pages.rows import LIMIT, counted, named, place

MOST_OFFERS = 100

Row = dict[str, Any]


def desk() -> str:
    me = people.require("supplier")
    engine, now = context.desk().engine, context.desk().now()
    age = context.desk().settings.price_age_hours * HOUR
    offers = offered.offers(engine, me.account, MOST_OFFERS, now)
    asked = offered.requests(engine, me.account, LIMIT)
    for kind in (offers, asked):
        for rows in kind.values():
            named({"items": rows}, "financier")
    return render_template(
        "desks/supplier.html",
        now=now,
        position=participants.position(engine, me.account),
        claims=named(receivables.receivables(engine, me.viewer, None, place("claims"), LIMIT), "obligor", "supplier"),
        notes=counted(named(notes.notes(engine, me.viewer, None, place("notes"), LIMIT), "holder", "endorser")),
        receipts=named(goods.receipts(engine, me.viewer, None, place("receipts"), LIMIT, now), "holder", "custodian"),
        quotes=side_by_side(offers["quotes"], "receivableId", ("valueFen", "withRecourse")),
        receipt_quotes=side_by_side(offers["receiptQuotes"], "receiptId", ("quantity",)),
        loan_quotes=offers["loanQuotes"],
        asked=asked,
        loans=named(loans.borrowed(engine, me.account, place("loans"), LIMIT, now, age), "lender"),
        loan_words=loans.STATUSES,
        statuses=receivables.STATUSES,
        arriving=arriving(notes.maturities(engine, me.account)),
    )


def side_by_side(quotes: list[Row], thing: str, same: tuple[str, ...]) -> list[Row]:
    """The quotes thing by thing, those that buy the `same` beside each other and the most cash first; `isBest` where
    one of several brings more than, or as much as, each of the others (rule G48)."""
    ordered = sorted(quotes, key=lambda row: (row[thing], *(row[part] for part in same), -row["priceFen"]))
    rivals: dict[tuple[Any, ...], list[int]] = {}
    for row in ordered:
        rivals.setdefault((row[thing], *(row[part] for part in same)), []).append(row["priceFen"])
    for row in ordered:
        prices = rivals[(row[thing], *(row[part] for part in same))]
        row["isBest"] = len(prices) > 1 and row["priceFen"] == max(prices)
    return ordered


def arriving(rows: list[Row]) -> dict[str, Row]:
    """What arrives when, by currency: the `days`, the first first, and what their picture is drawn from."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row["currency"], {"days": []})["days"].append(row)
    for code, one in found.items():
        days = one["days"]
        one["picture"] = {
            "points": [day["maturityAt"] for day in days],
            "values": [day["valueFen"] for day in days],
            "said": [_arrival(day) for day in days],
            "decimals": readers.decimals_of(code),
        }
    return found


def _arrival(day: Row) -> str:
    return (
        f"{readers.plain_day(day['maturityAt'])}: {readers.amount(day['valueFen'], day['currency'])} {day['currency']}"
    )
