"""The cash of a receivable as a picture has it: paid in, paid out, and what notes were sold for (rule G47)."""

from __future__ import annotations

from typing import Any

from backend.queries import cash_flow
from backend.web import context
from backend.web.pages import people, readers
from backend.web.pages.rows import names_of

MOST = 40
"""More would not be read; the table has them all."""

Flow = dict[str, Any]


def flows(receivable_id: int) -> list[Flow]:
    """Who paid whom, as the reader may see it; the claim itself stands where cash is on its way."""
    found = cash_flow.cash_flow(context.desk().engine, receivable_id, people.reader().viewer)
    names = names_of({row[side] for row in found for side in ("from", "to")})
    claim = readers.t("Receivable {id}", "应收账款 {id}", id=receivable_id)
    return [{**row, "names": {side: names[row[side]] or claim for side in ("from", "to")}} for row in found]


def drawn(flows: list[Flow]) -> dict[str, Any] | None:
    """The picture; None where there is nothing to draw, or more than can be read. Payer and payee are places of their
    own, also where one party is both: cash that came back would be a circle, which nobody can draw."""
    if not 0 < len(flows) <= MOST:
        return None
    nodes: dict[str, str] = {}
    links = []
    for row in flows:
        ends = []
        for side in ("from", "to"):
            place = f"{row['kind']} {side} {row[side]}" if row[side] else "claim"
            nodes[place] = row["names"][side]
            ends.append(place)
        amount = f"{readers.amount(row['amountFen'], row['currency'])} {row['currency']}"
        words = f"{row['names']['from']} → {row['names']['to']}: {amount}"
        links.append({"source": ends[0], "target": ends[1], "value": row["amountFen"], "said": words, "amount": amount})
    return {"nodes": [{"name": place, "said": words} for place, words in nodes.items()], "links": links}
