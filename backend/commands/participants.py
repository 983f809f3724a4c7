"""Acts of the registrar and the regulator on participants (rules P)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web3 import Web3

from backend import roles
from backend.chain.contracts import Call, Contracts
from backend.chain.outbox import Row
from backend.commands.acts import act
from backend.commands.bulk import together
from backend.commands.desk import Desk, Request, require_operator, require_participant, require_regulator
from backend.config import DAY
from backend.errors import Conflict, Forbidden, InvalidInput, both
from backend.invoices import currency, identifier_key
from backend.queries import participants as queries

KYC_DAYS = 365
UNLIMITED = 2**256 - 1


def identity_hash(identifier: str) -> str:
    """What the chain keeps of a legal identifier: keccak-256 over its normalised form, 0x-hex.

    Raises InvalidInput for one that is empty once normalised.
    """
    normal = identifier_key(identifier)
    if not normal:
        raise InvalidInput(field="identifier", reason=both("is empty", "为空"))
    return str(Web3.keccak(text=f"feiqian.identity.v1:{normal}").to_0x_hex())


@act("participant.register")
def register_participant(
    desk: Desk,
    request: Request,
    *,
    name: str,
    identifier: str,
    role_names: list[str],
    account: str | None,
    kyc_valid_until: int | None,
    confirmation_limits: dict[str, int],
) -> Row:
    """P1. Takes a legal person in. Without `account` the keystore makes a key and the party's standing approvals
    (Settlement moves its notes and cash, against its signature only) are sent along; for a wallet of its own they are
    in the result, as the transactions that it has to send once."""
    require_operator(request)
    bits = roles.mask(role_names)
    digest = identity_hash(identifier)
    limits = _limits(confirmation_limits, role_names)
    _require_new(desk, digest, account)
    valid_until = _valid_until(desk, kyc_valid_until)
    account = account or desk.keystore.create()
    approvals = [one.call(desk.contracts) for one in _standing(desk.contracts, role_names)]
    result = {"account": account} | _approve(desk, request, account, approvals)
    calls = [desk.contracts.call_data("Participants", "register", account, digest, bits, valid_until, name)]
    calls += [
        desk.contracts.call_data("Participants", "setConfirmationLimit", account, numeric, amount)
        for numeric, amount in limits.items()
    ]
    return desk.outbox.send(request.intent, desk.power("registrar"), *calls, result=result)


@act("participant.renew")
def renew_participant(
    desk: Desk, request: Request, account: str, role_names: list[str] | None, kyc_valid_until: int | None
) -> Row:
    """P2. Identified anew: until when (a year from now, where nothing is said) and in which roles (those it has). With
    them go the standing approvals that they need and that do not stand, as in registration."""
    require_operator(request)
    known = queries.participant(desk.engine, account)
    role_names = role_names or known["roles"]
    if "protocol" in known["roles"]:
        raise Conflict(field="account", reason=both("is a contract of the protocol", "为协议合约"))
    valid_until = _valid_until(desk, kyc_valid_until)
    result = {"account": account} | _approve(desk, request, account, _missing(desk, account, role_names))
    call = desk.contracts.call_data("Participants", "renew", account, roles.mask(role_names), valid_until)
    return desk.outbox.send(request.intent, desk.power("registrar"), call, result=result)


def _valid_until(desk: Desk, given: int | None) -> int:
    """Until when somebody counts as identified. Raises InvalidInput for a time that is past."""
    now = desk.now()
    if given is not None and given <= now:
        raise InvalidInput(
            field="kycValidUntil",
            reason=both(
                "{given} is past; the chain's clock says {now}", "{given} 已过;链上时间为 {now}", given=given, now=now
            ),
        )
    return given or now + KYC_DAYS * DAY


def _approve(desk: Desk, request: Request, account: str, calls: list[Call]) -> dict[str, Any]:
    """Sends approvals of a party whose key the keystore holds; gives those that a wallet has to send."""
    approvals = together(desk.contracts, calls)
    if not approvals:
        return {}
    if desk.keystore.holds(account):
        desk.outbox.send(request.beside("participant.approve"), account, *approvals)
        return {}
    chain_id = desk.contracts.deployment.chain_id
    return {"approvals": [{"to": call.to, "data": call.data, "chainId": chain_id} for call in approvals]}


@act("participant.approve")
def give_approvals(desk: Desk, request: Request, account: str) -> Row:
    """P8. The party itself sends those of its standing approvals that do not stand; for its own wallet KeyNotHeld has
    the first of them as a transaction. Raises Conflict where all stand."""
    if require_participant(desk, request) != account:
        raise Forbidden(reason=both("approvals are the party's own to give", "授权须由该参与方本人作出"))
    missing = _missing(desk, account, queries.participant(desk.engine, account)["roles"])
    if not missing:
        raise Conflict(reason=both("all approvals stand already", "所需授权均已生效"))
    return desk.outbox.send(request.intent, account, *together(desk.contracts, missing))


@dataclass(frozen=True)
class Approval:
    """That `mover` moves a holder's title or cash in `contract`."""

    contract: str
    mover: str
    is_title: bool

    def call(self, contracts: Contracts) -> Call:
        function, given = ("setApprovalForAll", True) if self.is_title else ("approve", UNLIMITED)
        return contracts.call_data(self.contract, function, contracts.address(self.mover), given)

    def stands(self, contracts: Contracts, account: str) -> bool:
        """Cash that was approved without limit stays so for as long as anybody could spend it."""
        function = "isApprovedForAll" if self.is_title else "allowance"
        return int(contracts.read(self.contract, function, account, contracts.address(self.mover))) > (
            0 if self.is_title else UNLIMITED // 2
        )


