"""What is tried against a reader's browser (rules G1, G3, G4, G8)."""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from .conftest import Site

HOSTILE = """<img src=x onerror="window.broken=1"><script>window.broken=1</script>"'{{7*7}}"""


def test_hostile_strings_are_text_on_every_page_that_shows_them(site: Site) -> None:
    """In the name of a party, the fields of an invoice, the reason of a refusal and of a dispute."""
    net = site.network
    supplier = net.operator.register(f"Sup {HOSTILE}", f"ID {HOSTILE}", ["supplier"])
    invoice = net.invoice(amount=100_00, number=html.escape(HOSTILE))
    claim = int(net.tier1.hand_over(invoice)["result"]["receivableId"])
    net.car_maker.confirm(claim, 100_00)
    net.car_maker.dispute(claim, 50_00, HOSTILE)
    refused = int(net.tier1.hand_over(net.invoice(amount=200_00))["result"]["receivableId"])
    net.car_maker.reject(refused, HOSTILE)
    net.tier1.endorse(1, supplier, 10_00)
    visitor = site.visit(net.tier1)
    for path in ("/door", "/", f"/receivables/{claim}", f"/receivables/{refused}", "/notes/1", "/acts/endorse/1"):
        visitor.page.goto(path)
        visitor.page.wait_for_timeout(200)
        assert visitor.page.evaluate("window.broken") is None, path
        assert "'49" not in visitor.page.content(), "no template was made of it"
    visitor.page.goto(f"/receivables/{refused}")
    expect(visitor.page.locator("main")).to_contain_text(HOSTILE)


@pytest.fixture
def elsewhere(site: Site) -> Iterator[str]:
    """A page of another site with a form that pays us: its address."""
    form = f"""<!doctype html><form method=post action="{site.address}/acts/endorse/1"><input name=step value=do>
    <input name=to value="{site.network.tier2.account}"><input name=valueFen value=1><input name=withRecourse value=no>
    <input name=key value="{"k" * 24}"></form><script>document.forms[0].submit()</script>"""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(form.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def test_a_page_of_another_site_moves_nothing(site: Site, elsewhere: str) -> None:
    net = site.network
    net.confirmed(100_00)
    visitor = site.visit(net.tier1)
    visitor.page.goto(elsewhere)
    visitor.page.wait_for_url("**/acts/endorse/1")
    expect(visitor.page.locator("main")).to_contain_text("HTTP 403")
    assert net.tier2.notes() == []
    visitor.page.goto("/")
    expect(visitor.page.locator("h1")).to_have_text("tier1")


def test_the_cookie_cannot_be_read_by_a_script(site: Site) -> None:
    visitor = site.visit(site.network.tier1)
    assert "session" not in visitor.page.evaluate("document.cookie")
    (cookie,) = [one for one in visitor.page.context.cookies() if one["name"] == "feiqian_session"]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_the_documentation_works_under_its_policy(site: Site) -> None:
    """Rule Y9: its page loads from here alone, like every other."""
    visitor = site.visit()
    visitor.page.goto("/docs")
    visitor.page.locator(".opblock-summary").first.wait_for(timeout=60_000)
    assert visitor.complaints == []
