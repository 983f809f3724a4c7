"""Debian's Chromium, driven by Playwright, on pages that are served on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from backend.config import ROOT
from backend.sdk import Party
from backend.testing import Network
from backend.world import listen

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
WIDEST = """[...document.querySelectorAll("main *, header *, nav *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-responsive"))
    .slice(0, 3).map((e) => e.outerHTML.slice(0, 160))"""
PATIENCE = 30_000
"""Milliseconds for what a page is to show: the machine has other work. How fast it is, `scripts/bench_pages.py` says."""
expect.set_options(timeout=PATIENCE)
EXPECTED = ("the server responded with a status of 4",)
"""What Chromium writes to its console where a page answers with a refusal that a test asked for."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        missing = "CHROMIUM IS NOT INSTALLED: no page is tested in a browser (Debian's package is chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Site:
    """The pages of a network, and browsers that look at them."""

    network: Network
    address: str
    chromium: Browser
    contexts: list[BrowserContext]

    def visit(
        self, party: Party | str | None = None, *, language: str = "en", size: Any = None, **more: Any
    ) -> Visitor:
        """A browser of its own, with its own cookies; come in as `party` where one is named (`operator`: by key)."""
        locale = "zh-CN" if language == "zh" else "en-GB"
        context = self.chromium.new_context(
            base_url=self.address, locale=locale, viewport=size or DESKTOP, reduced_motion="reduce", **more
        )
        self.contexts.append(context)
        visitor = Visitor(context.new_page(), language, [])
        visitor.page.on("console", visitor.hear)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        if party == "operator":
            visitor.page.goto("/door")
            visitor.page.locator("#key").fill(self.network.world.settings.operator_api_key or "")
            visitor.page.locator("form[action='/door/key'] button").click()
        elif isinstance(party, Party):
            visitor.page.goto("/door")
            visitor.page.locator(f"form[action='/door/parties/{party.account}'] button").click()
        return visitor


@dataclass
class Visitor:
    page: Page
    language: str
    complaints: list[str]

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(known in message.text for known in EXPECTED):
            self.complaints.append(message.text)

    def act(self, name: str, identifier: object = "", **fields: str) -> Visitor:
        """Goes through an act as its form has it: fills in, reads what will happen, ticks each consent, does it."""
        page = self.page
        page.goto(f"/acts/{name}" + (f"/{identifier}" if identifier != "" else ""))
        for field, value in fields.items():
            control = page.locator(f"[name='{field}']").first
            kind = control.evaluate("e => e.type")
            if kind in ("radio", "checkbox"):
                page.locator(f"[name='{field}'][value='{value}']").check()
            elif kind == "select-one":
                control.select_option(value)
            else:
                control.fill(value)
        return self.go_on()

    def go_on(self) -> Visitor:
        page = self.page
        page.locator("button[name=step][value=review]").click()
        page.locator("button[name=step][value=do]").wait_for()
        for tick in page.locator("input[name^='consent-']").all():
            tick.check()
        page.locator("button[name=step][value=do]").click()
        return self

    def too_wide(self) -> list[str]:
        """What is wider than the screen; empty where nothing is."""
        if not self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            return []
        return list(self.page.evaluate(WIDEST)) or ["something"]

    def violations(self) -> list[str]:
        """What axe-core says against the page, by WCAG 2.2 AA."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(f"axe.run({{runOnly: {WCAG}}})")
        return [
            f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:160]})"
            for one in found["violations"]
            for node in one["nodes"]
        ]


@pytest.fixture
def site(feiqian: Network, chromium: Browser) -> Iterator[Site]:
    listener = listen(feiqian.world.settings.model_copy(update={"port": 0}))
    feiqian.world.serve(listener)
    site = Site(feiqian, f"http://127.0.0.1:{listener.getsockname()[1]}", chromium, [])
    try:
        yield site
    finally:
        for context in site.contexts:
            context.close()
        feiqian.world.stop_serving()


@pytest.fixture
def invoice_file(feiqian: Network, tmp_path: Path) -> Callable[..., Path]:
    def make(**facts: Any) -> Path:
        path = tmp_path / "invoice.xml"
        path.write_bytes(feiqian.invoice(**facts))
        return path

    return make
