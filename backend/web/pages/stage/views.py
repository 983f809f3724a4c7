"""The pages of the stage: the picture, what is new on it, and what whoever watches wants (rules G20 to G25)."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, current_app, make_response, redirect, render_template, request

from backend.demo.playing import Play
from backend.demo.stories import STORIES
from backend.demo.theatre import Theatre, pace_of
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound, both
from backend.queries import chain, feed
from backend.web import context, within
from backend.web.pages import people, readers
from backend.web.pages.shared import pages
from backend.web.pages.stage import steps
from backend.web.pages.stage.picturing import pictured
from backend.web.pages.stage.places import LANES, Places

blueprint = pages("stage-pages")

MOST_MOVEMENTS = 100
CONTROLS = {"play": Play.go_on, "pause": Play.pause, "step": Play.step, "back": Play.back, "end": Play.end}


@blueprint.get("/stage")
def stage() -> str:
    """The picture. What moves on it is asked for by its script."""
    theatre = _watch()
    return render_template(
        "stage/stage.html",
        stories=STORIES,
        play=theatre.play,
        is_open=theatre.is_open,
        lanes_said=[[name, readers.said(words)] for name, words in LANES.items()],
    )


@blueprint.get("/stage/news")
def news() -> Response:
    """What is new since a place in the feed and a number of steps of a play. Without a place: from now on."""
    theatre = _watch()
    play = theatre.play
    engine = context.desk().engine
    after, known = _number("after"), _number("steps") or 0
    end = feed.end(engine)
    place = end if after is None or after > end else after
    page = feed.after(engine, place, None, limit=MOST_MOVEMENTS)
    has_moved = after is None or bool(page.rows)
    places = Places(play)
    answer: dict[str, Any] = {
        "position": page.position,
        "block": chain.position(engine)["block"],
        "movements": pictured(list(page.rows), places),
        "places": places.drawn() if has_moved else None,
        "lines": places.lines() if has_moved else None,
        "leftOut": places.left_out,
        "play": None,
    }
    if play is not None:
        is_mine = request.args.get("play") == play.id
        answer["play"] = steps.shown(play, known if is_mine else 0, places)
    return context.answer(answer)


@blueprint.post("/stage/plays")
def begin() -> Response:
    """Begins a story: one that goes on by itself, or one that waits before each act."""
    theatre = _act()
    app = cast(Any, current_app)._get_current_object()
    operator = within.operator(app, context.system().settings)
    is_running = request.form.get("how") != "step"
    theatre.begin(
        request.form.get("story", ""), operator, is_running=is_running, pace=request.form.get("pace", "brisk")
    )
    return _back()


@blueprint.post("/stage/controls/<name>")
def control(name: str) -> Response:
    """What whoever watches wants of the story that is on."""
    theatre = _act()
    if theatre.play is None:
        raise Conflict(reason=both("nothing is played", "当前没有剧本"))
    if name == "show":
        theatre.play.show(_step())
    elif name == "pace":
        theatre.play.set_pace(pace_of(request.form.get("pace", "")))
    elif name in CONTROLS:
        CONTROLS[name](theatre.play)
    else:
        raise NotFound(what=both("control", "控制"), id=name)
    return _back()


def may_watch() -> bool:
    """Whether the reader may see everything: where doors are open, everybody who is in may."""
    return people.reader().sees_all or _theatre().is_open


def _theatre() -> Theatre:
    return cast(Theatre, current_app.extensions["feiqian-theatre"])


def _watch() -> Theatre:
    """The theatre, for whoever may watch. Raises Forbidden."""
    if not may_watch():
        raise Forbidden(
            reason=both(
                "the stage shows what everybody has: here, to operator and regulator",
                "舞台展示所有参与方的持有情况:此网络上仅对运营方和监管机构开放",
            )
        )
    return _theatre()


def _act() -> Theatre:
    """The theatre, where stories may be played by whoever is in. Raises Forbidden."""
    theatre = _watch()
    if not theatre.is_open:
        raise Forbidden(
            reason=both(
                "stories are played where the network was started with 'feiqian up', on a development chain with open "
                "doors",
                "剧本只能在以 feiqian up 启动、且开放进入的开发链上播放",
            )
        )
    return theatre


def _back() -> Response:
    return make_response(redirect("/stage", 303))


def _number(name: str) -> int | None:
    """A number of the query. Raises InvalidInput."""
    said = request.args.get(name, "")
    if not said:
        return None
    return _whole(said, name)


def _step() -> int:
    return _whole(request.form.get("step", ""), "step")


def _whole(said: str, field: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= 18):
        raise InvalidInput(field=field, reason=both("must be a whole number", "应为非负整数"))
    return int(said)
