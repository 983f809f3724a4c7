"""Participants, limits, cash: the acts of the officers, and of holders of cash."""

from __future__ import annotations

from dataclasses import astuple, replace

from ..chain import FIRST_LIMITS, Call
from ..rules import cash, limits, parties
from ..rules.penalty import DAY
from .scene import OUTSIDERS, SPENDERS, Move, Scene


def register_participant(s: Scene) -> Move:
    caller = s.officer("registrar")
    account = s.accounts[s.pick(OUTSIDERS)] if s.often() else s.pick([s.party(), parties.NOBODY])
    identity = s.hash() if s.often(0.9) else s.fixed_hash("supplier")
    roles = s.pick([1, 2, 4, 7]) if s.often(0.9) else s.pick([0, 512])
    until = s.w.now + s.rng.randint(-DAY, 60 * DAY)
    return Move(
        "Participants.register",
        Call(caller, "Participants", "register", (account, identity, roles, until, "somebody")),
        lambda w: parties.register(w, caller, account, identity, roles, until),
    )


def renew(s: Scene) -> Move:
    caller, account = s.officer("registrar"), s.accounts[s.pick([*s.accounts])]
    party = s.w.parties.get(account)
    roles = party.roles if party and s.often(0.85) else s.pick([0, 1, 2, 4, 7, 512])
    until = s.w.now + (s.rng.randint(1, 90 * DAY) if s.often(0.85) else -1)
    return Move(
        "Participants.renew",
        Call(caller, "Participants", "renew", (account, roles, until)),
        lambda w: parties.renew(w, caller, account, roles, until),
    )


def freeze(s: Scene) -> Move:
    caller, account, order = s.officer("regulator"), s.accounts[s.pick([*s.accounts])], s.hash()
    owed = [n.holder for n in s.w.notes.values() if n.number in s.w.receivables[n.receivable].division.shares]
    account = s.pick(owed) if owed and s.often(0.6) else account
    return Move(
        "Participants.freeze",
        Call(caller, "Participants", "freeze", (account, order)),
        lambda w: parties.freeze(w, caller, account, order, True),
    )


def unfreeze(s: Scene) -> Move:
    frozen = [p.account for p in s.w.parties.values() if p.frozen] or [s.anyone()]
    waiting = [holder for (holder, _), amount in s.w.withheld.items() if amount]
    account = s.pick(waiting) if waiting and s.often(0.6) else s.pick(frozen)
    caller, account, order = s.officer("regulator"), account if s.often(0.9) else s.anyone(), s.hash()
    return Move(
        "Participants.unfreeze",
        Call(caller, "Participants", "unfreeze", (account, order)),
        lambda w: parties.freeze(w, caller, account, order, False),
    )


def set_limit(s: Scene) -> Move:
    caller, currency = s.officer("registrar"), s.pick([*s.w.cash])
    account = s.accounts[s.pick(["obligor", "dealer", "trader"])] if s.often() else s.anyone()
    limit = s.pick([10**12, 10**12, 50_000, 0])
    return Move(
        "Participants.setConfirmationLimit",
        Call(caller, "Participants", "setConfirmationLimit", (account, currency, limit)),
        lambda w: parties.set_limit(w, caller, account, currency, limit),
    )


def want_acceptance(s: Scene) -> Move:
    caller, wanted = s.accounts[s.pick([*s.accounts])], s.often(0.6)
    return Move(
        "Participants.wantAcceptance",
        Call(caller, "Participants", "wantAcceptance", (wanted,)),
        lambda w: parties.want_acceptance(w, caller, wanted),
    )


def schedule(s: Scene) -> Move:
    caller = s.officer("admin")
    bps = s.pick([0, 7, 30, 999, 1_000]) if s.often(0.9) else 1_001
    new = replace(
        FIRST_LIMITS,
        max_depth=s.pick([2, 4, 6]),
        max_notes=s.pick([8, 14]) if s.often(0.95) else 0,
        cut_off_days=s.pick([0, 1, 2]),
        acceptance_days=s.pick([0, 1, 2, 9]),
        grace_days=s.pick([0, 1, 3]),
        penalty_bps_per_day=bps,
        levy_bps=s.pick([0, 50, 333]),
    )
    begins = s.w.now + (s.rng.randint(1, 3 * DAY) if s.often(0.9) else 0)
    return Move(
        "Policy.scheduleLimits",
        Call(caller, "Policy", "scheduleLimits", (astuple(new), begins)),
        lambda w: limits.schedule(w, caller, new, begins),
    )


def _token(s: Scene) -> tuple[int, str]:
    currency = s.pick([*s.w.cash])
    return currency, f"SettlementToken:{currency}"


