"""Events as the stage shows them: each with who gives what to whom, in the words and figures of the reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from backend.events.decoding import EVENTS
from backend.goods.quantities import format_quantity
from backend.invoices.currencies import code_of
from backend.queries.stage import Things, things
from backend.web import context, problems
from backend.web.pages import readers
from backend.web.pages.rows import NOBODY
from backend.web.pages.stage.movements import MOVEMENTS, TITLE, Movement
from backend.web.pages.stage.places import ESCROW, OPERATOR, RESERVE, Places

Row = Mapping[Any, Any]
_NOTES = ("noteId", "childId", "parentId", "toNoteId", "fromNoteId")


def pictured(rows: list[Row], places: Places) -> list[dict[str, Any]]:
    """Rows of the feed as movements, the first first; what nobody wants to see is left out."""
    shown = [(row, event) for row in rows if (event := _event(row)) in MOVEMENTS]
    about = _about([row for row, _ in shown])
    titles = {row["tx_hash"] for row, event in shown if _is_title(MOVEMENTS[event])}
    return [
        _movement(row, event, about, places)
        for row, event in shown
        if not (MOVEMENTS[event].is_plain and (row["tx_hash"] in titles or NOBODY in row["args"].values()))
    ]


def _is_title(spec: Movement) -> bool:
    return spec.kind == TITLE and not spec.is_plain


def _event(row: Row) -> str:
    """The event's name among ours: contracts have several that they call Transfer."""
    kind = EVENTS.get((row["contract"].partition(":")[0], row["name"]))
    return "" if kind is None else kind.__name__


def _movement(row: Row, event: str, about: Things, places: Places) -> dict[str, Any]:
    spec = MOVEMENTS[event]
    args = row["args"]
    names = {**args, "participant": places.account_of_number(args.get("participantId"))}
    giver, taker = (_party(one, names, row, about) if one else "" for one in (spec.giver, spec.taker))
    words = spec.words.zh if problems.language() == "zh" else str(spec.words)
    return {
        "id": row["seq"],
        "block": row["block_number"],
        "tx": row["tx_hash"],
        "event": event,
        "kind": spec.kind,
        "isTakenBack": row["kind"] == "retraction",
        "from": places.place_of(giver),
        "to": places.place_of(taker) if taker else "",
        "who": places.name_of(giver),
        "whom": places.name_of(taker) if taker else "",
        "words": words.format(**args),
        "amount": _amount(row, spec, about),
    }


def _party(said: str, args: Row, row: Row, about: Things) -> str:
    """The account behind an argument, or behind a party of the thing that the event is about."""
    if said in (OPERATOR, ESCROW, RESERVE):
        return said
    thing, _, party = said.partition(".")
    if not party:
        return str(args.get(said) or "")
    return str((_thing(thing, row, about) or {}).get(party, ""))


def _thing(kind: str, row: Row, about: Things) -> dict[str, Any] | None:
    args = row["args"]
    if kind == "claim":
        note = about.notes.get(next((args[name] for name in _NOTES if args.get(name) in about.notes), 0))
        return about.claims.get(args.get("receivableId") or (note["receivable_id"] if note else 0))
    if kind == "note":
        return about.notes.get(next((args[name] for name in _NOTES if name in args), 0))
    if kind == "loan":
        return about.loans.get(args.get("loanId", 0))
    if kind == "receipt":
        return about.receipts.get(args.get("receiptId", 0))
    receipt = about.receipts.get(args.get("receiptId", 0))
    return about.lots.get(args.get("lotId") or (receipt["lot_id"] if receipt else 0))


def _amount(row: Row, spec: Movement, about: Things) -> str:
    """The amount as the reader has it; empty where there is none, or nothing says what it is counted in."""
    if not spec.amount:
        return ""
    minor = reduce(lambda value, name: value[name], spec.amount.split("."), row["args"])
    if spec.is_goods:
        lot = _thing("lot", row, about)
        return f"{format_quantity(int(minor), lot['decimals'])} {lot['unit']}" if lot else ""
    code = _currency(row, about)
    return f"{readers.amount(minor, code)} {code}" if code else ""


def _currency(row: Row, about: Things) -> str:
    kind, _, code = row["contract"].partition(":")
    if kind == "SettlementToken":
        return str(code)
    if row["name"] == "Settled":
        note = about.notes.get(row["args"]["deliveredId"])
        claim = about.claims.get(note["receivable_id"]) if note else None
        return code_of(claim["currency"]) if claim else ""
    known = (
        about.feeds.get(row["args"].get("feed", "")),
        *(_thing(kind, row, about) for kind in ("claim", "loan", "lot")),
    )
    return next((code_of(one["currency"]) for one in known if one), "")


def _about(rows: list[Row]) -> Things:
    def numbers(*names: str) -> Iterator[int]:
        return (row["args"][name] for row in rows for name in names if row["args"].get(name))

    settled = {row["args"]["deliveredId"] for row in rows if row["name"] == "Settled"}
    return things(
        context.desk().engine,
        claims=numbers("receivableId"),
        notes={*numbers(*_NOTES), *settled},
        loans=numbers("loanId"),
        receipts=numbers("receiptId"),
        lots=numbers("lotId"),
        feeds={row["args"]["feed"] for row in rows if "feed" in row["args"]},
    )
