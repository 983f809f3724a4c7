"""Receivables from paper to note, and the sale of notes."""

from __future__ import annotations

from dataclasses import astuple

from ..chain import Call
from ..rules import claims, delivery, documents, notes
from ..rules.claims import Receivable
from ..rules.documents import Signature
from ..rules.parties import FINANCIER, OBLIGOR
from ..rules.penalty import DAY
from .scene import Move, Scene

ENOUGH = 14
"""Receivables in one episode, so that many things happen to each."""


def _of_role(s: Scene, role: int) -> str:
    able = [
        party.account for party in s.w.parties.values() if party.roles & role and party.account in s.accounts.values()
    ]
    return s.pick(able) if able and s.often(0.92) else s.anyone()


def register(s: Scene) -> Move | None:
    if len(s.w.receivables) >= ENOUGH and not s.idle() and s.often(0.9):
        return None
    caller = s.accounts[s.pick(["supplier", "mill", "dealer", "trader", "thief"])] if s.often(0.92) else s.anyone()
    obligor, currency = _of_role(s, OBLIGOR), s.pick([*s.w.cash]) if s.often(0.97) else 999
    face = s.pick([1, 7, 100, 997, 1_000_003, s.rng.randint(1, 10**9)]) if s.often(0.96) else s.pick([0, 10**12 + 1])
    maturity = s.w.now + (s.rng.randint(2 * DAY, 20 * DAY) if s.often(0.93) else s.pick([DAY, 61 * DAY]))
    document, fingerprint = s.hash(), s.hash()
    if s.often(0.08) and s.w.fingerprints:
        fingerprint = s.pick([*s.w.fingerprints])
    return Move(
        "Receivables.register",
        Call(caller, "Receivables", "register", (obligor, currency, face, maturity, document, fingerprint)),
        lambda w: claims.register(w, caller, obligor, currency, face, maturity, document, fingerprint),
    )


def _confirmation(s: Scene, r: Receivable) -> tuple[tuple, bytes, Signature]:
    amount, waived, nonce, deadline = s.amount(r.face), s.often(0.2), s.nonce(), s.deadline()
    words = claims.confirmation_words(s.w, r, amount, waived, nonce, deadline)
    signed = words if s.often(0.97) else (*words[:5], max(1, amount - 1), *words[6:])
    raw, known = s.signer.sign(s.signer_for(s.of(r)[1]), "Confirmation", signed, s.flaw())
    return (r.number, amount, waived, nonce, deadline), raw, known


def confirm(s: Scene) -> Move | None:
    r = s.submitted()
    if r is None:
        return None
    arguments, raw, known = _confirmation(s, r)
    return Move(
        "Receivables.confirm",
        Call(s.anyone(), "Receivables", "confirm", (arguments, raw)),
        lambda w: claims.confirm(w, *arguments, known),
    )


def reject(s: Scene) -> Move | None:
    r = s.submitted()
    if r is None:
        return None
    caller, number = s.caller(s.of(r)[1]), s.number(r.number)
    return Move(
        "Receivables.reject",
        Call(caller, "Receivables", "reject", (number, "not ours")),
        lambda w: claims.reject(w, caller, number),
    )


def withdraw(s: Scene) -> Move | None:
    r = s.submitted()
    if r is None:
        return None
    caller, number = s.caller(s.of(r)[0]), s.number(r.number)
    return Move(
        "Receivables.withdraw",
        Call(caller, "Receivables", "withdraw", (number,)),
        lambda w: claims.withdraw(w, caller, number),
    )


def expire(s: Scene) -> Move | None:
    r = s.receivable(lambda r: r.status == claims.SUBMITTED and s.w.now > r.confirm_by) if s.often() else s.submitted()
    if r is None:
        return None
    number = s.number(r.number)
    return Move(
        "Receivables.expire",
        Call(s.anyone(), "Receivables", "expire", (number,)),
        lambda w: claims.expire(w, number),
    )


