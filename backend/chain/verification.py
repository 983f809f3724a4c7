"""What was deployed, held against what the sources make: byte for byte, in the record and on the chain (rule Y10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from eth_abi.exceptions import DecodingError
from web3 import Web3
from web3.exceptions import Web3RPCError

from backend.chain.abi import CODEC, type_of
from backend.chain.building import build_record, code_hash, masked
from backend.chain.compile import Artifact
from backend.chain.contracts import Deployment
from backend.chain.node import Node


@dataclass(frozen=True)
class Compared:
    """One comparison: of which contract ("" is the build as a whole), of what, how it came out, and what was seen."""

    contract: str
    what: str
    outcome: Literal["same", "different", "not compared"]
    seen: str


def against_cache(built: dict[str, Artifact], cached: dict[str, Artifact]) -> Iterator[Compared]:
    """What `feiqian deploy` would send, which comes from build/."""
    for name in sorted(built.keys() | cached.keys()):
        if built.get(name) != cached.get(name):
            yield Compared(
                name, "what would be deployed", "different", "build/ is not what the sources make; delete it"
            )
    if built == cached:
        yield Compared("", "what would be deployed", "same", f"{len(built)} contracts, interfaces and libraries")


def against_record(built: dict[str, Artifact], deployment: Deployment) -> Iterator[Compared]:
    """What the record says of compiler, settings and code."""
    places = deployment.places
    missing = sorted({artifact for artifact, _ in places.values()} - built.keys())
    for artifact in missing:
        yield Compared(artifact, "source", "different", "there is no such contract in contracts/")
    expected = build_record(built, {artifact for artifact, _ in places.values()} - set(missing))
    recorded = deployment.build
    for what in ("compiler", "settings"):
        yield _told("", what, expected[what], recorded.get(what))
    for name, (artifact, _) in places.items():
        if artifact not in missing:
            said = _object(_object(recorded.get("code")).get(artifact))
            for what in ("creation", "runtime"):
                yield _told(name, f"{what} code recorded", expected["code"][artifact][what], said.get(what))


def against_chain(built: dict[str, Artifact], deployment: Deployment, node: Node) -> Iterator[Compared]:
    """What the chain has: the transactions that made the contracts, and the code at their addresses. Raises
    ChainUnavailable."""
    places = deployment.places
    ours = {address for _, address in places.values()}
    for name, (artifact, address) in places.items():
        if artifact in built:
            yield _runtime(name, built[artifact], address, deployment, node)
            yield from _creation(name, built[artifact], address, _object(deployment.created.get(name)), ours, node)


def _told(contract: str, what: str, expected: Any, said: Any) -> Compared:
    if said is None:
        return Compared(contract, what, "not compared", "the record does not say")
    if said == expected:
        return Compared(contract, what, "same", str(said) if what == "compiler" else "")
    return Compared(contract, what, "different", f"the record says {said}, the sources make {expected}")


def _runtime(name: str, built: Artifact, address: str, deployment: Deployment, node: Node) -> Compared:
    code = node.rpc("eth_getCode", address, "latest")
    what, size = "code on the chain", len(code) // 2 - 1
    if size == 0:
        return Compared(name, what, "different", f"there is none at {address}")
    if masked(code, built.immutables) != built.runtime:
        at = _first_difference(masked(code, built.immutables), built.runtime)
        return Compared(name, what, "different", f"{address}: byte {at} of {size} is not what the sources make")
    recorded = deployment.code_hashes.get(name)
    if recorded not in (None, code_hash(code)):
        return Compared(
            name, what, "different", f"{address}: its hash is {code_hash(code)}, the record says {recorded}"
        )
    immutable = sum(length for _, length in built.immutables)
    return Compared(name, what, "same", f"{size} bytes, {immutable} of them masked immutables")


def _creation(
    name: str, built: Artifact, address: str, created: dict[str, Any], ours: set[str], node: Node
) -> Iterator[Compared]:
    what, sent = "transaction that made it", created.get("transaction")
    if sent is None:
        yield Compared(name, what, "not compared", "the record does not name it")
        return
    try:
        transaction = node.rpc("eth_getTransactionByHash", sent)
        receipt = node.rpc("eth_getTransactionReceipt", sent)
    except Web3RPCError as no:
        transaction, receipt = None, str(no)
    if not (transaction and isinstance(receipt, dict)):
        yield Compared(name, what, "different", f"{sent}: the chain does not know it")
        return
    data, arguments = transaction["input"], str(created.get("arguments", ""))
    if Web3.to_checksum_address(receipt["contractAddress"] or "0x" + "0" * 40) != address:
        yield Compared(name, what, "different", f"{sent}: it did not make {address}")
    elif data != built.bytecode + arguments.removeprefix("0x"):
        at = _first_difference(data, built.bytecode + arguments.removeprefix("0x"))
        yield Compared(name, what, "different", f"{sent}: byte {at} is not what the sources and the record make")
    else:
        yield Compared(name, what, "same", f"{len(data) // 2 - 1} bytes")
        # The authority alone is told a key: that of who deploys, which keeps nothing.
        keys = {Web3.to_checksum_address(transaction["from"])} if name == "Authority" else set()
        yield _arguments(name, built, arguments, ours | keys)


def _arguments(name: str, built: Artifact, arguments: str, ours: set[str]) -> Compared:
    """What fills the immutables: whatever a contract was told to trust is of this deployment."""
    inputs: list[dict[str, Any]] = next((item["inputs"] for item in built.abi if item["type"] == "constructor"), [])
    what = "addresses given to it"
    try:
        values = CODEC.decode([type_of(item) for item in inputs], bytes.fromhex(arguments.removeprefix("0x")))
    except (DecodingError, ValueError, OverflowError):
        return Compared(name, what, "different", "its arguments are not those of its constructor")
    given = {Web3.to_checksum_address(one) for one in _addresses(inputs, values)}
    if strangers := sorted(given - ours):
        return Compared(name, what, "different", f"not of this deployment: {', '.join(strangers)}")
    return Compared(name, what, "same", f"{len(given)} of this deployment")


def _addresses(inputs: list[dict[str, Any]], values: Any) -> Iterator[str]:
    for item, value in zip(inputs, values, strict=True):
        if item["type"] == "address":
            yield value
        elif item["type"] == "tuple":
            yield from _addresses(item["components"], value)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first_difference(one: str, other: str) -> int:
    """The first byte in which two pieces of code in 0x-hex differ."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other))) // 2 - 1
