"""A loan's page: what the API says, and how it stood at each price (rule G46)."""

from __future__ import annotations

from backend.config import DAY
from backend.queries import loan_history
from backend.testing import Network
from tests.backend.integration.api.test_loans import feed_of, lent, publish

from .browser import Browser


def test_the_ltv_at_each_price_is_what_the_contract_says_then(feiqian: Network) -> None:
    """Through interest, a paydown with a release, storage that the lender advanced, and a price that falls."""
    net = feiqian
    feed = feed_of(net)
    loan, _, receipt = lent(net)
    said = []

    def at(price: int, days: int = 0) -> None:
        net.operator.travel(days=days, seconds=1)
        publish(net, feed, price)
        shown = net.tier1.loan(loan)
        said.append((shown["priceFen"], str(shown["ltvBps"]), shown["owedFen"]))

    at(495_00)
    at(470_00, days=20)
    net.operator.issue_cash(net.tier1, 100_000_00)
    net.tier1.repay_loan(loan, 100_000_00)
    net.tier1.release(loan, receipt, "150")
    at(480_00, days=3)
    net.bank_a.advance_storage(loan, receipt)
    at(430_00, days=30)
    points = loan_history.ltv_points(net.world.system.database, loan)
    found = [(str(one["priceFen"]), str(one["ltvBps"]), str(one["owedFen"])) for one in points]
    assert found[-len(said) :] == said


def test_it_shows_what_the_api_says_to_its_parties_alone(feiqian: Network) -> None:
    net = feiqian
    feed_of(net)
    loan, _, receipt = lent(net)
    page = Browser(net).enter_as(net.tier1.account).get(f"/loans/{loan}").text
    for words in ("250,000.00", f'href="/receipts/{receipt}"', "6.00 %", "/acts/repay-loan/", "/certificates/loan/"):
        assert words in page, words
    assert "/acts/waive/" not in page, "that is the lender's"
    assert "/acts/waive/" in Browser(net).enter_as(net.bank_a.account).get(f"/loans/{loan}").text
    stranger = Browser(net).enter_as(net.tier2.account)
    assert stranger.get(f"/loans/{loan}").status_code == stranger.get("/loans/999").status_code == 403


def test_over_a_note_there_is_no_price(feiqian: Network) -> None:
    net = feiqian
    _, note = net.confirmed(1_000_00)
    net.tier1.ask_for_loan("note", note, 500_00, [net.bank_a])
    request = net.bank_a.loan_requests()[0]["id"]
    given = net.bank_a.quote_loan(
        request, 500_00, rate_bps=600, penalty_bps=900, grace_days=3, advance_bps=6_000, call_bps=7_000,
        liquidation_bps=8_500, cure_seconds=DAY, reserve_price=9_000, maturity_at=net.operator.now() + 60 * DAY,
    )  # fmt: skip
    loan = int(net.tier1.take_loan(str(given["result"]["quoteId"]), 500_00)["result"]["loanId"])
    assert loan_history.ltv_points(net.world.system.database, loan) == []
    assert "LTV over time" not in Browser(net).enter_as(net.tier1.account).get(f"/loans/{loan}").text
