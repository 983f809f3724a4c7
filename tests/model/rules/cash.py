"""Rules C: money, one token a currency."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .parties import NO_HASH, NOBODY, may_hold, require_office
from .refusals import Grounds

if TYPE_CHECKING:
    from .world import World

UNLIMITED = 2**256 - 1


@dataclass
class Money:
    balances: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, int] = field(default_factory=dict)
    allowances: dict[tuple[str, str], int] = field(default_factory=dict)
    reserve: int = 0
    cap: int = 0

    @property
    def supply(self) -> int:
        return sum(self.balances.values())

    def balance(self, account: str) -> int:
        return self.balances.get(account, 0)

    def unfrozen(self, account: str) -> int:
        return max(0, self.balance(account) - self.frozen.get(account, 0))

    def add(self, account: str, amount: int) -> None:
        self.balances[account] = self.balance(account) + amount


def _check_move(w: World, no: Grounds, money: Money, source: str, target: str, amount: int) -> None:
    """C5, C6."""
    balance, unfrozen = money.balance(source), money.unfrozen(source)
    no.when(not may_hold(w, source), "ERC7943CannotTransact", source)
    no.when(target != NOBODY and not may_hold(w, target), "ERC7943CannotTransact", target)
    no.when(amount > balance, "ERC20InsufficientBalance", source, balance, amount)
    no.when(unfrozen < amount <= balance, "ERC7943InsufficientUnfrozenBalance", source, amount, unfrozen)


def pay(w: World, currency: int, source: str, target: str, amount: int) -> None:
    """A transfer by the one whose money it is."""
    money, no = w.cash[currency], Grounds()
    no.when(target == NOBODY, "ERC20InvalidReceiver", target)
    _check_move(w, no, money, source, target, amount)
    no.stop()
    money.add(source, -amount)
    money.add(target, amount)


def collect(w: World, currency: int, spender: str, source: str, target: str, amount: int) -> None:
    """A transfer by one whom the source allowed it."""
    money, no = w.cash[currency], Grounds()
    allowed = money.allowances.get((source, spender), 0)
    no.when(allowed < amount, "ERC20InsufficientAllowance", spender, allowed, amount)
    no.when(target == NOBODY, "ERC20InvalidReceiver", target)
    _check_move(w, no, money, source, target, amount)
    no.stop()
    if allowed != UNLIMITED:
        money.allowances[source, spender] = allowed - amount
    money.add(source, -amount)
    money.add(target, amount)


# ---- acts


def allow(w: World, currency: int, caller: str, spender: str, amount: int) -> None:
    no = Grounds()
    no.when(spender == NOBODY, "ERC20InvalidSpender", spender)
    no.stop()
    w.cash[currency].allowances[caller, spender] = amount


def attest(w: World, currency: int, caller: str, reserve: int, evidence: str) -> None:
    no = Grounds()
    require_office(w, no, caller, "attestor")
    no.when(evidence == NO_HASH, "EvidenceMissing")
    no.stop()
    w.cash[currency].reserve = reserve


def set_cap(w: World, currency: int, caller: str, cap: int) -> None:
    no = Grounds()
    require_office(w, no, caller, "admin")
    no.stop()
    w.cash[currency].cap = cap


def mint(w: World, currency: int, caller: str, to: str, amount: int) -> None:
    money, no = w.cash[currency], Grounds()
    supply = money.supply + amount
    require_office(w, no, caller, "issuer")
    no.when(supply > money.reserve, "ExceedsReserve", supply, money.reserve)
    no.when(supply > money.cap, "ExceedsCap", supply, money.cap)
    no.when(to == NOBODY, "ERC20InvalidReceiver", to)
    no.when(to != NOBODY and not may_hold(w, to), "ERC7943CannotTransact", to)
    no.stop()
    money.add(to, amount)


def redeem(w: World, currency: int, caller: str, amount: int) -> None:
    """C4."""
    money, no = w.cash[currency], Grounds()
    no.when(amount > money.reserve, "ExceedsReserve", amount, money.reserve)
    _check_move(w, no, money, caller, NOBODY, amount)
    no.stop()
    money.reserve -= amount
    money.add(caller, -amount)


def set_frozen(w: World, currency: int, caller: str, account: str, amount: int) -> None:
    """C6."""
    no = Grounds()
    require_office(w, no, caller, "regulator")
    no.stop()
    w.cash[currency].frozen[account] = amount


def force(w: World, currency: int, caller: str, source: str, target: str, amount: int) -> None:
    """C7. What is frozen moves last."""
    money, no = w.cash[currency], Grounds()
    balance = money.balance(source)
    require_office(w, no, caller, "regulator")
    no.when(source == NOBODY, "ERC20InvalidSender", source)
    no.when(not may_hold(w, target), "ERC7943CannotTransact", target)
    no.when(amount > balance, "ERC20InsufficientBalance", source, balance, amount)
    no.stop()
    if money.frozen.get(source, 0) > balance - amount:
        money.frozen[source] = balance - amount
    money.add(source, -amount)
    money.add(target, amount)
