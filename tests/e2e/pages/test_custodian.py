"""Goods come in and go out by clicking, in both languages, on a desk and on a phone (rules G5, G54)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, PHONE, Site


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=["en", "zh-phone"])
def test_goods_are_taken_in_and_handed_out(site: Site, language: str, size: dict[str, int]) -> None:
    net = site.network
    keeper = site.visit(net.warehouse, language=language, size=size)
    page = keeper.page
    expect(page).to_have_url(f"{site.address}/desks/custodian")
    page.locator("a[href='/acts/take-in']").click()
    year = (datetime.fromtimestamp(net.operator.now(), UTC) + timedelta(days=365)).strftime("%Y-%m-%d")
    said = {
        "commodity": "COPPER", "grade": "A", "unit": "T", "quantity": "120.5", "location": "洋山港 7 号库",
        "lot": "CU-0815", "inspection": "CCIC 2026-0815", "insurance": "PICC 88", "insuredUntil": year,
        "expiresAt": year,
    }  # fmt: skip
    page.locator("[name=depositor]").select_option(net.tier1.account)
    for name, value in said.items():
        page.locator(f"[name={name}]").fill(value)
    keeper.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    (receipt,) = net.tier1.receipts()
    assert (receipt["quantity"], receipt["commodity"]) == ("120.500", "COPPER")

    net.tier1.order_delivery(receipt["id"], "20.5", "truck 沪A·12345")
    page.goto("/desks/custodian")
    waiting = page.locator("#orders-title").locator("xpath=ancestor::section")
    expect(waiting).to_contain_text("truck 沪A·12345")
    waiting.locator("a[href^='/acts/deliver/']").click()
    keeper.go_on()
    expect(page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    assert net.warehouse.lots()[0]["live"] == "100.000"

    for path in ("/desks/custodian", f"/receipts/{receipt['id']}", f"/lots/{receipt['lotId']}"):
        page.goto(path)
        assert keeper.violations() == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert keeper.complaints == []
