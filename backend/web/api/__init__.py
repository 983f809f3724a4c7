"""The API, a blueprint a topic."""

from __future__ import annotations

from apiflask import APIBlueprint

from backend.web.api import (
    adjustments,
    auth,
    books,
    bulk,
    cash,
    certificates,
    chain,
    devices,
    lending,
    live,
    loans,
    notes,
    participants,
    prices,
    quotes,
    readings,
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
    lending.blueprint,
    loans.blueprint,
    settlement_runs.blueprint,
    bulk.blueprint,
    warehouse_receipts.blueprint,
    receipt_quotes.blueprint,
    prices.blueprint,
    readings.blueprint,
    devices.blueprint,
    books.blueprint,
    certificates.blueprint,
    live.blueprint,
    chain.blueprint,
]
