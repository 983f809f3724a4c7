"""What every blueprint says the same way: its prefix, and how writes and refusals are documented."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Any

from apiflask import APIBlueprint
from flask import g, request
from werkzeug.routing import BaseConverter

from backend.database import reading_once
from backend.web import context, limits
from backend.web.schemas import Operation, Problem

NUMBER = "int(max=9223372036854775807)"
"""Path converter of row numbers: what a database can count."""

IDENTIFIER = "any_id"
"""Path converter of the ids of operations and quotes: 32 hexadecimal digits."""


class IdentifierConverter(BaseConverter):
    regex = "[0-9a-f]{32}"


def topic(name: str, *, open_to_all: Collection[str] = (), waiting: Collection[str] = ()) -> APIBlueprint:
    """A blueprint under /api/v1. Whoever calls it must be known before anything else is looked at, save for the views
    named in `open_to_all`. A GET sees one moment of the database (rule B41), save for those that are `waiting`
    for a later one, or for the chain, which must not keep a connection from others."""
    blueprint = APIBlueprint(name, __name__, url_prefix="/api/v1", tag=name)

    @blueprint.before_request
    def begin() -> None:
        view = str(request.endpoint).rpartition(".")[2]
        if request.method in ("GET", "HEAD") and view not in waiting:
            g.moment = ExitStack()
            g.moment.enter_context(reading_once(context.desk().engine))
        if view not in open_to_all:
            context.actor()
        limits.spend()

    @blueprint.teardown_request
    def end(_: BaseException | None) -> None:
        if "moment" in g:
            g.pop("moment").close()

    return blueprint


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for problem documents."""
    return {
        status: {
            "description": "Problem",
            "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
        }
        for status in statuses
    }


def documents_read(blueprint: APIBlueprint, *extra: int, media: str = "") -> Callable[[Any], Any]:
    """A read: its answer is as backend.web.api.description says, or a document of type `media`."""
    responses = refusals(401, 404, 422, 429, 503, *extra)
    if media:
        shape = "object" if media == "application/json" else "string"
        responses[200] = {"description": "The document", "content": {media: {"schema": {"type": shape}}}}
    return blueprint.doc(responses=responses, security="bearer")


def documents_post(blueprint: APIBlueprint, *extra: int, fresh: str = "") -> Callable[[Any], Any]:
    """A POST that is no operation: it is answered at once, with 201 for what is `fresh`."""
    responses = refusals(400, 401, 413, 415, 422, 429, 503, *extra)
    if fresh:
        responses[201] = {"description": fresh, "content": {"application/json": {"schema": {"type": "object"}}}}
    return blueprint.doc(responses=responses, security="bearer")


def documents_write(blueprint: APIBlueprint) -> Callable[[Any], Any]:
    """A write: 202 with the operation, or 200 when it is final already."""

    def decorate(view: Any) -> Any:
        view = blueprint.output(Operation, status_code=202, description="The operation, under way")(view)
        responses = refusals(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
        responses[200] = {
            "description": "The operation, final",
            "content": {"application/json": {"schema": Operation.model_json_schema(by_alias=True)}},
        }
        return blueprint.doc(responses=responses, security="bearer")(view)

    return decorate
