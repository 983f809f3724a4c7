"""Rules D, V1 and V2: a signed quote, executed whole or not at all."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from . import cash, claims, limits, notes, parties
from .documents import Signature, spend
from .refusals import Grounds

if TYPE_CHECKING:
    from .world import World


@dataclass(frozen=True)
class Quote:
    financier: str
    seller: str
    asset: str
    receivable: int
    document: str
    value: int
    cash: str
    price: int
    recourse: bool
    nonce: int
    deadline: int


def settle(w: World, caller: str, quote: Quote, by: Signature, number: int) -> None:
    no = Grounds()
    no.when(caller != quote.seller, "NotTheSeller", quote.seller, caller)
    parties.in_role(w, no, quote.financier, parties.FINANCIER)
    spend(w, no, "Settlement", quote.financier, astuple(quote), quote.nonce, quote.deadline, by)
    note = notes.existing(w, number, no)
    settlement = w.contracts["Settlement"]
    no.when(not notes.authorised(w, note, settlement), "NotAuthorised", number, settlement)
    no.when(note.holder != quote.seller, "WrongHolder", number, note.holder, quote.seller)
    document = w.receivables[note.receivable].document
    other = (note.receivable, document) != (quote.receivable, quote.document)
    no.when(other, "WrongClaim", number, note.receivable, document)
    whole = quote.value == note.value and not quote.recourse
    if whole:
        notes.check_assignment(w, no, note, quote.seller, quote.financier)
    else:
        notes.check_endorsement(w, no, note, quote.financier, quote.value)
    no.stop()

    delivered = number
    if whole:
        notes.hand_over(note, quote.financier)
    else:
        delivered = notes.do_endorse(w, note, quote.financier, quote.value, quote.recourse, True)
    levy = limits.levy(w, quote.price)
    currency = next(code for code in w.cash if w.contracts[f"SettlementToken:{code}"] == quote.cash)
    w.insured[delivered] = quote.price if currency == w.receivables[note.receivable].currency else 0
    if levy:
        cash.collect(w, currency, settlement, quote.financier, w.contracts["Reserve"], levy)
    cash.collect(w, currency, settlement, quote.financier, quote.seller, quote.price - levy)


def confirm_and_settle(
    w: World, caller: str, confirmation: tuple, confirmed_by: Signature, quote: Quote, quoted_by: Signature
) -> None:
    """D3."""
    root = claims.confirm(w, *confirmation, confirmed_by)
    settle(w, caller, quote, quoted_by, root)
