"""Participants: who they are, their keys to the API, their limits."""

from __future__ import annotations

from flask import Response

from backend.commands import cash as cash_commands
from backend.commands import participants as commands
from backend.errors import Forbidden, InvalidInput, both
from backend.queries import participants as queries
from backend.web import context
from backend.web.api.shared import documents_post, documents_read, documents_write, topic
from backend.web.schemas import (
    AcceptanceWishBody,
    CurrencyBody,
    EmptyBody,
    LimitBody,
    OrderBody,
    ParticipantBody,
    ParticipantsQuery,
    RenewalBody,
    check_address,
)

blueprint = topic("participants")


@blueprint.post("/participants")
@blueprint.input(ParticipantBody, arg_name="body")
@documents_write(blueprint)
def register(body: ParticipantBody) -> Response:
    """Take a legal person in (operator)."""
    return context.write(
        commands.register_participant,
        name=body.name,
        identifier=body.identifier,
        role_names=list(body.roles),
        account=body.account,
        kyc_valid_until=body.kyc_valid_until,
        confirmation_limits=body.confirmation_limits,
    )


@blueprint.get("/participants")
@blueprint.input(ParticipantsQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def participants(query: ParticipantsQuery) -> Response:
    """Everybody, or everybody with a role."""
    context.require_member()
    return context.answer(queries.participants(context.desk().engine, query.role, query.after, query.limit))


@blueprint.get("/participants/<account>")
@documents_read(blueprint, 403)
def participant(account: str) -> Response:
    """One participant; its confirmation limits for itself and the operator only."""
    context.require_member()
    found = queries.participant(context.desk().engine, _account(account))
    if context.viewer() not in (None, found["account"]):
        del found["confirmationLimits"]
    return context.answer(found)


@blueprint.get("/participants/<account>/position")
@documents_read(blueprint, 403)
def position(account: str) -> Response:
    """What a participant has and owes (itself, or the operator)."""
    account = _account(account)
    if context.viewer() not in (None, account):
        raise Forbidden(reason=both("a position is its owner's business", "仅本人可查看其持仓"))
    queries.participant(context.desk().engine, account)
    return context.answer(queries.position(context.desk().engine, account))


@blueprint.post("/participants/<account>/api-keys")
@blueprint.input(EmptyBody, arg_name="body")
@documents_post(blueprint, 403, 404)
def issue_api_key(account: str, body: EmptyBody) -> Response:
    """A key for scripts, shown once (itself, or the operator for keys that the keystore holds)."""
    account = _account(account)
    viewer = context.viewer()
    queries.participant(context.desk().engine, account)
    if viewer not in (None, account):
        raise Forbidden(reason=both("an API key is its owner's business", "仅本人可以申请 API 密钥"))
    if viewer is None and not context.desk().keystore.holds(account):
        raise Forbidden(reason=both("this party signs in with its own wallet", "该参与方须使用自己的钱包登录"))
    return context.answer({"account": account, "apiKey": context.access().issue_api_key(account)})


@blueprint.delete("/participants/<account>/api-keys")
@documents_read(blueprint, 403)
def revoke_api_keys(account: str) -> Response:
    """Revoke all API keys (itself, or the operator)."""
    account = _account(account)
    if context.viewer() not in (None, account):
        raise Forbidden(reason=both("an API key is its owner's business", "仅本人可以撤销 API 密钥"))
    return context.answer({"account": account, "revoked": context.access().revoke_api_keys(account)})


@blueprint.post("/participants/<account>/renewals")
@blueprint.input(RenewalBody, arg_name="body")
@documents_write(blueprint)
def renew(account: str, body: RenewalBody) -> Response:
    """Identified anew: until when, and in which roles (operator)."""
    return context.write(
        commands.renew_participant,
        _account(account),
        list(body.roles) if body.roles else None,
        body.kyc_valid_until,
    )


@blueprint.post("/participants/<account>/confirmation-limits")
@blueprint.input(LimitBody, arg_name="body")
@documents_write(blueprint)
def limit(account: str, body: LimitBody) -> Response:
    """The most an obligor may owe in one currency (operator)."""
    return context.write(commands.set_confirmation_limit, _account(account), body.currency, body.limit_fen)


@blueprint.post("/participants/<account>/acceptance-wishes")
@blueprint.input(AcceptanceWishBody, arg_name="body")
@documents_write(blueprint)
def want_acceptance(account: str, body: AcceptanceWishBody) -> Response:
    """Be asked before an endorsement to me stands, or no longer (itself)."""
    return context.write(commands.want_acceptance, _account(account), body.wanted)


@blueprint.post("/participants/<account>/approvals")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def approve(account: str, body: EmptyBody) -> Response:
    """Let the contracts move what my signed acts say: the approvals that do not stand yet (itself)."""
    return context.write(commands.give_approvals, _account(account))


@blueprint.post("/participants/<account>/withheld-payments")
@blueprint.input(CurrencyBody, arg_name="body")
@documents_write(blueprint)
def pay_withheld(account: str, body: CurrencyBody) -> Response:
    """Be paid what was withheld while I was frozen (itself, or the operator)."""
    return context.write(cash_commands.pay_withheld, _account(account), body.currency)


@blueprint.post("/participants/<account>/freezes")
@blueprint.input(OrderBody, arg_name="body")
@documents_write(blueprint)
def freeze(account: str, body: OrderBody) -> Response:
    """Freeze by a regulator's order (operator, or a regulator)."""
    return context.write(commands.freeze_participant, _account(account), body.order)


@blueprint.post("/participants/<account>/unfreezes")
@blueprint.input(OrderBody, arg_name="body")
@documents_write(blueprint)
def unfreeze(account: str, body: OrderBody) -> Response:
    """Lift a freeze by an order (operator, or a regulator)."""
    return context.write(commands.unfreeze_participant, _account(account), body.order)


def _account(text: str) -> str:
    try:
        return check_address(text)
    except ValueError as wrong:
        raise InvalidInput(field="account", reason=wrong.args[0]) from None
