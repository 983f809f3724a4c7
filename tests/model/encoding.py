"""Calls to bytes and back, with what never changes kept: a run makes a hundred thousand of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from eth_abi import decode, encode
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple
from web3 import Web3

from backend.chain.compile import artifacts


@cache
def function(contract: str, name: str) -> tuple[bytes, list[dict[str, Any]], list[str], list[str]]:
    """Selector, inputs, and the types of inputs and outputs. `name` with its types where it is overloaded."""
    (abi,) = (
        item
        for item in artifacts()[contract.partition(":")[0]].abi
        if item["type"] == "function" and name in (item["name"], _signature(item))
    )
    types = [[collapse_if_tuple(part) for part in abi[side]] for side in ("inputs", "outputs")]
    return keccak(text=_signature(abi))[:4], abi["inputs"], *types


def call_data(contract: str, name: str, args: tuple[Any, ...]) -> str:
    selector, inputs, types, _ = function(contract, name)
    return "0x" + (selector + encode(types, _raw(inputs, args))).hex()


def answer(contract: str, name: str, data: str) -> Any:
    return _plain(decode(function(contract, name)[3], bytes.fromhex(data[2:])))


def _signature(item: dict[str, Any]) -> str:
    return f"{item['name']}({','.join(map(collapse_if_tuple, item['inputs']))})"


def _raw(parts: list[dict[str, Any]], values: Any) -> list[Any]:
    return [_one(part, part["type"], value) for part, value in zip(parts, values, strict=True)]


def _one(part: dict[str, Any], type_: str, value: Any) -> Any:
    if type_.endswith("[]"):
        return [_one(part, type_[:-2], item) for item in value]
    if type_ == "tuple":
        return _raw(part["components"], value)
    return bytes.fromhex(value[2:]) if type_ == "bytes32" else value


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, str) and value.startswith("0x"):
        return Web3.to_checksum_address(value)
    if isinstance(value, (tuple, list)):
        return tuple(_plain(item) for item in value)
    return value
