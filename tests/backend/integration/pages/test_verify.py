"""The page where anybody has a certificate checked, and the way to one's own (rules Z7, G1, G3, G4)."""

from __future__ import annotations

import io
from typing import Any

import pytest

from backend.testing import Network
from tests.backend.integration.certificates.maker import made

from .browser import OWN, Browser


def sent(browser: Browser, file: bytes, name: str = "certificate.json", **more: str) -> Any:
    form = {"certificate": (io.BytesIO(file), name), **more}
    return browser.client.post("/verify", data=form, headers=browser.headers | OWN)


def test_anybody_has_a_file_checked(feiqian: Network) -> None:
    """Rule Z7."""
    file = made(feiqian, "note", feiqian.confirmed(amount=1_000_000)[1])
    browser = Browser(feiqian)
    assert 'enctype="multipart/form-data"' in browser.get("/verify").text
    page = sent(browser, file).text
    assert "All of it holds" in page and "✗" not in page and "Value: 10,000.00 CNY" in page
    altered = sent(browser, file.replace(b'"valueFen":"1', b'"valueFen":"2')).text
    assert "Do not rely on it" in altered and "✗" in altered
    assert "全部属实" in sent(Browser(feiqian, **{"Accept-Language": "zh-CN"}), file).text


@pytest.mark.parametrize("file", [b"", b"x", b"{}\n", b"\xff" * 9, b"x" * 600_000], ids=len)
def test_any_file_may_come(feiqian: Network, file: bytes) -> None:
    answer = sent(Browser(feiqian), file, "<script>alert(1)</script>.json")
    assert answer.status_code == 200
    assert "Do not rely on it" in answer.text and "<script>alert" not in answer.text


def test_without_a_file_the_field_is_named(feiqian: Network) -> None:
    answer = Browser(feiqian).post("/verify")
    assert answer.status_code == 422 and "certificate" in answer.text


def test_a_session_needs_its_token(feiqian: Network) -> None:
    """Rule G3."""
    browser = Browser(feiqian).enter_as(feiqian.tier1.account)
    assert sent(browser, b"{}\n").status_code == 403
    assert sent(browser, b"{}\n", form_token=browser.token()).status_code == 200


def test_the_page_has_nothing_inline_and_its_script_is_there(feiqian: Network) -> None:
    browser = Browser(feiqian)
    page = browser.get("/verify")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "/assets/feiqian.js?v=" in page.text
    assert browser.get("/assets/feiqian.js").status_code == 200


def test_whoever_is_signed_in_loads_its_own(feiqian: Network) -> None:
    """Rule Z7."""
    _, note = feiqian.confirmed()
    mine = Browser(feiqian).enter_as(feiqian.tier1.account)
    assert mine.get(f"/certificates/note/{note}").mimetype == "application/json"
    paper = mine.get(f"/certificates/note/{note}.pdf")
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert "attachment" in paper.headers["Content-Disposition"] and paper.headers["Cache-Control"] == "no-store"
    other = Browser(feiqian).enter_as(feiqian.tier2.account)
    assert other.get(f"/certificates/note/{note}").status_code == 403
    assert Browser(feiqian).get(f"/certificates/note/{note}").headers["Location"] == "/door"
