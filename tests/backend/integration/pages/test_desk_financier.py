"""The financier's desk: the same as the API says, and for it alone."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from backend.config import DAY
from backend.sdk import Party
from backend.testing import Network

from .browser import Browser

TERMS: dict[str, Any] = {
    "rate_bps": 620,
    "penalty_bps": 930,
    "grace_days": 3,
    "advance_bps": 6_000,
    "call_bps": 7_000,
    "liquidation_bps": 8_500,
    "cure_seconds": 2 * DAY,
    "reserve_price": 350_00,
}


def desk(net: Network, who: Party | None = None, query: str = "", language: str = "en") -> str:
    browser = Browser(net, **{"Accept-Language": language}).enter_as((who or net.bank_a).account)
    answer = browser.get(f"/desks/financier{query}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def card(page: str, name: str) -> str:
    """The text of a section, by the id of its heading."""
    found = re.search(rf'aria-labelledby="{name}-title">(.*?)</section>', page, re.S)
    assert found is not None, name
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(found[1])).split())


def lend(net: Network) -> int:
    """A loan of bank_a on a thousand barrels, at 60 per cent of what they are worth, and a price of now."""
    now = net.operator.now()
    feed = net.operator.assign_feed(net.oracle, "BRENT", "CRUDE", "BBL")
    net.oracle.publish_price(feed, 500_00, observed_at=now)
    _, receipt = net.stored("1000")
    net.tier1.ask_for_loan("receipt", receipt, 290_000_00, [net.bank_a])
    request = net.bank_a.loan_requests()[0]["id"]
    quote = net.bank_a.quote_loan(request, 290_000_00, maturity_at=now + 90 * DAY, **TERMS)["result"]["quoteId"]
    net.warehouse.count(receipt, "1000", net.bank_a)
    return int(net.tier1.take_loan(str(quote), 290_000_00)["result"]["loanId"])


def test_what_is_asked_can_be_answered_with_what_was_asked(feiqian: Network) -> None:
    """Rule G41: on a receivable; the form has seller, value and recourse; once quoted, the request says so."""
    claim, _ = feiqian.confirmed(amount=1_000_000_00)
    feiqian.tier1.ask_for_quotes(claim, 750_000_00, [feiqian.bank_a], with_recourse=True)
    page = desk(feiqian)
    asked = card(page, "requests")
    for fact in (str(claim), feiqian.tier1.name, feiqian.car_maker.name, "750,000.00 CNY", "with", "nothing overdue"):
        assert fact in asked, fact
    link = re.search(rf'href="(/acts/give-quote/{claim}\?[^"]*)"', page)
    assert link is not None
    form = Browser(feiqian).enter_as(feiqian.bank_a.account).get(html.unescape(link[1])).text
    assert 'value="750000.00"' in form and f'value="{feiqian.tier1.account}" selected' in form
    assert re.search(r'name="withRecourse" value="yes" required checked', form)
    feiqian.bank_a.quote(claim, feiqian.tier1, 750_000_00, rate_bps=480, with_recourse=True)
    page = desk(feiqian)
    (quote,) = feiqian.bank_a.quotes()
    assert "quoted" in card(page, "requests")
    assert f"/acts/cancel-quote/{quote['id']}" in page and "4.80 %" in card(page, "quotes")
    feiqian.bank_a.cancel_quote(quote["id"])
    page = desk(feiqian)
    assert "There are none." in card(page, "quotes") and "quoted" not in card(page, "requests")
    assert "There are none." in card(desk(feiqian, feiqian.bank_b), "requests"), "who was not asked sees nothing"


def test_what_can_no_longer_be_sold_is_not_asked_any_more(feiqian: Network) -> None:
    """Rule G41."""
    sold, note = feiqian.confirmed(amount=1_000_00)
    waiting = feiqian.registered(amount=2_000_00)
    for claim, value in ((sold, 1_000_00), (waiting, 2_000_00)):
        feiqian.tier1.ask_for_quotes(claim, value, [feiqian.bank_a])
    assert "1,000.00" in card(desk(feiqian), "requests") and "not confirmed yet" in card(desk(feiqian), "requests")
    feiqian.tier1.endorse(note, feiqian.tier2, 1_000_00)
    feiqian.car_maker.reject(waiting, "not delivered")
    assert "There are none." in card(desk(feiqian), "requests")


def test_goods_and_loans_are_asked_with_what_they_are_worth(feiqian: Network) -> None:
    """Rules G41 and G42: at the price of now, if it is good; the LTV of what is wanted."""
    _, receipt = feiqian.stored("1000")
    _, note = feiqian.confirmed(amount=800_000_00)
    feiqian.tier1.ask_for_receipt_quotes(receipt, "400", [feiqian.bank_a])
    feiqian.tier1.ask_for_loan("receipt", receipt, 250_000_00, [feiqian.bank_a])
    feiqian.tier1.ask_for_loan("note", note, 400_000_00, [feiqian.bank_a])
    assert "no good price" in card(desk(feiqian), "receipt-requests")
    feed = feiqian.operator.assign_feed(feiqian.oracle, "BRENT", "CRUDE", "BBL")
    feiqian.oracle.publish_price(feed, 500_00, observed_at=feiqian.operator.now())
    page = desk(feiqian)
    assert "400.000 BBL 200,000.00 CNY" in card(page, "receipt-requests")
    loans = card(page, "loan-requests")
    assert "250,000.00 CNY 500,000.00 CNY 50.00 %" in loans and "400,000.00 CNY 800,000.00 CNY 50.00 %" in loans
    assert feiqian.car_maker.name in loans
    browser = Browser(feiqian).enter_as(feiqian.bank_a.account)
    links = [html.unescape(one) for one in re.findall(r'href="(/acts/(?:give-receipt|offer)[^"]*)"', page)]
    assert [re.sub(r"[/?].*", "", one[6:]) for one in links] == [
        "give-receipt-quote",
        "offer-loan-on-note",
        "offer-loan-on-receipt",
    ]
    forms = [browser.get(link).text for link in links]
    assert 'value="400.000"' in forms[0] and 'value="400000.00"' in forms[1] and 'value="250000.00"' in forms[2]
    day = re.search(r"maturityAt=([0-9-]+)", links[1])
    assert day is not None and f'type="date" value="{day[1]}"' in forms[1]
    request = feiqian.bank_a.loan_requests()[0]["id"]
    feiqian.bank_a.quote_loan(request, 100_000_00, maturity_at=feiqian.operator.now() + 30 * DAY, **TERMS)
    feiqian.bank_a.quote_receipt(receipt, "400", 190_000_00)
    page = desk(feiqian)
    for quote, name in (
        (feiqian.bank_a.loan_quotes()[0], "cancel-loan-quote"),
        (feiqian.bank_a.receipt_quotes()[0], "cancel-receipt-quote"),
    ):
        assert f"/acts/{name}/{quote['id']}" in page
    feiqian.operator.travel(seconds=1)  # later than the last one
    feiqian.oracle.publish_price(feed, 400_00, observed_at=feiqian.operator.now())
    assert "400.000 BBL 160,000.00 CNY" in card(desk(feiqian), "receipt-requests")
    feiqian.operator.travel(days=5)
    assert "no good price" in card(desk(feiqian), "receipt-requests"), "a price that is old is none"


def test_the_credit_view_is_what_the_chain_says(feiqian: Network) -> None:
    """Rule G42: all that the obligor confirmed to anybody, and the reader's share; and how each figure comes about."""
    claims = [feiqian.confirmed(amount=amount, days=days) for amount, days in ((400_00, 40), (600_00, 200))]
    paid, _ = feiqian.confirmed(amount=1_000_00)
    feiqian.car_maker.repay(paid, 1_000_00)
    feiqian.tier1.endorse(claims[1][1], feiqian.bank_a, 150_00)
    feiqian.car_maker.dispute(claims[1][0], 60_00, "cracked")
    feiqian.operator.travel(days=41)
    page = desk(feiqian)
    row = "2,000.00 CNY 1,000.00 CNY 400.00 CNY 60.00 CNY 150.00 CNY 100.00 %"
    assert f"{feiqian.car_maker.name} {row}" in card(page, "credit")
    every = [feiqian.operator.receivable(number) for number in (1, 2, 3)]
    assert sum(int(one["confirmedFen"]) for one in every) == 2_000_00
    assert "How these figures come about" in page and "指标口径" in desk(feiqian, language="zh")


