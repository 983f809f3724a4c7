"""The tree of a receivable's notes as a picture has it: each with its holder and value, and where its page is."""

from __future__ import annotations

from typing import Any

from backend.web.pages import readers
from backend.web.pages.rows import names_of

MOST = 60
"""More would not be read; the table has them all."""


def drawn(rows: list[dict[str, Any]], currency: str) -> dict[str, Any] | None:
    """The trees of all notes of a receivable; None where there are none, or too many."""
    if not 0 < len(rows) <= MOST:
        return None
    names = names_of(row["holder"] for row in rows)
    drawn: dict[int, dict[str, Any]] = {
        row["id"]: {
            "said": f"{row['id']} · {names[row['holder']]} · {readers.amount(row['valueFen'], currency)}",
            "href": f"/notes/{row['id']}",
            "children": [],
        }
        for row in rows
    }
    for row in rows:
        if row["parentId"]:
            drawn[row["parentId"]]["children"].append(drawn[row["id"]])
    return {"roots": [drawn[row["id"]] for row in rows if not row["parentId"]], "count": len(rows)}
