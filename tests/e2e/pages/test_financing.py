"""From the inbox to cash by clicking, in both languages: the core enterprise confirms a part, two financiers quote, the
supplier sells at the better quote (rules G5, G7, G9, G40, G41)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from backend.sdk import Party

from .conftest import DESKTOP, PHONE, Site, Visitor

WIDER = "document.documentElement.scrollWidth > innerWidth"


def row_of(visitor: Visitor, section: str, words: str) -> Locator:
    """The row of a table that has these words, by the heading's id."""
    return visitor.page.locator(f"section[aria-labelledby='{section}-title'] tbody tr", has_text=words)


def succeed(visitor: Visitor) -> None:
    visitor.go_on()
    expect(visitor.page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)


def quote(site: Site, bank: Party, language: str, rate: str) -> Visitor:
    """What is asked is answered from the desk, with nothing written but the rate."""
    visitor = site.visit(bank, language=language)
    visitor.page.goto("/")
    visitor.page.locator("section[aria-labelledby='requests-title'] a[href^='/acts/give-quote/']").click()
    expect(visitor.page.locator("#valueFen")).to_have_value("500000.00")
    visitor.page.locator("#rateBps").fill(rate)
    succeed(visitor)
    visitor.page.goto("/")
    assert row_of(visitor, "quotes", f"{rate} %").count() == 1
    return visitor


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_part_is_confirmed_quoted_and_sold(site: Site, language: str) -> None:
    net = site.network
    claim = net.registered(amount=1_000_000_00)
    waiting = net.registered(amount=200_000_00)
    obligor = site.visit(net.car_maker, language=language)
    obligor.page.goto("/")
    obligor.page.locator(f"article[aria-labelledby='claim-{claim}'] a[href='/acts/confirm/{claim}']").click()
    obligor.page.locator("#amountFen").fill("800,000.00")
    succeed(obligor)
    assert net.car_maker.receivable(claim)["confirmedFen"] == "80000000"
    obligor.page.goto("/")
    assert obligor.page.locator("article").count() == 1, "the other one waits still"
    expect(obligor.page.locator(f"#claim-{waiting}")).to_be_visible()
    assert row_of(obligor, "payables", "800,000.00").count() == 1

    net.tier1.ask_for_quotes(claim, 500_000_00, [net.bank_a, net.bank_b])
    dear, cheap = quote(site, net.bank_a, language, "6.20"), quote(site, net.bank_b, language, "4.80")

    supplier = site.visit(net.tier1, language=language)
    supplier.page.goto("/")
    best = row_of(supplier, "offers-1", net.bank_b.name)
    expect(best.locator("th")).to_contain_text({"en": "best: most cash", "zh": "最优:到手最多"}[language])
    assert row_of(supplier, "offers-1", net.bank_a.name).locator(".badge").count() == 0
    best.locator("a[href^='/acts/sell/']").click()
    succeed(supplier)
    (note,) = net.bank_b.notes()
    assert (note["valueFen"], net.bank_a.notes()) == ("50000000", [])
    cheap.page.goto("/")
    assert row_of(cheap, "notes", net.tier1.name).count() == 1
    assert row_of(cheap, "exposures", "100.00 %").count() == 1

    for visitor in (obligor, dear, cheap, supplier):
        for size in (DESKTOP, PHONE):
            visitor.page.set_viewport_size(size)
            visitor.page.goto("/")
            assert visitor.violations() == []
            assert not visitor.page.evaluate(WIDER)
        assert visitor.complaints == []
