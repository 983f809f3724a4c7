"""Events on a page: as rows that a table shows, with the values of each read."""

from __future__ import annotations

from typing import Any

from backend.chain.outbox import error_of
from backend.queries import explorer as queries
from backend.web import context
from backend.web.pages import people, readers
from backend.web.pages.explorer.values import Reading, Value
from backend.web.pages.rows import place_in_chain
from backend.web.reverts import sentence

LIMIT = 20
ON_A_THING = 10
"""Events that stand on the page of a thing; the others are a page further."""


def readable(page: dict[str, Any]) -> dict[str, Any]:
    """The page, each event with `shown`: its arguments as people read them."""
    rows = page["items"]
    reading = Reading((row["contract"], row["args"]) for row in rows)
    return {**page, "items": [{**row, "shown": _shown(reading, row)} for row in rows]}


def _shown(reading: Reading, row: dict[str, Any]) -> tuple[tuple[str, Value], ...]:
    """An event's arguments; of an act among many that was refused, the sentence of its refusal."""
    args = dict(row["args"])
    if row["name"] == "BulkItem" and not args["done"]:
        error = error_of(args["reason"], row["contract"])
        args["reason"] = readers.said(sentence(error["error"], error["arguments"]))
    return reading.shown(row["contract"], args)


def history_of(kind: str, number: int) -> dict[str, Any]:
    """The last events about a thing that are the reader's business: for its page."""
    found = queries.of_thing(context.desk().engine, kind, number, people.reader().viewer, None, ON_A_THING)
    return readable(found)


def place() -> tuple[int, ...] | None:
    """Where a list of events goes on: the argument `after`. Raises InvalidInput."""
    return place_in_chain("after")
