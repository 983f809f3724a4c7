"""The financier's desk: what it is asked, with what speaks for and against it; its quotes; what it has out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import render_template

from backend.config import DAY, HOUR
from backend.queries import asked, loans, offers, participants, portfolio
from backend.web import context
from backend.web.pages import people, readers
from backend.web.pages.desks import drawn
from backend.web.pages.rows import LIMIT, Page, counted, named, place, place_by_id

TERM = 90 * DAY
"""How long a loan on goods is usually for, unless their receipt ends before."""


def desk() -> str:
    me = people.require("financier")
    engine, now = context.desk().engine, context.desk().now()
    age = context.desk().settings.price_age_hours * HOUR
    account = me.account
    on_claims = asked.for_receivables(engine, account, place_by_id("requests"), LIMIT, now)
    on_receipts = asked.for_receipts(engine, account, place_by_id("receipts"), LIMIT, now, age)
    on_loans = asked.for_loans(engine, account, place_by_id("loan-requests"), LIMIT, now, age)
    _prefill(on_claims, _quote)
    _prefill(on_receipts, lambda row: {"quantity": row["quantity"]})
    _prefill(on_loans, lambda row: _terms(row, now))
    mine = portfolio.exposures(engine, account, now)
    maturities = portfolio.maturities(engine, account, now)
    standing = offers.standing(engine, account, LIMIT, now)
    lent = named(loans.lent(engine, account, place("loans"), LIMIT, now, age), "borrower")
    return render_template(
        "desks/financier.html",
        now=now,
        position=participants.position(engine, account),
        on_claims=named(on_claims, "seller", "obligor"),
        on_receipts=named(on_receipts, "seller", "custodian"),
        on_loans=named(on_loans, "borrower", "obligor", "custodian"),
        credit=_credit([*on_claims["items"], *on_loans["items"]], mine, now),
        quotes=counted(named({"items": standing["quotes"]}, "seller"))["items"],
        receipt_quotes=named({"items": standing["receiptQuotes"]}, "seller")["items"],
        loan_quotes=named({"items": standing["loanQuotes"]}, "borrower")["items"],
        exposures=named({"items": mine}, "obligor")["items"],
        held=_came(named(portfolio.held(engine, account, place("notes"), LIMIT), "obligor", "endorser")),
        lent=lent,
        loan_map=drawn.loans(lent["items"], now),
        lent_out=_lent(maturities),
        maturities=maturities,
        ladder=drawn.bars(
            maturities,
            lambda row: readers.plain_month(row["month"]) if row["month"] else readers.t("overdue", "已逾期"),
            notesFen=readers.t("notes", "凭证"),
            loansFen=readers.t("loans", "贷款"),
        ),
        statuses=loans.STATUSES,
    )


def _credit(requests: list[dict[str, Any]], mine: list[dict[str, Any]], now: int) -> dict[tuple[str, str], Any]:
    """How the obligors behind what is asked and what is held have paid, by account and currency, with the part that
    each has in the reader's portfolio."""
    shares = {(row["obligor"], row["currency"]): row for row in mine}
    obligors = {row["obligor"] for row in [*requests, *mine]} - {""}
    found = named({"items": portfolio.records(context.desk().engine, obligors, now)}, "obligor")["items"]
    for row in found:
        held = shares.get((row["obligor"], row["currency"]))
        row["heldFen"], row["shareBps"] = (held["valueFen"], held["shareBps"]) if held else (0, 0)
    return {(row["obligor"], row["currency"]): row for row in sorted(found, key=lambda one: one["names"]["obligor"])}


def _lent(maturities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The principal that is out, by currency."""
    sums: dict[str, int] = {}
    for row in maturities:
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["loansFen"]
    return [{"currency": code, "amountFen": amount} for code, amount in sorted(sums.items()) if amount]


def _came(page: Page) -> Page:
    """The notes, each with the name of whom it was bought from."""
    bought = [row["bought"] for row in page["items"] if row["bought"]]
    named({"items": bought}, "seller")
    return page


def _prefill(page: Page, fields: Any) -> None:
    """Gives each request what the form of its answer has at first."""
    for row in page["items"]:
        row["prefilled"] = urlencode(fields(row))


def _quote(row: dict[str, Any]) -> dict[str, str]:
    return {
        "seller": row["seller"],
        "valueFen": readers.plain_amount(row["valueFen"], row["currency"]),
        "withRecourse": "yes" if row["withRecourse"] else "no",
    }


def _terms(row: dict[str, Any], now: int) -> dict[str, str]:
    """Until the note matures, or for the usual term while the goods' receipt is good and they are insured."""
    ends = row["maturityAt"] or min(now + TERM, row["expiresAt"], row["insuredUntil"])
    day = datetime.fromtimestamp(ends, UTC).date().isoformat()
    return {"limitFen": readers.plain_amount(row["limitFen"], row["currency"]), "maturityAt": day}
