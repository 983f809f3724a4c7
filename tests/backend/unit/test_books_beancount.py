"""The Beancount file of made-up books: names that hold anything, currencies of every kind (rule B11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from beancount import loader
from sqlalchemy import Engine, insert

from backend.books import ACCOUNTS, TWO_SIDED, beancount
from backend.database import metadata, open_database
from backend.errors import InvalidInput
from backend.projections import ledger, tables
from backend.queries.books import statement
from backend.testing import NewDatabase

AT = 1_800_000_000
CNY, JPY, KWD, CLF, UNKNOWN = 156, 392, 414, 990, 7
NAMES = [
    "Huaxia Motors 华夏汽车",
    "Huaxia Motors 华夏汽车",
    "huaxia-motors-华夏汽车",
    "",
    ":::",
    '"; option "title" "mine"',
    "a\nb\\\n2026-01-01 open Assets:Mine",
    "\u202eевро ﬁ Ⅷ ½ 🚗 قطن न्",
    "𠀀" * 300,
    "Equity:Bank",
    "-1 2",
]


def account(number: int) -> str:
    return f"0x{number:040x}"


class Paper:
    """A read model written by hand."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.block = 0
        self.cash: dict[tuple[str, int], int] = {}

    def put(self, table: Any, **values: Any) -> None:
        with self.engine.begin() as db:
            db.execute(insert(table).values(**values))

    def event(self, currency: int, *lines: ledger.Line, name: str = "Transfer") -> None:
        self.block += 1
        place = {"block_number": self.block, "log_index": 0, "at": AT + 40_000 * self.block}
        tx_hash = f"0x{self.block:064x}"
        self.put(tables.events, **place, block_hash=tx_hash, tx_hash=tx_hash, contract="SettlementToken:CNY",
                 address=account(99), name=name, args={"value": 1})  # fmt: skip
        for number, (party, book, amount) in enumerate(lines):
            self.put(tables.ledger, **place, line=number, party=party, book=book, currency=currency, amount=amount)
            if book == ledger.CASH:
                self.cash[party, currency] = self.cash.get((party, currency), 0) + amount

    def finish(self) -> None:
        at = AT + 40_000 * self.block
        self.put(tables.cursor, id=1, block_number=self.block, block_hash="0x" + "b" * 64, at=at)
        for currency in sorted({currency for _, currency in self.cash}):
            self.put(tables.tokens, address=account(1_000 + currency), currency=currency, supply=0, reserve=0)
        for (party, currency), amount in self.cash.items():
            self.put(tables.cash_balances, token=account(1_000 + currency), account=party, amount=amount, frozen=0)


@pytest.fixture
def paper(new_database: NewDatabase) -> Iterator[Paper]:
    engine = open_database(new_database(empty=True))
    metadata.create_all(engine)
    made = Paper(engine)
    for number, name in enumerate(NAMES, 1):
        made.put(tables.participants, id=number, account=account(number), identity_hash=f"0x{number:064x}", name=name,
                 roles=1, kyc_valid_until=1, frozen=False, wants_acceptance=False)  # fmt: skip
    yield made
    engine.dispose()


def checked(engine: Engine) -> tuple[str, list[Any]]:
    """The file, and its directives; the checker must have no objection."""
    text = "".join(beancount(engine))
    entries, errors, _ = loader.load_string(text)
    assert errors == [], [error.message for error in errors]
    return text, entries


def test_every_book_has_an_account() -> None:
    books = {value for name, value in vars(ledger).items() if name.isupper() and isinstance(value, str)}
    assert books - {ledger.WITHHELD} == ACCOUNTS.keys() | TWO_SIDED.keys()


def test_names_may_be_alike_and_hold_anything(paper: Paper) -> None:
    """Each participant has accounts of its own, whatever it is called, and so has somebody who is not registered."""
    parties = [account(number) for number in range(1, len(NAMES) + 2)]
    for party in parties:
        paper.event(CNY, (party, ledger.CASH, 7), (party, ledger.BANK, -7))
    paper.finish()
    text, entries = checked(paper.engine)
    opened = [entry for entry in entries if type(entry).__name__ == "Open"]
    assert len({entry.account for entry in opened}) == 2 * len(parties)
    assert "Assets:Cash:P1-Huaxia-Motors-华夏汽车 CNY" in text
    told = {entry.meta["account"]: entry.meta["name"] for entry in opened if "name" in entry.meta}
    assert told[account(1)] == NAMES[0] and told[account(6)] == NAMES[5]
    assert all("\n" not in name for name in told.values())
    assert sum(type(entry).__name__ == "Balance" for entry in entries) == len(parties)


