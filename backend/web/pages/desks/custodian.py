"""The custodian's desk: goods in and out, what lenders wait for, what is due, what runs out, what devices say (G54)."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.config import DAY
from backend.queries import custody, lending
from backend.queries import warehouse_receipts as goods
from backend.web import context
from backend.web.pages import people
from backend.web.pages.evidence import ALARMS, measured
from backend.web.pages.rows import LIMIT, named, place, place_by_id

SOON = 30 * DAY
MOST = 100


def desk() -> str:
    me = people.require("custodian")
    engine, now = context.desk().engine, context.desk().now()
    mine = me.account
    return render_template(
        "desks/custodian.html",
        now=now,
        soon=now + SOON,
        intakes=named(goods.intakes(engine, mine, place_by_id("intakes"), LIMIT, now), "depositor", "custodian"),
        orders=named(goods.delivery_orders(engine, mine, place_by_id("orders"), LIMIT, now), "holder", "custodian"),
        wanted=named(_all(custody.counts_wanted(engine, mine, now, MOST)), "borrower", "financier"),
        counts=named(lending.counts(engine, mine, place_by_id("counts"), LIMIT, now), "pledgee", "custodian"),
        lots=named(custody.lots_kept(engine, mine, place("lots"), LIMIT), "depositor"),
        receipts=named(custody.receipts_out(engine, mine, place("receipts"), LIMIT, now), "holder"),
        ending=named(_all(custody.running_out(engine, mine, now + SOON, MOST)), "depositor"),
        alarms=custody.alarms(engine, mine, now, MOST),
        alarm_words=ALARMS,
        measured=measured,
    )


def _all(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": rows, "next": None}
