"""Where contracts keep what a certificate states. Written down from the compiler's own account (`python -m
backend.certificates.layouts`), so that whoever checks a certificate needs no compiler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from eth_utils.crypto import keccak

FILE = Path(__file__).with_name("layouts.json")

VARIABLES = {
    "Adjustments": ("_adjustments", "_locks"),
    "Authority": ("_roles",),
    "Collateral": ("_pots", "_moreTitles"),
    "Fingerprints": ("holderOf",),
    "Loans": ("_loans",),
    "Participants": ("_authority", "accountOf"),
    "Receivables": ("_receivables", "_notes", "_origins"),
    "Repayments": ("_accounts",),
    "WarehouseReceipts": ("_receipts", "_lots"),
}
"""The variables that certificates read, by contract."""

Layout = dict[str, Any]


class Words(Protocol):
    """Storage, word by word: at one block, or out of proofs."""

    def word(self, contract: str, slot: int) -> int: ...

    def address(self, contract: str) -> int: ...


def read(words: Words, contract: str, variable: str, *keys: int) -> Any:
    """The value of a variable: of a mapping under `keys`, one for each level. Addresses and hashes are numbers here. A
    struct is a mapping from its members to their values, each read when it is asked for."""
    place = layouts()[contract][variable]
    return _value(words, contract, place["type"], place["slot"], place["offset"], keys)


@cache
def layouts() -> dict[str, dict[str, Layout]]:
    """What is written down, by contract and variable."""
    found: dict[str, dict[str, Layout]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def from_compiler() -> dict[str, dict[str, Layout]]:
    """The same out of the compiler."""
    from backend.chain.compile import artifacts  # whoever only checks has no compiler

    found: dict[str, dict[str, Layout]] = {}
    for contract, names in VARIABLES.items():
        layout = artifacts()[contract].layout
        stored = {one["label"]: one for one in layout["storage"]}
        found[contract] = {name: _place(stored[name], layout["types"]) for name in names}
    return found


def written(found: dict[str, dict[str, Layout]]) -> str:
    """The text of the file, a variable a line."""
    contracts = [
        f'"{contract}": {{\n' + ",\n".join(f'  "{name}": {json.dumps(place)}' for name, place in places.items()) + "\n}"
        for contract, places in found.items()
    ]
    return "{\n" + ",\n".join(contracts) + "\n}\n"


class _Struct(Mapping[str, Any]):
    def __init__(
        self, words: Words, contract: str, members: dict[str, Layout], slot: int, keys: tuple[int, ...]
    ) -> None:
        self._words = words
        self._contract = contract
        self._members = members
        self._slot = slot
        self._keys = keys

    def __getitem__(self, name: str) -> Any:
        place = self._members[name]
        slot = self._slot + place["slot"]
        return _value(self._words, self._contract, place["type"], slot, place["offset"], self._keys)

    def under(self, *keys: int) -> Mapping[str, Any]:
        """The same struct, whose members that are mappings are read under `keys`."""
        return _Struct(self._words, self._contract, self._members, self._slot, keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def _value(words: Words, contract: str, kind: Layout, slot: int, offset: int, keys: tuple[int, ...]) -> Any:
    while "mapping" in kind and keys:
        slot = int.from_bytes(keccak(keys[0].to_bytes(32, "big") + slot.to_bytes(32, "big")), "big")
        kind, offset, keys = kind["mapping"], 0, keys[1:]
    if "members" in kind:
        return _Struct(words, contract, kind["members"], slot, keys)
    return words.word(contract, slot) >> 8 * offset & (1 << 8 * kind["bytes"]) - 1


def _place(stored: dict[str, Any], types: dict[str, Any]) -> Layout:
    return {"slot": int(stored["slot"]), "offset": stored["offset"], "type": _type(stored["type"], types)}


def _type(name: str, types: dict[str, Any]) -> Layout:
    """Without the compiler's own numbers, which change with every line of a source."""
    kind = types[name]
    if kind["encoding"] == "mapping":
        return {"mapping": _type(kind["value"], types)}
    if "members" in kind:
        return {"members": {one["label"]: _place(one, types) for one in kind["members"]}}
    if kind["encoding"] != "inplace":
        raise NotImplementedError(f"{kind['label']} is not kept in one word")
    return {"bytes": int(kind["numberOfBytes"])}


if __name__ == "__main__":
    FILE.write_text(written(from_compiler()), encoding="utf-8")
