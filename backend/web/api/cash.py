"""Cash: attested, issued, redeemed."""

from __future__ import annotations

from flask import Response

from backend.commands import cash as commands
from backend.web import context
from backend.web.api.shared import documents_write, topic
from backend.web.schemas import AttestationBody, CashRedemptionBody, IssueBody

blueprint = topic("cash")


@blueprint.post("/cash/attestations")
@blueprint.input(AttestationBody, arg_name="body")
@documents_write(blueprint)
def attest(body: AttestationBody) -> Response:
    """State the money at the bank behind a token (operator)."""
    return context.write(commands.attest_reserve, body.currency, body.reserve_fen, body.statement)


@blueprint.post("/cash/issues")
@blueprint.input(IssueBody, arg_name="body")
@documents_write(blueprint)
def issue(body: IssueBody) -> Response:
    """Issue tokens against the reserve (operator)."""
    return context.write(commands.issue_cash, body.currency, body.to, body.amount_fen)


@blueprint.post("/cash/redemptions")
@blueprint.input(CashRedemptionBody, arg_name="body")
@documents_write(blueprint)
def redeem(body: CashRedemptionBody) -> Response:
    """Turn my tokens into money at the bank."""
    return context.write(commands.redeem_cash, body.currency, body.amount_fen, body.payout_reference)
