"""The pages of the explorer (rules G30 to G34)."""

from __future__ import annotations

import re

from flask import redirect, render_template, request
from web3 import Web3
from werkzeug.wrappers import Response

from backend.chain import transactions as chain
from backend.errors import InvalidInput, NotFound, both
from backend.queries import explorer as queries
from backend.queries import operations, participants
from backend.web import context
from backend.web.api.shared import NUMBER
from backend.web.pages import people
from backend.web.pages.explorer import calls
from backend.web.pages.explorer.history import LIMIT, place, readable
from backend.web.pages.explorer.values import PATHS
from backend.web.pages.rows import place as number_said
from backend.web.pages.shared import pages

blueprint = pages("explorer")
blueprint.before_request(people.require_member)

BLOCKS = 10
TRANSACTIONS = 25
FOUND = 20
_LONGEST = 200


@blueprint.get("/explorer")
def front() -> str:
    """The latest blocks, and the latest events that are the reader's business."""
    below = number_said("below")
    blocks = chain.latest(context.desk().contracts.node, below or None, BLOCKS)
    events = queries.latest(context.desk().engine, people.reader().viewer, None, LIMIT)
    return render_template(
        "explorer/front.html",
        blocks=blocks,
        counts=queries.counts(context.desk().engine, [one.number for one in blocks]),
        older=blocks[-1].number if blocks and blocks[-1].number else None,
        events=readable(events),
        contracts=sorted(context.desk().contracts.names.values()),
    )


@blueprint.get("/explorer/events")
def events() -> str:
    """All events, or those about a thing."""
    kind, number = request.args.get("kind", ""), number_said("number")
    if kind and kind not in PATHS:
        raise InvalidInput(field="kind", reason=both("there is no such kind of thing", "没有这种对象"))
    engine, viewer = context.desk().engine, people.reader().viewer
    found = (
        queries.of_thing(engine, kind, number, viewer, place(), LIMIT)
        if kind
        else queries.latest(engine, viewer, place(), LIMIT)
    )
    further = f"?kind={kind}&number={number}&after=" if kind else "?after="
    thing = f"/{PATHS[kind]}/{number}" if kind else ""
    return render_template("explorer/events.html", events=readable(found), further=further, thing=thing, number=number)


@blueprint.get(f"/explorer/blocks/<{NUMBER}:number>")
def block(number: int) -> str:
    node = context.desk().contracts.node
    found = chain.block(node, number)
    if found is None:
        raise NotFound(what=both("block", "区块"), id=number)
    first = number_said("from")
    some = chain.transactions(node, found.hashes[first : first + TRANSACTIONS])
    events = queries.of_block(context.desk().engine, number, people.reader().viewer, place(), LIMIT)
    more = first + TRANSACTIONS if len(found.hashes) > first + TRANSACTIONS else None
    return render_template(
        "explorer/block.html",
        block=found,
        transactions=calls.listed(some),
        first=first,
        more=more,
        events=readable(events),
    )


@blueprint.get("/explorer/transactions/<tx_hash>")
def transaction(tx_hash: str) -> str:
    if not re.fullmatch("0x[0-9a-fA-F]{64}", tx_hash, re.ASCII):
        raise _no_transaction(tx_hash)
    found = chain.transaction(context.desk().contracts.node, tx_hash.lower())
    if found is None:
        raise _no_transaction(tx_hash)
    events = queries.of_transaction(context.desk().engine, found.hash, people.reader().viewer, place(), LIMIT)
    return render_template("explorer/transaction.html", **calls.whole(found), events=readable(events))


@blueprint.get("/explorer/contracts/<name>")
def contract(name: str) -> str:
    """By its name: where it is, what it can be asked, what it said."""
    contracts = context.desk().contracts
    if name not in contracts.names.values():
        raise NotFound(what=both("contract", "合约"), id=name)
    events = queries.of_contract(context.desk().engine, name, people.reader().viewer, place(), LIMIT)
    items = sorted(chain.functions(contracts, name).values(), key=lambda item: item["name"])
    return render_template(
        "explorer/contract.html",
        name=name,
        address=contracts.address(name),
        code_hash=contracts.deployment.code_hashes.get(name),
        deployment=contracts.deployment,
        functions=[
            {
                "name": item["name"],
                "inputs": ", ".join(f"{part['type']} {part['name']}".strip() for part in item["inputs"]),
                "is_read": item["stateMutability"] in ("view", "pure"),
            }
            for item in items
        ],
        events=readable(events),
    )


@blueprint.get("/explorer/addresses/<address>")
def address(address: str) -> Response | str:
    """Whose it is, and what it did last; of a contract its own page."""
    account = _account(address)
    desk, reader = context.desk(), people.reader()
    if account in desk.contracts.names:
        return redirect(f"/explorer/contracts/{desk.contracts.names[account]}", 303)
    is_party = participants.is_participant(desk.engine, account)
    is_own = reader.sees_all or reader.account == account
    return render_template(
        "explorer/address.html",
        account=account,
        party=participants.participant(desk.engine, account) if is_party else None,
        role=next((role for role, at in desk.contracts.deployment.roles.items() if at == account), None),
        is_own=is_own,
        operations=operations.of_actor(desk.engine, account, LIMIT) if is_own else [],
        events=readable(queries.of_account(desk.engine, account, reader.viewer, place(), LIMIT)),
    )


@blueprint.get("/explorer/search")
def search() -> Response | str:
    """To a block's number, a hash, an address, a contract or a participant by name; where several fit, a list."""
    text = request.args.get("q", "").strip()[:_LONGEST]
    there = _place_of(text)
    found = participants.called(context.desk().engine, text, FOUND) if text and there is None else []
    if len(found) == 1:
        there = f"/explorer/addresses/{found[0]['account']}"
    if there is not None:
        return redirect(there, 303)
    return render_template("explorer/search.html", text=text, found=found)


def _place_of(text: str) -> str | None:
    desk = context.desk()
    if re.fullmatch("[0-9]{1,18}", text, re.ASCII):
        return f"/explorer/blocks/{int(text)}"
    if re.fullmatch("0x[0-9a-fA-F]{64}", text, re.ASCII):
        of_block = chain.number_of(desk.contracts.node, text.lower())
        return f"/explorer/transactions/{text.lower()}" if of_block is None else f"/explorer/blocks/{of_block}"
    if re.fullmatch("0x[0-9a-fA-F]{40}", text, re.ASCII):
        return f"/explorer/addresses/{Web3.to_checksum_address(text.lower())}"
    by_name = {name.lower(): name for name in desk.contracts.names.values()}
    return f"/explorer/contracts/{by_name[text.lower()]}" if text.lower() in by_name else None


def _account(text: str) -> str:
    """Raises NotFound for what is no address, whatever its letters' case says."""
    if not re.fullmatch("0x[0-9a-fA-F]{40}", text, re.ASCII):
        raise NotFound(what=both("address", "地址"), id=text)
    return str(Web3.to_checksum_address(text.lower()))


def _no_transaction(tx_hash: str) -> NotFound:
    return NotFound(what=both("transaction", "交易"), id=tx_hash)
