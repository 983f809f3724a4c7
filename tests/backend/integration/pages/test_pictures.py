"""What pictures are drawn from stands on the page as well, and is what the chain did (rules G45, G47)."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from backend.queries.cash_flow import cash_flow
from backend.queries.loan_history import ltv_points
from backend.testing import Network
from tests.backend.integration.api.test_loans import feed_of, lent, publish

from .browser import Browser

UGLY = "\"'><img src=x onerror=alert(1)>"


def given(page: str, kind: str) -> Any:
    """What a picture of that kind is drawn from; None where there is none."""
    found = re.search(rf'data-picture="{kind}" role="img" aria-label="[^"]+" data-given="([^"]*)"', page)
    return json.loads(html.unescape(found[1])) if found else None


def sold(net: Network) -> tuple[int, int, int]:
    """A claim of which bank A bought a part from tier1, and its root note; with what tier1 got."""
    claim, note = net.confirmed(1_000_000_00)
    net.tier1.ask_for_quotes(claim, 400_000_00, [net.bank_a])
    quote = net.bank_a.quote(claim, net.tier1, 400_000_00, rate_bps=480)["result"]["quoteId"]
    before = net.operator.cash(net.tier1)
    net.tier1.accept(quote, note)
    return claim, note, net.operator.cash(net.tier1) - before


def test_the_flow_is_the_cash_that_moved(feiqian: Network) -> None:
    """Rule G47: a sale, a repayment in two parts, and what holders were paid."""
    net = feiqian
    claim, root, price = sold(net)
    net.operator.travel(days=90, seconds=60)
    before = {party.account: net.operator.cash(party) for party in (net.tier1, net.bank_a, net.car_maker)}
    net.car_maker.repay(claim, 300_000_00)
    net.car_maker.repay(claim, 700_000_00)
    for note in (root, root + 1):
        net.car_maker.redeem(note)
    moved = {party.account: net.operator.cash(party) - before[party.account] for party in (net.tier1, net.bank_a)}
    spent = before[net.car_maker.account] - net.operator.cash(net.car_maker)
    found = cash_flow(net.world.system.database, claim, None)
    told = {(row["kind"], row["from"], row["to"]): row["amountFen"] for row in found}
    assert told == {
        ("bought", net.bank_a.account, net.tier1.account): price,
        ("paid_in", net.car_maker.account, ""): spent,
        ("paid_out", "", net.tier1.account): moved[net.tier1.account],
        ("paid_out", "", net.bank_a.account): moved[net.bank_a.account],
    }


def test_the_flow_is_on_the_page_and_its_prices_are_for_the_two_sides(feiqian: Network) -> None:
    """Rule G47: the obligor sees what it pays, and not what a bank gave for it."""
    net = feiqian
    claim, _, price = sold(net)
    paid = f"{price // 100:,}.{price % 100:02}"
    for party, sees in ((net.tier1, True), (net.bank_a, True), (net.car_maker, False)):
        page = Browser(net).enter_as(party.account).get(f"/receivables/{claim}").text
        assert (paid in page) is sees, party.name
        flow = given(page, "flow")
        assert (flow is not None) is sees
        if flow:
            assert [(link["value"], link["said"]) for link in flow["links"]] == [
                (price, f"bank_a → tier1: {paid} CNY"),
            ]
            assert f'bank_a</td><td>tier1</td><td class="text-end"><span class="amount">{paid}' in page


def test_cash_that_comes_back_makes_no_circle(feiqian: Network) -> None:
    """A sale to a supplier that sells on to the first one's bank: each end of a flow stands for one direction alone."""
    net = feiqian
    claim, root, _ = sold(net)
    net.bank_a.ask_for_quotes(claim, 100_000_00, [net.bank_b])
    quote = net.bank_b.quote(claim, net.bank_a, 100_000_00, rate_bps=400)["result"]["quoteId"]
    net.bank_a.accept(quote, root + 1)
    flow = given(Browser(net).enter_as(net.bank_a.account).get(f"/receivables/{claim}").text, "flow")
    sources, targets = ({link[end] for link in flow["links"]} for end in ("source", "target"))
    assert len(flow["links"]) == 2 and not sources & targets


