"""Acts of the registrar and the regulator on participants (rules P)."""

from __future__ import annotations

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
    now = desk.now()
    if kyc_valid_until is not None and kyc_valid_until <= now:
        raise InvalidInput(
            field="kycValidUntil",
            reason=both(
                "{given} is past; the chain's clock says {now}",
                "{given} 已过;链上时间为 {now}",
                given=kyc_valid_until,
                now=now,
            ),
        )
    approvals = together(desk.contracts, standing_approvals(desk, role_names))
    result: dict[str, Any] = {"account": account}
    if account is None:
        result["account"] = account = desk.keystore.create()
        if approvals:
            desk.outbox.send(request.beside("participant.approve"), account, *approvals)
    elif approvals:
        result["approvals"] = [
            {"to": call.to, "data": call.data, "chainId": desk.contracts.deployment.chain_id} for call in approvals
        ]
    valid_until = kyc_valid_until or now + KYC_DAYS * DAY
    calls = [desk.contracts.call_data("Participants", "register", account, digest, bits, valid_until, name)]
    calls += [
        desk.contracts.call_data("Participants", "setConfirmationLimit", account, numeric, amount)
        for numeric, amount in limits.items()
    ]
    return desk.outbox.send(request.intent, desk.power("registrar"), *calls, result=result)


def standing_approvals(desk: Desk, role_names: list[str]) -> list[Call]:
    """What a party lets the contracts do for it once for all: each use still needs its own signed act."""
    contracts, held = desk.contracts, set(role_names)
    calls = [
        contracts.call_data(title, "setApprovalForAll", contracts.address(mover), True)
        for mover, whose in _MOVERS.items()
        for title in ("Receivables", "WarehouseReceipts")
        if whose & held
    ]
    tokens = [contracts.token(code) for code in contracts.deployment.tokens]
    for spender, whose in _SPENDERS.items():
        if whose & held:
            calls += _approvals(contracts, tokens, spender)
    return calls


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


def _approvals(contracts: Contracts, tokens: list[str], spender: str) -> list[Call]:
    return [contracts.call_data(token, "approve", contracts.address(spender), UNLIMITED) for token in tokens]


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
