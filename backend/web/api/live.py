"""What happens, as it happens: the feed as a stream, and webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast

from flask import Response, current_app, request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import Engine

from backend.commands.desk import OPERATOR
from backend.errors import FeiqianError, InvalidInput, Overloaded, both
from backend.live import addresses, webhooks
from backend.live.stream import Streams
from backend.queries import feed
from backend.web import context
from backend.web.api.shared import IDENTIFIER, documents_post, documents_read, refusals, topic
from backend.web.schemas import Body, EmptyBody, IdPageQuery, RowNumber

_NAME = "[A-Z][A-Za-z]{3,63}"
EventName = Annotated[str, Field(pattern=f"^{_NAME}$", description="Name of a contract's event")]

blueprint = topic("live", waiting=("stream",))

_FRAME = {
    "type": "object",
    "description": "One event; `data` is JSON",
    "properties": {name: {"type": "string"} for name in ("event", "id", "data")},
}
_FRAMES: dict[int | str, Any] = {
    200: {
        "description": "Server-sent events: `event` is `event` or `retraction`, `id` the position in the feed",
        "content": {"text/event-stream": {"schema": _FRAME}},
    }
}


class StreamQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    after: RowNumber | None = Field(default=None, description="Position to go on behind; default the end of the feed")
    names: str | None = Field(
        default=None, max_length=2_000, pattern=f"^{_NAME}(,{_NAME})*$", description="Only events of these names"
    )
    follow: bool = Field(default=True, description="false: end where the feed does")


class WebhookBody(Body):
    url: str = Field(min_length=1, max_length=addresses.LONGEST)
    events: list[EventName] | None = Field(
        default=None, min_length=1, max_length=100, description="Only events of these names; null: all"
    )
    after: RowNumber | None = Field(default=None, description="Position to go on behind; default the end of the feed")


@blueprint.get("/events/stream")
@blueprint.input(StreamQuery, location="query", arg_name="query")
@blueprint.doc(responses={**_FRAMES, **refusals(401, 403, 422, 429, 503)}, security="bearer")
def stream(query: StreamQuery) -> Response:
    """What happens from now on, or after a position (Last-Event-ID, or `after`): what names the caller's account or is
    about what it may see; the operator gets everything. What a reorganisation takes back comes as a retraction."""
    context.require_member()
    engine, token = context.desk().engine, context.bearer_token()
    access, viewer = context.access(), context.viewer()

    def is_welcome() -> bool:
        try:
            access.actor(token)
        except FeiqianError:
            return False
        return True

    position = _position(engine, last_event_id() if query.after is None else query.after)
    names = query.names.split(",") if query.names else []
    return frames(viewer, position, names, follow=query.follow, is_welcome=is_welcome)


@blueprint.post("/webhooks")
@blueprint.input(WebhookBody, arg_name="body")
@documents_post(blueprint, 403, 409)
def register(body: WebhookBody) -> Response:
    """Have what happens delivered to an address, signed with the secret in the answer, which is shown once (a
    participant: its own business; the operator: everything)."""
    context.require_member()
    engine = context.desk().engine
    addresses.check(body.url, anywhere=context.system().deliveries.may_go_anywhere())
    position = _position(engine, body.after)
    account = context.viewer() or OPERATOR
    return context.answer(webhooks.register(engine, account, body.url, body.events or [], position))


@blueprint.get("/webhooks")
@blueprint.input(IdPageQuery, location="query", arg_name="query")
@documents_read(blueprint, 403)
def listed(query: IdPageQuery) -> Response:
    """My webhooks, and how far each has been told (the operator: all)."""
    context.require_member()
    return context.answer(webhooks.listed(context.desk().engine, context.viewer(), query.after, query.limit))


@blueprint.get(f"/webhooks/<{IDENTIFIER}:webhook_id>")
@documents_read(blueprint, 403)
def webhook(webhook_id: str) -> Response:
    """One webhook (whose it is, or the operator)."""
    context.require_member()
    return context.answer(webhooks.visible(context.desk().engine, webhook_id, context.viewer()))


@blueprint.delete(f"/webhooks/<{IDENTIFIER}:webhook_id>")
@documents_read(blueprint, 403)
def remove(webhook_id: str) -> Response:
    """End a webhook (whose it is, or the operator)."""
    context.require_member()
    return context.answer(webhooks.remove(context.desk().engine, webhook_id, context.viewer()))


@blueprint.post(f"/webhooks/<{IDENTIFIER}:webhook_id>/resumptions")
@blueprint.input(EmptyBody, arg_name="body")
@documents_post(blueprint, 403, 404)
def resume(webhook_id: str, body: EmptyBody) -> Response:
    """Try a webhook again at once, suspended or not; it goes on where it stopped (whose it is, or the operator)."""
    context.require_member()
    return context.answer(webhooks.resume(context.desk().engine, webhook_id, context.viewer()))


def frames(
    viewer: str | None, position: int, names: list[str], *, follow: bool, is_welcome: Callable[[], bool]
) -> Response:
    """The feed behind a position as server-sent events. Raises Overloaded."""
    streams = cast(Streams, current_app.extensions["feiqian-streams"])
    found = streams.open(viewer, position, names, follow=follow, is_welcome=is_welcome)
    if found is None:
        raise Overloaded(reason=both("all places for readers are taken", "实时订阅的名额已满"))
    return Response(found, content_type="text/event-stream; charset=utf-8", headers={"X-Accel-Buffering": "no"})


def last_event_id() -> int | None:
    """The Last-Event-ID header, as browsers send it. Raises InvalidInput."""
    said = request.headers.get("Last-Event-ID")
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 18):
        raise InvalidInput(field="Last-Event-ID", reason=both("must be a position of the feed", "应为事件流中的位置"))
    return int(said)


def _position(engine: Engine, asked: int | None) -> int:
    """Where to go on. Raises InvalidInput for what the feed has not reached: a reader of another database would wait
    there in vain."""
    end = feed.end(engine)
    if asked is not None and asked > end:
        raise InvalidInput(field="after", reason=both("the feed ends at {end}", "事件流目前止于 {end}", end=end))
    return end if asked is None else asked