def test_the_tree_has_the_notes(feiqian: Network) -> None:
    """Rule G45, for a hostile name too: the page says each as text, and the picture gets it as data."""
    net = feiqian
    ugly = net.operator.register(f"Ugly {UGLY}", "UGLY-9", ["supplier"])
    claim, root = net.confirmed(1_000_00)
    net.tier1.endorse(root, ugly, 400_00)
    net.tier1.endorse(root, net.tier2, 100_00)
    page = Browser(net).enter_as(net.tier1.account).get(f"/receivables/{claim}").text
    (top,) = given(page, "tree")["roots"]
    assert (top["said"], top["href"]) == (f"{root} · tier1 · 500.00", f"/notes/{root}")
    assert [one["said"] for one in top["children"]] == [
        f"{root + 1} · Ugly {UGLY} · 400.00", f"{root + 2} · tier2 · 100.00",
    ]  # fmt: skip
    assert "<img src=x" not in page


def test_what_arrives_is_drawn_from_the_days(feiqian: Network) -> None:
    """Rule G57: two claims of one day are one bar; what the one expects the other owes."""
    net = feiqian
    for amount, days in ((100_00, 30), (250_50, 60), (50_00, 60)):
        net.confirmed(amount, days=days)
    for party, path in ((net.tier1, "/desks/supplier"), (net.car_maker, "/desks/obligor")):
        bars = given(Browser(net).enter_as(party.account).get(path).text, "bars")
        assert (bars["series"], bars["decimals"]) == ([{"name": "", "values": [100_00, 300_50]}], 2)
        assert [words.rpartition(": ")[2] for words in bars["said"]] == ["100.00 CNY", "300.50 CNY"]
        assert bars["labels"] == [words.rpartition(": ")[0] for words in bars["said"]]
    empty = Browser(net).enter_as(net.tier2.account).get("/desks/supplier").text
    assert given(empty, "bars") is None and "echarts" not in empty


def test_the_ladder_has_notes_and_loans_on_top_of_each_other(feiqian: Network) -> None:
    """Rule G57."""
    net = feiqian
    feed_of(net)
    lent(net)
    _, note = net.confirmed(1_000_00)
    net.tier1.endorse(note, net.bank_a, 400_00)
    page = Browser(net).enter_as(net.bank_a.account).get("/desks/financier").text
    bars = given(page, "bars")
    assert [one["name"] for one in bars["series"]] == ["notes", "loans"]
    notes, loans = (one["values"] for one in bars["series"])
    assert (sum(notes), sum(loans)) == (400_00, int(net.bank_a.loans()[0]["drawnFen"]))
    assert (
        len(bars["labels"])
        == len(notes)
        == page.partition('id="maturities-title"')[2].partition("</table>")[0].count('<th scope="row"')
    )


def test_the_map_has_each_loan_as_large_as_its_debt_and_in_its_band(feiqian: Network) -> None:
    """Rule G57: sound, then called with its deadline, then to be sold; in words as well."""
    net = feiqian
    feed = feed_of(net)
    loan, _, _ = lent(net)
    bank = Browser(net).enter_as(net.bank_a.account)

    def drawn() -> dict[str, Any]:
        picture = given(bank.get("/desks/financier").text, "map")
        assert set(picture["bands"]) == {"sound", "call", "sale", "unpriced"}
        (one,) = picture["loans"]
        return dict(one)

    one = drawn()
    assert (one["band"], one["href"], one["value"]) == (
        "sound",
        f"/loans/{loan}",
        int(net.bank_a.loan(loan)["owedFen"]),
    )
    assert one["said"].startswith(f"Loan {loan} of tier1: owes ") and len(one["lines"]) == 2
    publish(net, feed, 340_00)
    assert drawn()["band"] == "call"
    net.bank_a.call_margin(loan)
    one = drawn()
    assert (
        one["band"] == "call" and "answer to its call by" in one["said"] and one["lines"][2].startswith("call until ")
    )
    publish(net, feed, 260_00)
    assert drawn()["band"] == "sale"
    assert given(Browser(net).enter_as(net.bank_b.account).get("/desks/financier").text, "map") is None


