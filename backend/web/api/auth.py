"""Sign-in and sign-out."""

from __future__ import annotations

from flask import Response

from backend.queries import participants as queries
from backend.web import context, limits
from backend.web.api.shared import documents_read, refusals, topic
from backend.web.noted import note
from backend.web.schemas import EmptyBody, SignInBody

blueprint = topic("auth", open_to_all=("nonce", "sign_in"))


@blueprint.post("/auth/nonces")
@blueprint.input(EmptyBody, arg_name="body")
@blueprint.doc(responses=refusals(400, 413, 415, 422, 429, 503))
def nonce(body: EmptyBody) -> Response:
    """A nonce for one sign-in, and what else the message must name."""
    settings = context.system().settings
    return context.answer(
        {
            "nonce": context.access().sign_in_nonce(),
            "domain": settings.sign_in_domain,
            "uri": f"http://{settings.sign_in_domain}",
            "chainId": context.desk().contracts.deployment.chain_id,
            "expiresInSeconds": settings.sign_in_seconds,
        }
    )


@blueprint.post("/auth/sessions")
@blueprint.input(SignInBody, arg_name="body")
@blueprint.doc(responses=refusals(400, 401, 413, 415, 422, 429, 503))
def sign_in(body: SignInBody) -> Response:
    """Sign in with Ethereum (EIP-4361)."""
    limits.sign_in()
    token, account, expires = context.access().sign_in(body.message, body.signature)
    note(account=account)
    return context.answer({"token": token, "account": account, "expiresAt": expires})


@blueprint.delete("/auth/sessions")
@documents_read(blueprint)
def sign_out() -> Response:
    """End the session that the token belongs to."""
    context.access().sign_out(context.bearer_token())
    return context.answer({})


@blueprint.get("/me")
@documents_read(blueprint)
def me() -> Response:
    """Who I am, and what I have and owe."""
    caller = context.actor()
    if caller.is_operator:
        return context.answer({"account": caller.account, "roles": ["operator"]})
    engine = context.desk().engine
    known = queries.is_participant(engine, caller.account)
    who = queries.participant(engine, caller.account) if known else {"account": caller.account, "roles": []}
    return context.answer({**who, "position": queries.position(engine, caller.account)})
