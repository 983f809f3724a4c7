"""A loan on a note by clicking, in both languages: asked for, offered from the financier's desk, taken and repaid from
the supplier's (rules G5, G7, G9, G41, G49)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import DESKTOP, PHONE, Site
from .test_financing import WIDER, row_of, succeed


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_loan_is_taken_and_repaid(site: Site, language: str) -> None:
    net = site.network
    _, note = net.confirmed(amount=1_000_000_00)
    net.operator.issue_cash(net.tier1, 1_000_00)
    supplier = site.visit(net.tier1, language=language)
    supplier.page.goto("/")
    row_of(supplier, "notes", "1,000,000.00").locator(f"a[href='/acts/ask-loan-on-note/{note}']").click()
    supplier.page.locator("#limitFen").fill("400,000.00")
    supplier.go_on()
    supplier.page.goto("/")
    not_yet = {"en": "not yet", "zh": "尚未答复"}[language]
    expect(row_of(supplier, "asked", net.bank_a.name)).to_contain_text(not_yet)

    bank = site.visit(net.bank_a, language=language)
    bank.page.goto("/")
    bank.page.locator("section[aria-labelledby='loan-requests-title'] a[href^='/acts/offer-loan-on-note/']").click()
    for field, value in (("rateBps", "6.20"), ("penaltyBps", "9.30"), ("reservePriceFen", "70")):
        bank.page.locator(f"#{field}").fill(value)
    succeed(bank)

    supplier.page.goto("/")
    expect(row_of(supplier, "asked", net.bank_b.name)).to_contain_text(not_yet)
    row_of(supplier, "loan-offers", net.bank_a.name).locator("a[href^='/acts/take-loan/']").click()
    supplier.page.locator("#amountFen").fill("300,000.00")
    succeed(supplier)
    (loan,) = net.tier1.loans()
    supplier.page.goto("/")
    row = row_of(supplier, "loans", net.bank_a.name)
    expect(row).to_contain_text(f"{int(loan['owedFen']) / 100:,.2f}")
    for size in (DESKTOP, PHONE):
        supplier.page.set_viewport_size(size)
        assert supplier.violations() == []
        assert not supplier.page.evaluate(WIDER)
    supplier.page.set_viewport_size(DESKTOP)
    row.locator(f"a[href='/acts/repay-loan/{loan['id']}']").click()
    succeed(supplier)
    assert net.tier1.loan(loan["id"])["status"] == "ended"
    assert supplier.complaints == bank.complaints == []
