"""The deployed contracts: where they are, what to call, and what their logs and reverts mean."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from eth_abi.exceptions import DecodingError
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import ContractLogicError, Web3RPCError
from web3.types import BlockIdentifier

from backend.chain.abi import CODEC, EventReader, event_reader, given, plain, signature, spelt, type_of
from backend.chain.compile import artifacts
from backend.chain.node import GAS_LIMIT, Block, Node, error_message
from backend.config import Settings
from backend.errors import ChainUnavailable, ContractRefused, FeiqianError, SetupIncomplete, both

CASH = "SettlementToken"


@dataclass(frozen=True)
class Call:
    """A transaction without its sender: which contract, which function, which bytes."""

    contract: str
    function: str
    to: str
    data: str

    @property
    def is_bulk(self) -> bool:
        """Whether it is many acts, of which the contract says itself what became of each: there is little to try."""
        return self.function == "bulk"


class Log(NamedTuple):
    """A decoded event with its place on the chain."""

    contract: str
    address: str
    name: str
    args: dict[str, Any]
    block_number: int
    block_hash: str
    tx_hash: str
    log_index: int


@dataclass(frozen=True)
class Deployment:
    """What deploy wrote down: enough for anyone to join, and to build the same anew and compare (rule Y10). Addresses
    are checksummed, hashes keccak-256."""

    chain_id: int
    block: int
    contracts: dict[str, str]
    tokens: dict[str, str]
    roles: dict[str, str]
    code_hashes: dict[str, str] = field(default_factory=dict)
    """Of the code at each address."""
    build: dict[str, Any] = field(default_factory=dict)
    """The compiler, its settings, and the hashes of what it makes of each source (`backend/chain/building.py`)."""
    created: dict[str, dict[str, str]] = field(default_factory=dict)
    """The transaction that made each contract, and the arguments behind the creation code in it."""

    def __post_init__(self) -> None:
        parts = (self.contracts, self.tokens, self.roles, self.code_hashes, self.build, self.created)
        if not all(isinstance(part, dict) for part in parts):
            raise TypeError("a part of the record is no object")

    @property
    def places(self) -> dict[str, tuple[str, str]]:
        """Every contract by its name: which artifact it is of, and its address."""
        named = [(name, name, address) for name, address in self.contracts.items()]
        named += [(f"{CASH}:{currency}", CASH, address) for currency, address in self.tokens.items()]
        return {name: (artifact, str(Web3.to_checksum_address(address))) for name, artifact, address in named}

    @staticmethod
    def path(settings: Settings, chain_id: int) -> Path:
        return settings.deployments_folder / f"{chain_id}.json"

    @classmethod
    def load(cls, settings: Settings, chain_id: int) -> Deployment:
        """Raises SetupIncomplete."""
        path = cls.path(settings, chain_id)
        if not path.exists():
            raise SetupIncomplete(
                reason=both(
                    "chain {chain} has no deployment yet; run 'feiqian deploy'",
                    "链 {chain} 尚无部署;请运行 feiqian deploy",
                    chain=chain_id,
                )
            )
        return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> Deployment:
        """The record in a file. Raises SetupIncomplete."""
        try:
            found = cls(**json.loads(path.read_text(encoding="utf-8")))
            found.places  # noqa: B018  # an address that is none shows here
            return found
        except (ValueError, TypeError) as unreadable:
            raise SetupIncomplete(
                reason=both("{file} is no deployment record", "{file} 不是有效的部署记录", file=path.name)
            ) from unreadable

    def save(self, settings: Settings) -> Path:
        """Writes the record, whole or not at all."""
        path = self.path(settings, self.chain_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(self), indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        return path


class Contracts:
    """All contracts of one deployment over one node."""

    def __init__(self, node: Node, deployment: Deployment) -> None:
        self.node = node
        self.deployment = deployment
        self._places = deployment.places
        self.names = {address: name for name, (_, address) in self._places.items()}
        self._bound: dict[str, Contract] = {}
        self._gas: dict[tuple[str, str, str, str], int] = {}
        self._shapes: dict[tuple[str, str], tuple[str, list[dict[str, Any]], list[dict[str, Any]]]] = {}

    def at(self, name: str) -> Contract:
        if name not in self._bound:  # binding takes milliseconds, so only what is used
            artifact, address = self._places[name]
            self._bound[name] = self.node.web3.eth.contract(
                address=Web3.to_checksum_address(address), abi=artifacts()[artifact].abi
            )
        return self._bound[name]

    def abi(self, name: str) -> list[dict[str, Any]]:
        """What a contract can be asked, and what it says."""
        return artifacts()[self._places[name][0]].abi

    def address(self, name: str) -> str:
        return self._places[name][1]

    def token(self, currency: str) -> str:
        """The contract name of a currency's settlement token."""
        return f"{CASH}:{currency}"

    def call_data(self, name: str, function: str, *args: Any) -> Call:
        """The call of `function` (name, or full signature where overloaded) with `args`."""
        selector, inputs, _ = self._shape(name, function)
        values = [given(item, value) for item, value in zip(inputs, args, strict=True)]
        types = [type_of(item) for item in inputs]
        return Call(name, function, self.address(name), selector + CODEC.encode(types, values).hex())

    def _shape(self, name: str, function: str) -> tuple[str, list[dict[str, Any]], list[dict[str, Any]]]:
        """Selector, declared arguments and declared results of a function."""
        artifact, _ = self._places[name]
        found = self._shapes.get((artifact, function))
        if found is None:
            matching = [
                item
                for item in artifacts()[artifact].abi
                if item["type"] == "function" and function in (item["name"], signature(item))
            ]
            (abi,) = matching  # an overloaded one needs its signature
            selector = Web3.keccak(text=signature(abi))[:4].to_0x_hex()
            found = selector, abi["inputs"], abi["outputs"]
            self._shapes[artifact, function] = found
        return found

    def read(self, name: str, function: str, *args: Any, block: BlockIdentifier = "latest") -> Any:
        """The answer of a view function. Raises ChainUnavailable or ContractRefused."""
        contract = self.at(name)
        target = contract.get_function_by_signature(function) if "(" in function else contract.functions[function]
        try:
            return target(*args).call(block_identifier=block)
        except ContractLogicError as refusal:
            data = refusal.data if isinstance(refusal.data, str) else None
            raise _refusal(data, str(refusal.message), name) from None
        except Web3RPCError as no:
            raise refused(no, name) from no

    def read_each(self, name: str, function: str, asked: Iterable[tuple[Any, ...]], *, block: int) -> list[Any]:
        """The answers of a view function at `block` to many arguments: as `read`, many in one request. Raises
        ChainUnavailable or ContractRefused."""
        address = self.address(name)
        selector, inputs, outputs = self._shape(name, function)
        takes, gives = [type_of(item) for item in inputs], [type_of(item) for item in outputs]
        data = [selector + CODEC.encode(takes, arguments).hex() for arguments in asked]
        found = []
        for raw in self.node.batch([("eth_call", [{"to": address, "data": each}, hex(block)]) for each in data]):
            if isinstance(raw, Web3RPCError):
                raise refused(raw, name) from raw
            decoded = CODEC.decode(gives, bytes.fromhex(raw[2:]))
            values = [spelt(item, value) for item, value in zip(outputs, decoded, strict=True)]
            found.append(values[0] if len(values) == 1 else values)
        return found

    def gas_limit(self, sender: str, call: Call, head: Block) -> int:
        """As `gas_limits`, for one. Raises ContractRefused where the contract would refuse, Web3RPCError where the node
        does, ChainUnavailable."""
        (answer,) = self.gas_limits([(sender, call)], head)
        if isinstance(answer, int):
            return answer
        raise answer from None

    def gas_limits(self, asked: Sequence[tuple[str, Call]], head: Block) -> list[int | ContractRefused | Web3RPCError]:
        """Runs each call of a sender on the state after `head` (the latest block) without sending it: the gas to send
        it with, or why the contract or the node would refuse it. Raises ChainUnavailable.

        The same question on the same state is answered from memory.
        """
        questions = [(head.hash, sender, call.to, call.data) for sender, call in asked]
        # Taken out at once: another thread may clear the memory while the node is asked.
        answers: dict[int, int | ContractRefused | Web3RPCError] = {
            number: gas for number, question in enumerate(questions) if (gas := self._gas.get(question)) is not None
        }
        unknown = [number for number in range(len(questions)) if number not in answers]
        tried = [{"from": asked[one][0], "to": asked[one][1].to, "data": asked[one][1].data} for one in unknown]
        if len(self._gas) >= _REMEMBERED:
            self._gas.clear()
        for number, answer in zip(unknown, self.node.gas_limits(tried), strict=True):
            answers[number] = answer
            if isinstance(answer, int):
                spare = _AT_HAND.get(asked[number][1].contract, 0)
                self._gas[questions[number]] = answers[number] = min(answer + spare, GAS_LIMIT)
            elif is_revert(answer):
                answers[number] = contract_refused(answer, asked[number][1].contract)
        return [answers[number] for number in range(len(questions))]

    # ---- meaning of logs and reverts

    @cached_property
    def _events(self) -> dict[tuple[str, str], tuple[str, str, str, EventReader]]:
        """By address and topic as nodes spell them: contract, address, event and what reads it."""
        found: dict[tuple[str, str], tuple[str, str, str, EventReader]] = {}
        for name, (artifact, address) in self._places.items():
            for item in artifacts()[artifact].abi:
                if item["type"] == "event":
                    topic = Web3.keccak(text=signature(item)).to_0x_hex()
                    found[address.lower(), topic] = name, address, item["name"], event_reader(item)
        return found

    def decode_log(self, raw: dict[str, Any]) -> Log | None:
        """The event behind a raw JSON-RPC log; None where it is not ours."""
        topics = raw["topics"]
        known = self._events.get((raw["address"].lower(), topics[0])) if topics else None
        if known is None:
            return None
        contract, address, name, read = known
        return Log(
            contract,
            address,
            name,
            read(topics[1:], raw["data"]),
            int(raw["blockNumber"], 16),
            raw["blockHash"],
            raw["transactionHash"],
            int(raw["logIndex"], 16),
        )


