"""Arguments of events and calls as people read them: parties by name, things with a way to their pages, amounts as
money where it is known of which currency, moments as moments. What nobody can read stays as it is, shortened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backend.invoices.currencies import CURRENCIES, code_of
from backend.projections.things import Thing, kind_of
from backend.queries import explorer as queries
from backend.queries.receivables import STATUSES
from backend.web import context
from backend.web.pages import readers
from backend.web.pages.rows import NOBODY, names_of

PATHS = {"receivable": "receivables", "note": "notes", "receipt": "receipts", "lot": "lots", "loan": "loans"}
"""Where the page of each kind of thing is."""
MOST_ITEMS = 20
UNLIMITED = 2**256 - 1
DIGITS = 78
LONG = 70
"""Letters of a value that are shown whole: a hash and its 0x."""

Said = tuple[str, Mapping[str, Any]]
"""A contract, and arguments of one of its events or functions."""

_AMOUNTS = {
    "amount", "faceValue", "principal", "penalty", "excess", "price", "levy", "value", "limit", "drawn", "costs",
    "interest", "debt", "upheld", "refused", "shortfall", "storagePaid", "toBorrower", "minimum", "reserve",
    "newReserve", "cap", "newCap", "maxFaceValue",
}  # fmt: skip
_GOODS = "WarehouseReceipts"
_OF_GOODS = {"value", "quantity"}
"""What is an amount of a note, and a quantity of goods."""
_STATUSES = list(STATUSES.values())
_MOMENTS = {"acceptBy", "callBy", "confirmBy", "deadline"}
_MOMENT = re.compile(r"[a-z](At|Until)$")
_NUMBERS_OF_PEOPLE = {"participantId", "ownerId"}
_SLOTS = {"Receivables": "receivable", "WarehouseReceipts": "lot"}
"""What a token's slot numbers."""


@dataclass(frozen=True)
class Value:
    """`text` to show, `link` where it leads, `whole` what it was before it was shortened; or what it is made of."""

    text: str = ""
    link: str | None = None
    whole: str | None = None
    parts: tuple[tuple[str, Value], ...] = ()
    more: int = 0


