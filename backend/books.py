"""The books of all as one Beancount file: one transaction an event, one posting a line, and at the end what every
party has and owes by the read model's other tables, so that somebody else's checker agrees or does not (rule B11).

The same read model gives the same bytes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, RowMapping

from backend.invoices.currencies import CURRENCIES, code_of
from backend.money import format_amount
from backend.projections import ledger
from backend.queries.books import Balances, Books, all_books

ACCOUNTS: dict[str, str] = {
    ledger.CASH: "Assets:Cash",
    ledger.NOTES: "Assets:Notes",
    ledger.ALLOWANCE: "Assets:Allowance",
    ledger.SETTLEMENTS: "Assets:Settlements",
    ledger.CONSIDERATION: "Assets:Consideration",
    ledger.PAYABLES: "Liabilities:Payables",
    ledger.ANSWERED: "Liabilities:Answered",
    ledger.OWED_TO_HOLDERS: "Liabilities:Owed-To-Holders",
    ledger.LOANS: "Assets:Loans",
    ledger.COSTS: "Assets:Costs",
    ledger.PLEDGED: "Assets:Pledged",
    ledger.PROCEEDS: "Assets:Proceeds",
    ledger.BIDS: "Assets:Bids",
    ledger.LOSSES: "Expenses:Losses",
    # The other side of these is in the party's books outside of the platform.
    ledger.BANK: "Equity:Bank",
    ledger.TRADE: "Equity:Trade",
    ledger.COUNTERCLAIMS: "Equity:Counterclaims",
    # A position between two currencies, which has no worth in either of them.
    ledger.EXCHANGE: "Equity:Exchange",
    # Goods are counted in no money here: their worth is in the party's books outside of the platform.
    ledger.GOODS: "Equity:Goods",
}
TWO_SIDED: dict[str, tuple[str, str]] = {
    ledger.DISCOUNT: ("Expenses:Discount", "Income:Discount"),
    ledger.PENALTIES: ("Expenses:Penalties", "Income:Penalties"),
    ledger.INTEREST: ("Expenses:Interest", "Income:Interest"),
    ledger.LEVIES: ("Expenses:Levies", "Income:Levies"),
    ledger.STORAGE: ("Expenses:Storage", "Income:Storage"),
    ledger.INSURANCE: ("Expenses:Insurance", "Income:Insurance"),
    ledger.PAID_FOR_OTHERS: ("Assets:Paid-For-Others", "Liabilities:Paid-For-Others"),
}
"""What is a cost or a claim where it is positive, and a gain or a debt where it is negative."""
WITHHELD = "Assets:Withheld", "Liabilities:Withheld"
"""A claim of the holder, and a debt of the contract that keeps the money: both come and go."""

NAME_LENGTH = 40
LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd"}
"""Categories of characters that may stand in an account's name."""


def beancount(engine: Engine) -> Iterator[str]:
    """The file in pieces, each some whole lines."""
    with all_books(engine) as books:
        yield from _Export(books).pieces()


