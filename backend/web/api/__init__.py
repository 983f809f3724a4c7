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
    prices,
    quotes,
    receipt_quotes,
    receivables,
    settlement_runs,
    warehouse_receipts,
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
    warehouse_receipts.blueprint,
    receipt_quotes.blueprint,
    prices.blueprint,
    books.blueprint,
    chain.blueprint,
]
