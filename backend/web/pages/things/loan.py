"""A loan: its terms, what is owed, what stands for it and how that stood over time, and what may be done with it."""

from __future__ import annotations

from flask import render_template

from backend.config import HOUR
from backend.queries import chain, loan_history, loans
from backend.web import context
from backend.web.pages import people, visibility
from backend.web.pages.acts.catalogue.loans import ORDER
from backend.web.pages.rows import names_of
from backend.web.pages.things.goods_words import TITLE_STATES


def page(number: int) -> str:
    engine, viewer, hours = context.desk().engine, people.reader().viewer, context.desk().settings.price_age_hours
    now = chain.position(engine)["at"]
    loan = visibility.hidden(lambda: loans.visible_loan(engine, number, viewer, now, hours * HOUR))
    accounts = {loan["lender"], loan["borrower"]} | {act["by"] for act in loan["acts"]}
    accounts |= {sale["bidder"] for sale in loan["sales"]}
    return render_template(
        "things/loan.html",
        loan=loan,
        names=names_of(accounts),
        points=loan_history.ltv_points(engine, number),
        judged=loans.judged(engine, number, now, hours * HOUR),
        statuses=loans.STATUSES,
        orders=ORDER.choices,
        title_words=TITLE_STATES,
        now=now,
    )
