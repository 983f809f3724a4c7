"""Pictures are drawn from the page's figures (rule G45)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.backend.integration.api.test_loans import feed_of, lent, publish

from .conftest import DESKTOP, PHONE, Site


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_tree_of_a_claim_leads_to_its_notes(site: Site, language: str) -> None:
    net = site.network
    claim, note = net.confirmed(1_000_00)
    net.tier1.endorse(note, net.tier2, 400_00)
    visitor = site.visit(net.tier1, language=language)
    visitor.page.goto(f"/receivables/{claim}")
    tree = visitor.page.locator("figure[data-picture=tree] svg")
    expect(tree.get_by_text("tier1")).to_be_visible()
    expect(tree.get_by_text("tier2 · 400.00")).to_be_visible()
    net.tier1.endorse(note, net.tier2, 99_00)
    expect(visitor.page.locator("figure[data-picture=tree] svg").get_by_text("99.00")).to_be_visible(timeout=5_000)
    visitor.page.locator("figure[data-picture=tree] svg").get_by_text("tier2 · 400.00").click()
    visitor.page.wait_for_url(f"**/notes/{note + 1}")
    assert visitor.violations() == visitor.complaints == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_note_is_split_among_two_by_typing(site: Site, language: str) -> None:
    """Rule G56: what is left is said while one types, and the review has both."""
    net = site.network
    claim, note = net.confirmed(1_000_00)
    visitor = site.visit(net.tier1, language=language)
    page = visitor.page
    page.goto(f"/notes/{note}")
    page.locator(f"a[href='/acts/endorse-many/{note}']").click()
    left = page.locator("[data-left] output")
    expect(left).to_have_text("1,000.00")
    for row, (party, amount, rest) in enumerate(((net.tier2, "600.50", "399.50"), (net.bank_a, "399.51", "−0.01"))):
        page.locator("[name='endorsements.to']").nth(row).select_option(party.account)
        page.locator("[name='endorsements.valueFen']").nth(row).press_sequentially(amount)
        expect(left).to_have_text(rest)
    page.locator("[name='endorsements.valueFen']").nth(1).fill("99.50")
    page.locator("[name='endorsements.withRecourse']").nth(1).select_option("no")
    expect(left).to_have_text("300.00")
    assert visitor.violations() == []
    page.set_viewport_size(PHONE)
    assert visitor.too_wide() == []
    visitor.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    assert [one["valueFen"] for one in net.tier2.notes() + net.bank_a.notes()] == ["60050", "9950"]
    page.goto(f"/receivables/{claim}")
    expect(page.locator("figure[data-picture=tree] svg").get_by_text("300.00")).to_be_visible()
    assert visitor.too_wide() == visitor.violations() == visitor.complaints == []


def test_a_note_is_split_by_dragging(site: Site) -> None:
    """Rule G56: whole yuan while one drags, never more than is left, and all of it at the end."""
    net = site.network
    _, note = net.confirmed(1_000_37)
    visitor = site.visit(net.tier1)
    page = visitor.page
    page.goto(f"/acts/endorse-many/{note}")
    amounts, left = page.locator("[name='endorsements.valueFen']"), page.locator("[data-left] output")

    def drag(row: int, to: float) -> None:
        share = page.locator("[data-share] input").nth(row)
        share.scroll_into_view_if_needed()
        box = share.bounding_box()
        assert box is not None
        value = int(share.input_value()) / 1000
        start = box["x"] + 8 + value * (box["width"] - 16)
        page.mouse.move(start, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 8 + to * (box["width"] - 16), box["y"] + box["height"] / 2, steps=8)
        page.mouse.up()

    drag(0, 0.5)
    half = amounts.nth(0).input_value()
    assert half.endswith(".00") and 450 < float(half) < 550
    drag(1, 1.2)
    rest = 1_000_37 - int(half.replace(".", ""))
    assert amounts.nth(1).input_value().replace(".", "") == str(rest)
    expect(left).to_have_text("0.00")
    drag(2, 0.4)
    assert amounts.nth(2).input_value() == "", "nothing is left for it"
    assert page.locator("[data-share] input").nth(2).input_value() == "0"
    for row, party in enumerate((net.tier2, net.bank_a)):
        page.locator("[name='endorsements.to']").nth(row).select_option(party.account)
        page.locator("[name='endorsements.withRecourse']").nth(row).select_option("no")
    assert visitor.violations() == []
    visitor.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    assert [int(one["valueFen"]) for one in net.tier2.notes() + net.bank_a.notes()] == [1_000_37 - rest, rest]
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_loan_is_repaid_by_clicking(site: Site, language: str) -> None:
    """From the desk to the loan and back; its LTV is drawn, also in the dark (rules G45, G46, G48)."""
    net = site.network
    feed_of(net)
    loan, _, _ = lent(net)
    net.operator.issue_cash(net.tier1, 100_000_00)
    net.operator.travel(seconds=5)
    visitor = site.visit(net.tier1, language=language, color_scheme="dark")
    page = visitor.page
    page.goto("/desks/supplier")
    page.locator("section[aria-labelledby=loans-title]").get_by_role("link", name=str(loan), exact=True).click()
    expect(page.locator("figure[data-picture=line] svg, section[aria-labelledby=acts-title]").first).to_be_visible()
    page.locator(f"a[href='/acts/repay-loan/{loan}']").click()
    expect(page.locator("[name=amountFen]")).not_to_have_value("")
    visitor.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    assert net.tier1.loan(loan)["status"] == "ended"
    page.goto(f"/loans/{loan}")
    expect(page.locator(f"a[href='/acts/repay-loan/{loan}']")).to_have_count(0)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        assert visitor.too_wide() == visitor.violations() == visitor.complaints == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_flow_bars_and_line_are_drawn_without_a_complaint(site: Site, language: str) -> None:
    """Rules G45, G47, G48: also after a swap, another theme and another width."""
    net = site.network
    feed = feed_of(net)
    loan, _, _ = lent(net)
    publish(net, feed, 420_00)
    claim, note = net.confirmed(1_000_000_00)
    net.tier1.ask_for_quotes(claim, 400_000_00, [net.bank_a])
    quote = net.bank_a.quote(claim, net.tier1, 400_000_00, rate_bps=480)["result"]["quoteId"]
    net.tier1.accept(quote, note)
    visitor = site.visit(net.tier1, language=language)
    page = visitor.page
    for path, kind in ((f"/receivables/{claim}", "flow"), ("/desks/supplier", "bars"), (f"/loans/{loan}", "line")):
        page.set_viewport_size(DESKTOP)
        page.goto(path)
        picture = page.locator(f"figure[data-picture={kind}]")
        expect(picture.locator("svg path").first).to_be_attached()
        assert picture.get_attribute("role") == "img" and picture.get_attribute("aria-label")
        wide = picture.locator("svg").bounding_box()
        page.set_viewport_size(PHONE)
        page.wait_for_function(
            "kind => document.querySelector(`figure[data-picture=${kind}] svg`).getBoundingClientRect().right <= innerWidth",
            arg=kind,
        )
        narrow = picture.locator("svg").bounding_box()
        assert wide and narrow and narrow["width"] < wide["width"]
        page.locator("[data-theme-switch]").click()
        page.evaluate("htmx.trigger(document.body, 'chain')")
        page.wait_for_timeout(600)
        expect(page.locator(f"figure[data-picture={kind}] svg")).to_have_count(1)
        assert visitor.too_wide() == visitor.violations() == visitor.complaints == []
