"""A transaction as its page shows it: for whose business it is, all; for others, what stands in G31."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.alias_generators import to_camel

from backend.chain import transactions as chain
from backend.chain.transactions import ReadCall, Transaction
from backend.errors import both
from backend.queries import documents, operations
from backend.queries import explorer as queries
from backend.web import context
from backend.web.pages import people
from backend.web.pages.explorer.values import Reading, Said
from backend.web.reverts import sentence

MOST_HEX = 400
"""Letters of a call's bytes that are shown where nobody can read them."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """Of some transactions: what was asked for that made them, and which are the reader's business."""

    operations: dict[str, Row]
    mine: frozenset[str]


def known(found: Sequence[Transaction]) -> Known:
    """A participant's are those that it sent or asked for, and those that did something which is its business."""
    desk, reader = context.desk(), people.reader()
    hashes = [one.hash for one in found]
    acts = operations.by_transactions(desk.engine, hashes)
    mine = set(hashes)
    if reader.viewer is not None:
        asked = {one for one, act in acts.items() if act["actor"] == reader.account}
        sent = {one.hash for one in found if one.sender == reader.account}
        mine = asked | sent | queries.transactions_concerning(desk.engine, hashes, reader.viewer)
    return Known(acts, frozenset(mine))


def listed(found: Sequence[Transaction]) -> list[Row]:
    """Transactions as rows of a table."""
    all_, contracts = known(found), context.desk().contracts
    reading = Reading(("", {"from": one.sender, "to": one.to or ""}) for one in found if one.hash in all_.mine)
    return [
        {
            "hash": one.hash,
            "contract": contracts.names.get(one.to or "", ""),
            "function": chain.function_called(contracts, one.to, one.data),
            "from": reading.name(one.sender) if one.hash in all_.mine else None,
            "succeeded": one.succeeded if one.hash in all_.mine else None,
            "gas": one.gas_used if one.hash in all_.mine else None,
            "is_mine": one.hash in all_.mine,
        }
        for one in found
    ]


def whole(found: Transaction) -> Row:
    """One transaction: `is_mine` says whether there is more than anybody may know."""
    all_, contracts = known([found]), context.desk().contracts
    row: Row = {
        "tx": found,
        "is_mine": found.hash in all_.mine,
        "contract": contracts.names.get(found.to or "", ""),
        "function": chain.function_called(contracts, found.to, found.data),
    }
    if not row["is_mine"]:
        return row
    call, act = chain.read_call(contracts, found.to, found.data), all_.operations.get(found.hash)
    may_read = _is_whose(found, act) or (call is not None and _says_no_more(found, call))
    said = list(_said(call)) if call is not None and may_read else []
    refusal = None if found.succeeded is not False else _refusal(found, act)
    if refusal is not None:
        said.append((row["contract"], refusal["arguments"]))
    papers = _documents(found) if may_read else []
    said += [(paper["contract"], paper["fields"]) for paper in papers]
    reading = Reading([*said, ("", {"from": found.sender, "to": found.to or ""})])
    for paper in papers:
        paper["shown"] = reading.shown(paper["contract"], paper["fields"])
    if refusal is not None:
        refusal["shown"] = reading.shown(row["contract"], refusal["arguments"])
    return row | {
        "sender": reading.name(found.sender),
        "to": reading.name(found.to) if found.to else None,
        "operation": act,
        "arguments": _shown(reading, call) if call is not None and may_read else None,
        "is_for_others": not may_read,
        "data": found.data[:MOST_HEX],
        "size": len(found.data) // 2 - 1,
        "refusal": refusal,
        "documents": papers,
    }


def _says_no_more(found: Transaction, call: ReadCall) -> bool:
    """Whether its arguments tell the reader nothing that its events do not: it is one act, all of it the reader's
    business. A sale is the obligor's in so far as a note went to another, and its price is not (rule B51)."""
    is_one_act = call.arguments is not None and not call.carries_others
    viewer = people.reader().viewer
    return is_one_act and (viewer is None or queries.concerns_wholly(context.desk().engine, found.hash, viewer))


def _is_whose(found: Transaction, act: Row | None) -> bool:
    """Whether the reader may see all of it: whoever sent or asked for it, and whoever sees everything."""
    reader = people.reader()
    return reader.sees_all or found.sender == reader.account or (act is not None and act["actor"] == reader.account)


def _said(call: ReadCall) -> Iterator[Said]:
    yield call.contract, _own(call)
    for one in call.within:
        if one is not None:
            yield from _said(one)


def _own(call: ReadCall) -> dict[str, Any]:
    """Its arguments, without the bytes of the calls that stand beneath."""
    carried = ("calls", "data") if call.carries_others else ()
    return {name: value for name, value in (call.arguments or {}).items() if name not in carried}


def _shown(reading: Reading, call: ReadCall) -> Row:
    return {
        "contract": call.contract,
        "function": call.function,
        "is_read": call.arguments is not None,
        "shown": reading.shown(call.contract, _own(call)),
        "within": [_shown(reading, one) if one is not None else None for one in call.within],
        "more": call.more,
    }


def _refusal(found: Transaction, act: Row | None) -> Row:
    """Why it failed: as it was written down when it was sent from here, or as the node says now."""
    error = act["error"] if act is not None else None
    if error is None:
        why = chain.why_refused(context.desk().contracts, found)
        error = {"error": why.params["error"], "arguments": dict(why.params["arguments"])} if why is not None else None
    if error is None:
        return {"name": "", "sentence": _UNKNOWN, "arguments": {}}
    return {
        "name": error["error"],
        "sentence": sentence(error["error"], error["arguments"]),
        "arguments": error["arguments"],
    }


def _documents(found: Transaction) -> list[Row]:
    """The signed documents that it spent, of those that are kept."""
    engine = context.desk().engine
    events = queries.of_transaction(engine, found.hash, people.reader().viewer, None, 50)["items"]
    papers: list[Row] = []
    for event in events:
        if event["name"] != "NonceUsed":
            continue
        paper = documents.signed(engine, event["contract"], event["args"]["signer"], str(event["args"]["nonce"]))
        if paper is not None:
            kind, row = paper
            fields = {
                to_camel(name): _with_numbers(value)
                for name, value in row.items()
                if name not in ("id", "at") and value is not None
            }
            papers.append({"kind": kind, "contract": event["contract"], "fields": fields, "shown": ()})
    return papers


def _with_numbers(value: Any) -> Any:
    """Of a document within a document, whose numbers are kept as digits: numbers."""
    if not isinstance(value, dict):
        return value
    return {name: int(one) if isinstance(one, str) and one.isdecimal() else one for name, one in value.items()}


_UNKNOWN = both("the node does not say why", "节点未给出原因")
