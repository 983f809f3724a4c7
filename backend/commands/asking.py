"""Asking financiers: who may be asked, and that the same request stands once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table

from backend.commands.desk import Desk, require_named
from backend.database import insert_new
from backend.documents.tables import fresh_id
from backend.errors import InvalidInput, both


def require_financiers(desk: Desk, financiers: list[str], asker: str) -> None:
    """Raises InvalidInput on the place in the body of one that is no financier, or the asker itself."""
    for position, financier in enumerate(financiers):
        field = f"financiers.{position}"
        require_named(desk, financier, field, "financier")
        if financier == asker:
            raise InvalidInput(field=field, reason=both("is yourself", "是您自己"))


def keep_requests(db: Connection, table: Table, financiers: list[str], **row: Any) -> None:
    """A row of `table` for each financier; one that stands already stays as it is."""
    for financier in financiers:
        insert_new(db, table, id=fresh_id(), financier=financier, **row)
