"""What every blueprint of pages begins with."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.web.pages import readers, sessions


def pages(name: str) -> APIBlueprint:
    """A blueprint whose pages know the reader's language and session, and change nothing for a page of another site."""
    blueprint = APIBlueprint(name, __name__, enable_openapi=False)
    blueprint.before_request(readers.choose_language)
    blueprint.before_request(sessions.recognise)
    return blueprint
