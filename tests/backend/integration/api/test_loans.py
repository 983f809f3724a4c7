"""Loans through the API and the chain: over goods and over notes, paid, called, sold (rules K)."""

from __future__ import annotations

from typing import Any

import pytest

from backend.chain.outbox import Intent
from backend.config import DAY
from backend.reconcile import reconcile
from backend.sdk import OperationFailed, Party, Refused
from backend.testing import Network

from .driver import nothing_changes

PRICE = 500_00
TERMS = {
    "rate_bps": 600,
    "penalty_bps": 900,
    "grace_days": 3,
    "advance_bps": 6_000,
    "call_bps": 7_000,
    "liquidation_bps": 8_500,
    "cure_seconds": 2 * DAY,
    "reserve_price": 200_00,
}


def refused(act: Any, *args: Any, **kwargs: Any) -> Refused | OperationFailed:
    with pytest.raises((Refused, OperationFailed)) as caught:
        act(*args, **kwargs)
    return caught.value


def publish(net: Network, feed: str, price: int) -> None:
    net.operator.travel(seconds=1)  # later than the last one
    net.oracle.publish_price(feed, price, observed_at=net.operator.now())


def feed_of(net: Network, price: int = PRICE) -> str:
    feed = net.operator.assign_feed(net.oracle, "BRENT", "CRUDE", "BBL")
    publish(net, feed, price)
    return feed


def quoted(net: Network, asset: str, token: int, limit: int, borrower: Party, **terms: Any) -> str:
    """The id of bank A's quote on the borrower's request."""
    borrower.ask_for_loan(asset, token, limit, [net.bank_a])
    request = net.bank_a.loan_requests()[0]
    assert (request["asset"], request["tokenId"], request["limitFen"]) == (asset, token, str(limit))
    maturity = net.operator.now() + 90 * DAY
    given = net.bank_a.quote_loan(request["id"], limit, **({"maturity_at": maturity} | TERMS | terms))
    return str(given["result"]["quoteId"])


def lent(net: Network, amount: int = 250_000_00, quantity: str = "1000") -> tuple[int, int, int]:
    """A loan over a fresh lot: its number, the lot, the receipt."""
    lot, receipt = net.stored(quantity)
    quote = quoted(net, "receipt", receipt, amount, net.tier1)
    net.warehouse.count(receipt, quantity, net.bank_a)
    taken = net.tier1.take_loan(quote, amount)
    return int(taken["result"]["loanId"]), lot, receipt


def agrees(net: Network) -> None:
    assert reconcile(net.world.system).findings == []


