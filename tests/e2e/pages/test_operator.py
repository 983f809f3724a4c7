"""The operator takes a participant in, freezes it, and moves the clock, by clicking (rules G35, G37)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, PHONE, Site
from .test_all_pages import faults

WORDS = {"en": ("Take a participant in", "Freeze", "frozen"), "zh": ("登记参与方", "冻结", "已冻结")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_participant_is_taken_in_and_frozen(site: Site, language: str) -> None:
    visitor, (take_in, freeze, frozen) = site.visit("operator", language=language), WORDS[language]
    page, found = visitor.page, []
    page.goto("/")
    page.get_by_role("link", name=take_in).click()
    page.locator("[name=name]").fill("Qingyuan 清源")
    page.locator("[name=identifier]").fill("91110000QY0001")
    page.locator("[name=roles][value=supplier]").check()
    visitor.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    page.goto("/desks/operator")
    row = page.locator("tr", has_text="Qingyuan 清源")
    row.get_by_role("link", name=freeze, exact=True).click()
    page.locator("[name=order]").fill("order 7")
    visitor.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    page.goto("/desks/operator")
    expect(row).to_contain_text(frozen)
    before = site.network.operator.now()
    visitor.act("travel", seconds="2")
    expect(page.locator(".alert-success")).to_be_visible()
    assert site.network.operator.now() - before >= 2 * 86_400
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        page.goto("/desks/operator")
        found += faults(visitor, "/desks/operator")
    assert not found, "\n".join(found)
