"""Prices are signed as they are written, to the minor unit, or not at all (rule O2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from backend.errors import InvalidInput
from backend.invoices.currencies import currency
from backend.price_publisher import Observation, main, minor_units, publish, read_csv, read_http, read_json

USD, JPY, KWD = currency("USD"), currency("JPY"), currency("KWD")
END_OF_2020_01_02 = 1_578_009_599


@pytest.mark.parametrize(
    ("price", "money", "minor"),
    [
        ("18.63", USD, 1_863), ("18.6", USD, 1_860), ("18", USD, 1_800), ("18.630", USD, 1_863), ("0.01", USD, 1),
        ("143.95", USD, 14_395), ("18", JPY, 18), ("18.00", JPY, 18), ("0.001", KWD, 1),
        ("90071992547409.93", USD, 9_007_199_254_740_993),
    ],
)  # fmt: skip
def test_what_is_exact(price: str, money: Any, minor: int) -> None:
    assert minor_units(price, money) == minor


@pytest.mark.parametrize(
    ("price", "money"),
    [
        ("18.635", USD), ("18.5", JPY), ("0", USD), ("0.00", USD), ("-36.98", USD), ("", USD), (".", USD), ("1e2", USD),
        ("1,863.00", USD), ("NaN", USD), ("18.63 ", USD), ("$18", USD), ("１８", USD),
    ],
)  # fmt: skip
def test_what_is_not_exact_is_refused(price: str, money: Any) -> None:
    with pytest.raises(InvalidInput):
        minor_units(price, money)


def test_a_table_in_any_order() -> None:
    assert read_csv("\ufeffDate,Price\r\n2020-01-03,68.60\r\n2020-01-02,66.25\r\n", USD) == [
        Observation(END_OF_2020_01_02, 6_625),
        Observation(END_OF_2020_01_02 + 86_400, 6_860),
    ]
    assert read_csv("Date,Note,Price\n2020-01-02,x,66.25\n", USD) == [Observation(END_OF_2020_01_02, 6_625)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Day,Price\n2020-01-02,1\n", "prices"), ("", "prices"), ("Date,Price\n2020-01-02,66.255\n", "line 2"),
        ("Date,Price\n2020-01-02,1\n2020-01-03\n", "line 3"), ("Date,Price\n02/01/2020,1\n", "line 2"),
        ("Date,Price\n2020-02-30,1\n", "line 2"), ("Date,Price\n2020-01-02,1\n2020-01-02,2\n", "prices"),
        ("Date,Price\n2020-01-02,\n", "line 2"),
    ],
)  # fmt: skip
def test_a_table_is_refused_whole_and_names_the_line(text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_csv(text, USD)
    assert refusal.value.field == field


def test_json_numbers_are_read_digit_for_digit() -> None:
    """As a float, 90071992547409.93 is another number."""
    text = '[{"Date": "2020-01-02", "Price": 90071992547409.93}, {"Date": "2020-01-03", "Price": "68.60"}]'
    assert [one.price for one in read_json(text, USD)] == [9_007_199_254_740_993, 6_860]
    for wrong in ("{}", "[7]", "[", '[{"Date": "2020-01-02", "Price": 66.255}]', '[{"Date": "2020-01-02"}]',
                  '[{"Date": 5, "Price": "1"}]', '[{"Date": "2020-01-02", "Price": null}]'):  # fmt: skip
        with pytest.raises(InvalidInput):
            read_json(wrong, USD)


def site(content: bytes, content_type: str, status: int = 200) -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda _: httpx.Response(status, content=content, headers={"Content-Type": content_type})
    )


def test_a_site_gives_json_or_a_table() -> None:
    expected = [Observation(END_OF_2020_01_02, 6_625)]
    table, array = b"Date,Price\n2020-01-02,66.25\n", b'[{"Date": "2020-01-02", "Price": 66.25}]'
    assert read_http("https://x", USD, transport=site(table, "text/csv")) == expected
    assert read_http("https://x", USD, transport=site(array, "application/json; charset=utf-8")) == expected
    with pytest.raises(httpx.HTTPStatusError):
        read_http("https://x", USD, transport=site(table, "text/csv", 500))
    with pytest.raises(InvalidInput):
        read_http("https://x", USD, transport=site(b"\xff\xfe", "text/csv"))
    with pytest.raises(InvalidInput):
        read_http("https://x", USD, transport=site(b"x" * (10 * 1024 * 1024 + 1), "text/csv"))


class PaperOracle:
    """What the publisher asks of an oracle's client."""

    def __init__(self, last: int) -> None:
        self.last, self.sent = last, []  # type: ignore[var-annotated]

    def feeds(self) -> list[dict[str, Any]]:
        return [{"feed": "0xf", "observedAt": self.last}]

    def now(self) -> int:
        return 4_000

    def publish_price(self, feed: str, price: int, *, observed_at: int) -> None:
        self.sent.append((feed, price, observed_at))


def test_only_what_is_newer_and_not_of_the_future_is_published() -> None:
    oracle = PaperOracle(last=2_000)
    given = [Observation(at, at + 1) for at in (1_000, 2_000, 3_000, 4_000, 5_000)]
    assert publish(oracle, "0xf", given) == given[2:4]  # type: ignore[arg-type]
    assert oracle.sent == [("0xf", 3_001, 3_000), ("0xf", 4_001, 4_000)]
    with pytest.raises(LookupError):
        publish(oracle, "0xe", given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "arguments", "said"),
    [
        (None, [], "give --csv or --http"),
        ("Date,Price\n2020-01-02,66.255\n", [], "line 2"),
        ("Date,Price\n2020-01-02,66.25\n", ["--currency", "XXX"], "currency"),
        ("Date,Price\n2020-01-02,66.25\n", [], "not published"),
    ],
    ids=["nothing to read", "not exact", "no currency", "nobody there"],
)
def test_on_the_command_line_a_refusal_is_one_line(
    tmp_path: Path, table: str | None, arguments: list[str], said: str
) -> None:
    given = ["--url", "http://127.0.0.1:1", "--token", "t", "--feed", "0xf", *arguments]
    if table is not None:
        (tmp_path / "prices.csv").write_text(table, encoding="utf-8")
        given += ["--csv", str(tmp_path / "prices.csv")]
    done = CliRunner().invoke(main, given)
    assert done.exit_code != 0 and said in done.output and "Traceback" not in done.output
