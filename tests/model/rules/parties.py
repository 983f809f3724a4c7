"""Rules P: who may act, take title and be paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .refusals import Grounds

if TYPE_CHECKING:
    from .world import World

SUPPLIER, OBLIGOR, FINANCIER, PROTOCOL = 1, 2, 4, 256
ALL_ROLES = 511
NOBODY = "0x" + "00" * 20
NO_HASH = "0x" + "00" * 32


@dataclass
class Participant:
    number: int
    account: str
    identity: str
    roles: int
    kyc_until: int
    frozen: bool = False
    wants_acceptance: bool = False
    limits: dict[int, int] = field(default_factory=dict)


def require_office(w: World, no: Grounds, caller: str, office: str) -> None:
    """A3: the power is one key's alone."""
    no.when(caller != w.offices[office], "AccessManagedUnauthorized", caller)


def active(w: World, no: Grounds, account: str) -> None:
    """P5."""
    party = w.parties.get(account)
    if party is None:
        no.when(True, "UnknownParticipant", account)
        return
    no.when(party.frozen, "Frozen", account)
    no.when(w.now > party.kyc_until, "KycExpired", account, party.kyc_until)


def in_role(w: World, no: Grounds, account: str, role: int) -> int:
    """P5. The participant's number, 0 where there is none."""
    active(w, no, account)
    party = w.parties.get(account)
    if party is None:
        return 0
    no.when(not party.roles & role, "RoleMissing", account, role)
    return party.number


def may_hold(w: World, account: str) -> bool:
    """P6."""
    return account in w.parties and not w.parties[account].frozen


def number_of(w: World, account: str) -> int:
    return w.parties[account].number if account in w.parties else 0


def account_of(w: World, number: int) -> str:
    return next(party.account for party in w.parties.values() if party.number == number)


# ---- acts


def register(w: World, caller: str, account: str, identity: str, roles: int, kyc_until: int) -> None:
    no = Grounds()
    require_office(w, no, caller, "registrar")
    wrong = account == NOBODY or identity == NO_HASH or not 0 < roles <= ALL_ROLES
    no.when(wrong, "InvalidParticipant", account, identity, roles)
    no.when(account in w.parties, "AccountTaken", account, number_of(w, account))
    for party in w.parties.values():
        no.when(party.identity == identity, "IdentityTaken", identity, party.number)
    no.stop()
    w.parties[account] = Participant(len(w.parties) + 1, account, identity, roles, kyc_until)


def renew(w: World, caller: str, account: str, roles: int, kyc_until: int) -> None:
    no = Grounds()
    require_office(w, no, caller, "registrar")
    no.when(account not in w.parties, "UnknownParticipant", account)
    no.when(not 0 < roles <= ALL_ROLES, "InvalidParticipant", account, NO_HASH, roles)
    no.stop()
    w.parties[account].roles = roles
    w.parties[account].kyc_until = kyc_until


def freeze(w: World, caller: str, account: str, order: str, frozen: bool) -> None:
    no = Grounds()
    require_office(w, no, caller, "regulator")
    no.when(order == NO_HASH, "OrderMissing")
    no.when(account not in w.parties, "UnknownParticipant", account)
    no.stop()
    w.parties[account].frozen = frozen


def set_limit(w: World, caller: str, account: str, currency: int, limit: int) -> None:
    no = Grounds()
    require_office(w, no, caller, "registrar")
    party = w.parties.get(account)
    no.when(party is None, "UnknownParticipant", account)
    no.when(party is not None and not party.roles & OBLIGOR, "RoleMissing", account, OBLIGOR)
    no.stop()
    w.parties[account].limits[currency] = limit


def want_acceptance(w: World, caller: str, wanted: bool) -> None:
    no = Grounds()
    no.when(caller not in w.parties, "UnknownParticipant", caller)
    no.stop()
    w.parties[caller].wants_acceptance = wanted
