"""Takes the region's parties in, and gives those that pay their cash."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from backend.region.crew import Crew, act
from backend.region.plan import Plan
from backend.sdk import Feiqian, Party

RESERVE_FEN = 10**15
PURSE_FEN = 10**13
"""What each bank and the trader begin with: more than they need."""


@dataclass(frozen=True)
class Cast:
    """All parties, by the numbers they have in the plan."""

    operator: Feiqian
    cores: list[Party]
    suppliers: list[Party]
    banks: list[Party]
    custodians: list[Party]
    oracle: Party
    trader: Party

    def by_account(self) -> dict[str, Party]:
        named = [*self.cores, *self.suppliers, *self.banks, *self.custodians, self.oracle, self.trader]
        return {party.account: party for party in named}


def take_in(operator: Feiqian, crew: Crew, plan: Plan) -> Cast:
    """Registers everybody; obligors may owe what the plan has them owe, and begin with as much cash."""
    owed = [sum(claim.confirmed for claim in plan.claims if claim.core == core) for core in range(len(plan.cores))]
    who: list[tuple[str, str, str, int]] = [
        *((core.name, core.identifier, "obligor", owed[number]) for number, core in enumerate(plan.cores)),
        *((supplier.name, supplier.identifier, "supplier", 0) for supplier in plan.suppliers),
        *((f"Bank {n + 1} 第{n + 1}银行", f"91110000RGB{n:07d}", "financier", 0) for n in range(plan.size.banks)),
        *((f"Store {n + 1} 第{n + 1}仓库", f"91310115RGW{n:07d}", "custodian", 0) for n in range(plan.size.custodians)),
        ("Price office 价格服务", "91110108RGP0000000", "oracle", 0),
        ("Metal trader 金属贸易商", "91440300RGT0000000", "supplier", 0),
    ]
    taken = crew.play(
        "Parties are taken in · 登记参与方",
        [
            act(operator.take_in_party, name, identifier, [role], limits={"CNY": limit} if limit else None)
            for name, identifier, role, limit in who
        ],
    )
    parties = crew.each(
        "Each gets its key to the API · 发放密钥",
        [partial(operator.acting_for, name, done["account"]) for (name, *_), done in zip(who, taken, strict=True)],
    )
    cores, suppliers = len(plan.cores), len(plan.suppliers)
    banks, stores = cores + suppliers + plan.size.banks, plan.size.custodians
    cast = Cast(
        operator,
        parties[:cores],
        parties[cores : cores + suppliers],
        parties[cores + suppliers : banks],
        parties[banks : banks + stores],
        *parties[-2:],
    )
    statement = "statement of the reserve account at the opening"
    crew.play("The reserve is attested · 备付金证明", [act(operator.attest_reserve, RESERVE_FEN, statement)])
    purses = [(core, amount) for core, amount in zip(cast.cores, owed, strict=True) if amount]
    purses += [(party, PURSE_FEN) for party in (*cast.banks, cast.trader)]
    issue(crew, operator, "Cash is issued · 发行结算币", [(party.account, amount) for party, amount in purses])
    return cast


def issue(crew: Crew, operator: Feiqian, name: str, purses: list[tuple[str, int]]) -> None:
    """The operator issues cash, to accounts, against money that came in at the bank."""
    items = [{"to": account, "amountFen": str(amount), "currency": "CNY"} for account, amount in purses]
    crew.bulk(name, "cash.issue", [(operator, item) for item in items])
