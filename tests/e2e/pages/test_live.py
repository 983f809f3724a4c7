"""What one does, others see (rule G10)."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Site


def test_two_browsers_see_each_others_acts(site: Site) -> None:
    net = site.network
    claim = net.registered(amount=1_000_00)
    supplier, obligor = site.visit(net.tier1), site.visit(net.car_maker)
    supplier.page.goto("/")
    expect(supplier.page.locator("[data-connection]")).to_have_text("live")
    expect(supplier.page.locator("#claims-title")).to_be_visible()
    obligor.act("confirm", claim, amountFen="600.00", setOffWaived="yes")
    expect(obligor.page.locator("[data-state=succeeded]")).to_be_visible()
    expect(supplier.page.locator("main")).to_contain_text("600.00")
    obligor.page.goto(f"/receivables/{claim}")
    expect(obligor.page.locator("[data-connection]")).to_have_text("live")
    supplier.act("endorse", 1, to=net.tier2.account, valueFen="1.23", withRecourse="no")
    expect(obligor.page.locator("main")).to_contain_text("1.23")


def test_a_lost_connection_comes_back_without_a_reload(site: Site) -> None:
    net = site.network
    claim = net.registered(amount=1_000_00)
    visitor = site.visit(net.tier1)
    visitor.page.goto("/")
    expect(visitor.page.locator("[data-connection]")).to_have_text("live")
    visitor.page.evaluate("window.stayed = true")
    visitor.page.context.set_offline(True)
    net.car_maker.confirm(claim, 777_00)
    visitor.page.context.set_offline(False)
    net.tier1.endorse(1, net.tier2, 5_55)
    expect(visitor.page.locator("main")).to_contain_text("777.00")
    expect(visitor.page.locator("main")).to_contain_text("5.55")
    assert visitor.page.evaluate("window.stayed"), "it was not loaded again"


def test_a_hidden_page_holds_no_connection(site: Site) -> None:
    visitor, ended = site.visit(site.network.tier1), []
    visitor.page.on("requestfailed", lambda request: ended.append(request.url))
    visitor.page.goto("/")
    expect(visitor.page.locator("[data-connection]")).to_have_text("live")
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
    tell = "document.dispatchEvent(new Event('visibilitychange'))"
    visitor.page.evaluate(hide % "true" + tell)
    visitor.page.wait_for_timeout(500)
    assert [url for url in ended if "/live?" in url]
    with visitor.page.expect_request("**/live?*"):
        visitor.page.evaluate(hide % "false" + tell)
