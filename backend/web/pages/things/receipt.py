"""A warehouse receipt: the goods, who holds them, what is due on them, what stands on it, and what may be done with
it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from backend.queries import receipt_quotes, receipt_relations
from backend.queries import warehouse_receipts as goods
from backend.queries.loans import STATUSES
from backend.web import context
from backend.web.pages import people, readers, visibility
from backend.web.pages.rows import named, names_of
from backend.web.pages.things.goods_words import TITLE_STATES

MOST = 100


def page(number: int) -> str:
    engine, viewer, now = context.desk().engine, people.reader().viewer, context.desk().now()
    receipt = visibility.hidden(lambda: goods.receipt_details(engine, number, viewer, now))
    family = receipt_relations.family(engine, receipt, viewer)
    sales = receipt_relations.sales_of(engine, receipt)
    history = _history(receipt, sales)
    fields = ("holder", "custodian", "depositor", "replacementTo")
    accounts = {receipt[name] or "" for name in fields} | {one["by"] for one in history}
    accounts |= {one["holder"] for one in (*family["parents"], *family["children"])}
    loans = receipt_relations.loans_on(engine, number, viewer)
    standing = next((loan for loan in loans if loan["state"] in ("pledged", "kept")), None)
    return render_template(
        "things/receipt.html",
        receipt=receipt,
        names=names_of(accounts),
        history=history,
        loans=named(_all(loans), "lender", "borrower")["items"],
        standing=standing,
        quotes=named(receipt_quotes.receipt_quotes(engine, viewer, number, None, MOST, now), "financier", "seller"),
        requests=named(_all(receipt_relations.requests_on(engine, number, viewer)), "financier", "borrower")["items"],
        offers=named(_all(receipt_relations.loan_offers_on(engine, number, viewer, now)), "financier")["items"],
        orders=receipt_relations.orders_of(engine, number, viewer, now),
        loan_words=STATUSES,
        title_words=TITLE_STATES,
        now=now,
        **family,
    )


def _history(receipt: dict[str, Any], sales: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All that happened to it, in order: `what` in words, `by` whom, and how much of the goods or of money."""
    t = readers.t
    rows = [_event(receipt["issuedAt"], t("issued", "签发"), receipt["depositor"])]
    rows += [_event(one["at"], t("sold", "出售"), one["buyer"], one["quantity"], one["priceFen"]) for one in sales]
    rows += [
        _event(
            one["at"], t("receipt {id} merged into it", "仓单 {id} 并入", id=one["fromReceiptId"]), "", one["quantity"]
        )
        for one in receipt["merged"]
    ]
    rows += [
        _event(
            one["at"],
            t("handed out to {who}", "出库,提货人 {who}", who=one["recipient"] or one["recipientHash"][:10]),
            one["holder"],
            one["quantity"],
        )
        for one in receipt["deliveries"]
    ]
    rows += [_event(one["at"], t("lost", "损失"), one["holder"], one["quantity"]) for one in receipt["losses"]]
    rows += [
        _event(one["at"], t("storage paid", "支付仓储费"), one["payer"], None, one["amountFen"])
        for one in receipt["storagePayments"]
    ]
    rows += [
        _event(one["at"], t("insurance money paid", "支付保险赔款"), one["payer"], None, one["amountFen"])
        for one in receipt["insurancePayments"]
    ]
    return sorted(rows, key=lambda row: int(row["at"]))


def _event(at: int, what: str, by: str, quantity: str | None = None, amount: int | None = None) -> dict[str, Any]:
    return {"at": at, "what": what, "by": by, "quantity": quantity, "amountFen": amount}


def _all(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": rows, "next": None}