class _Export:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._cursor = books.cursor()
        self._names = books.names()
        self._opened: dict[str, tuple[int, set[int]]] = {}
        for kind in books.kinds():
            account = self._account(kind.party, kind.book, is_positive=kind.is_positive, is_own=kind.is_own)
            since, currencies = self._opened.get(account, (kind.since, set()))
            self._opened[account] = min(since, kind.since), currencies | {kind.currency}

    def pieces(self) -> Iterator[str]:
        yield self._header()
        yield from self._opens()
        for about, lines in self._books.entries():
            yield self._transaction(about, lines)
        yield from self._assertions()

    def _header(self) -> str:
        at = self._cursor
        where = f"block {at['block_number']} ({at['block_hash']}, {_moment(at['at'])})" if at else "the beginning"
        since: dict[int, int] = {}
        for first, currencies in self._opened.values():
            for currency in currencies:
                since[currency] = min(first, since.get(currency, first))
        lines = [f";; The books of all participants and contracts, up to {where}.", 'option "title" "Feiqian"']
        for currency in sorted(since, key=commodity):
            lines.append(f'option "operating_currency" "{commodity(currency)}"')
        for currency in sorted(since, key=commodity):
            lines.append(f"{_day(since[currency])} commodity {commodity(currency)}")
        return "\n".join(lines) + "\n\n"

    def _opens(self) -> Iterator[str]:
        accounts = {self._component(party): (party, name) for party, (_, name) in self._names.items()}
        for account, (since, currencies) in sorted(self._opened.items()):
            codes = ",".join(sorted(commodity(currency) for currency in currencies))
            known = accounts.get(account.rpartition(":")[2])
            told = f'  account: "{known[0]}"\n  name: {quoted(known[1])}\n' if known else ""
            yield f"{_day(since)} open {account} {codes}\n{told}"

    def _transaction(self, about: dict[str, int | None], lines: list[RowMapping]) -> str:
        first = lines[0]
        head = f"\n{_day(first['at'])} * {quoted(first['contract'])} {quoted(first['name'])} ^{first['tx_hash']}\n"
        facts = {
            "tx": quoted(first["tx_hash"]),
            "block": first["block_number"],
            "log": first["log_index"],
            "time": quoted(_moment(first["at"])),
            "receivable": about["receivableId"],
            "note": about["noteId"],
        }
        head += "".join(f"  {name}: {value}\n" for name, value in facts.items() if value is not None)
        return head + "".join(self._posting(row) for row in lines)

    def _posting(self, row: RowMapping) -> str:
        is_own = row["party"] == row["address"]
        account = self._account(row["party"], row["book"], is_positive=row["amount"] > 0, is_own=is_own)
        code = commodity(row["currency"])
        return f"  {account}  {written(row['amount'], code)} {code}\n"

    def _assertions(self) -> Iterator[str]:
        """A balance holds at the beginning of its day, so that is the day after the last. `~ 0`: to the last unit,
        which Beancount would else be generous with."""
        if self._cursor is None:
            return
        day = _day(self._cursor["at"], later=1)
        yield "\n"
        for account, currency, amount in sorted(self._expected(self._books.balances())):
            code = commodity(currency)
            yield f"{day} balance {account}  {written(amount, code)} ~ 0 {code}\n"

    def _expected(self, balances: Balances) -> Iterator[tuple[str, int, int]]:
        """What each account must be; those that the tables do not speak of, nothing."""
        asserted = {book for _, book, _ in balances} | {ledger.CASH, ledger.NOTES}
        told = {
            (self._account(party, book, is_positive=amount > 0, is_own=False), currency): amount
            for (party, book, currency), amount in balances.items()
        }
        roots = {ACCOUNTS.get(book, WITHHELD[0]) for book in asserted}
        for account, (_, currencies) in self._opened.items():
            if account.rpartition(":")[0] in roots:
                for currency in currencies:
                    told.setdefault((account, currency), 0)
        for (account, currency), amount in told.items():
            if amount or (account in self._opened and currency in self._opened[account][1]):
                yield account, currency, amount

    def _account(self, party: str, book: str, *, is_positive: bool, is_own: bool) -> str:
        if book == ledger.WITHHELD:
            root = WITHHELD[is_own]
        elif book in TWO_SIDED:
            root = TWO_SIDED[book][not is_positive]
        else:
            root = ACCOUNTS[book]
        return f"{root}:{self._component(party)}"

    def _component(self, party: str) -> str:
        """The party in an account's name. Names may be alike and hold anything, so its number, which is its own, leads;
        a party that is not registered goes by its address."""
        if party not in self._names:
            return f"X{party.removeprefix('0x')}"
        number, name = self._names[party]
        legible = [
            letter if unicodedata.category(letter) in LETTERS else " " for letter in unicodedata.normalize("NFKC", name)
        ]
        return "-".join([f"P{number}", *"".join(legible)[:NAME_LENGTH].split()])


def commodity(currency: int) -> str:
    """The currency's code; where ISO 4217 has none, X and the number, since a commodity begins with a letter."""
    code = code_of(currency)
    return code if code in CURRENCIES else f"X{currency:03d}"


def written(amount: int, code: str) -> str:
    """Minor units as people write them, with the decimals of ISO 4217; as they are where the code is not in it."""
    return format_amount(amount, CURRENCIES[code].decimals if code in CURRENCIES else 0)


def quoted(text: str) -> str:
    """A Beancount string: one line, whatever it holds."""
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _is_control(letter) else letter for letter in text)
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: int, *, later: int = 0) -> str:
    return (datetime.fromtimestamp(at, UTC) + timedelta(days=later)).strftime("%Y-%m-%d")