def test_drawn_called_cured_released_and_paid(feiqian: Network) -> None:
    net = feiqian
    feed = feed_of(net)
    loan, _lot, receipt = lent(net)
    shown = net.tier1.loan(loan)
    assert (shown["status"], shown["asset"], shown["lender"]) == ("live", "receipt", net.bank_a.account)
    assert net.operator.cash(net.tier1) == 250_000_00
    assert net.tier1.receipt(receipt)["holder"] == net.world.system.contracts.address("Collateral")
    assert shown["owedFen"] == str(250_000_00 + 250_000_00 * 600 // 3_600_000), "the first day has begun"
    assert (shown["collateralFen"], shown["ltvBps"]) == (str(500_000_00), 5_001)
    agrees(net)

    net.operator.travel(days=30)
    publish(net, feed, 350_00)
    called = net.bank_a.call_margin(loan)["result"]
    assert int(called["ltvBps"]) == 7_180, "31 days have begun"
    assert net.tier1.loan(loan)["callBy"] == int(called["callBy"])
    net.operator.issue_cash(net.tier1, 100_000_00)
    owed = net.tier1.owed(loan)
    net.tier1.repay_loan(loan, owed - 200_000_00)
    after = net.tier1.loan(loan)
    assert (after["owedFen"], after["callBy"]) == (str(200_000_00), 0)

    out = net.tier1.release(loan, receipt, "40")["result"]["tokenId"]
    assert net.tier1.receipt(int(out))["quantity"] == "40.000"
    too_much = refused(net.tier1.release, loan, receipt, "40")
    assert getattr(too_much, "error", None) == "LtvTooHigh"
    for title in (int(out), 4711):
        absent = refused(net.tier1.release, loan, title, "1")
        assert isinstance(absent, Refused) and (absent.status, absent.field) == (404, "tokenId")
    agrees(net)

    net.operator.travel(days=5)
    owed = net.tier1.owed(loan)
    paid = net.tier1.repay_loan(loan, owed + 5_00)["events"]
    assert [event["args"]["excess"] for event in paid if event["name"] == "LoanRepaid"] == ["500"]
    ended = net.tier1.loan(loan)
    assert (ended["status"], ended["owedFen"], ended["titles"][0]["state"]) == ("ended", "0", "returned")
    assert net.tier1.receipt(receipt)["holder"] == net.tier1.account
    assert [act["act"] for act in ended["acts"]][:3] == ["originated", "pledged", "drawn"]
    agrees(net)


def test_not_cured_sold_and_still_owed(feiqian: Network) -> None:
    net = feiqian
    feed = feed_of(net)
    loan, _lot, receipt = lent(net)
    for bidder in (net.bank_b, net.tier2):
        net.operator.issue_cash(bidder, 500_000_00)
    early = refused(net.bank_a.open_sale, loan)
    assert getattr(early, "error", None) == "LoanNotInDefault"
    publish(net, feed, 340_00)
    net.bank_a.call_margin(loan)
    net.operator.travel(days=3)
    stale = refused(net.bank_a.open_sale, loan, window=60)
    assert getattr(stale, "error", None) == "InvalidWindow"
    publish(net, feed, 260_00)
    net.bank_a.open_sale(loan)
    (listed,) = net.tier2.sales()
    assert (listed["loanId"], listed["minimumFen"], listed["titles"][0]["value"]) == (loan, "20000000", "1000.000")
    low = refused(net.tier2.bid, loan, 199_999_99)
    assert getattr(low, "error", None) == "BidTooLow"
    net.tier2.bid(loan, 210_000_00)
    agrees(net)
    net.bank_b.bid(loan, 230_000_00)
    assert net.operator.cash(net.tier2) == 500_000_00, "who is outbid has its cash back at once"
    net.operator.travel(days=2)
    sold = net.tier2.close_sale(loan)["result"]
    assert sold["priceFen"] == "23000000"
    after = net.bank_a.loan(loan)
    assert (after["status"], after["owedFen"]) == ("uncovered", sold["shortfallFen"])
    assert int(sold["shortfallFen"]) > 20_000_00
    assert net.bank_b.receipt(receipt)["holder"] == net.bank_b.account
    agrees(net)
    net.operator.issue_cash(net.tier1, 100_000_00)
    net.tier1.repay_loan(loan, 10_000_00)
    net.bank_a.waive(loan)
    assert net.bank_a.loan(loan)["status"] == "ended"
    agrees(net)


def test_sold_for_more_than_was_owed(feiqian: Network) -> None:
    """Rule K14: the rest is the borrower's, and nothing is owed any more."""
    net = feiqian
    feed = feed_of(net)
    loan, _lot, receipt = lent(net)
    net.operator.issue_cash(net.tier2, 400_000_00)
    publish(net, feed, 290_00)
    net.bank_a.open_sale(loan)
    net.tier2.bid(loan, 400_000_00)
    net.operator.travel(days=2)
    before = net.operator.cash(net.tier1)
    sold = net.tier2.close_sale(loan)["result"]
    after = net.tier1.loan(loan)
    assert (sold["shortfallFen"], after["status"], after["owedFen"]) == ("0", "ended", "0")
    assert 100_000_00 < net.operator.cash(net.tier1) - before < 150_000_00
    assert net.tier2.receipt(receipt)["holder"] == net.tier2.account
    agrees(net)


def test_somebody_else_repays(feiqian: Network) -> None:
    """Rule K8: on the chain whoever likes may pay, for the borrower, in the books of both."""
    net = feiqian
    feed_of(net)
    loan, _, _ = lent(net)
    owed, had = net.bank_a.owed(loan), net.operator.cash(net.bank_b)
    system = net.world.system
    call = system.contracts.call_data("Loans", "repay", loan, 50_000_00)
    row = system.outbox.send(Intent("loan.repay", net.bank_b.account, {}, "by bank B"), net.bank_b.account, call)
    assert system.wait(row["id"], 20)["state"] == "succeeded"
    assert (net.bank_a.owed(loan), net.operator.cash(net.bank_b)) == (owed - 50_000_00, had - 50_000_00)
    for party, amount in ((net.bank_b, "5000000"), (net.tier1, "-5000000")):
        books = {row["book"]: row["amountFen"] for row in party.position(party)["books"]}
        assert books["paid-for-others"] == amount
    agrees(net)


def test_a_note_comes_out_of_escrow_whole(feiqian: Network) -> None:
    """Rule K10: a part that came out would be no title of the loan's."""
    net = feiqian
    (_, first), (_, second) = net.confirmed(1_000_000_00), net.confirmed(1_000_000_00)
    quote = quoted(net, "note", first, 500_000_00, net.tier1, reserve_price=9_000)
    loan = int(net.tier1.take_loan(quote, 500_000_00)["result"]["loanId"])
    net.tier1.top_up(loan, second)
    part = refused(net.tier1.release, loan, second, 100_000_00)
    assert "released whole" in str(part)
    agrees(net)
    assert int(net.tier1.release(loan, second, 1_000_000_00)["result"]["tokenId"]) == second
    states = {title["tokenId"]: title["state"] for title in net.tier1.loan(loan)["titles"]}
    assert states == {first: "pledged", second: "released"}
    holders = {note["id"]: note["holder"] for note in net.operator.notes()}
    assert holders[second] == net.tier1.account != holders[first]
    agrees(net)


def test_a_note_in_escrow_pays_its_loan(feiqian: Network) -> None:
    net = feiqian
    claim, note = net.confirmed(1_000_000_00)
    quote = quoted(net, "note", note, 500_000_00, net.tier1, reserve_price=9_000)
    loan = int(net.tier1.take_loan(quote, 500_000_00)["result"]["loanId"])
    assert refused(net.tier1.endorse, note, net.tier2, 1).status in (403, 404, 409, 422)  # type: ignore[union-attr]
    net.operator.travel(days=30, seconds=60)  # not where a day ends: what is owed then changes with the second
    net.car_maker.repay(claim, 1_000_000_00)
    net.car_maker.redeem(note)
    shown = net.tier1.loan(loan)
    assert shown["proceedsFen"] == str(1_000_000_00)
    owed = net.tier1.owed(loan)
    before = net.operator.cash(net.tier1)
    net.tier1.apply_proceeds(loan)
    assert net.operator.cash(net.tier1) - before == 1_000_000_00 - owed
    assert net.tier1.loan(loan)["status"] == "ended"
    agrees(net)


def test_what_needs_asking_and_counting(feiqian: Network) -> None:
    net = feiqian
    feed_of(net)
    _, receipt = net.stored("1000")
    quote = quoted(net, "receipt", receipt, 100_000_00, net.tier1)
    assert refused(net.tier1.take_loan, quote, 100_000_00).type == "conflict"  # type: ignore[union-attr]
    net.warehouse.count(receipt, "999.999", net.bank_a)
    short = refused(net.tier1.take_loan, quote, 100_000_00)
    assert getattr(short, "error", None) == "CountShort"
    assert refused(net.bank_b.count, receipt, "1000", net.bank_a).status == 403  # type: ignore[union-attr]
    request = net.bank_a.loan_requests()[0]["id"]
    assert net.bank_b.loan_requests() == []
    stranger = refused(net.bank_b.quote_loan, request, 1_00, maturity_at=net.operator.now() + DAY, **TERMS)
    assert stranger.status == 404  # type: ignore[union-attr]
    bands = refused(
        net.bank_a.quote_loan, request, 1_00, maturity_at=net.operator.now() + DAY, **(TERMS | {"call_bps": 6_000})
    )
    assert bands.field == "callBps"  # type: ignore[union-attr]
    net.bank_a.cancel_loan_quote(quote)
    assert net.tier1.loan_quotes()[0]["state"] == "used"
    assert refused(net.tier2.loan, 1).status == 404  # type: ignore[union-attr]


def test_what_cannot_be_lent_on_is_refused_by_its_field(feiqian: Network) -> None:
    net = feiqian
    _, receipt = net.stored("10")
    net.tier1.ask_for_loan("receipt", receipt, 1_000_00, [net.bank_a])
    request, now = net.bank_a.loan_requests()[0]["id"], net.operator.now()
    with nothing_changes(net):
        for value in ("10.001", "0"):
            more = refused(net.tier1.ask_for_loan, "receipt", receipt, 1_000_00, [net.bank_a], value)
            assert (getattr(more, "status", None), getattr(more, "field", None)) == (422, "value"), value
        past = refused(net.bank_a.quote_loan, request, 1_000_00, maturity_at=now, **TERMS)
        assert (getattr(past, "status", None), getattr(past, "field", None)) == (422, "maturityAt")
        future = refused(net.warehouse.count, receipt, "10", net.bank_a, now + DAY)
        assert (getattr(future, "status", None), getattr(future, "field", None)) == (422, "countedAt")


def test_nobody_lends_to_itself_or_counts_what_another_keeps(feiqian: Network) -> None:
    """Who sees a request or a receipt for another reason may not act as who was asked, or as its custodian."""
    net = feiqian
    _, receipt = net.stored("10")
    trader = net.operator.register("Lake Trading", "91310000MA7LAKE001", ["supplier", "financier", "custodian"])
    net.tier1.transfer(receipt, trader)
    trader.ask_for_loan("receipt", receipt, 1_000_00, [net.bank_a])
    (own,) = trader.loan_requests()
    with nothing_changes(net):
        lent = refused(trader.quote_loan, own["id"], 1_000_00, maturity_at=net.operator.now() + DAY, **TERMS)
        assert getattr(lent, "status", None) == 403 and "was not made to you" in str(lent)
        counted = refused(trader.count, receipt, "10", net.bank_a)
        assert getattr(counted, "status", None) == 403 and "you do not keep the goods" in str(counted)
