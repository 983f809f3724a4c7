"""ISO 4217: codes, numbers, decimals."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput
from backend.invoices import Currency, currency
from backend.invoices.currencies import CURRENCIES


@pytest.mark.parametrize(
    ("code", "numeric", "decimals"),
    [
        ("CNY", 156, 2),
        ("EUR", 978, 2),
        ("USD", 840, 2),
        ("SGD", 702, 2),
        ("GBP", 826, 2),
        ("HKD", 344, 2),
        ("ALL", 8, 2),
        ("JPY", 392, 0),
        ("KRW", 410, 0),
        ("VND", 704, 0),
        ("ISK", 352, 0),
        ("KWD", 414, 3),
        ("BHD", 48, 3),
        ("TND", 788, 3),
        ("OMR", 512, 3),
        ("JOD", 400, 3),
        ("IQD", 368, 3),
        ("LYD", 434, 3),
        ("CLF", 990, 4),
        ("UYW", 927, 4),
    ],
)
def test_a_currency(code: str, numeric: int, decimals: int) -> None:
    assert currency(code) == Currency(code, numeric, decimals)


def test_the_table_is_whole_and_has_no_number_twice() -> None:
    assert len(CURRENCIES) == 166
    assert len({found.numeric for found in CURRENCIES.values()}) == len(CURRENCIES)
    assert all(code == found.code and 0 < found.numeric < 1000 for code, found in CURRENCIES.items())
    counts = dict.fromkeys((0, 2, 3, 4), 0)
    for found in CURRENCIES.values():
        counts[found.decimals] += 1
    assert counts == {0: 17, 2: 140, 3: 7, 4: 2}


@pytest.mark.parametrize("code", ["cny", " CNY\n", "ＣＮＹ", "C\u200bNY"])
def test_a_code_in_another_spelling(code: str) -> None:
    assert currency(code) is CURRENCIES["CNY"]


@pytest.mark.parametrize("code", ["", "RMB", "XYZ", "XXX", "XTS", "XAU", "XDR", "DEM", "156", "CNYX", "C.NY"])
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput, match="not an ISO 4217") as caught:
        currency(code)
    assert caught.value.field == "invoice.currency"


def test_the_field_can_be_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        currency("XYZ", field="policy.currency")
    assert caught.value.field == "policy.currency"
