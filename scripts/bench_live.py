"""How soon one party's act is on another's screen: two browsers, one chain.

    python scripts/bench_live.py [--acts 20]         CHAIN=anvil for Anvil

A core enterprise confirms claims by clicking in one Chromium, while their supplier looks at its desk in another. For
each act: from the click to the block, from the block to the supplier's screen, and from the click to that screen.
The block is seen by asking the node every 5 ms; the screen by an observer in the page, which notes when the amount
that was confirmed first stands there. Needs Debian's chromium. Exit status 1 where an act took longer than 2 s to
the other screen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from repeating import repeating
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from backend import logs
from backend.chain.node import Node
from backend.config import Settings
from backend.invoices.minimal import make_invoice
from backend.sdk import Party
from backend.world import World, listen

BAR = 2.0
FACE = 1_000_000_00
WATCH = """() => {
    window.seen = {};
    const look = () => {
        const text = document.querySelector("main").innerText;
        for (const word of window.wanted ?? []) if (text.includes(word)) window.seen[word] ??= Date.now();
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def claims(world: World, count: int) -> tuple[Party, Party, list[int]]:
    """A core enterprise, its supplier, and claims that wait to be confirmed."""
    operator = world.operator()
    obligor = operator.register("Works", "OBLIGOR-1", ["obligor"], limits={"CNY": 1_000 * FACE})
    supplier = operator.register("Parts", "SUPPLIER-1", ["supplier"])
    now = operator.now()
    days = [time.strftime("%Y-%m-%d", time.gmtime(at)) for at in (now, now + 90 * 86_400)]
    found = []
    for number in range(count):
        invoice = make_invoice(amount=FACE, issued=days[0], due=days[1], number=str(number), currency="CNY",
                               seller="SUPPLIER-1", buyer="OBLIGOR-1")  # fmt: skip
        found.append(int(supplier.hand_over(invoice)["result"]["receivableId"]))
    return obligor, supplier, found


def enter(chromium: Browser, address: str, party: Party) -> Page:
    page = chromium.new_context(base_url=address, locale="en-GB").new_page()
    page.goto("/door")
    page.locator(f"form[action='/door/parties/{party.account}'] button").click()
    page.wait_for_url("**/desks/*")
    return page


def fill_in(page: Page, claim: int, amount: str) -> None:
    """Goes through the confirmation to its last button."""
    page.goto(f"/acts/confirm/{claim}")
    page.locator("[name=amountFen]").fill(amount)
    page.locator("[name=setOffWaived][value=yes]").check()
    page.locator("button[name=step][value=review]").click()
    page.locator("button[name=step][value=do]").wait_for()
    for tick in page.locator("input[name^='consent-']").all():
        tick.check()


def measure(world: World, address: str, acts: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"click to block": [], "block to screen": [], "click to screen": []}
    obligor, supplier, waiting = claims(world, acts)
    node = world.system.node
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        assert program, "Chromium is not installed (Debian's package is chromium)"
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        mine, theirs = enter(chromium, address, obligor), enter(chromium, address, supplier)
        theirs.locator("[data-connection]", has_text="live").wait_for()
        theirs.evaluate(WATCH)
        for number, claim in enumerate(waiting):
            amount = f"{400_001 + 7 * number}.00"
            shown = f"{400_001 + 7 * number:,}.00"
            theirs.evaluate("word => { window.wanted = [word]; }", shown)
            fill_in(mine, claim, amount)
            blocks: list[float] = []
            with repeating(0.005, partial(_look, node, node.head().number, blocks)):
                began = time.time()
                mine.locator("button[name=step][value=do]").click()
                theirs.wait_for_function("word => word in window.seen", arg=shown, timeout=60_000)
            screen = theirs.evaluate("word => window.seen[word]", shown) / 1_000
            found["click to block"].append(blocks[0] - began)
            found["block to screen"].append(screen - blocks[0])
            found["click to screen"].append(screen - began)
        chromium.close()
    return found


def _look(node: Node, before: int, blocks: list[float]) -> None:
    """Notes when there was first a block after `before`."""
    if not blocks and node.head().number > before:
        blocks.append(time.time())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=20)
    acts = parser.parse_args().acts
    chain = os.environ.get("CHAIN", "ganache")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings.from_env({}, home=home, deployments=home, chain=chain, port=0,
                                     keystore_rounds=2, operator_api_key="the-operator", currencies="CNY")  # fmt: skip
        logs.configure(settings)
        world = World.start(settings)
        try:
            listener = listen(world.settings)
            world.serve(listener)
            found = measure(world, f"http://127.0.0.1:{listener.getsockname()[1]}", acts)
            world.stop_serving()
        finally:
            world.close()
    table = Table("seconds", "p50", "p95", "most", title=f"{acts} acts, {chain}: from one browser to another")
    for name, taken in found.items():
        cut = statistics.quantiles(taken, n=20, method="inclusive")
        table.add_row(name, *(f"{value:.2f}" for value in (statistics.median(taken), cut[18], max(taken))))
    Console(stderr=True, width=100).print(table)
    return 1 if max(found["click to screen"]) > BAR else 0


if __name__ == "__main__":
    sys.exit(main())
