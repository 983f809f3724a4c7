"""The types of fields, at their edges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import MAX_AMOUNT_FEN
from backend.web.schemas import check_address, check_text, parse_amount, parse_integer

ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    ("given_value", "amount"),
    [(1, 1), ("1", 1), ("0001", 1), (MAX_AMOUNT_FEN, MAX_AMOUNT_FEN), (str(MAX_AMOUNT_FEN), MAX_AMOUNT_FEN)],
)
def test_amounts(given_value: Any, amount: int) -> None:
    assert parse_amount(given_value) == amount


@given(st.one_of(st.floats(), st.booleans(), st.none(), st.binary(), st.lists(st.integers()),
                 st.integers(max_value=0), st.integers(min_value=MAX_AMOUNT_FEN + 1),
                 st.text().filter(lambda text: not (text.isascii() and text.isdigit()))))  # fmt: skip
def test_nothing_else_is_an_amount(value: Any) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        parse_amount(value)
    assert refusal.value.args[0].zh != refusal.value.args[0]


@given(st.integers(0, 10**78 - 1))
def test_integers_come_as_digits_too(value: int) -> None:
    assert parse_integer(value) == parse_integer(str(value)) == value


@pytest.mark.parametrize(
    "value", ["", "-1", "+1", "1.0", "１", "٣", " 1", "1\n", "1e3", "1_0", True, None, 1.0, "1" * 79]
)
def test_nothing_else_is_an_integer(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_integer(value)


def test_an_address_is_given_its_checksum() -> None:
    assert check_address(ACCOUNT) == check_address(ACCOUNT.lower()) == ACCOUNT
    assert check_address("0x" + ACCOUNT[2:].upper()) == ACCOUNT


@pytest.mark.parametrize("value", ["", ACCOUNT[:-1], ACCOUNT + "0", ACCOUNT[2:], "0X" + ACCOUNT[2:], "0x" + "0" * 40,
                                   ACCOUNT[:-1] + "D", ACCOUNT + "\n", "0x" + "１" * 40])  # fmt: skip
def test_what_is_no_address(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_address(value)


@pytest.mark.parametrize("value", ["飞钱", "a\nb\tc", "Ünïcode ✓", "עברית", "a" * 200, "👩‍🔧"])
def test_texts(value: str) -> None:
    assert check_text(value) == value


@pytest.mark.parametrize(
    "value", ["", " ", "\u3000", "\ud800", "a\x00", "\x1b[0m", "\x7f", "\x9f", "a\u202eb", "\u2066"]
)
def test_what_is_no_text(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_text(value)
