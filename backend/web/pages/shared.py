"""What every blueprint of pages begins with."""

from __future__ import annotations

from flask import Blueprint

from backend.web.pages import readers, sessions


def pages(name: str) -> Blueprint:
    """A blueprint whose pages know the reader's language and session, and change nothing for a page of another site."""
    blueprint = Blueprint(name, __name__)
    blueprint.before_request(readers.choose_language)
    blueprint.before_request(sessions.recognise)
    return blueprint
