"""One table of everything that can be seen, from the chain and from the model: the two must be equal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .chain import Chain
from .encoding import answer
from .rules import notes, repayments
from .rules.claims import owed_by
from .rules.parties import account_of, number_of
from .rules.penalty import DAY
from .rules.world import World

Table = dict[tuple[Any, ...], Any]
TIMED = ("isLive", "dueOf")


def by_model(w: World, accounts: Iterable[str]) -> Table:
    table: Table = {}
    table["Receivables", "receivableCount"] = (len(w.receivables),)
    table["Receivables", "noteCount"] = (len(w.notes),)
    table["Participants", "participantCount"] = (len(w.parties),)
    accounts = list(accounts)
    for account in accounts:
        p = w.parties.get(account)
        seen = (p.number, p.roles, p.kyc_until, p.frozen) if p else (0, 0, 0, False)
        table["Participants", "participantOf", account] = seen
        table["Participants", "wantsAcceptance", account] = (bool(p and p.wants_acceptance),)
        held = sum(note.holder == account for note in w.notes.values())
        table["Receivables", "balanceOf(address)", account] = (held,)
    for currency, money in w.cash.items():
        token = f"SettlementToken:{currency}"
        table[token, "totalSupply"] = (money.supply,)
        table[token, "reserve"] = (money.reserve,)
        table[token, "cap"] = (money.cap,)
        for account in [*accounts, *(w.contracts[name] for name in ("Repayments", "Reserve"))]:
            table[token, "balanceOf", account] = (money.balance(account),)
            table[token, "getFrozenTokens", account] = (money.frozen.get(account, 0),)
        for (holder, spender), amount in money.allowances.items():
            table[token, "allowance", holder, spender] = (amount,)
        for account in accounts:
            table["Repayments", "withheldOf", account, currency] = (w.withheld.get((account, currency), 0),)
            table["Receivables", "owedBy", number_of(w, account), currency] = (
                owed_by(w, number_of(w, account), currency),
            )
    for number, r in w.receivables.items():
        table["Receivables", "receivableOf", number] = (
            (account_of(w, r.supplier), account_of(w, r.obligor), r.currency, r.face, r.confirm_by, r.maturity, r.status,
             r.set_off_waived, r.confirmed, r.notes, r.cut_off, r.grace_days, r.penalty_bps, r.document),
        )  # fmt: skip
        table["Receivables", "termsOf", number] = (
            (r.status, r.supplier, r.obligor, r.currency, r.confirmed, r.maturity, r.maturity + r.grace_days * DAY,
             r.penalty_bps, r.set_off_waived),
        )  # fmt: skip
        table["Receivables", "isLive", number] = (w.stands("Receivables", number),)
        if not r.confirmed:
            continue
        table["Adjustments", "adjustmentOf", number] = ((r.reduced, r.absorbed, r.disputed, r.notice_at, r.disputes),)
        table["Repayments", "accountOf", number] = ((r.repaid, r.made_good, r.redeemed, r.penalty_paid),)
        d = r.division
        table["Repayments", "allotmentOf", number] = ((d.principal, d.penalty, d.weight, len(d.shares), d.number),)
        due = repayments.penalty_due(w, r)
        table["Repayments", "dueOf", number] = (due, r.obligor_owes - r.disputed, r.supplier_owes)
        table["Repayments", "liveOf", number] = (sum(n.value for n in notes.of_receivable(w, number)),)
    for number, note in w.notes.items():
        table["Receivables", "noteOf", number] = (
            (note.holder, note.value, note.receivable, note.parent, note.depth, note.endorser, note.recourse,
             note.accept_by),
        )  # fmt: skip
        table["Adjustments", "lockedOf", number] = (notes.locked(w, note),)
        table["Reserve", "insuredOf", number] = (w.insured.get(number, 0),)
        table["Receivables", "getApproved", number] = (note.approved,)
    for (number, holder, operator), amount in w.allowances.items():
        if w.notes[number].holder == holder:
            table["Receivables", "allowance", number, operator] = (amount,)
    for holder in accounts:
        for operator in (*accounts, w.contracts["Settlement"]):
            if (holder, operator) in w.operators:
                table["Receivables", "isApprovedForAll", holder, operator] = (True,)
    for contract, signer, nonce in w.nonces:
        table[contract, "isNonceUsed", signer, nonce] = (True,)
    for fingerprint, (contract, number) in w.fingerprints.items():
        table["Fingerprints", "holderOf", fingerprint] = (w.contracts[contract], number)
    return table


class Reader:
    """Asks the chain for what a table of the model names. Remembers what bytes mean."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self._questions: dict[tuple[Any, ...], dict[str, str]] = {}
        self._last: Table = {}
        self._meant: dict[tuple[str, str, str], Any] = {}

    def __call__(self, keys: Iterable[tuple[Any, ...]], now: int, *, sent: bool) -> Table:
        """Where nothing was `sent`, only what changes with time alone is asked again."""
        keys = list(keys)
        asked = [key for key in keys if sent or key[1] in TIMED or key not in self._last]
        for key in asked:
            if key not in self._questions:
                self._questions[key] = self.chain.data(*key)
        when = [{}, {"time": hex(now)}]
        answers = self.chain.batch([("eth_call", [self._questions[key], "latest", *when]) for key in asked])
        fresh = {key: self._read(key, response) for key, response in zip(asked, answers, strict=True)}
        self._last = {key: fresh[key] if key in fresh else self._last[key] for key in keys}
        return self._last

    def _read(self, key: tuple[Any, ...], response: dict[str, Any]) -> Any:
        if "error" in response:
            return response["error"].get("message")
        known = (key[0], key[1], response["result"])
        if known not in self._meant:
            self._meant[known] = answer(*known)
        return self._meant[known]


def differences(seen: Table, wanted: Table) -> list[str]:
    return [f"{key}: chain {seen[key]}, model {wanted[key]}" for key in wanted if seen[key] != wanted[key]]