def test_the_portfolio_comes_to_what_the_api_says(feiqian: Network) -> None:
    """Rule G43: exposure, ladder and notes held are the notes and loans that the API has; each says whence it came."""
    loan = lend(feiqian)
    claim, root = feiqian.confirmed(amount=1_000_000_00)
    feiqian.tier1.ask_for_quotes(claim, 300_000_00, [feiqian.bank_a])
    quote = feiqian.bank_a.quote(claim, feiqian.tier1, 300_000_00, price=290_000_00)["result"]["quoteId"]
    feiqian.tier1.accept(quote, root)
    feiqian.tier1.endorse(root, feiqian.bank_a, 100_000_00)
    page = desk(feiqian)
    position = feiqian.bank_a.me()["position"]
    assert position["notes"] == [{"currency": "CNY", "count": 2, "valueFen": "40000000"}]
    assert f"{feiqian.car_maker.name} 2 400,000.00 CNY 0.00 CNY 100.00 %" in card(page, "exposures")
    months = card(page, "maturities")
    for figure in ("400,000.00 CNY", "290,000.00 CNY"):
        assert figure in months
    notes = card(page, "notes")
    assert f"bought from {feiqian.tier1.name}" in notes and "300,000.00 CNY for 290,000.00 CNY" in notes
    assert f"endorsed by {feiqian.tier1.name}" in notes
    assert "claim-recourse" not in page and "write-off" not in page, "nothing is late yet"
    owed = feiqian.bank_a.loan(loan)
    given = card(page, "loans")
    assert f"{owed['ltvBps'] / 100:.2f} %" in given and "70.00 % 85.00 %" in given
    assert f'low="7000" high="8500" optimum="0" value="{owed["ltvBps"]}"' in page
    assert "call-margin" not in page and "open-sale" not in page


