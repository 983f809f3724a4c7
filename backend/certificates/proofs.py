"""Storage as it is proven: each word by its way through the contract's trie, each contract by its way through the trie
of the state (EIP-1186), whose root is in the block's header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie

from backend.certificates.shape import Account


class NotProven(Exception):
    """What is stated is not what the proof leads to."""


class ProvenWords:
    """The words of the contracts in a certificate. What is not proven cannot be read."""

    def __init__(self, contracts: Mapping[str, Account], state_root: str) -> None:
        """Raises NotProven, with the name of the contract."""
        self._contracts = contracts
        self._words: dict[tuple[str, int], int] = {}
        self.unread: set[tuple[str, int]] = set()
        for name, account in contracts.items():
            try:
                self._prove(name, account, bytes.fromhex(state_root[2:]))
            except Exception as broken:  # a forged node can break the reader of tries anywhere
                raise NotProven(name) from broken
        self.unread = set(self._words)

    def word(self, contract: str, slot: int) -> int:
        """Raises NotProven."""
        if (contract, slot) not in self._words:
            raise NotProven(contract)
        self.unread.discard((contract, slot))
        return self._words[contract, slot]

    def address(self, contract: str) -> int:
        """Raises NotProven."""
        if contract not in self._contracts:
            raise NotProven(contract)
        return int(self._contracts[contract].address, 16)

    def _prove(self, name: str, account: Account, state_root: bytes) -> None:
        _, _, storage_root, _ = rlp.decode(_found(state_root, bytes.fromhex(account.address[2:]), account.proof))
        for slot in account.slots:
            found = _found(storage_root, bytes.fromhex(slot.key[2:]), slot.proof)
            value = int.from_bytes(rlp.decode(found) if found else b"", "big")
            if value != int(slot.value, 16):
                raise NotProven(name)
            self._words[name, int(slot.key, 16)] = value


def _found(root: bytes, key: bytes, nodes: Sequence[str]) -> bytes:
    """What a trie has under the hash of `key`; nothing where it proves that there is nothing."""
    proof = [rlp.decode(bytes.fromhex(node[2:])) for node in nodes]
    return bytes(HexaryTrie.get_from_proof(root, keccak(key), proof))
