"""Blocks and transactions as the node has them, for whoever looks at the chain itself.

The read model keeps what our contracts said, and what says nothing (a call that was refused, its bytes, its gas, a
block without events) is on the node alone. Queries never ask a node, so pages read it here: each question is one
request or two, and of whatever is long a part is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_abi.exceptions import DecodingError
from web3 import Web3
from web3.exceptions import Web3RPCError

from backend.chain.abi import CAREFUL_CODEC, Item, signature, type_of
from backend.chain.contracts import Contracts, contract_refused, readable
from backend.chain.node import Node
from backend.errors import ContractRefused

MOST_DATA = 120_000
"""Bytes of a call that are read: what is longer is shown as it stands."""
MOST_WITHIN = 20
"""So many of the calls that one carries are read."""
MOST_DEEP = 3
"""So far down: many calls may all be the same one, which carries as many again. An authority has many acts done."""


@dataclass(frozen=True)
class BlockFacts:
    """`hashes` of all its transactions, in their order; `at` in UTC seconds."""

    number: int
    hash: str
    parent_hash: str
    at: int
    gas_used: int
    gas_limit: int
    hashes: tuple[str, ...]


@dataclass(frozen=True)
class Transaction:
    """`block` and what comes after it are None while no block has it; `to` is None where it made a contract. `gas` is
    what it may use."""

    hash: str
    sender: str
    to: str | None
    nonce: int
    gas: int
    data: str
    block: int | None
    succeeded: bool | None
    gas_used: int | None


@dataclass(frozen=True)
class ReadCall:
    """What the bytes of a call say. `arguments` by their names, tuples by those of their members; None where the bytes
    are none that the function takes. `within` are the calls that it carries: many at once, or one for another."""

    contract: str
    function: str
    arguments: dict[str, Any] | None
    within: tuple[ReadCall | None, ...] = ()
    more: int = 0
    """How many others it carries that were not read."""

    @property
    def carries_others(self) -> bool:
        return bool(self.within or self.more)


def block(node: Node, number: int) -> BlockFacts | None:
    """None where the chain is not that long."""
    return next(iter(blocks(node, [number])), None)


def blocks(node: Node, numbers: Sequence[int]) -> list[BlockFacts]:
    """Those of the numbers that the chain has, in their order."""
    found = node.all("eth_getBlockByNumber", [[hex(number), False] for number in numbers])
    return [_block(one) for one in found if one]


def latest(node: Node, below: int | None, limit: int) -> list[BlockFacts]:
    """At most `limit` blocks, the latest first, from under number `below` (None: from the head)."""
    first = node.head().number if below is None else below - 1
    return blocks(node, range(first, max(first - limit, -1), -1))


def number_of(node: Node, block_hash: str) -> int | None:
    found = node.rpc("eth_getBlockByHash", block_hash, False)
    return int(found["number"], 16) if found else None


def transactions(node: Node, hashes: Sequence[str]) -> list[Transaction]:
    """Those of `hashes` that the node knows, in their order."""
    asked = [
        (method, [each]) for each in hashes for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt")
    ]
    answers = iter(node.batch(asked))
    pairs = zip(answers, answers, strict=True)
    return [_transaction(sent, receipt) for sent, receipt in pairs if isinstance(sent, dict)]


def transaction(node: Node, tx_hash: str) -> Transaction | None:
    return next(iter(transactions(node, [tx_hash])), None)


def _block(found: dict[str, Any]) -> BlockFacts:
    return BlockFacts(
        number=int(found["number"], 16),
        hash=found["hash"],
        parent_hash=found["parentHash"],
        at=int(found["timestamp"], 16),
        gas_used=int(found["gasUsed"], 16),
        gas_limit=int(found["gasLimit"], 16),
        hashes=tuple(found["transactions"]),
    )


def _transaction(sent: dict[str, Any], receipt: Any) -> Transaction:
    mined = receipt if isinstance(receipt, dict) else None
    to = sent.get("to")
    return Transaction(
        hash=sent["hash"],
        sender=Web3.to_checksum_address(sent["from"]),
        to=Web3.to_checksum_address(to) if to else None,
        nonce=int(sent["nonce"], 16),
        gas=int(sent["gas"], 16),
        data=sent.get("input") or sent.get("data") or "0x",
        block=int(mined["blockNumber"], 16) if mined else None,
        succeeded=int(mined["status"], 16) == 1 if mined else None,
        gas_used=int(mined["gasUsed"], 16) if mined else None,
    )


def why_refused(contracts: Contracts, found: Transaction) -> ContractRefused | None:
    """Why a transaction failed, by running it again on the states around its block, with no more gas than it had; None
    where it would not fail there."""
    if found.block is None or found.to is None:
        return None
    request = {"from": found.sender, "to": found.to, "data": found.data, "gas": hex(found.gas)}
    for state in (found.block - 1, found.block):
        try:
            contracts.node.rpc("eth_call", request, hex(max(state, 0)))
        except Web3RPCError as refusal:
            return contract_refused(refusal, contracts.names.get(found.to, ""))
    return None


# ---- what a call says


def read_call(contracts: Contracts, to: str | None, data: str, level: int = 1) -> ReadCall | None:
    """The call of one of our contracts behind `data`; None where it is none. `level`: how deep it stands in others."""
    name, function = contracts.names.get(to or ""), _function(contracts, to, data)
    if name is None or function is None:
        return None
    arguments = _arguments(function["inputs"], data[10:])
    carried = _carried(to or "", arguments or {})
    most = MOST_WITHIN if level < MOST_DEEP else 0
    within = tuple(read_call(contracts, there, each, level + 1) for there, each in carried[:most])
    return ReadCall(name, function["name"], arguments, within, len(carried) - len(within))


def function_called(contracts: Contracts, to: str | None, data: str) -> str:
    """The name of the function alone; "" where it is none of our contracts'."""
    function = _function(contracts, to, data)
    return "" if function is None else str(function["name"])


def _function(contracts: Contracts, to: str | None, data: str) -> Item | None:
    name = contracts.names.get(to or "")
    return None if name is None else functions(contracts, name).get(data[:10].lower())


@lru_cache(maxsize=64)
def functions(contracts: Contracts, name: str) -> dict[str, Item]:
    """A contract's functions by their selectors."""
    return {
        Web3.keccak(text=signature(item))[:4].to_0x_hex(): item
        for item in contracts.abi(name)
        if item["type"] == "function"
    }


def _carried(to: str, arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """The calls in a call, each with whom it is for: a bulk's are its own contract's, an authority's its target's."""
    if isinstance(calls := arguments.get("calls"), list):
        return [(to, each) for each in calls]
    if "target" in arguments and isinstance(arguments.get("data"), str):
        return [(arguments["target"], arguments["data"])]
    return []


def _arguments(inputs: list[Item], data: str) -> dict[str, Any] | None:
    if len(data) > 2 * MOST_DATA:
        return None
    try:
        values = CAREFUL_CODEC.decode([type_of(item) for item in inputs], bytes.fromhex(data))
    except (ValueError, DecodingError, OverflowError):
        return None
    return {item["name"]: _spelt(item, value) for item, value in zip(inputs, values, strict=True)}


def _spelt(item: Item, value: Any) -> Any:
    kind = item["type"]
    if kind.endswith("]"):
        inner = {**item, "type": kind[: kind.rindex("[")]}
        return [_spelt(inner, each) for each in value]
    if kind == "tuple":
        return {part["name"]: _spelt(part, each) for part, each in zip(item["components"], value, strict=True)}
    return readable(item, value)