def test_a_fall_of_the_price_asks_for_a_call_then_a_sale(feiqian: Network) -> None:
    """Rule G44."""
    loan = lend(feiqian)
    feed = feiqian.operator.feeds()[0]["feed"]
    feiqian.operator.travel(seconds=1)
    feiqian.oracle.publish_price(feed, 400_00, observed_at=feiqian.operator.now())
    page = desk(feiqian)
    assert f"/acts/call-margin/{loan}" in page and "open-sale" not in page
    feiqian.bank_a.call_margin(loan)
    page = desk(feiqian)
    assert "call-margin" not in page and int(feiqian.bank_a.loan(loan)["callBy"])
    feiqian.operator.travel(seconds=1)
    feiqian.oracle.publish_price(feed, 300_00, observed_at=feiqian.operator.now())
    page = desk(feiqian)
    assert f"/acts/open-sale/{loan}" in page and f"/acts/waive/{loan}" in page
    assert "default: sale band" in card(page, "loans")
    feiqian.bank_a.open_sale(loan)
    assert "in sale" in card(desk(feiqian), "loans")
    feiqian.bank_a.waive(loan)
    assert "There are none." in card(desk(feiqian), "loans")


def test_what_is_late_can_be_claimed_or_written_off(feiqian: Network) -> None:
    """Rule G44: after grace, recourse where the note has it."""
    _, root = feiqian.confirmed(amount=1_000_00)
    feiqian.tier1.endorse(root, feiqian.bank_a, 400_00, with_recourse=True)
    feiqian.tier1.endorse(root, feiqian.bank_a, 100_00, with_recourse=False)
    with_it, without = (note["id"] for note in feiqian.bank_a.notes())
    feiqian.operator.travel(days=120)
    page = desk(feiqian)
    assert f"/acts/claim-recourse/{with_it}" in page and f"/acts/claim-recourse/{without}" not in page
    assert f"/acts/write-off/{without}" in page
    assert "overdue" in card(page, "maturities")
    feiqian.bank_a.write_off(without)
    page = desk(feiqian)
    assert f"/acts/write-off/{without}" not in page and "written off 100.00 CNY" in card(page, "notes")


def test_after_confirmation_time_and_cut_off_nothing_is_asked_any_more(feiqian: Network) -> None:
    """Rules G41, R5 and N1."""
    waiting = feiqian.registered(amount=1_000_00, days=100)
    claim, note = feiqian.confirmed(amount=2_000_00, days=40)
    for one, value in ((waiting, 1_000_00), (claim, 2_000_00)):
        feiqian.tier1.ask_for_quotes(one, value, [feiqian.bank_a])
    feiqian.tier1.ask_for_loan("note", note, 500_00, [feiqian.bank_a])
    assert "2,000.00" in card(desk(feiqian), "requests") and "500.00" in card(desk(feiqian), "loan-requests")
    feiqian.operator.travel(days=39, seconds=86_000)
    page = desk(feiqian)
    assert "There are none." in card(page, "requests") and "There are none." in card(page, "loan-requests")


@pytest.mark.parametrize("role", ["tier1", "car_maker", "warehouse"])
def test_it_is_for_financiers_alone(feiqian: Network, role: str) -> None:
    """Rule G8."""
    browser = Browser(feiqian).enter_as(getattr(feiqian, role).account)
    assert browser.get("/desks/financier").status_code == 403


@pytest.mark.parametrize("query", ["requests=x", "receipts=1", "loan-requests=-", "notes=-1", "loans=1e3"])
def test_no_place_in_a_list_is_refused(feiqian: Network, query: str) -> None:
    answer = Browser(feiqian).enter_as(feiqian.bank_a.account).get(f"/desks/financier?{query}")
    assert answer.status_code == 422


def test_lists_go_on(feiqian: Network) -> None:
    _, root = feiqian.confirmed(amount=1_000_00)
    for value in range(1, 22):
        feiqian.tier1.endorse(root, feiqian.bank_a, value)
    page = desk(feiqian)
    further = re.search(r'href="(\?notes=\d+)"', page)
    assert further is not None
    assert len(re.findall(r'<th scope="row"><a href="/notes/', desk(feiqian, query=further[1]))) == 1
