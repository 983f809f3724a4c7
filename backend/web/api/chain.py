"""Operations, events, the clock, health."""

from __future__ import annotations

from flask import Response

from backend.errors import ChainUnavailable, NotFound, both
from backend.queries import chain as queries
from backend.queries.pages import place_from
from backend.web import context
from backend.web.api.shared import IDENTIFIER, documents_post, documents_read, refusals, topic
from backend.web.schemas import EmptyBody, EventsQuery, TravelBody

TRAVEL_SECONDS = 10.0
"""How long a journey waits for the read model; it is over all the same."""

blueprint = topic("chain", open_to_all=("health",), waiting=("operation", "clock", "health"))


@blueprint.get(f"/operations/<{IDENTIFIER}:operation_id>")
@documents_read(blueprint)
def operation(operation_id: str) -> Response:
    """What became of a write (whoever asked for it, or the operator). Honours Prefer: wait=N as writes do."""
    _own(operation_id)
    return context.answer_operation(operation_id, under_way=200)


@blueprint.post(f"/operations/<{IDENTIFIER}:operation_id>/cancellations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_post(blueprint, 403, 404)
def take_back(operation_id: str, body: EmptyBody) -> Response:
    """Take an operation back that has not ended (whoever asked for it, or the operator). It may be too late: its state
    says what a block decided. Honours Prefer: wait=N as writes do."""
    context.require_member()
    _own(operation_id)
    context.system().outbox.take_back(operation_id)
    return context.answer_operation(operation_id, under_way=202)


@blueprint.get("/events")
@blueprint.input(EventsQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def events(query: EventsQuery) -> Response:
    """Everything that happened, in order (operator)."""
    context.require_operator()
    engine = context.desk().engine
    after = place_from(query.after)
    if after is None and query.after_block is not None:
        after = query.after_block, -1 if query.after_log is None else query.after_log
    return context.answer(queries.events(engine, after, query.limit))


@blueprint.get("/clock")
@documents_read(blueprint)
def clock() -> Response:
    """The chain's clock, UTC seconds, and how far the read model is."""
    position = queries.position(context.desk().engine)
    return context.answer({"now": context.desk().now(), "block": position["block"]})


@blueprint.post("/clock/travels")
@blueprint.input(TravelBody, arg_name="body")
@documents_post(blueprint, 403, 409)
def travel(body: TravelBody) -> Response:
    """Move a development chain's clock forward (operator)."""
    context.require_operator()
    node = context.desk().contracts.node
    now = node.travel(body.seconds)
    # What is asked next should be answered for the new time.
    context.system().wait_for_block(node.head().number, TRAVEL_SECONDS)
    return context.answer({"now": now})


@blueprint.get("/health")
@blueprint.doc(responses=refusals(429, 503))
def health() -> Response:
    """Whether the chain answers and the engine runs."""
    system = context.system()
    if system.engine.fault:
        raise ChainUnavailable(
            reason=both(
                "the engine waits for the chain, or met a fault that is in the log",
                "引擎正在等待区块链,或遇到故障(详见日志)",
            )
        )
    return context.answer({"status": "ok", "chainId": system.node.chain_id, "block": system.indexer.position()})


def _own(operation_id: str) -> None:
    """Raises NotFound for an operation that is not the caller's."""
    missing = NotFound(what=both("operation", "操作"), id=operation_id)
    try:
        found = context.system().outbox.operation(operation_id)
    except NotFound:
        raise missing from None
    if context.viewer() not in (None, found["actor"]):
        raise missing
