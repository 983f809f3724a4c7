"""Publishes prices as the oracle of a feed: reads what a file or a site says, and signs it exactly or not at all.

    python -m backend.price_publisher --feed 0x… --currency USD --csv brent-daily.csv
    python -m backend.price_publisher --feed 0x… --currency CNY --http https://prices.example/brent.json

A price is a decimal string of whole units of the currency ("18.63") all the way to the minor units (1863): never a
float. One that is no whole number of them, or not above zero, is refused. A daily price is observed with the last
second of its day (UTC). The token of the oracle comes from the environment variable FEIQIAN_TOKEN.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import httpx

from backend.errors import InvalidInput, both
from backend.goods.quantities import exact
from backend.invoices.currencies import Currency, currency
from backend.invoices.normalise import quoted
from backend.sdk import Feiqian, OperationFailed, Party, Refused

MAX_BYTES = 10 * 1024 * 1024
TIMEOUT_SECONDS = 30
DATE, PRICE = "Date", "Price"


@dataclass(frozen=True)
class Observation:
    """What a source says: `price` in minor units for one whole unit, observed at `observed_at` (UTC seconds)."""

    observed_at: int
    price: int


def read_csv(text: str, money: Currency) -> list[Observation]:
    """The prices in a table with the columns Date (ISO 8601) and Price, in order of time.

    Raises InvalidInput, naming the line, for the first that cannot be signed as it stands.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if rows.fieldnames is None or not {DATE, PRICE} <= set(rows.fieldnames):
        raise InvalidInput(field="prices", reason=both("has no columns Date and Price", "缺少 Date 和 Price 两列"))
    return _in_order(_observation(row[DATE], row[PRICE], money, f"line {rows.line_num}") for row in rows)


def read_json(text: str, money: Currency) -> list[Observation]:
    """The prices in a JSON array of objects with Date and Price, in order of time. Numbers are read as they are
    written, digit for digit. Raises InvalidInput as read_csv does."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        raise InvalidInput(field="prices", reason=both("is no valid JSON", "不是有效的 JSON")) from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise InvalidInput(field="prices", reason=both("is no array of objects", "不是对象数组"))
    return _in_order(
        _observation(row.get(DATE), row.get(PRICE), money, f"entry {number}") for number, row in enumerate(found, 1)
    )


def read_http(url: str, money: Currency, *, transport: httpx.BaseTransport | None = None) -> list[Observation]:
    """The prices that a site gives away as JSON or CSV. Raises InvalidInput, httpx.HTTPError."""
    with (
        httpx.Client(transport=transport, timeout=TIMEOUT_SECONDS) as client,
        client.stream("GET", url, headers={"Accept": "application/json, text/csv"}) as response,
    ):
        response.raise_for_status()
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MAX_BYTES:
                raise InvalidInput(field="prices", reason=both("is too long", "内容过长"))
        is_json = "json" in response.headers.get("Content-Type", "")
    text = _text(bytes(body))
    return read_json(text, money) if is_json else read_csv(text, money)


def minor_units(price: str, money: Currency, field: str = "price") -> int:
    """A decimal string of whole units in minor units, exactly and above zero. Raises InvalidInput on `field`."""
    found = exact(price, money.decimals, field)
    if found == 0:
        raise InvalidInput(field=field, reason=both("must be more than zero", "必须大于零"))
    return found


def publish(oracle: Party, feed: str, observations: Iterable[Observation]) -> list[Observation]:
    """Publishes what is newer than the feed's last price and not of the future, by the chain's clock; what was
    published. Raises Refused, OperationFailed, TimeoutError, and LookupError where there is no such feed."""
    known = next((row for row in oracle.feeds() if row["feed"] == feed), None)
    if known is None:
        raise LookupError(f"there is no feed {feed}")
    now = oracle.now()
    fresh = [one for one in observations if int(known["observedAt"]) < one.observed_at <= now]
    for one in fresh:
        oracle.publish_price(feed, one.price, observed_at=one.observed_at)
    return fresh


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidInput(field="prices", reason=both("is no UTF-8", "不是 UTF-8 编码")) from None


def _observation(day: Any, price: Any, money: Currency, where: str) -> Observation:
    if not isinstance(day, str) or not isinstance(price, str):
        raise InvalidInput(field=where, reason=both("lacks Date or Price", "缺少 Date 或 Price"))
    try:
        observed_on = date.fromisoformat(day.strip())
    except ValueError:
        raise InvalidInput(
            field=where,
            reason=both("{day} is no date such as 2026-01-31", "{day} 不是形如 2026-01-31 的日期", day=quoted(day)),
        ) from None
    observed_at = int(datetime.combine(observed_on, time(23, 59, 59), UTC).timestamp())
    return Observation(observed_at, minor_units(price.strip(), money, where))


def _in_order(observations: Iterable[Observation]) -> list[Observation]:
    """Raises InvalidInput where one time has two prices."""
    found = sorted(observations, key=lambda one: one.observed_at)
    for one, other in pairwise(found):
        if one.observed_at == other.observed_at:
            day = datetime.fromtimestamp(one.observed_at, UTC).strftime("%Y-%m-%d")
            raise InvalidInput(field="prices", reason=both("{day} has two prices", "{day} 有两个价格", day=day))
    return found


@click.command(help="Sign and publish prices as the oracle of a feed.")
@click.option("--url", default="http://127.0.0.1:8600", show_default=True, help="Where the API is.")
@click.option("--token", envvar="FEIQIAN_TOKEN", required=True, help="The oracle's API key.")
@click.option("--feed", required=True, help="Which goods in which money (0x and 64 digits), see /feeds.")
@click.option("--currency", "code", default="CNY", show_default=True, help="What the prices are in.")
@click.option("--csv", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Date,Price")
@click.option("--http", "site", help="A site that gives JSON or CSV.")
@click.option("--last", type=click.IntRange(min=1), help="Only so many, the latest.")
def main(url: str, token: str, feed: str, code: str, file: Path | None, site: str | None, last: int | None) -> None:
    if (file is None) == (site is None):
        raise click.UsageError("give --csv or --http, one of them")
    try:
        money = currency(code, field="currency")
        found = read_csv(_text(file.read_bytes()), money) if file else read_http(str(site), money)
        with Feiqian(url, token) as network:
            oracle = Party(network, "oracle", str(network.me()["account"]), token)
            published = publish(oracle, feed, found[-last:] if last else found)
    except (InvalidInput, Refused, OperationFailed, TimeoutError, LookupError, httpx.HTTPError) as no:
        click.echo(f"not published: {no}", err=True)
        sys.exit(1)
    click.echo(f"published {len(published)} of {len(found)} prices")


if __name__ == "__main__":
    main()
