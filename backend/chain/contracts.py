"""The deployed contracts: where they are, what to call, and what their logs and reverts mean."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from eth_abi.codec import ABICodec
from eth_abi.decoding import StringDecoder
from eth_abi.exceptions import DecodingError
from eth_abi.registry import ABIRegistry, BaseEquals, registry
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import ContractLogicError, Web3RPCError
from web3.types import BlockIdentifier

from backend.chain.compile import artifacts
from backend.chain.node import Block, Node, error_message
from backend.config import Settings
from backend.errors import ChainUnavailable, ContractRefused, FeiqianError, SetupIncomplete, both


@dataclass(frozen=True)
class Call:
    """A transaction without its sender: which contract, which function, which bytes."""

    contract: str
    function: str
    to: str
    data: str


@dataclass(frozen=True)
class Log:
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
    """What deploy wrote down: enough for anyone to join. Addresses are checksummed."""

    chain_id: int
    block: int
    contracts: dict[str, str]
    tokens: dict[str, str]
    roles: dict[str, str]
    code_hashes: dict[str, str] = field(default_factory=dict)

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
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
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
        self._places: dict[str, tuple[str, str]] = {}  # name → artifact, address
        for name, address in deployment.contracts.items():
            self._places[name] = name, Web3.to_checksum_address(address)
        for currency, address in deployment.tokens.items():
            self._places[self.token(currency)] = "SettlementToken", Web3.to_checksum_address(address)
        self.names = {address: name for name, (_, address) in self._places.items()}
        self._bound: dict[str, Contract] = {}
        self._gas: dict[tuple[str, str, str, str], int] = {}

    def at(self, name: str) -> Contract:
        if name not in self._bound:  # binding takes milliseconds, so only what is used
            artifact, address = self._places[name]
            self._bound[name] = self.node.web3.eth.contract(
                address=Web3.to_checksum_address(address), abi=artifacts()[artifact].abi
            )
        return self._bound[name]

    def address(self, name: str) -> str:
        return self._places[name][1]

    def token(self, currency: str) -> str:
        """The contract name of a currency's settlement token."""
        return f"SettlementToken:{currency}"

    def call_data(self, name: str, function: str, *args: Any) -> Call:
        """The call of `function` (name, or full signature where overloaded) with `args`."""
        return Call(name, function, self.address(name), self.at(name).encode_abi(function, list(args)))

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
        """The answers of a view function at `block` to many arguments: as `read`, without what that looks up anew each
        time. Raises ChainUnavailable or ContractRefused."""
        artifact, address = self._places[name]
        (abi,) = (item for item in artifacts()[artifact].abi if item.get("name") == function)
        selector = Web3.keccak(text=_signature(abi))[:4].to_0x_hex()
        takes, gives = [_type(item) for item in abi["inputs"]], [_type(item) for item in abi["outputs"]]
        found = []
        for arguments in asked:
            call = {"to": address, "data": selector + _CODEC.encode(takes, arguments).hex()}
            try:
                raw = bytes.fromhex(self.node.rpc("eth_call", call, hex(block))[2:])
            except Web3RPCError as no:
                raise refused(no, name) from no
            values = [
                _spelt(item, value) for item, value in zip(abi["outputs"], _CODEC.decode(gives, raw), strict=True)
            ]
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
        unknown = [number for number, question in enumerate(questions) if question not in self._gas]
        tried = [{"from": asked[one][0], "to": asked[one][1].to, "data": asked[one][1].data} for one in unknown]
        fresh: dict[int, int | ContractRefused | Web3RPCError] = {}
        if len(self._gas) >= _REMEMBERED:
            self._gas.clear()
        for number, answer in zip(unknown, self.node.gas_limits(tried), strict=True):
            if isinstance(answer, int):
                self._gas[questions[number]] = fresh[number] = answer
            else:
                fresh[number] = contract_refused(answer, asked[number][1].contract) if is_revert(answer) else answer
        return [fresh[number] if number in fresh else self._gas[one] for number, one in enumerate(questions)]

    # ---- meaning of logs and reverts

    @cached_property
    def _events(self) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for name, (artifact, _) in self._places.items():
            for item in artifacts()[artifact].abi:
                if item["type"] == "event":
                    found[name, Web3.keccak(text=_signature(item)).to_0x_hex()] = item
        return found

    def decode_log(self, raw: dict[str, Any]) -> Log | None:
        """The event behind a raw JSON-RPC log; None where it is not ours."""
        address = Web3.to_checksum_address(raw["address"])
        key = self.names.get(address)
        abi = self._events.get((key, raw["topics"][0])) if key and raw["topics"] else None
        if key is None or abi is None:
            return None
        return Log(
            contract=key,
            address=address,
            name=abi["name"],
            args=_event_args(abi["inputs"], raw["topics"][1:], bytes.fromhex(raw["data"][2:])),
            block_number=int(raw["blockNumber"], 16),
            block_hash=raw["blockHash"],
            tx_hash=raw["transactionHash"],
            log_index=int(raw["logIndex"], 16),
        )


_REMEMBERED = 1_000


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
        values = _CODEC.decode([_type(item) for item in inputs], raw[4:])
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


def _event_args(inputs: list[dict[str, Any]], topics: list[str], data: bytes) -> dict[str, Any]:
    indexed = [item for item in inputs if item["indexed"]]
    unindexed = [item for item in inputs if not item["indexed"]]
    values = dict(
        zip((item["name"] for item in unindexed), _CODEC.decode(list(map(_type, unindexed)), data), strict=True)
    )
    for item, topic in zip(indexed, topics, strict=True):
        (values[item["name"]],) = _CODEC.decode([_type(item)], bytes.fromhex(topic[2:]))
    return {item["name"]: _spelt(item, values[item["name"]]) for item in inputs}


def _spelt(item: dict[str, Any], value: Any) -> Any:
    if item["type"] == "address":
        return Web3.to_checksum_address(value)
    if item["type"] == "tuple":
        parts = item["components"]
        return {part["name"]: _spelt(part, field) for part, field in zip(parts, value, strict=True)}
    return plain(value)


def plain(value: Any) -> Any:
    """bytes as 0x-hex, tuples as lists, text without NUL: what JSON and every database can carry."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def _tolerant() -> ABICodec:
    """A codec for what others wrote: a string that is no UTF-8 must not stop its reader."""
    types: ABIRegistry = registry.copy()  # type: ignore[no-untyped-call]
    types.unregister_decoder("string")
    strings = BaseEquals("string", with_sub=False)  # type: ignore[no-untyped-call]
    tolerant = StringDecoder(handle_string_errors="replace")  # type: ignore[no-untyped-call]
    types.register_decoder(strings, tolerant, label="string")
    return ABICodec(types)


_CODEC = _tolerant()


@cache
def _errors() -> dict[bytes, tuple[str, list[dict[str, Any]]]]:
    builtin = [
        {"type": "error", "name": "Error", "inputs": [{"name": "message", "type": "string"}]},
        {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
    ]
    return {
        bytes(Web3.keccak(text=_signature(item))[:4]): (item["name"], item["inputs"])
        for item in [*builtin, *(item for artifact in artifacts().values() for item in artifact.abi)]
        if item["type"] == "error"
    }


def _signature(item: dict[str, Any]) -> str:
    return f"{item['name']}({','.join(_type(part) for part in item['inputs'])})"


def _type(part: dict[str, Any]) -> str:
    if part["type"].startswith("tuple"):
        inner = ",".join(_type(component) for component in part["components"])
        return f"({inner}){part['type'][5:]}"
    return str(part["type"])