def cancel_nonce(s: Scene) -> Move:
    contract = s.pick(["Receivables", "Adjustments", "Settlement"])
    used = [(signer, nonce) for of, signer, nonce in sorted(s.w.nonces) if of == contract]
    caller, nonce = s.pick(used) if used and s.often(0.3) else (s.party(), s.nonce() + s.rng.randint(0, 2))
    return Move(
        f"{contract}.cancelNonce",
        Call(caller, contract, "cancelNonce", (nonce,)),
        lambda w: documents.cancel(w, caller, contract, nonce),
    )


def _quote(s: Scene, r: Receivable, seller: str, value: int) -> tuple[delivery.Quote, bytes, Signature]:
    currency = r.currency if s.often(0.92) else s.pick([*s.w.cash])
    quote = delivery.Quote(
        financier=_of_role(s, FINANCIER),
        seller=seller,
        asset=s.w.contracts["Receivables"],
        receivable=r.number if s.often(0.97) else 1,
        document=r.document if s.often(0.97) else s.hash(),
        value=value,
        cash=s.w.contracts[f"SettlementToken:{currency}"],
        price=s.pick([value, value * 97 // 100, s.rng.randint(0, 300), value + 5]),
        recourse=s.often(0.5),
        nonce=s.nonce(),
        deadline=s.deadline(),
    )
    words = astuple(quote)
    signed = words if s.often(0.97) else (*words[:7], quote.price + 1, *words[8:])
    raw, known = s.signer.sign(s.signer_for(quote.financier), "Quote", signed, s.flaw())
    return quote, raw, known


def settle(s: Scene) -> Move | None:
    note = s.note(lambda note: note.value and s.w.now < s.w.receivables[note.receivable].cut_off)
    if note is None:
        return None
    seller = note.holder if s.often(0.95) else s.party()
    quote, raw, known = _quote(s, s.w.receivables[note.receivable], seller, s.amount(note.value))
    caller, number = s.caller(seller), s.number(note.number)
    return Move(
        "Settlement.settle",
        Call(caller, "Settlement", "settle", (astuple(quote), raw, number)),
        lambda w: delivery.settle(w, caller, quote, known, number),
    )


def confirm_and_settle(s: Scene) -> Move | None:
    r = s.submitted()
    if r is None:
        return None
    confirmation, confirmed_raw, confirmed = _confirmation(s, r)
    seller = s.of(r)[0] if s.often(0.95) else s.party()
    value = confirmation[1] if s.often(0.6) else s.amount(confirmation[1])
    quote, quoted_raw, quoted = _quote(s, r, seller, value)
    caller = s.caller(seller)
    return Move(
        "Settlement.confirmAndSettle",
        Call(caller, "Settlement", "confirmAndSettle", (confirmation, confirmed_raw, astuple(quote), quoted_raw)),
        lambda w: delivery.confirm_and_settle(w, caller, confirmation, confirmed, quote, quoted),
    )


def knock(s: Scene) -> Move:
    """Doors that are open to the contracts around only, and to nobody here."""
    caller, number = s.party(), s.rng.randint(1, max(1, len(s.w.notes)))
    contract, function, arguments = s.pick([
        ("Receivables", "takePlace", (number, 0, caller, 1)),
        ("Receivables", "burn", (number, 1)),
        ("Receivables", "relieve", (1, 1)),
        ("Receivables", "lowerFaceValue", (1, 1)),
        ("Receivables", "setStatus", (1, 6)),
        ("Reserve", "insure", (number, 1, s.w.contracts["Reserve"], 1, 1)),
    ])  # fmt: skip
    error = "NotSettlement" if contract == "Reserve" else "NotASibling"
    return Move(
        f"closed: {contract}.{function}",
        Call(caller, contract, function, arguments),
        lambda w: notes.shut(error, caller),
    )


MOVES = {
    register: 12, confirm: 8, reject: 1, withdraw: 1, expire: 1, cancel_nonce: 2, settle: 8, confirm_and_settle: 5,
    knock: 2,
}  # fmt: skip
