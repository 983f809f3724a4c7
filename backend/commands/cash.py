"""Acts on cash (rules C)."""

from __future__ import annotations

from web3 import Web3

from backend.chain.outbox import Row
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_named, require_operator, require_participant
from backend.errors import Forbidden, InvalidInput, both
from backend.invoices.currencies import currency
from backend.queries import participants as participant_queries


def _token(desk: Desk, code: str) -> str:
    if code not in desk.contracts.deployment.tokens:
        raise InvalidInput(
            field="currency",
            reason=both(
                "{code} has no settlement token; there are {known}",
                "没有 {code} 的结算代币;现有 {known}",
                code=code,
                known=", ".join(desk.contracts.deployment.tokens),
            ),
        )
    return desk.contracts.token(code)


@act("cash.attest")
def attest_reserve(desk: Desk, request: Request, code: str, reserve: int, statement: str) -> Row:
    """C1. States the money that stands behind a token, in minor units; the chain keeps the statement's hash."""
    require_operator(request)
    call = desk.contracts.call_data(_token(desk, code), "attestReserve", reserve, bytes(Web3.keccak(text=statement)))
    return desk.outbox.send(request.intent, desk.power("attestor"), call)


@act("cash.issue")
def issue_cash(desk: Desk, request: Request, code: str, to: str, amount: int) -> Row:
    """C3. Issues tokens against the attested reserve, in minor units."""
    require_operator(request)
    require_named(desk, to, "to")
    call = desk.contracts.call_data(_token(desk, code), "mint", to, amount)
    return desk.outbox.send(request.intent, desk.power("issuer"), call)


@act("cash.pay-withheld")
def pay_withheld(desk: Desk, request: Request, account: str, code: str) -> Row:
    """M6. What could not be paid to a frozen holder is paid, now that it may hold it (itself, or the operator)."""
    if not request.actor.is_operator and require_participant(desk, request) != account:
        raise Forbidden(reason=both("this money is another's", "该款项属于他人"))
    _token(desk, code)
    number = currency(code).numeric
    keepers = participant_queries.withheld_by(desk.engine, account, number) or ["Repayments"]
    calls = [desk.contracts.call_data(name, "payWithheld", account, number) for name in keepers]
    signer = desk.power("registrar") if request.actor.is_operator else account
    return desk.outbox.send(request.intent, signer, *calls)


@act("cash.redeem")
def redeem_cash(desk: Desk, request: Request, code: str, amount: int, payout_reference: str) -> Row:
    """C4. Burns the actor's tokens, in minor units, for money at the bank."""
    account = require_participant(desk, request)
    reference = bytes(Web3.keccak(text=payout_reference))
    call = desk.contracts.call_data(_token(desk, code), "redeem", amount, reference)
    return desk.outbox.send(request.intent, account, call)
