"""A loan: its terms, what is owed, what stands for it and how that stood over time, and what may be done with it."""

from __future__ import annotations

from flask import render_template

from backend.queries import chain, loan_history, loans
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.acts.catalogue.loans import ORDER
from backend.web.pages.rows import names_of


def page(number: int) -> str:
    engine, viewer, hours = context.desk().engine, people.reader().viewer, context.desk().settings.price_age_hours
    now = chain.position(engine)["at"]
    loan = visibility.hidden(lambda: loans.visible_loan(engine, number, viewer, now, hours * 3_600))
    accounts = {loan["lender"], loan["borrower"]} | {act["by"] for act in loan["acts"]}
    accounts |= {sale["bidder"] for sale in loan["sales"]}
    return render_template(
        "things/loan.html",
        loan=loan,
        names=names_of(accounts),
        points=loan_history.ltv_points(engine, number),
        statuses=loans.STATUSES,
        orders=ORDER.choices,
        now=now,
    )
