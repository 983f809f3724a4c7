"""The API, a blueprint a topic."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.web.api import (
    adjustments,
    auth,
    books,
    cash,
    chain,
    notes,
    participants,
    quotes,
    readings,
    receivables,
    settlement_runs,
)

BLUEPRINTS: list[APIBlueprint] = [
    auth.blueprint,
    participants.blueprint,
    cash.blueprint,
    receivables.blueprint,
    adjustments.blueprint,
    notes.blueprint,
    quotes.blueprint,
    settlement_runs.blueprint,
    readings.blueprint,
    books.blueprint,
    chain.blueprint,
]