def attest(s: Scene) -> Move:
    (currency, token), caller, evidence = _token(s), s.officer("attestor"), s.hash()
    reserve = s.w.cash[currency].supply + s.rng.randint(-1_000, 10**9) if s.often(0.9) else 0
    return Move(
        "SettlementToken.attestReserve",
        Call(caller, token, "attestReserve", (reserve, evidence)),
        lambda w: cash.attest(w, currency, caller, reserve, evidence),
    )


def set_cap(s: Scene) -> Move:
    (currency, token), caller = _token(s), s.officer("admin")
    cap = s.pick([10**18, 10**18, s.w.cash[currency].supply])
    return Move(
        "SettlementToken.setCap",
        Call(caller, token, "setCap", (cap,)),
        lambda w: cash.set_cap(w, currency, caller, cap),
    )


def mint(s: Scene) -> Move:
    (currency, token), caller, to = _token(s), s.officer("issuer"), s.anyone()
    amount = s.amount(10**7) if s.often(0.8) else 10**18
    to = to if s.often(0.97) else parties.NOBODY
    return Move(
        "SettlementToken.mint",
        Call(caller, token, "mint", (to, amount)),
        lambda w: cash.mint(w, currency, caller, to, amount),
    )


def cash_out(s: Scene) -> Move:
    (currency, token), caller = _token(s), s.caller(s.party())
    amount = s.rng.randint(0, 1_000) if s.often() else s.w.cash[currency].balance(caller) + s.rng.randint(0, 1)
    return Move(
        "SettlementToken.redeem",
        Call(caller, token, "redeem", (amount, s.fixed_hash("payout"))),
        lambda w: cash.redeem(w, currency, caller, amount),
    )


def transfer_cash(s: Scene) -> Move:
    (currency, token), caller, to = _token(s), s.caller(s.party()), s.anyone()
    if s.often(0.15):
        to = s.w.contracts["Reserve"]
    amount = s.rng.randint(0, 5_000) if s.often() else s.w.cash[currency].balance(caller) + s.rng.randint(0, 1)
    return Move(
        "SettlementToken.transfer",
        Call(caller, token, "transfer", (to, amount)),
        lambda w: cash.pay(w, currency, caller, to, amount),
    )


def allow_cash(s: Scene) -> Move:
    (currency, token), caller = _token(s), s.party()
    spender = s.w.contracts[s.pick(SPENDERS)] if s.often(0.7) else s.pick([s.party(), parties.NOBODY])
    amount = cash.UNLIMITED if s.often(0.8) else s.amount(10**5)
    return Move(
        "SettlementToken.approve",
        Call(caller, token, "approve", (spender, amount)),
        lambda w: cash.allow(w, currency, caller, spender, amount),
    )


def collect_cash(s: Scene) -> Move:
    (currency, token), to = _token(s), s.anyone()
    given = [pair for pair in s.w.cash[currency].allowances if pair[1] not in s.w.contracts.values()]
    source, caller = s.pick(given) if given and s.often(0.9) else (s.party(), s.party())
    amount = s.amount(min(s.w.cash[currency].allowances.get((source, caller), 0), 10**5))
    return Move(
        "SettlementToken.transferFrom",
        Call(caller, token, "transferFrom", (source, to, amount)),
        lambda w: cash.collect(w, currency, caller, source, to, amount),
    )


def freeze_cash(s: Scene) -> Move:
    (currency, token), caller, account = _token(s), s.officer("regulator"), s.party()
    amount = 0 if s.often(0.6) else s.w.cash[currency].balance(account) + s.rng.randint(-1_000, 10)
    amount = max(0, amount)
    return Move(
        "SettlementToken.setFrozenTokens",
        Call(caller, token, "setFrozenTokens", (account, amount)),
        lambda w: cash.set_frozen(w, currency, caller, account, amount),
    )


def force_cash(s: Scene) -> Move:
    (currency, token), caller, to = _token(s), s.officer("regulator"), s.anyone()
    source = s.party() if s.often(0.95) else parties.NOBODY
    amount = s.amount(min(10**4, s.w.cash[currency].balance(source)))
    if s.often(0.1):
        amount = s.w.cash[currency].balance(source) + 1
    return Move(
        "SettlementToken.forcedTransfer",
        Call(caller, token, "forcedTransfer", (source, to, amount)),
        lambda w: cash.force(w, currency, caller, source, to, amount),
    )


MOVES = {
    register_participant: 1, renew: 3, freeze: 3, unfreeze: 5, set_limit: 1, want_acceptance: 3, schedule: 1, attest: 1,
    set_cap: 1, mint: 2, cash_out: 1, transfer_cash: 2, allow_cash: 2, collect_cash: 1, freeze_cash: 1, force_cash: 1,
}  # fmt: skip
