"""What stands for loans: titles, what they are of, and what that is worth. Read for all loans of a page together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, select

from backend import loan_arithmetic as arithmetic
from backend import roles
from backend.projections import tables

PAR = 10_000
"""The price of a note, whose value is counted in ten-thousandths of itself (rule K4)."""
NOTE_DECIMALS = 4

Row = RowMapping | dict[str, Any]

_titles = tables.loan_titles


class Collateral:
    """What stands for some loans, which have `id` and `asset`."""

    def __init__(self, db: Connection, loans: Sequence[Row]) -> None:
        self._titles: dict[int, list[RowMapping]] = {}
        of_loans = select(_titles).where(_titles.c.loan_id.in_([loan["id"] for loan in loans]))
        for title in db.execute(of_loans.order_by(_titles.c.loan_id, _titles.c.token_id)).mappings():
            self._titles.setdefault(title["loan_id"], []).append(title)
        kinds = {loan["id"]: loan["asset"] for loan in loans}
        tokens: dict[str, set[int]] = {"note": set(), "receipt": set()}
        lots: set[int] = set()
        for loan_id, titles in self._titles.items():
            tokens[kinds[loan_id]].update(title["token_id"] for title in titles)
            if kinds[loan_id] == "receipt":
                lots.update(title["asset_key"] for title in titles)
        self._notes = _by(db, tables.notes.c.id, tokens["note"])
        self._receipts = _by(db, tables.receipts.c.id, tokens["receipt"])
        self._lots = _by(db, tables.lots.c.id, lots)
        self._feeds = _by(db, tables.feeds.c.feed, {lot["feed"] for lot in self._lots.values()})
        people = tables.participants.c.account
        self._oracles = _by(db, people, {feed["oracle"] for feed in self._feeds.values()})

    def titles(self, loan_id: int) -> list[RowMapping]:
        """All there ever were, by number."""
        return self._titles.get(loan_id, [])

    def pledged(self, loan_id: int) -> list[RowMapping]:
        return [title for title in self.titles(loan_id) if title["state"] in ("pledged", "kept")]

    def lot(self, title: RowMapping) -> RowMapping:
        return self._lots[title["asset_key"]]

    def quantity(self, asset: str, title: RowMapping) -> tuple[int, int]:
        if asset == "receipt":
            return int(self._receipts[title["token_id"]]["quantity"]), int(self.lot(title)["decimals"])
        note = self._notes[title["token_id"]]
        return int(note["value"]) - int(note["locked"]), NOTE_DECIMALS

    def good_price(self, loan: Row, now: int, price_age: int) -> int:
        """The price of now for a whole unit if it is good (rule O3), else 0; a note's always is."""
        if loan["asset"] == "note":
            return PAR
        pledged = self.pledged(loan["id"])
        found = self._feeds.get(self.lot(pledged[0])["feed"]) if pledged else None
        return _good(found, self._oracles.get(found["oracle"]), now, price_age) if found else 0

    def value_at(self, loan: Row, price: int) -> int:
        """K4: what the titles come to at a price for a whole unit."""
        counted = (self.quantity(loan["asset"], title) for title in self.pledged(loan["id"]))
        return sum(arithmetic.value_of(quantity, decimals, price) for quantity, decimals in counted)


def good_prices(db: Connection, lots: Collection[int], now: int, price_age: int) -> dict[int, int]:
    """The price of now for a whole unit of each of these lots if it is good (rule O3), else 0."""
    rows = _by(db, tables.lots.c.id, set(lots))
    feeds = _by(db, tables.feeds.c.feed, {lot["feed"] for lot in rows.values()})
    oracles = _by(db, tables.participants.c.account, {feed["oracle"] for feed in feeds.values()})
    good = {name: _good(feed, oracles.get(feed["oracle"]), now, price_age) for name, feed in feeds.items()}
    return {number: good.get(lot["feed"], 0) for number, lot in rows.items()}


def _good(feed: RowMapping, oracle: RowMapping | None, now: int, price_age: int) -> int:
    if feed["published_by"] != feed["oracle"] or feed["observed_at"] + price_age < now:
        return 0
    active = (
        oracle is not None
        and not oracle["frozen"]
        and oracle["kyc_valid_until"] >= now
        and oracle["roles"] & roles.BITS["oracle"]
    )
    return int(feed["price"]) if active else 0


def _by(db: Connection, key: Column[Any], keys: set[Any]) -> dict[Any, RowMapping]:
    """The rows with these keys, by them."""
    if not keys:
        return {}
    return {row[key.name]: row for row in db.execute(select(key.table).where(key.in_(keys))).mappings()}
