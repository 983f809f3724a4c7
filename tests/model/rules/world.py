"""Everything there is, and what must always hold of it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from . import claims
from .cash import Money
from .claims import Receivable
from .limits import Limits
from .notes import Note, of_receivable
from .parties import Participant
from .refusals import Refused


class World:
    def __init__(self, now: int, contracts: dict[str, str], offices: dict[str, str], first: Limits) -> None:
        """`contracts` are addresses by name, `offices` the keys by power."""
        self.now = now
        self.contracts = contracts
        self.offices = offices
        self.limits = [(0, first)]
        self.parties: dict[str, Participant] = {}
        self.cash: dict[int, Money] = {}
        self.nonces: set[tuple[str, str, int]] = set()
        self.fingerprints: dict[str, tuple[str, int]] = {}
        self.receivables: dict[int, Receivable] = {}
        self.notes: dict[int, Note] = {}
        self.locks: dict[int, int] = {}
        self.operators: set[tuple[str, str]] = set()
        self.allowances: dict[tuple[int, str, str], int] = {}
        self.credit_notes = 0
        self.withheld: dict[tuple[str, int], int] = {}
        self.insured: dict[int, int] = {}
        self.reserve_notes: dict[int, int] = {}

    def stands(self, contract: str, number: int) -> bool:
        """F2: a credit note stays used for good."""
        return contract == "Adjustments" or claims.stands(self, self.receivables[number])

    def attempt(self, act: Callable[[World], Any]) -> Refused | None:
        """Does the act, or nothing at all: then why."""
        before = pickle.dumps(self.__dict__)
        try:
            act(self)
        except Refused as refused:
            self.__dict__ = pickle.loads(before)
            return refused
        return None

    def check(self) -> None:
        """R9 and R10."""
        waits = dict.fromkeys(self.cash, 0)
        for r in self.receivables.values():
            live = sum(note.value for note in of_receivable(self, r.number))
            assert live == r.confirmed - r.absorbed - r.redeemed, r
            assert live == r.obligor_owes + r.supplier_owes + r.waiting, r
            assert min(r.obligor_owes, r.supplier_owes, r.waiting, r.obligor_owes - r.disputed) >= 0, r
            assert r.confirmed <= r.face, r
            waits[r.currency] += r.waiting + r.penalty_paid - r.penalty_redeemed
        for (_, currency), amount in self.withheld.items():
            waits[currency] += amount
        for currency, money in self.cash.items():
            gifts = money.balance(self.contracts["Repayments"]) - waits[currency]
            assert gifts >= 0, (currency, gifts)
