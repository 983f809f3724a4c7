"""What every blueprint of pages begins with."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import g, redirect, request
from werkzeug.wrappers import Response

from backend.web import limits
from backend.web.pages import people, readers, sessions


def pages(name: str, *, are_public: bool = False) -> APIBlueprint:
    """A blueprint whose pages know the reader's language and session, and change nothing for a page of another site.
    Who is not signed in is shown the door, unless they are public."""
    blueprint = APIBlueprint(name, __name__, enable_openapi=False)
    blueprint.before_request(readers.choose_language)
    blueprint.before_request(sessions.recognise)
    blueprint.before_request(limits.spend)
    if not are_public:
        blueprint.before_request(_show_the_door)
    return blueprint


def _show_the_door() -> Response | None:
    if g.actor is None and request.method == "GET":
        return redirect("/door", 303)
    people.reader()
    return None
