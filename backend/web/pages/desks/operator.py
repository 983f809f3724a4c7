"""The operator's desk: does every part work, what waits and why, what wants somebody's eyes, who takes part (rules G35
to G37). It stands when the chain does not."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, render_template

from backend.chain import transactions as chain
from backend.errors import ChainUnavailable
from backend.queries import alarms, operations, participants, prices
from backend.queries import chain as positions
from backend.web import context
from backend.web.pages import people
from backend.web.pages.rows import LIMIT, named, names_of, place, place_said
from backend.web.readiness import Readiness
from backend.web.reverts import sentence

BLOCKS = 5
MOST = 20
"""Rows of a list that has no further pages: who has more of these has other worries."""


def desk() -> str:
    people.require("operator")
    system, engine = context.system(), context.desk().engine
    readiness = cast(Readiness, current_app.extensions["feiqian-readiness"])
    position = positions.position(engine)
    blocks, is_development = _chain()
    return render_template(
        "desks/operator.html",
        now=position["at"],
        position=position,
        parts=readiness.parts(),
        blocks=blocks,
        is_development=is_development,
        depth=operations.open_by_state(engine),
        reorganisations=operations.reorganisations(engine),
        webhooks=operations.webhooks_by_state(engine),
        reserves=alarms.reserves(engine),
        participants=participants.participants(engine, None, place("participants"), LIMIT),
        feeds=named(prices.feeds(engine, _feed(), LIMIT), "oracle"),
        price_hours=system.settings.price_age_hours,
        **_waiting(),
        **_alarms(position["at"]),
    )


def _waiting() -> dict[str, Any]:
    """The sender's lanes, and what the node does not take."""
    engine, roles = context.desk().engine, context.desk().contracts.deployment.roles
    lanes = operations.lanes(engine)[:MOST]
    suspended = operations.suspended(engine, MOST)
    names = names_of(row["signer"] for row in [*lanes, *suspended])
    names |= {address: role for role, address in roles.items() if address in names}
    for row in suspended:
        error = row["error"] or {"error": "", "arguments": {}}
        row["sentence"] = _reason(error)
    return {"lanes": lanes, "suspended": suspended, "signers": names}


def _alarms(now: int) -> dict[str, Any]:
    engine, settings = context.desk().engine, context.system().settings
    calls = alarms.overdue_calls(engine, now, MOST)
    return {
        "contradictions": alarms.contradictions(engine, 10),
        "calls": calls,
        "parties": names_of(row[party] for row in calls for party in ("lender", "borrower")),
        "old_prices": set(alarms.old_prices(engine, now - settings.price_age_hours * 3_600, 500)),
    }


def _chain() -> tuple[list[chain.BlockFacts], bool]:
    """The latest blocks, and whether the chain's clock can be moved. None and no, where the node does not answer."""
    node = context.desk().contracts.node
    try:
        return chain.latest(node, None, BLOCKS), node.development is not None
    except ChainUnavailable:
        return [], False


def _reason(error: dict[str, Any]) -> Any:
    """Of what the node said: its own words; of what a contract said, a sentence."""
    said = error["arguments"].get("reason")
    return said if said else sentence(error["error"], error["arguments"])


def _feed() -> str | None:
    """Where the list of feeds goes on. Raises InvalidInput."""
    return place_said("feeds", "0x[0-9a-f]{64}") or None