_REMEMBERED = 1_000
_AT_HAND = {"Enforcement": 3_000_000}
"""More gas than a contract wants to have left before it goes on (2,500,000), whatever of it is used then."""


def refused(error: Web3RPCError, contract: str) -> FeiqianError:
    """What a node's no means: the contract's own refusal, or the node's trouble."""
    if is_revert(error):
        return contract_refused(error, contract)
    message = error_message(error.rpc_response)
    return ChainUnavailable(reason=both("the node refused: {message}", "节点拒绝:{message}", message=message))


def contract_refused(error: Web3RPCError, contract: str) -> ContractRefused:
    """The contract's error behind an RPC error."""
    return _refusal(revert_data(error), error_message(error.rpc_response), contract)


def _refusal(data: str | None, message: str, contract: str) -> ContractRefused:
    name, arguments = decode_revert(data) if data else ("Reverted", {"message": message})
    return ContractRefused(error=name, arguments=Arguments(arguments), contract=contract)


class Arguments(dict[str, Any]):
    """Named values of an error, written the way Solidity lists them."""

    def __str__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.items())

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


_REVERTS = re.compile(r"revert|VM Exception|invalid opcode|out of gas|gas required exceeds", re.IGNORECASE)


def is_revert(error: Web3RPCError) -> bool:
    """Whether the contract said no. Otherwise it was the node: about funds, a method, its own trouble."""
    body = (error.rpc_response or {}).get("error")
    code = body.get("code") if isinstance(body, dict) else None
    return revert_data(error) is not None or code == 3 or bool(_REVERTS.search(error_message(error.rpc_response)))