def test_amounts_have_the_decimals_of_their_currency(paper: Paper) -> None:
    party = account(1)
    for currency in (CNY, JPY, KWD, CLF, UNKNOWN):
        paper.event(currency, (party, ledger.CASH, 1_234_567), (party, ledger.BANK, -1_234_567))
        paper.event(currency, (party, ledger.CASH, -1), (party, ledger.BANK, 1))
    paper.finish()
    text, entries = checked(paper.engine)
    for shown in ("12,345.67 CNY", "1,234,567 JPY", "1,234.567 KWD", "123.4567 CLF", "1,234,567 X007",
                  "-0.01 CNY", "-1 JPY", "-0.001 KWD", "12,345.66 ~ 0 CNY", "1,234,566 ~ 0 JPY"):  # fmt: skip
        assert f"  {shown}\n" in text, shown
    assert {entry.currency for entry in entries if type(entry).__name__ == "Commodity"} == {
        "CNY", "JPY", "KWD", "CLF", "X007"}  # fmt: skip


@pytest.mark.parametrize("currency", [CNY, JPY, KWD])
def test_a_balance_that_is_off_by_one_unit_is_seen(paper: Paper, currency: int) -> None:
    party = account(1)
    paper.event(currency, (party, ledger.CASH, 100_000), (party, ledger.BANK, -100_000))
    paper.cash[party, currency] += 1
    paper.finish()
    _, errors, _ = loader.load_string("".join(beancount(paper.engine)))
    assert [error.message.partition(" for ")[0] for error in errors] == ["Balance failed"]


def test_gains_and_costs_stand_on_their_own_sides(paper: Paper) -> None:
    payer, holder, contract = account(1), account(2), account(99)
    paper.event(CNY, (payer, ledger.PENALTIES, 5), (payer, ledger.CASH, -5), (holder, ledger.PENALTIES, -5),
                (holder, ledger.CASH, 5))  # fmt: skip
    paper.event(CNY, (holder, ledger.WITHHELD, 3), (holder, ledger.SETTLEMENTS, -3), (contract, ledger.WITHHELD, -3),
                (contract, ledger.SETTLEMENTS, 3))  # fmt: skip
    paper.put(tables.withheld, contract="Repayments", holder=holder, currency=CNY, amount=3)
    paper.finish()
    text, _ = checked(paper.engine)
    for line in ("Expenses:Penalties:P1-Huaxia-Motors-华夏汽车  0.05", "Income:Penalties:P2-Huaxia-Motors-华夏汽车  -0.05",
                 "Assets:Withheld:P2-Huaxia-Motors-华夏汽车  0.03",
                 f"Liabilities:Withheld:X{contract[2:]}  -0.03"):  # fmt: skip
        assert f"  {line} CNY\n" in text, line


def test_empty_books_are_a_file_too(paper: Paper) -> None:
    assert checked(paper.engine)[1] == []
    paper.finish()
    assert checked(paper.engine)[1] == []


def test_a_page_ends_with_a_whole_event(paper: Paper) -> None:
    party, other = account(1), account(2)
    for currency in (CNY, JPY, CNY):
        paper.event(currency, (party, ledger.CASH, 5), (other, ledger.CASH, 5), (party, ledger.BANK, -5),
                    (other, ledger.BANK, -5))  # fmt: skip
    first = statement(paper.engine, party, limit=2)
    assert [len(item["lines"]) for item in first["items"]] == [2, 2]
    rest = statement(paper.engine, party, after=first["next"], limit=2)
    assert rest == statement(paper.engine, party, behind=(2, 0), limit=2), "carried along, or summed up again"
    assert rest["opening"] == first["closing"] and rest["next"] is None
    assert rest["items"][0]["lines"][0] == {"book": "cash", "currency": "CNY", "amountFen": 5, "balanceFen": 10}
    for forged in ("", "x", "bm9uZQ==", first["next"][:-8]):
        with pytest.raises(InvalidInput):
            statement(paper.engine, party, after=forged)
    with pytest.raises(InvalidInput):
        statement(paper.engine, other, after=first["next"])
    yen = statement(paper.engine, party, currency=JPY)
    assert [(row["currency"], row["book"], row["amountFen"]) for row in yen["closing"]] == [
        ("JPY", "bank", -5),
        ("JPY", "cash", 5),
    ]
    assert statement(paper.engine, party, behind=(3, None))["opening"] == first["closing"]
