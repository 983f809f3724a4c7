"""A story on the stage, by clicking, before two browsers (rules G20 to G24)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from backend.testing import Network

from .conftest import PHONE, Site, Visitor

LONG = 60_000


def begin(visitor: Visitor, story: str, how: str, pace: str = "fast") -> Page:
    page = visitor.page
    page.goto("/stage")
    page.locator("#story").select_option(story)
    page.locator("#pace").select_option(pace)
    page.locator(f"[data-begin][value={how}]").click()
    return page


def control(page: Page, name: str) -> None:
    page.locator(f"[data-control={name}]").click()


def steps(page: Page) -> int:
    return page.locator("[data-steps] li[data-number]").count()


def test_a_story_is_played_to_its_end_by_clicking_play(site: Site) -> None:
    """Rules G20, G22 and G23: everything that the CLI's demo shows, and the proof."""
    presenter, board = site.visit(site.network.tier1), site.visit(site.network.bank_a, size=PHONE)
    board.page.goto("/stage")
    page = begin(presenter, "confirmation", "play")
    expect(page.locator("[data-holds=yes]")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-name]")).to_have_text(re.compile("Note .* is paid to its holder"))
    assert page.locator("[data-proof] li").count() == 11
    last = steps(page)
    expect(page.locator("[aria-current=step]")).to_have_attribute("data-number", str(last))
    expect(board.page.locator("[data-holds=yes]")).to_be_visible(timeout=5_000)

    paid = page.locator("[data-steps] li").nth(1)
    paid.locator("summary").click()
    expect(paid).to_contain_text("Receivables.confirm")
    expect(paid).to_contain_text("Confirmation")
    expect(paid).to_contain_text("setOffWaived")
    expect(paid).to_contain_text("0.00 CNY → 950,000.00 CNY")
    said = paid.locator("dt:has-text('Gas') + dd").inner_text()
    assert int(said.replace(",", "")) > 21_000

    control(page, "show")
    expect(page.locator("[data-recorded]")).to_contain_text(f"after step 0 of {last}")
    control(page, "play")
    expect(page.locator("[data-recorded]")).to_be_hidden(timeout=20_000)
    assert steps(page) == last, "it was shown again and not done again"
    for visitor in (presenter, board):
        assert visitor.violations() == []
        assert visitor.complaints == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_waits_goes_on_by_one_and_goes_back(site: Site) -> None:
    """Rules G21 and G24, in Chinese: each step when it is wanted; both browsers see it within two seconds."""
    presenter, board = (site.visit(site.network.tier1, language="zh") for _ in range(2))
    board.page.goto("/stage")
    page = begin(presenter, "confirmation", "step")
    expect(page.locator("[data-next]")).to_have_text("下一步: 供应商提交发票", timeout=LONG)
    expect(page.locator("[data-steps] .next")).to_contain_text("同一张发票不能换个编号重复融资")
    time.sleep(1.5)
    assert steps(page) == 0, "nothing happens unless it is wanted"
    control(page, "step")
    expect(page.locator("[data-place]")).to_have_text("1 / 1")
    expect(page.locator("[data-why]")).to_contain_text("供应商已交货")
    landed = time.monotonic()
    expect(board.page.locator("[data-log] [data-event=ReceivableRegistered]")).to_be_visible(timeout=2_000)
    assert time.monotonic() - landed < 2
    control(page, "step")
    expect(page.locator("[data-place]")).to_have_text("2 / 2")
    supplier = page.locator("[data-table] tr", has_text="tier1")
    expect(supplier).to_contain_text("凭证 950,000.00 CNY")
    control(page, "back")
    expect(page.locator("[data-recorded]")).to_contain_text("第 1 步(共 2 步)之后的情形")
    expect(supplier).not_to_contain_text("凭证")
    page.reload()
    expect(page.locator("[data-recorded]")).to_contain_text("第 1 步(共 2 步)之后的情形")
    page.locator("[data-steps] li .stage-goto").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-place]")).to_have_text("2 / 2")
    expect(board.page.locator("[data-place]")).to_have_text("2 / 2")
    control(page, "play")
    expect(page.locator("[data-place]")).to_have_text(re.compile("^[3-9] / "))
    control(page, "pause")
    expect(page.locator("[data-control=pause]")).to_have_attribute("aria-pressed", "true")
    time.sleep(1)
    was = steps(page)
    time.sleep(1)
    assert steps(page) == was
    control(page, "end")
    expect(page.locator("[data-says]")).to_have_text("剧本已终止")
    assert presenter.violations() == []
    assert presenter.complaints == board.complaints == []


@pytest.mark.parametrize("is_calm", [False, True])
def test_what_somebody_does_at_a_desk_travels(site: Site, feiqian: Network, is_calm: bool) -> None:
    """Rule G20: between the places; who wants no motion sees them light up."""
    visitor = site.visit(feiqian.bank_b)
    visitor.page.emulate_media(reduced_motion="reduce" if is_calm else "no-preference")
    visitor.page.goto("/stage")
    expect(visitor.page.locator("[data-block]")).to_have_text(re.compile("Block"))
    _, note = feiqian.confirmed(amount=1_000_000_00)
    feiqian.tier1.endorse(note, feiqian.tier2, 400_000_00)
    endorsed = visitor.page.locator("[data-log] [data-event=NoteEndorsed]")
    expect(endorsed).to_have_text(re.compile("tier1 → tier2 · endorses note 2 · 400,000.00 CNY"))
    token = visitor.page.locator(".stage-token[data-event=NoteEndorsed]")
    if is_calm:
        expect(visitor.page.locator(".stage-place.lit")).not_to_have_count(0)
        assert token.count() == 0
    else:
        expect(token).to_contain_text("400,000.00 CNY")
        expect(token).to_have_count(0)
    assert visitor.complaints == []
