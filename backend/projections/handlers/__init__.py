"""One handler an event: what it means for the read model. A handler reads and changes only the rows of the read
model, so that the same events always make the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from backend.events.types import Event
from backend.projections.handlers import (
    adjustments,
    attestations,
    cash,
    collateral,
    enforcement,
    loans,
    notes,
    participants,
    prices,
    receivables,
    recourse,
    repayments,
    settlement,
    warehouse_receipts,
)
from backend.projections.rows import Rows

Handler = Callable[[Rows, Any], None]


def _handlers() -> dict[type[Event], Handler]:
    """The handler of each event, found by its name: ReceivableConfirmed is on_receivable_confirmed. Raises KeyError
    where one is missing."""
    claims = (participants, cash, receivables, notes, adjustments, repayments, recourse, settlement)
    goods = (warehouse_receipts, prices, attestations)
    lending = (loans, collateral, enforcement)
    modules = (*claims, *goods, *lending)
    found = {name: handler for module in modules for name, handler in vars(module).items() if name.startswith("on_")}
    return {event: found["on_" + _snake(event.__name__)] for event in Event.__subclasses__()}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


HANDLERS = _handlers()
