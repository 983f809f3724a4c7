"""The fingerprint by itself."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidInput
from backend.invoices import document_hash, fingerprint

DAY = date(2026, 1, 15)
TRUE = fingerprint("SELLER-001", "BUYER-002", "INV-7", DAY, "CNY", 113000)


def test_it_has_the_form_of_thirty_two_bytes() -> None:
    assert re.fullmatch(r"0x[0-9a-f]{64}", TRUE)


def test_a_day_with_an_hour_is_the_day() -> None:
    assert fingerprint("SELLER-001", "BUYER-002", "INV-7", datetime(2026, 1, 15, 9, 30), "CNY", 113000) == TRUE


def test_the_spelling_does_not_matter() -> None:
    assert fingerprint(" seller 001", "Buyer.002", "inv\u20137 ", DAY, "cny", 113000) == TRUE


@pytest.mark.parametrize(
    "other",
    [
        fingerprint("SELLER-002", "BUYER-002", "INV-7", DAY, "CNY", 113000),
        fingerprint("SELLER-001", "BUYER-003", "INV-7", DAY, "CNY", 113000),
        fingerprint("SELLER-001", "BUYER-002", "INV7", DAY, "CNY", 113000),
        fingerprint("SELLER-001", "BUYER-002", "INV-7", date(2026, 1, 16), "CNY", 113000),
        fingerprint("SELLER-001", "BUYER-002", "INV-7", DAY, "USD", 113000),
        fingerprint("SELLER-001", "BUYER-002", "INV-7", DAY, "CNY", 113001),
        fingerprint("BUYER-002", "SELLER-001", "INV-7", DAY, "CNY", 113000),
    ],
)
def test_every_fact_matters(other: str) -> None:
    assert other != TRUE


@pytest.mark.parametrize("cut", ['","', '\\","', ",", '"', "\\", "][", "\\u0022,\\u0022"])
def test_a_field_cannot_run_into_the_next(cut: str) -> None:
    """No mark inside a number stands for the border between two fields."""
    number = f"1{cut}2026-01-15"
    assert fingerprint("A", "B", number, DAY, "CNY", 1) != fingerprint("A", "B", "1", DAY, "CNY", 1)
    assert fingerprint("A", f"B{cut}1", "2", DAY, "CNY", 1) != fingerprint("A", "B", f"1{cut}2", DAY, "CNY", 1)


@given(st.text("ab12", min_size=2, max_size=6), st.integers(1, 5), st.integers(1, 5))
def test_moving_the_border_between_two_fields_changes_it(text: str, first: int, second: int) -> None:
    first, second = (1 + (cut - 1) % (len(text) - 1) for cut in (first, second))
    prints = [fingerprint("S", text[:cut], text[cut:], DAY, "CNY", 1) for cut in (first, second)]
    assert (prints[0] == prints[1]) == (first == second)


@pytest.mark.parametrize(
    ("seller", "buyer", "number", "currency", "payable", "field"),
    [
        ("", "B", "1", "CNY", 1, "invoice.seller"),
        ("-.-", "B", "1", "CNY", 1, "invoice.seller"),
        ("A", "\u200b", "1", "CNY", 1, "invoice.buyer"),
        ("A", "B", " \u3000", "CNY", 1, "invoice.number"),
        ("A", "B", "1", "XYZ", 1, "invoice.currency"),
        ("A", "B", "1", "CNY", 0, "invoice.payable"),
        ("A", "B", "1", "CNY", -1, "invoice.payable"),
    ],
)
def test_what_tells_nothing_apart_is_refused(
    seller: str, buyer: str, number: str, currency: str, payable: int, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        fingerprint(seller, buyer, number, DAY, currency, payable)
    assert caught.value.field == field


def test_the_hash_of_nothing_is_the_known_one() -> None:
    assert document_hash(b"") == "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
