"""Every module that declares tables, so that the metadata is whole."""

from __future__ import annotations

from backend import leases
from backend.chain import outbox, replacements
from backend.database import metadata
from backend.documents import tables as documents
from backend.projections import tables as projections
from backend.web import access

__all__ = ["access", "documents", "leases", "metadata", "outbox", "projections", "replacements"]