def test_several_payees_are_said_and_paid_at_once(feiqian: Network) -> None:
    """Rule G56."""
    net = feiqian
    _, note = net.confirmed(1_000_00)
    browser, path = Browser(net).enter_as(net.tier1.account), f"/acts/endorse-many/{note}"
    rows = [(net.tier2.account, "600.50", "yes"), ("", "", "yes"), (net.bank_a.account, "1,0.25", "no")]
    form = _rows(rows)
    page = browser.post(path, form | {"step": "review"}).text
    assert f"Of note {note} pass 600.50 CNY to tier2, with recourse; 10.25 CNY to bank_a, without recourse." in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    sent = [re.findall(rf'name="{name}" value="([^"]*)"', page) for name in form]
    assert sent == list(form.values()), "the rows stay side by side"
    do = form | {"step": "do", "key": key[1]}
    assert browser.post(path, do).status_code == 422, "recourse has to be agreed to"
    assert browser.post(path, do | {"consent-recourse": "yes"}).status_code == 303
    assert [one["valueFen"] for one in net.tier2.notes()] == ["60050"]
    assert [(one["valueFen"], one["withRecourse"]) for one in net.bank_a.notes()] == [("1025", False)]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "is missing"),
        ([("", "5", "yes")], "row 1 lacks something"),
        ([("tier2", "", "no")], "row 1 lacks something"),
        ([("tier2", "1", "perhaps")], "row 1 lacks something"),
        ([("", "", "no"), ("tier2", "1.234", "no")], "row 2: CNY has 2 decimals"),
        ([("tier2", "600", "no"), ("bank_a", "400.01", "no")], "comes to more than there is: 1000.00 CNY"),
    ],
)
def test_rows_that_make_no_sense_are_refused_beside_them(
    feiqian: Network, rows: list[tuple[str, str, str]], says: str
) -> None:
    """Rule G56: nothing is sent, and what was written stays."""
    net = feiqian
    _, note = net.confirmed(1_000_00)
    accounts = {"tier2": net.tier2.account, "bank_a": net.bank_a.account, "": ""}
    form = _rows([(accounts[to], amount, recourse) for to, amount, recourse in rows])
    answer = Browser(net).enter_as(net.tier1.account).post(f"/acts/endorse-many/{note}", form | {"step": "review"})
    assert answer.status_code == 422
    assert f'id="endorsements-wrong">{says}' in answer.text
    for _, amount, _ in rows:
        assert f'value="{amount}"' in answer.text


def test_lists_of_different_length_are_no_rows(feiqian: Network) -> None:
    net = feiqian
    _, note = net.confirmed(1_000_00)
    form = _rows([(net.tier2.account, "1", "no")]) | {"endorsements.valueFen": ["1", "2"], "step": "review"}
    answer = Browser(net).enter_as(net.tier1.account).post(f"/acts/endorse-many/{note}", form)
    assert answer.status_code == 422 and "has rows that lack something" in answer.text


def _rows(rows: list[tuple[str, str, str]]) -> dict[str, Any]:
    names = [f"endorsements.{part}" for part in ("to", "valueFen", "withRecourse")]
    return {name: [row[column] for row in rows] for column, name in enumerate(names)}


def test_a_loan_in_default_may_be_sold_and_one_that_is_sound_may_not(feiqian: Network) -> None:
    """The loan's page offers what the contract would take (rule G44)."""
    net = feiqian
    feed = feed_of(net)
    loan, _, _ = lent(net)
    net.operator.issue_cash(net.tier2, 500_000_00)
    bank = Browser(net).enter_as(net.bank_a.account)

    def offered() -> set[str]:
        page = bank.get(f"/loans/{loan}").text
        return {name for name in ("call-margin", "open-sale", "bid", "close-sale", "waive") if f"/acts/{name}/" in page}

    assert offered() == {"waive"}
    publish(net, feed, 340_00)
    assert offered() == {"call-margin", "waive"}
    publish(net, feed, 260_00)
    assert offered() == {"open-sale", "waive"}
    net.bank_a.open_sale(loan)
    assert offered() == {"bid", "waive"}
    net.tier2.bid(loan, 210_000_00)
    net.operator.travel(days=2)
    net.tier2.close_sale(loan)
    page = bank.get(f"/loans/{loan}").text
    assert "sold, with a shortfall" in page and "210,000.00" in page and "tier2" in page
    publish(net, feed, 250_00)
    last = ltv_points(net.world.system.database, loan)[-1]
    assert (last["owedFen"], last["ltvBps"]) == (int(net.bank_a.loan(loan)["owedFen"]), None)
