"""The API, a blueprint a topic."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.web.api import auth, cash, chain, notes, participants, quotes, receivables

BLUEPRINTS: list[APIBlueprint] = [
    auth.blueprint,
    participants.blueprint,
    cash.blueprint,
    receivables.blueprint,
    notes.blueprint,
    quotes.blueprint,
    chain.blueprint,
]
