"""The supplier's desk: offers side by side, what arrives when, loans, what was asked; claims, notes and receipts."""

from __future__ import annotations

from flask import render_template

from backend.config import HOUR
from backend.queries import asked, loans, notes, offers, participants, receivables
from backend.queries import warehouse_receipts as goods
from backend.web import context
from backend.web.pages import people, readers
from backend.web.pages.desks import comparing, drawn
from backend.web.pages.rows import LIMIT, counted, named, place, place_by_id

OFFERS = 60
"""So many offers of a kind are compared, the latest."""


def desk() -> str:
    me = people.require("supplier")
    engine, now, settings = context.desk().engine, context.desk().now(), context.desk().settings
    age, account = settings.price_age_hours * HOUR, me.account
    offered = offers.offered(engine, account, OFFERS, now)
    named({"items": [*offered["quotes"], *offered["receiptQuotes"], *offered["loanQuotes"]]}, "financier")
    arriving = notes.maturities(engine, account)
    return render_template(
        "desks/supplier.html",
        now=now,
        position=participants.position(engine, account),
        levy_bps=settings.levy_bps,
        offers=comparing.of_claims(offered["quotes"], settings.levy_bps),
        receipt_offers=comparing.of_goods(offered["receiptQuotes"]),
        loan_offers=offered["loanQuotes"],
        asked=named({"items": asked.asked_by(engine, account, LIMIT, now)}, "financier")["items"],
        borrowed=named(loans.borrowed(engine, account, place("loans"), LIMIT, now, age), "lender"),
        orders=goods.delivery_orders(engine, account, place_by_id("orders"), LIMIT, now),
        claims=named(receivables.receivables(engine, me.viewer, None, place("claims"), LIMIT), "obligor", "supplier"),
        notes=counted(named(notes.notes(engine, me.viewer, None, place("notes"), LIMIT), "holder", "endorser")),
        receipts=named(goods.receipts(engine, me.viewer, None, place("receipts"), LIMIT, now), "holder", "custodian"),
        statuses=receivables.STATUSES,
        loan_statuses=loans.STATUSES,
        arriving=drawn.by_currency(arriving),
        arrivals=drawn.bars(arriving, lambda row: readers.plain_day(row["maturityAt"]), valueFen=""),
    )
