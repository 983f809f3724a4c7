"""Every page, as everybody that may see it, in both languages, on a desk and on a phone (rules G4, G5, G9)."""

from __future__ import annotations

import pytest

from .conftest import DESKTOP, PHONE, Site, Visitor
from .lived_in import LivedIn, live_in

PUBLIC = ["/door", "/verify", "/nothing-here"]
EVERYBODY = ["/", "/explorer", "/explorer/events", "/explorer/contracts/Receivables", "/explorer/blocks/1", "/stage"]


def pages_of(lived: LivedIn, name: str) -> list[str]:
    """What `name` may look at, of what there is."""
    return [*PUBLIC, *EVERYBODY, *lived.paths.get(name, [])]


def faults(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with the page that is open, by its path."""
    found = [f"{path}: {fault}" for fault in [*visitor.violations(), *visitor.complaints]]
    visitor.complaints.clear()
    return found + [f"{path}: wider than the screen: {what}" for what in visitor.too_wide()]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_sound(site: Site, language: str) -> None:
    """axe-core finds nothing by WCAG 2.2 AA, the console says nothing, and nothing is wider than a phone."""
    lived = live_in(site.network)
    found: list[str] = []
    for name in ("supplier", "obligor", "financier", "custodian", "regulator", "operator"):
        who = "operator" if name == "operator" else lived.parties[name]
        visitor = site.visit(who, language=language)
        for path in pages_of(lived, name):
            visitor.page.set_viewport_size(DESKTOP)
            visitor.page.goto(path)
            found += faults(visitor, f"{name} {path}")
            visitor.page.set_viewport_size(PHONE)
            found += faults(visitor, f"{name} {path} on a phone")
    assert not found, "\n".join(found)


def test_dark_is_sound_too(site: Site) -> None:
    lived = live_in(site.network)
    visitor = site.visit(lived.parties["supplier"], color_scheme="dark")
    found: list[str] = []
    for path in pages_of(lived, "supplier"):
        visitor.page.goto(path)
        assert visitor.page.locator("html[data-bs-theme=dark]").count() == 1
        found += faults(visitor, path)
    assert not found, "\n".join(found)
