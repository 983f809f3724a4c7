"""For those who operate it: does it live, is it ready, what does it count. Open to all who reach it, as the tools that
ask have no key; none of it names a party."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import structlog
from apiflask import APIBlueprint
from flask import Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST

from backend import correlation
from backend.system import System
from backend.web import context
from backend.web.metrics import Figures, request_seconds, scrape
from backend.web.problems import spoken
from backend.web.readiness import Readiness

log = structlog.get_logger(__name__)

Responses = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]

blueprint = APIBlueprint("operations", __name__, tag="operations")

_JSON: dict[str, dict[str, Any]] = {"application/json": {"schema": {"type": "object"}}}
_LIVES: Responses = {200: {"description": "The process lives", "content": _JSON}}
_READY: Responses = {
    200: {"description": "It is ready", "content": _JSON},
    503: {"description": "It is not; each part that is not says why", "content": _JSON},
}
_METRICS: Responses = {
    200: {"description": "For Prometheus", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


@blueprint.get("/healthz")
@blueprint.doc(responses=_LIVES)
def lives() -> Response:
    """Whether the process lives."""
    return context.answer({"status": "ok"})


@blueprint.get("/readyz")
@blueprint.doc(responses=_READY)
def ready() -> Response:
    """Whether it can serve: the chain answers, the database can be written, the read model is not far behind."""
    readiness: Readiness = current_app.extensions["feiqian-readiness"]
    parts = {
        name: {**part, "ok": "reason" not in part} | ({"reason": spoken(part["reason"])} if "reason" in part else {})
        for name, part in readiness.parts().items()
    }
    is_ready = all(part["ok"] for part in parts.values())
    return context.answer({"ready": is_ready, "parts": parts}, 200 if is_ready else 503)


@blueprint.get("/metrics")
@blueprint.doc(responses=_METRICS)
def metrics() -> Response:
    """What Prometheus is told: lanes, depth, lag, reorganisations, gas, latency."""
    return Response(scrape(current_app.extensions["feiqian-figures"]), content_type=CONTENT_TYPE_LATEST)


def install(app: Flask, system: System) -> None:
    """Mounts what is above, and gives every request its id and its time."""
    app.extensions["feiqian-readiness"] = Readiness(system)
    app.extensions["feiqian-figures"] = Figures(system)
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.began = perf_counter()
        g.request_id = correlation.begin(request.headers.get(correlation.HEADER))

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[correlation.HEADER] = g.request_id
        took = perf_counter() - g.began
        route = request.url_rule.rule if request.url_rule is not None else "none"
        if not response.is_streamed:
            request_seconds.labels(request.method, route, str(response.status_code)).observe(took)
        log.info("request", method=request.method, path=request.path, status=response.status_code, took=round(took, 4))
        return response

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        correlation.end()
