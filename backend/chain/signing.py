"""Signed transactions, made as fast as Python can: coincurve and plain RLP.

Legacy transactions with a chain id (EIP-155): every network that this can run on takes them, with fees or without.
"""

from __future__ import annotations

from dataclasses import dataclass

import rlp
from coincurve import PrivateKey
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak


@dataclass(frozen=True)
class Signed:
    """The bytes of a transaction, and its hash (0x-hex)."""

    raw: bytes
    tx_hash: str


def sign(account: LocalAccount, *, nonce: int, gas_price: int, gas: int, to: str, data: str, chain_id: int) -> Signed:
    """A transaction without value, signed by `account`. `gas_price` in wei, `data` as 0x-hex."""
    fields = [nonce, gas_price, gas, bytes.fromhex(to[2:]), 0, bytes.fromhex(data[2:])]
    digest = keccak(rlp.encode([*fields, chain_id, 0, 0]))
    signature = PrivateKey(bytes(account.key)).sign_recoverable(digest, hasher=None)
    v = signature[64] + 35 + 2 * chain_id
    raw = rlp.encode([*fields, v, int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])])
    return Signed(raw, "0x" + keccak(raw).hex())