def _missing(desk: Desk, account: str, role_names: list[str]) -> list[Call]:
    """The standing approvals that a party with these roles lacks."""
    standing = _standing(desk.contracts, role_names)
    return [one.call(desk.contracts) for one in standing if not one.stands(desk.contracts, account)]


def _standing(contracts: Contracts, role_names: list[str]) -> list[Approval]:
    """What a party lets the contracts do for it once for all: each use still needs its own signed act."""
    held = set(role_names)
    tokens = [contracts.token(code) for code in contracts.deployment.tokens]
    titles = [
        Approval(title, mover, True)
        for mover, whose in _MOVERS.items()
        for title in ("Receivables", "WarehouseReceipts")
        if whose & held
    ]
    return titles + [
        Approval(token, spender, False) for spender, whose in _SPENDERS.items() if whose & held for token in tokens
    ]


_HOLDERS = {"supplier", "financier"}
_MOVERS = {"Settlement": _HOLDERS, "Collateral": _HOLDERS}
"""Who moves title, for which roles."""
_SPENDERS = {
    "Settlement": {"financier"},
    "Adjustments": {"obligor"},
    "Repayments": _HOLDERS | {"obligor"},
    "WarehouseReceipts": _HOLDERS | {"obligor", "custodian"},
    "Loans": _HOLDERS,
    "Enforcement": _HOLDERS,
}
"""Who moves cash, for which roles."""


@act("participant.want-acceptance")
def want_acceptance(desk: Desk, request: Request, account: str, wanted: bool) -> Row:
    """P7. The party itself wants to be asked before an endorsement to it stands, or no longer."""
    if require_participant(desk, request) != account:
        raise Forbidden(reason=both("this is the party's own choice", "此选择须由该参与方本人作出"))
    return desk.outbox.send(request.intent, account, desk.contracts.call_data("Participants", "wantAcceptance", wanted))


@act("participant.limit")
def set_confirmation_limit(desk: Desk, request: Request, account: str, code: str, amount: int) -> Row:
    """P4. The most an obligor may owe in one currency, in minor units."""
    require_operator(request)
    queries.participant(desk.engine, account)
    number = currency(code, field="currency").numeric
    call = desk.contracts.call_data("Participants", "setConfirmationLimit", account, number, amount)
    return desk.outbox.send(request.intent, desk.power("registrar"), call)


@act("participant.freeze")
def freeze_participant(desk: Desk, request: Request, account: str, order: str) -> Row:
    """P3. Freezes by a regulator's order; the chain keeps the hash of the order."""
    return _send_order(desk, request, "freeze", account, order)


@act("participant.unfreeze")
def unfreeze_participant(desk: Desk, request: Request, account: str, order: str) -> Row:
    """P3. Lifts a freeze by a regulator's order."""
    return _send_order(desk, request, "unfreeze", account, order)


def _send_order(desk: Desk, request: Request, function: str, account: str, order: str) -> Row:
    require_regulator(desk, request)
    queries.participant(desk.engine, account)
    call = desk.contracts.call_data("Participants", function, account, bytes(Web3.keccak(text=order)))
    return desk.outbox.send(request.intent, desk.power("regulator"), call)


def _limits(given: dict[str, int], role_names: list[str]) -> dict[int, int]:
    """Limits in minor units by ISO 4217 number. Raises InvalidInput."""
    if given and "obligor" not in role_names:
        raise InvalidInput(field="confirmationLimits", reason=both("are for obligors only", "仅适用于付款人"))
    return {currency(code, field=f"confirmationLimits.{code}").numeric: amount for code, amount in given.items()}


def _require_new(desk: Desk, digest: str, account: str | None) -> None:
    """Raises Conflict where the identity or the account is somebody's already."""
    if (taken := queries.account_of_identity(desk.engine, digest)) is not None:
        raise Conflict(
            field="identifier",
            reason=both("is registered already, with account {account}", "已登记,账户为 {account}", account=taken),
        )
    if account is not None and queries.is_participant(desk.engine, account):
        raise Conflict(field="account", reason=both("is registered already", "已登记"))
