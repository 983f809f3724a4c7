"""From a thing to its transaction and back, and what the chain shows to whom (rules G30 to G34)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, PHONE, Site
from .test_all_pages import faults

WORDS = {"en": ("Transaction", "Search", "Latest blocks"), "zh": ("交易", "查询", "最新区块")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_claim_is_followed_to_its_block_and_back(site: Site, language: str) -> None:
    net = site.network
    claim, note = net.confirmed(amount=1_234_567_00)
    net.tier1.endorse(note, net.tier2, 5_000_00)
    visitor, (transaction, search, blocks) = site.visit(net.tier1, language=language), WORDS[language]
    page, found = visitor.page, []
    page.goto(f"/notes/{note}")
    page.locator("tr", has_text="NoteEndorsed").locator("a[href^='/explorer/transactions/']").click()
    expect(page.locator("h1")).to_contain_text(transaction)
    expect(page.locator("main")).to_contain_text("5,000.00")
    path = page.url.removeprefix(site.address)
    page.locator("dl.facts a[href^='/explorer/blocks/']").click()
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d+"))
    page.locator("th a[href^='/explorer/transactions/']").click()
    page.locator(f"a[href='/notes/{note}']").first.click()
    expect(page).to_have_url(re.compile(f"/notes/{note}$"))
    page.goto("/explorer")
    expect(page.locator("#blocks-title")).to_have_text(blocks)
    expect(page.locator("[data-connection]")).not_to_have_text("")
    net.car_maker.dispute(claim, 100_00, "short delivery")
    expect(page.locator("#events-title").locator("xpath=../..")).to_contain_text("ReceivableDisputed")
    page.locator("#q").fill("car_maker")
    page.get_by_role("button", name=search).click()
    expect(page.locator("h1")).to_have_text("car_maker")
    here = page.url.removeprefix(site.address)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for each in (
            "/explorer",
            path,
            here,
            "/explorer/contracts/Receivables",
            f"/explorer/events?kind=note&number={note}",
        ):
            page.goto(each)
            found += faults(visitor, each)
    assert not found, "\n".join(found)
