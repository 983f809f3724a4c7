"""The supplier's desk: offers side by side, what was asked, loans and what they need."""

from __future__ import annotations

import html
import re

import pytest

from backend.chain.typed import Quote
from backend.config import DAY
from backend.sdk import Party
from backend.testing import Network
from tests.backend.integration.api.driver import own_wallet
from tests.backend.integration.api.test_loans import feed_of, quoted
from tests.backend.integration.api.test_signatures import signature_of

from .browser import Browser
from .test_desk_financier import card, lend


def desk(net: Network, who: Party | None = None, query: str = "", language: str = "en") -> str:
    browser = Browser(net, **{"Accept-Language": language}).enter_as((who or net.tier1).account)
    answer = browser.get(f"/desks/supplier{query}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def rows(page: str, name: str) -> list[str]:
    """The text of each row of a table, by the id of its heading."""
    found = re.search(rf'aria-labelledby="{name}-title">.*?<tbody>(.*?)</tbody>', page, re.S)
    assert found is not None, name
    plain = [re.sub(r"<[^>]+>", " ", html.unescape(row)) for row in found[1].split("</tr>")]
    return [" ".join(row.split()) for row in plain if row.strip()]


def test_offers_are_compared_as_the_cash_that_arrives(feiqian: Network) -> None:
    """Rule G48: by a rate or by a price; what is called cash in hand is what comes when it is sold."""
    net = feiqian
    claim, _ = net.confirmed(amount=1_000_000_00)
    net.tier1.ask_for_quotes(claim, 500_000_00, [net.bank_a, net.bank_b])
    net.bank_a.quote(claim, net.tier1, 500_000_00, rate_bps=620)
    best = net.bank_b.quote(claim, net.tier1, 500_000_00, price=494_000_00)["result"]["quoteId"]
    first, second = rows(desk(net), "offers-1")
    given = {quote["rateBps"]: quote for quote in net.tier1.quotes()}
    days = -(-(net.tier1.receivable(claim)["maturityAt"] - given[None]["givenAt"]) // DAY)
    rate = round(6_000 / 500_000 * 360 / days * 100, 2)
    assert first.startswith(f"bank_b best: most cash 491,530.00 CNY {rate:.2f} %"), "494,000.00 less half a per cent"
    price = int(given[620]["priceFen"])
    cash = price - (price * 50 + 5_000) // 10_000
    assert second.startswith(f"bank_a {cash / 100:,.2f} CNY less by {(49_153_000 - cash) / 100:,.2f} CNY 6.20 %")
    assert "best" not in second
    assert "bank_b 最优:到手最多" in rows(desk(net, language="zh"), "offers-1")[0]
    net.tier1.accept(best)
    assert net.operator.cash(net.tier1) == 491_530_00
    assert [row.split()[0] for row in rows(desk(net), "offers-1")] == ["bank_a"], "what is taken is offered no more"
    assert "best" not in rows(desk(net), "offers-1")[0], "one is not compared"


@pytest.mark.parametrize(("language", "says"), [("en", "without end"), ("zh", "长期")])
def test_an_offer_that_stands_beyond_the_calendar_is_said_to_have_no_end(
    feiqian: Network, language: str, says: str
) -> None:
    """A wallet may sign any deadline that fits."""
    net = feiqian
    bank, wallet = own_wallet(net, "financier", "91110000MA4OWN000A")
    claim, _ = net.confirmed(amount=1_000_00)
    net.tier1.ask_for_quotes(claim, 1_000_00, [bank])
    contracts, deadline = net.world.system.contracts, 2**40 - 1
    document = Quote(
        bank.account, net.tier1.account, contracts.address("Receivables"), claim,
        net.operator.receivable(claim)["documentHash"], 1_000_00, contracts.deployment.tokens["CNY"], 990_00, False, 7,
        deadline,
    ).typed(contracts)  # fmt: skip
    own = {"signature": signature_of(wallet, document), "nonce": "7", "deadline": deadline}
    offer = {"receivableId": claim, "seller": net.tier1.account, "valueFen": "100000", "priceFen": "99000"}
    bank.act("/quotes", offer | {"own": own})
    (row,) = rows(desk(net, language=language), "offers-1")
    assert "990.00" not in row and "985.05 CNY" in row and says in row


def test_other_terms_are_not_compared(feiqian: Network) -> None:
    """Rule G48: half the value, or without recourse, is another thing."""
    net = feiqian
    claim, _ = net.confirmed(amount=1_000_000_00)
    for value, recourse in ((500_000_00, True), (500_000_00, False), (400_000_00, True)):
        net.tier1.ask_for_quotes(claim, value, [net.bank_a], with_recourse=recourse)
        net.bank_a.quote(claim, net.tier1, value, rate_bps=500, with_recourse=recourse)
    page = desk(net)
    assert [len(rows(page, f"offers-{number}")) for number in (1, 2, 3)] == [1, 1, 1]
    assert 'id="offers-4-title"' not in page and "best: most cash" not in page


def test_what_was_asked_says_whether_it_is_answered(feiqian: Network) -> None:
    """Rule G49: until it is sold; a quote that was taken back is none."""
    net = feiqian
    claim, note = net.confirmed(amount=1_000_000_00)
    _, receipt = net.stored("1000")
    net.tier1.ask_for_quotes(claim, 500_000_00, [net.bank_a, net.bank_b])
    net.tier1.ask_for_receipt_quotes(receipt, "20", [net.bank_a])
    net.tier1.ask_for_loan("note", note, 100_000_00, [net.bank_a])
    asked = rows(desk(net), "asked")
    assert len(asked) == 4 and all(row.endswith("not yet") for row in asked)
    quote = net.bank_a.quote(claim, net.tier1, 500_000_00, rate_bps=500)["result"]["quoteId"]
    net.bank_a.quote_receipt(receipt, "20", 9_000_00)
    page = desk(net)
    answered = [row for row in rows(page, "asked") if row.endswith("offered")]
    assert sorted(row.split()[0] for row in answered) == ["receipt", "receivable"]
    assert not any("bank_b" in row for row in answered)
    assert "9,000.00 CNY" in card(page, "receipt-offers")
    net.bank_a.cancel_quote(quote)
    assert next(row for row in rows(desk(net), "asked") if row.endswith("offered")).startswith("receipt")
    net.tier1.assign(note, net.tier2)
    assert [row.split()[0] for row in rows(desk(net), "asked")] == ["receipt"], "what is gone cannot be sold"
    assert "There are none." in card(desk(net, net.tier2), "asked"), "nobody sees what another asked"


def test_a_call_says_what_answers_it(feiqian: Network) -> None:
    """Rule G49: the payment that it names lifts the call, one fen less does not."""
    net = feiqian
    loan = lend(net)
    (row,) = rows(desk(net), "loans")
    assert f"{int(net.tier1.loan(loan)['owedFen']) / 100:,.2f} CNY" in row and "none" in row and "live" in row
    net.operator.travel(seconds=1)
    net.oracle.publish_price(net.operator.feeds()[0]["feed"], 400_00, observed_at=net.operator.now())
    net.bank_a.call_margin(loan)
    (row,) = rows(desk(net), "loans")
    found = re.search(r"answer by .* by paying ([0-9,.]+) CNY or topping up", row)
    assert found is not None, row
    cure = int(found[1].replace(",", "").replace(".", ""))
    net.tier1.repay_loan(loan, cure - 1)
    assert net.tier1.loan(loan)["callBy"], "not enough by one fen"
    assert "by paying 0.01 CNY" in rows(desk(net), "loans")[0]
    net.tier1.repay_loan(loan, 1)
    assert net.tier1.loan(loan)["callBy"] == 0
    net.operator.issue_cash(net.tier1, 10_000_00)
    net.tier1.repay_loan(loan, net.tier1.owed(loan))
    assert "There are none." in card(desk(net), "loans")


def test_what_arrives_and_what_waits(feiqian: Network) -> None:
    """Rule G49: by day, what is late said so; a delivery order until it is taken back."""
    net = feiqian
    for amount, days in ((100_00, 30), (200_00, 30), (400_00, 60)):
        net.confirmed(amount=amount, days=days)
    _, receipt = net.stored("1000")
    order = net.tier1.order_delivery(receipt, "10", "<b>Haulage</b>")["result"]["deliveryOrderId"]
    page = desk(net)
    arriving = rows(page, "arriving-CNY")
    assert [row.split()[-3:] for row in arriving] == [["2", "300.00", "CNY"], ["1", "400.00", "CNY"]]
    assert "<b>Haulage</b>" not in page and "Haulage" in card(page, "orders")
    net.tier1.cancel_delivery(order)
    net.operator.travel(seconds=31 * DAY)
    page = desk(net)
    assert 'id="orders-title"' not in page
    assert ["overdue" in row for row in rows(page, "arriving-CNY")] == [True, False]


def test_what_can_be_taken_no_more_is_not_offered(feiqian: Network) -> None:
    """Rule G48: the note went elsewhere, or the claim is paid."""
    net = feiqian
    claim, root = net.confirmed(1_000_00)
    for value in (900_00, 50_00):
        net.tier1.ask_for_quotes(claim, value, [net.bank_a])
        net.bank_a.quote(claim, net.tier1, value, rate_bps=480)
    browser = Browser(net).enter_as(net.tier1.account)
    assert browser.get("/desks/supplier").text.count("/acts/sell/") == 2
    net.tier1.endorse(root, net.tier2, 500_00)
    assert browser.get("/desks/supplier").text.count("/acts/sell/") == 1
    net.car_maker.repay(claim, 1_000_00)
    assert browser.get("/desks/supplier").text.count("/acts/sell/") == 0


def test_goods_and_loans_are_offered_while_they_are_held(feiqian: Network) -> None:
    """Rule G48."""
    net = feiqian
    feed_of(net)
    _, receipt = net.stored("1000")
    net.tier1.ask_for_receipt_quotes(receipt, "100", [net.bank_a, net.bank_b])
    for bank, price in ((net.bank_a, 49_000_00), (net.bank_b, 49_500_00)):
        bank.quote_receipt(receipt, "100", price)
    quoted(net, "receipt", receipt, 100_000_00, net.tier1)
    browser = Browser(net).enter_as(net.tier1.account)
    page = browser.get("/desks/supplier").text
    assert (page.count("/acts/sell-receipt/"), page.count("/acts/take-loan/")) == (2, 1)
    best = next(row for row in page.split("<tr>") if "best: most cash" in row)
    assert "bank_b" in best and "49,500.00" in best
    asked = page.partition('id="asked-title"')[2].partition("</section>")[0]
    assert asked.count(f'href="/receipts/{receipt}"') == 3
    net.tier1.transfer(receipt, net.tier2)
    page = browser.get("/desks/supplier").text
    assert "/acts/sell-receipt/" not in page and "/acts/take-loan/" not in page


@pytest.mark.parametrize("role", ["car_maker", "bank_a", "warehouse"])
def test_it_is_for_suppliers_alone(feiqian: Network, role: str) -> None:
    browser = Browser(feiqian).enter_as(getattr(feiqian, role).account)
    assert browser.get("/desks/supplier").status_code == 403


@pytest.mark.parametrize("query", ["loans=x", "orders=1", "claims=-1", "notes=٣"])
def test_no_place_in_a_list_is_refused(feiqian: Network, query: str) -> None:
    assert Browser(feiqian).enter_as(feiqian.tier1.account).get(f"/desks/supplier?{query}").status_code == 422
