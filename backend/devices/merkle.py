"""Merkle trees as OpenZeppelin's MerkleProof reads them: the two of a pair in the order of their bytes, keccak-256.

A node without a partner rises as it is. Leaves are digests of readings: hashes of 66 bytes, where an inner node is one
of 64, so that neither can pose as the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_utils.crypto import keccak


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves of 32 bytes, at least one."""
    return _layers(leaves)[-1][0]


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What leads from the leaf at `index` to the root, from below."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    found = []
    for layer in _layers(leaves)[:-1]:
        partner = index ^ 1
        if partner < len(layer):
            found.append(layer[partner])
        index >>= 1
    return found


def climb(leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its proof lead to."""
    for partner in path:
        leaf = _parent(leaf, partner)
    return leaf


def _layers(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """From the leaves up to the root."""
    if not leaves or any(len(leaf) != 32 for leaf in leaves):
        raise ValueError("leaves are 32 bytes each, and at least one")
    layers = [list(leaves)]
    while len(layers[-1]) > 1:
        below = layers[-1]
        layers.append([_parent(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)])
        if len(below) % 2:
            layers[-1].append(below[-1])
    return layers


def _parent(one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))
