"""The pages: what a person sees. Rendered here; a page reads with queries, and acts by the commands of the API."""

from __future__ import annotations

from pathlib import Path

from apiflask import APIBlueprint
from flask import Flask, Response, request
from jinja2 import FileSystemLoader

from backend import roles
from backend.queries import feed
from backend.web import context
from backend.web.pages import (
    assets,
    certificates,
    desks,
    door,
    explorer,
    live,
    operations,
    people,
    readers,
    sessions,
    stage,
    things,
    verify,
)
from backend.web.pages.acts import catalogue
from backend.web.pages.acts import views as acts

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"

BLUEPRINTS: list[APIBlueprint] = [
    door.blueprint,
    desks.blueprint,
    things.blueprint,
    operations.blueprint,
    acts.blueprint,
    live.blueprint,
    verify.blueprint,
    certificates.blueprint,
    explorer.blueprint,
    stage.blueprint,
]

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""Nothing from elsewhere, nothing inline (rule G4)."""
_OF_DOCS = _POLICY.replace("'self'", "'self' 'unsafe-inline'", 2)
"""The API's documentation is APIFlask's page, with a script and a style in its text."""
_OF_DATA = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What is no page shows nothing, should a browser take it for one."""


def install(app: Flask) -> None:
    """Mounts the pages, what they show things with, and what protects them."""
    app.jinja_env.loader = FileSystemLoader(_TEMPLATES)
    app.jinja_env.globals.update(
        t=readers.t,
        asset=assets.asset_url,
        languages=readers.LANGUAGES,
        form_token=sessions.form_token,
        decimals_of=readers.decimals_of,
        form_field=sessions.FIELD,
        form_header=sessions.HEADER,
        role_words=roles.WORDS,
        reader=people.reader_if_any,
        feed_end=lambda: feed.end(context.desk().engine),
        acts=catalogue.ACTS,
        desks_of=people.desks_of,
        history_of=explorer.history_of,
        may_watch=stage.may_watch,
    )
    app.jinja_env.filters.update(
        {
            "said": readers.said,
            "amount": readers.amount,
            "money": readers.money,
            "day": readers.day,
            "month": readers.month,
            "moment": readers.moment,
            "rate": readers.rate,
            "ltv": readers.ltv,
            "short": readers.short,
        }
    )
    app.register_blueprint(assets.blueprint)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

    @app.after_request
    def protect(response: Response) -> Response:
        of_pages = _OF_DOCS if request.path == "/docs" else _POLICY
        policy = of_pages if response.mimetype == "text/html" else _OF_DATA
        response.headers["Content-Security-Policy"] = policy
        return response
