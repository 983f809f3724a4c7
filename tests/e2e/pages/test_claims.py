"""From paper to cash by clicking, in both languages (rules G5, G6, G7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Site


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_invoice_is_handed_over_confirmed_and_endorsed(
    site: Site, language: str, invoice_file: Callable[..., Path]
) -> None:
    net = site.network
    supplier = site.visit(net.tier1, language=language)
    supplier.page.goto("/acts/hand-over")
    supplier.page.locator("#invoice").set_input_files(invoice_file(amount=1_000_000_00))
    supplier.go_on()
    expect(supplier.page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    (claim,) = net.tier1.receivables()
    assert claim["faceValueFen"] == "100000000"

    obligor = site.visit(net.car_maker, language=language)
    obligor.act("confirm", claim["id"], amountFen="1,000,000.00", setOffWaived="yes")
    expect(obligor.page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)

    supplier.act("endorse", 1, to=net.tier2.account, valueFen="600,000.00", withRecourse="yes")
    expect(supplier.page.locator("[data-state=succeeded]")).to_be_visible(timeout=30_000)
    assert [note["valueFen"] for note in net.tier2.notes()] == ["60000000"]
    assert supplier.complaints == obligor.complaints == []
    for path in ("/", "/receivables/1", "/notes/1", "/acts/endorse/1"):
        supplier.page.goto(path)
        assert supplier.violations() == [], path
    assert supplier.complaints == []
