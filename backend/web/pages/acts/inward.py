"""The API, asked from within for whoever looks at the page: an act on a page is checked, done, refused and made once
exactly as one over HTTP (rule G6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, json
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from backend import correlation
from backend.web.noted import note
from backend.web.problems import language


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]

    @property
    def is_refused(self) -> bool:
        return self.status >= 400


def post(path: str, body: dict[str, Any], *, key: str, wait: int) -> Answer:
    """The API's answer to a POST of the reader's, under an idempotency key, after `wait` seconds at most."""
    spoken, request_id = language(), correlation.request_id()
    builder = EnvironBuilder(
        f"/api/v1{path}",
        method="POST",
        data=json.dumps(body),
        content_type="application/json",
        headers=Headers(
            {
                "Idempotency-Key": key,
                "Prefer": f"wait={wait}",
                "Accept-Language": spoken,
                correlation.HEADER: request_id or "",
            }
        ),
    )
    actor = g.actor
    try:
        with current_app.request_context(builder.get_environ()):
            g.actor = actor
            note(is_counted=True)
            response = current_app.full_dispatch_request()
            return Answer(response.status_code, json.loads(response.get_data()))
    finally:
        correlation.begin(request_id)