class Reading:
    """What is to be known of some arguments, looked up once for all of them."""

    def __init__(self, said: Iterable[Said]) -> None:
        told, engine = list(said), context.desk().engine
        contracts = context.desk().contracts
        self._contracts = contracts.names
        leaves = [(contract, name, value) for contract, args in told for name, value in _leaves(args)]
        numbers = {value for _, name, value in leaves if name in _NUMBERS_OF_PEOPLE and _is_number(value, 2**31)}
        self._people = queries.accounts(engine, numbers) if numbers else {}
        accounts = {value for _, _, value in leaves if _is_account(value)} | set(self._people.values())
        self._names = names_of(accounts)
        self._parties = {account for account in accounts if self._names[account] != account}
        self._names |= {address: role for role, address in contracts.deployment.roles.items()} | contracts.names
        self._currencies = queries.currencies(engine, {thing for one in leaves for thing in self._things(*one)})

    def name(self, account: str, *, to_party: bool = False) -> Value:
        """An account, by its name where it has one; `to_party`: with the way to the party, not to its address."""
        if account in self._contracts:
            return Value(self._contracts[account], f"/explorer/contracts/{self._contracts[account]}", account)
        if account == NOBODY:
            return Value("–")
        name = self._names.get(account, account)
        text = name if name != account else readers.short(account)
        is_party = to_party and account in self._parties
        return Value(text, f"/{'participants' if is_party else 'explorer/addresses'}/{account}", account)

    def shown(self, contract: str, args: Mapping[str, Any]) -> tuple[tuple[str, Value], ...]:
        """Each argument by its name."""
        return self._shown(contract, args, self._currency(contract, args))

    def _shown(self, contract: str, args: Mapping[str, Any], code: str | None) -> tuple[tuple[str, Value], ...]:
        contract = self._contracts.get(str(args.get("asset")), contract)  # whose tokens it is about
        return tuple((name, self._value(contract, name, value, code)) for name, value in args.items())

    def _value(self, contract: str, name: str, value: Any, code: str | None) -> Value:
        if isinstance(value, Mapping):
            return Value(parts=self._shown(contract, value, code))
        if isinstance(value, list):
            some = [(str(at), self._value(contract, name, one, code)) for at, one in enumerate(value[:MOST_ITEMS], 1)]
            return Value(parts=tuple(some), more=max(0, len(value) - MOST_ITEMS))
        if isinstance(value, bool):
            return Value(readers.t("yes", "是") if value else readers.t("no", "否"))
        return self._number(contract, name, value, code) if isinstance(value, int) else self._text(str(value))

    def _number(self, contract: str, name: str, value: int, code: str | None) -> Value:
        kind = _kind(contract, name)
        if kind in PATHS and value:
            return Value(str(value), f"/{PATHS[str(kind)]}/{value}")
        if name in _NUMBERS_OF_PEOPLE and value in self._people:
            return self.name(self._people[value], to_party=True)
        if name in _MOMENTS or _MOMENT.search(name):
            return Value(readers.moment(value) if 0 < value < 2**36 else "–")
        if name.endswith("Bps") and value < 2**32:
            return Value(readers.rate(value))
        if name == "currency":
            return Value(code_of(value))
        if name == "status" and contract == "Receivables" and 0 < value <= len(_STATUSES):
            return Value(readers.said(_STATUSES[value - 1]))
        if value == UNLIMITED:
            return Value(readers.t("without limit", "不限"), whole=str(value))
        if code in CURRENCIES and value < 2**64 and name in _AMOUNTS and not (contract == _GOODS and name in _OF_GOODS):
            return Value(readers.money(value, code))
        return _shortened(str(value))

    def _text(self, value: str) -> Value:
        return self.name(value, to_party=True) if _is_account(value) else _shortened(value)

    def _currency(self, contract: str, args: Mapping[str, Any]) -> str | None:
        """What amounts among these arguments are counted in, where they say it."""
        if contract.startswith("SettlementToken:"):
            return contract.partition(":")[2]
        for name, value in _leaves(args):
            if name == "cash" and str(self._contracts.get(value, "")).startswith("SettlementToken:"):
                return self._contracts[value].partition(":")[2]
            if name == "currency" and isinstance(value, int):
                return code_of(value)
        known = (
            self._currencies.get(thing)
            for name, value in _leaves(args)
            for thing in self._things(contract, name, value)
        )
        return next((code for code in known if code is not None), None)

    @staticmethod
    def _things(contract: str, name: str, value: Any) -> Iterator[Thing]:
        kind = _kind(contract, name)
        if kind in PATHS and _is_number(value, 2**63):
            yield str(kind), value
        if name == "feed":
            yield name, value


def _kind(contract: str, name: str) -> str | None:
    """The kind of thing that an argument numbers, or each of its members."""
    if name in ("oldSlot", "newSlot", "slot"):
        return _SLOTS.get(contract)
    return kind_of(contract, name) or kind_of(contract, name.removesuffix("s"))


def _leaves(args: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value in arguments by the name nearest to it."""
    for name, value in args.items():
        for one in value[:MOST_ITEMS] if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                yield from _leaves(one)
            else:
                yield name, one


def _is_number(value: Any, end: int) -> bool:
    """Whether a table can have it: anybody's contract may name any number in its errors."""
    return isinstance(value, int) and 0 < value < end


def _is_account(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"0x[0-9a-fA-F]{40}", value, re.ASCII) is not None


def _shortened(text: str) -> Value:
    if re.fullmatch(r"0x[0-9a-f]{64}", text, re.ASCII):
        word = bytes.fromhex(text[2:]).rstrip(b"\0")
        if 0 < len(word) < 32 and word.isascii() and word.decode("ascii").isprintable():
            return Value(word.decode("ascii"), whole=text)
    if re.fullmatch(r"0x[0-9a-f]{17,}|[0-9]{25,}", text, re.ASCII) and len(text) <= max(LONG, DIGITS):
        return Value(f"{text[:10]}…{text[-8:]}", whole=text)
    if len(text) <= LONG:
        return Value(text)
    size = (len(text) - 2) // 2 if text.startswith("0x") else len(text)
    return Value(f"{text[:34]}… " + readers.t("({size} in all)", "(共 {size})", size=size))
