"""Every act that a page offers, by its name."""

from __future__ import annotations

from backend.errors import NotFound, both
from backend.web.pages.acts.act import Act
from backend.web.pages.acts.catalogue import (
    cash,
    devices,
    goods,
    loans,
    notes,
    operations,
    participants,
    quotes,
    receivables,
)

ACTS: dict[str, Act] = {
    act.name: act
    for topic in (receivables, notes, quotes, goods, loans, devices, cash, participants, operations)
    for act in topic.ACTS
}


def find(name: str) -> Act:
    """The act of that name. Raises NotFound."""
    if name not in ACTS:
        raise NotFound(what=both("act", "操作"), id=name)
    return ACTS[name]