def revert_data(error: Web3RPCError) -> str | None:
    """The bytes a node returned with a revert: Ganache and Anvil keep them in different places."""
    body = (error.rpc_response or {}).get("error", {})
    data: Any = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, dict):
        data = data.get("result") or data.get("data") or data.get("return")
    return data if isinstance(data, str) and data.startswith("0x") and len(data) >= 10 else None


def decode_revert(data: str) -> tuple[str, dict[str, Any]]:
    """Name and named values of a custom error, Error(string) or Panic(uint256). Anyone's contract may have made
    `data`, so whatever cannot be read is an UnknownError."""
    try:
        raw = bytes.fromhex(data[2:])
        name, inputs = _errors()[raw[:4]]
        values = CODEC.decode([type_of(item) for item in inputs], raw[4:])
    except (KeyError, ValueError, DecodingError, OverflowError):
        return "UnknownError", {"data": data}
    return name, {
        item["name"] or f"arg{index}": readable(item, value)
        for index, (item, value) in enumerate(zip(inputs, values, strict=True))
    }


def readable(item: dict[str, Any], value: Any) -> Any:
    """An ABI value as people write it: addresses with checksum, bytes32 that hold a word as that word."""
    if item["type"] == "address":
        return Web3.to_checksum_address(value)
    if item["type"] == "bytes32":
        word = value.rstrip(b"\0")
        if word and word.isascii() and word.decode("ascii").isprintable() and len(word) < 32:
            return word.decode("ascii")
    return plain(value)


@cache
def _errors() -> dict[bytes, tuple[str, list[dict[str, Any]]]]:
    builtin = [
        {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
        {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
    ]
    return {
        bytes(Web3.keccak(text=signature(item))[:4]): (item["name"], item["inputs"])
        for item in [*builtin, *(item for artifact in artifacts().values() for item in artifact.abi)]
        if item["type"] == "error"
    }
