"""What happens, to the pages of whoever is signed in: the feed as server-sent events, behind the session's cookie."""

from __future__ import annotations

from flask import Response, g, request

from backend.errors import FeiqianError, InvalidInput, both
from backend.queries import feed
from backend.web import context
from backend.web.api import live
from backend.web.pages import people
from backend.web.pages.shared import pages

blueprint = pages("live-pages")


@blueprint.get("/live")
def stream() -> Response:
    """From where the browser was (Last-Event-ID), else behind `after`, else from now on. It ends with the session."""
    access, token = context.access(), g.session_token

    def is_welcome() -> bool:
        try:
            access.actor_of_session(token, is_use=False)  # a page that is left open is used by nobody
        except FeiqianError:
            return False
        return True

    return live.frames(people.reader().viewer, _position(), [], follow=True, is_welcome=is_welcome)


def _position() -> int:
    """Raises InvalidInput. What the feed has not reached (another database stood here) is its end."""
    end, said = feed.end(context.desk().engine), request.args.get("after", "")
    if said and not (said.isascii() and said.isdigit() and len(said) <= 18):
        raise InvalidInput(field="after", reason=both("must be a position of the feed", "应为事件流中的位置"))
    known = live.last_event_id()
    return min(end, known if known is not None else int(said or end))
