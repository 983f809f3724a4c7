"""Every module that declares tables, so that the metadata is whole."""

from __future__ import annotations

from backend import audit, leases, storage
from backend.chain import outbox, replacements
from backend.database import metadata
from backend.documents import tables as documents
from backend.live import tables as live
from backend.projections import tables as projections
from backend.web import access

__all__ = [
    "access",
    "audit",
    "documents",
    "leases",
    "live",
    "metadata",
    "outbox",
    "projections",
    "replacements",
    "storage",
]
