"""What every page is (rules G4 and G5), and what the first one shows."""

from __future__ import annotations

import re

import pytest

from backend.testing import Network

from .browser import Browser

UGLY = "<script>alert(1)</script>\"'&{{7*7}}"


def test_nothing_is_loaded_from_elsewhere_and_nothing_stands_inline(feiqian: Network) -> None:
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    for path in ("/desks/supplier", "/acts/hand-over", "/door", "/nothing", "/problems/not-found"):
        answer = browser.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', answer.text):
            assert re.match(r"[/#](?!/)", address), address
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", answer.text)


def test_what_a_page_loads_is_there_and_small(feiqian: Network) -> None:
    """The first page takes less than 300 kB, compressed."""
    browser = Browser(feiqian, **{"Accept-Encoding": "gzip"})
    first = browser.get("/door")
    total = len(first.data)
    page = Browser(feiqian).get("/door").text
    for address in re.findall(r'(?:src|href)="(/assets/[^"]*)"', page):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        total += len(answer.data)
    assert total < 300_000, total
    assert browser.get("/assets/none").status_code == 404


@pytest.mark.parametrize(("asks", "shows"), [("zh-CN", "登录"), ("en", "Sign in"), ("fr", "Sign in")])
def test_pages_speak_the_language_of_the_browser(feiqian: Network, asks: str, shows: str) -> None:
    answer = Browser(feiqian, **{"Accept-Language": asks}).get("/door")
    assert f"<title>{shows}" in answer.text


def test_the_reader_may_choose_another(feiqian: Network) -> None:
    browser = Browser(feiqian)
    answer = browser.post("/door/language", {"language": "zh"}, Referer="http://localhost/door")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/door")
    assert '<html lang="zh-CN">' in browser.get("/door").text
    assert browser.post("/door/language", {"language": "xx"}).status_code == 422


@pytest.mark.parametrize("referer", ["https://evil.example/door", "http://localhost//evil.example", "nonsense"])
def test_nobody_is_sent_elsewhere(feiqian: Network, referer: str) -> None:
    answer = Browser(feiqian).post("/door/language", {"language": "zh"}, Referer=referer)
    assert answer.headers["Location"] == "/"


def test_names_are_text(feiqian: Network) -> None:
    feiqian.operator.register(UGLY, "UGLY-1", ["supplier"])
    for path in ("/door", "/desks/supplier"):
        page = Browser(feiqian).enter_as(feiqian.tier1.account).get(path).text
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in Browser(feiqian).get("/door").text


def test_the_first_page_shows_what_the_api_says(feiqian: Network) -> None:
    feiqian.confirmed(amount=1_234_567_89)
    page = Browser(feiqian).enter_as(feiqian.tier1.account).home().text
    position = feiqian.tier1.get("/me")["position"]
    assert position["notes"] == [{"currency": "CNY", "count": 1, "valueFen": "123456789"}]
    assert page.count("1,234,567.89") >= 3, "the position, the claim and the note"
    other = Browser(feiqian).enter_as(feiqian.tier2.account).home().text
    assert "1,234,567.89" not in other, "nobody sees what is not theirs"


def test_lists_go_on(feiqian: Network) -> None:
    for _ in range(21):
        feiqian.tier1.hand_over(feiqian.invoice())
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    further = re.search(r'href="(\?claims=\d+)"', browser.home().text)
    assert further is not None
    assert browser.get("/desks/supplier" + further[1]).text.count('<tr><th scope="row">') == 1
    assert browser.get("/desks/supplier?claims=x").status_code == 422
