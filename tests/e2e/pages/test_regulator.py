"""A regulator freezes a party by clicking, in both languages, on a desk and on a phone (rules G5, G50, G52)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from backend.sdk import Refused

from .conftest import DESKTOP, PHONE, Site


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=["en", "zh-phone"])
def test_a_party_is_frozen_and_its_act_is_refused(site: Site, language: str, size: dict[str, int]) -> None:
    net = site.network
    receivable, note = net.confirmed(3_000_000_00)
    regulator = site.visit(net.operator.register("监管局", "REG-0001", ["regulator"]), language=language, size=size)
    page = regulator.page
    expect(page).to_have_url(f"{site.address}/desks/regulator")
    page.locator(
        f"#people-title >> xpath=ancestor::section >> a[href='/acts/freeze-participant/{net.tier1.account}']"
    ).click()
    page.locator("[name=order]").fill("沪监 2026-12")
    regulator.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)

    page.goto("/desks/regulator")
    supplier = site.visit(net.tier1, language=language)
    supplier.act("endorse", note, to=net.tier2.account, valueFen="1,000.00", withRecourse="yes")
    words = {"en": "is frozen", "zh": "已被冻结"}[language]
    expect(supplier.page.get_by_role("alert")).to_contain_text(words)
    assert net.tier2.notes() == []
    with pytest.raises(Refused):
        net.tier1.hand_over(net.invoice())

    page.reload()
    told = page.locator("#suspicions-title >> xpath=ancestor::section")
    expect(told).to_contain_text("tier1")
    page.locator("#what").fill(str(note))
    page.locator("form[action='/trails'] button").click()
    expect(page.locator(f"#note-{note}.table-active")).to_be_visible()

    for path in (
        "/desks/regulator",
        "/desks/regulator/books",
        f"/trails/{receivable}",
        f"/participants/{net.tier1.account}",
    ):
        page.goto(path)
        assert regulator.violations() == [], path
        assert regulator.too_wide() == [], path
    assert regulator.complaints == []
