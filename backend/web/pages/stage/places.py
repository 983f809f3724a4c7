"""Who stands where on the stage: a place for each party, in lanes by role, and for what holds things for others."""

from __future__ import annotations

from typing import Any

from backend.demo.playing import ESCROW as ESCROW_CONTRACTS
from backend.demo.playing import Play
from backend.demo.tape import Holdings
from backend.errors import Phrase, both
from backend.goods.quantities import format_quantity
from backend.queries import stage as queries
from backend.roles import WORDS
from backend.web import context
from backend.web.pages import readers
from backend.web.pages.rows import NOBODY, names_of

MOST = 24
OPERATOR, ESCROW, RESERVE = "operator", "escrow", "reserve"
_OWN: dict[str, Phrase] = {
    OPERATOR: both("Operator", "运营方"),
    RESERVE: both("Reserve fund", "风险准备金"),
    ESCROW: both("Escrow contracts", "托管合约"),
}
LANES: dict[str, Phrase] = {
    "top": both("Operator, regulator and contracts", "运营方、监管与合约"),
    "obligor": both("Core enterprises", "核心企业"),
    "tier1": both("Suppliers, tier 1", "一级供应商"),
    "tier2": both("Suppliers, tier 2", "二级供应商"),
    "tier3": both("Suppliers, tier 3 and beyond", "三级及以下供应商"),
    "supplier": both("Suppliers and traders", "供应商与贸易商"),
    "financier": both("Financiers", "资金方"),
    "goods": both("Custodians, carriers and oracles", "保管人、承运人与预言机"),
}
"""From the top of the picture to its bottom."""
_OF_ROLE = {
    "regulator": "top",
    "registrar": "top",
    "obligor": "obligor",
    "financier": "financier",
    "custodian": "goods",
    "carrier": "goods",
    "oracle": "goods",
}
_WHAT = {"cash": both("Cash", "现金"), "notes": both("Notes", "凭证"), "receipts": both("Receipts", "仓单")}


class Places:
    """The places as they are for one answer."""

    def __init__(self, play: Play | None) -> None:
        cast = {party.account: role for role, party in play.parties.items()} if play is not None else {}
        self._engine = context.desk().engine
        self._contracts = context.desk().contracts.deployment
        self._people, count = queries.people(self._engine, cast, MOST)
        self.left_out = count - len(self._people)
        self._cast = cast
        self._own = {NOBODY: OPERATOR, **dict.fromkeys(self._contracts.roles.values(), OPERATOR)}
        self._own |= {self._contracts.contracts[name]: ESCROW for name in ESCROW_CONTRACTS}
        self._own |= {
            self._contracts.contracts["Reserve"]: RESERVE,
            OPERATOR: OPERATOR,
            ESCROW: ESCROW,
            RESERVE: RESERVE,
        }
        self._names = {str(one["account"]): str(one["name"]) for one in self._people}
        self._drawn = set(self._names)

    def drawn(self) -> list[dict[str, Any]]:
        """Each place with its lane, in the order in which they are drawn."""
        own = [{"id": place, "lane": "top", "name": readers.said(words), "roles": ""} for place, words in _OWN.items()]
        people = [
            {
                "id": one["account"],
                "lane": self._lane(one),
                "name": one["name"],
                "roles": ", ".join(readers.said(WORDS[role]) for role in one["roles"]),
            }
            for one in self._people
        ]
        order = list(LANES)
        return sorted([*own, *people], key=lambda place: order.index(place["lane"]))

    def lines(self, holdings: Holdings | None = None) -> dict[str, list[dict[str, str]]]:
        """What each place has, in the reader's figures: now, or as it was recorded."""
        if holdings is None:
            holdings = queries.holdings(self._engine, [*self._drawn, *self._keepers()])
        held: dict[str, dict[tuple[str, str], dict[str, Any]]] = {}
        for account, rows in holdings.items():
            if place := self.place_of(account):
                mine = held.setdefault(place, {})
                for row in rows:
                    key = row["what"], row["unit"]
                    before = mine.get(key, {"amount": 0})
                    mine[key] = {**row, "amount": before["amount"] + row["amount"]}
        return {place: [line(row) for row in has.values()] for place, has in held.items()}

    def place_of(self, account: str) -> str:
        """The place that stands for an account; empty where it is not on the stage."""
        return self._own.get(account) or (account if account in self._drawn else "")

    def name_of(self, account: str) -> str:
        if account in self._own:
            return readers.said(_OWN[self._own[account]])
        if account and account not in self._names:
            self._names |= {one: name for one, name in names_of([account]).items() if one == account}
        return self._names.get(account, account)

    def account_of_number(self, number: int | None) -> str:
        """The account of a participant by its number."""
        return queries.account(self._engine, number) if number else ""

    def _keepers(self) -> list[str]:
        return [self._contracts.contracts[name] for name in (*ESCROW_CONTRACTS, "Reserve")]

    def _lane(self, one: dict[str, Any]) -> str:
        for role in one["roles"]:
            if role in _OF_ROLE:
                return _OF_ROLE[role]
        part = self._cast.get(one["account"], "")
        if part in LANES:
            return part
        return f"tier{min(one['tier'], 3)}" if one["tier"] else "supplier"


def line(row: dict[str, Any]) -> dict[str, str]:
    """One thing that a party has, as a label and its figure."""
    return {"label": readers.said(_WHAT[row["what"]]), "value": figure(row, row["amount"])}


def figure(row: dict[str, Any], amount: int) -> str:
    """An amount of what the row is about: of money, or of goods."""
    if row["what"] == "receipts":
        return f"{format_quantity(amount, row['decimals'])} {row['unit']}"
    return f"{readers.amount(amount, row['unit'])} {row['unit']}"
