"""Pictures are drawn from the page's figures (rule G45)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Site


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
