"""Books, statements and lineages as a user asks for them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.invoices.minimal import make_invoice
from backend.sdk import Party
from backend.testing import IDENTIFIERS

from .test_cli import _operator, feiqian, network

__all__ = ["network"]


@pytest.fixture(scope="module")
def notes(network: dict[str, object]) -> tuple[Party, Party, int, int]:
    """A supplier and its own supplier, who was given a part of the first one's note."""
    operator = _operator(network)
    car_maker = operator.register("car maker", IDENTIFIERS["car_maker"], ["obligor"], limits={"CNY": 10**9})
    tier1 = operator.register("Ningbo 宁波锂电芯", IDENTIFIERS["tier1"], ["supplier"])
    tier2 = operator.register("tier 2", IDENTIFIERS["tier2"], ["supplier"])
    operator.attest_reserve(10**9, "statement")
    operator.issue_cash(car_maker, 123_456)
    today = datetime.fromtimestamp(operator.now(), UTC)
    due = today + timedelta(days=90)
    invoice = make_invoice(
        amount=500_000, issued=f"{today:%Y-%m-%d}", due=f"{due:%Y-%m-%d}", number="B-1", currency="CNY",
        seller=IDENTIFIERS["tier1"], buyer=IDENTIFIERS["car_maker"],
    )  # fmt: skip
    claim = int(tier1.hand_over(invoice)["result"]["receivableId"])
    root = int(car_maker.confirm(claim, 500_000)["result"]["noteId"])
    return tier1, tier2, root, int(tier1.endorse(root, tier2, 200_000)["result"]["noteId"])


def test_all_books_go_to_a_file_that_the_checker_accepts(
    network: dict[str, object],
    notes: tuple[Party, Party, int, int],
    tmp_path: Path,
) -> None:
    """B11."""
    file = tmp_path / "books.beancount"
    assert feiqian("books", "--beancount", str(file), **network) == ""
    text = file.read_text(encoding="utf-8")
    assert "Ningbo-宁波锂电芯" in text and "5,000.00 CNY" in text
    assert feiqian("books", "--beancount", "-", **network) == text
    assert feiqian("books", "--beancount", **network) == text
    assert _operator(network).books() == text
    checker = Path(sys.executable).parent / "bean-check"
    subprocess.run([checker, "--no-cache", file], check=True, timeout=120)
    assert "--beancount" in feiqian("books", expect=2, **network)


def test_a_statement_shows_every_line_with_its_event(
    network: dict[str, object],
    notes: tuple[Party, Party, int, int],
) -> None:
    """B11."""
    tier1, _, root, child = notes
    shown = feiqian("statement", tier1.account, **network)
    head, opening, rest = shown.partition("opening: nothing")
    assert "Ningbo 宁波锂电芯" in head and opening
    lines, _, closing = rest.partition("closing")
    assert f"ReceivableConfirmed  receivable 1  note {root}" in lines
    assert f"NoteEndorsed  receivable 1  note {child}" in lines
    assert "-2,000.00" in lines
    assert [line.split() for line in closing.splitlines() if line] == [
        ["CNY", "consideration", "2,000.00"],
        ["CNY", "notes", "3,000.00"],
        ["CNY", "trade", "-5,000.00"],
    ]
    assert "NoteEndorsed" not in feiqian("statement", tier1.account, "--currency", "EUR", **network)


def test_a_lineage_goes_up_to_the_root(
    network: dict[str, object],
    notes: tuple[Party, Party, int, int],
) -> None:
    """N10."""
    tier1, tier2, root, child = notes
    title, first, second = feiqian("lineage", str(child), **network).splitlines()
    assert title == f"note {child} of receivable 1"
    assert first == f"{root}  3,000.00 CNY  held by {tier1.account}"
    assert second == f"  {child}  2,000.00 CNY  held by {tier2.account}  endorsed by {tier1.account} with recourse"


def test_what_is_not_there_is_said_in_one_sentence(network: dict[str, object]) -> None:
    for arguments in (["statement", "0x" + "1" * 40], ["lineage", "4711"], ["statement", "0x12"],
                      ["statement", "0x" + "1" * 40, "--currency", "XXX"]):  # fmt: skip
        out = feiqian(*arguments, expect=1, **network)
        assert "Error: " in out and "Traceback" not in out


def test_without_a_network_there_are_no_books(tmp_path: Path) -> None:
    file = tmp_path / "books.beancount"
    out = feiqian("books", "--beancount", str(file), expect=1, home=tmp_path)
    assert "there is no network" in out and "Traceback" not in out
    assert not file.exists()
