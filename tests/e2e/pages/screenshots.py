"""Pictures of every page in both languages, on a desk and on a phone: `make screenshots` writes them to
docs/screenshots/ (this is no test; it is run by its name)."""

from __future__ import annotations

import re

from backend.config import ROOT

from .conftest import DESKTOP, PHONE, Site
from .lived_in import live_in
from .test_all_pages import pages_of

FOLDER = ROOT / "docs" / "screenshots"


def test_pictures(site: Site) -> None:
    lived = live_in(site.network)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    taken: set[str] = set()
    for name in ("supplier", "obligor", "financier", "custodian", "regulator", "operator"):
        who = "operator" if name == "operator" else lived.parties[name]
        for language in ("en", "zh"):
            visitor = site.visit(who, language=language)
            for path in pages_of(lived, name):
                title = (
                    f"desk-{name}"
                    if path == "/"
                    else re.sub(r"[^A-Za-z]+", "-", re.sub(r"0x\w+|\d+", "", path)).strip("-")
                )
                if f"{title}-{language}" in taken:
                    continue
                taken.add(f"{title}-{language}")
                for size in (DESKTOP, PHONE):
                    visitor.page.set_viewport_size(size)
                    visitor.page.goto(path, wait_until="load")
                    visitor.page.wait_for_timeout(500)  # pictures draw themselves
                    visitor.page.screenshot(path=FOLDER / f"{title}-{language}-{size['width']}.png", full_page=True)
