"""The tree of a receivable's notes as a picture has it: each with its holder and value, and where its page is."""

from __future__ import annotations

from typing import Any

from backend.queries import notes
from backend.web import context
from backend.web.pages import readers
from backend.web.pages.rows import names_of

MOST = 60
"""More would not be read; the table has them all."""


def drawn(receivable_id: int, currency: str) -> dict[str, Any] | None:
    """The trees of the notes of a receivable that the reader may see; None where there are none, or too many."""
    rows = notes.tree(context.desk().engine, receivable_id, None)["notes"]
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
        drawn[row["id"]]["children"] = [drawn[child] for child in row["children"]]
    return {"roots": [drawn[row["id"]] for row in rows if not row["parentId"]], "count": len(rows)}
