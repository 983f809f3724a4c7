"""E3: the tree that OpenZeppelin's MerkleProof reads; the contract's own tests prove the same roots on a chain."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.devices import merkle

LEAVES = [keccak(bytes([number])) for number in range(20)]


def pair(one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))


def test_by_hand() -> None:
    a, b, c = LEAVES[:3]
    assert merkle.root([a]) == a
    assert merkle.root([a, b]) == merkle.root([b, a]) == pair(a, b)
    assert merkle.root([a, b, c]) == pair(pair(a, b), c)
    assert merkle.proof([a, b, c], 0) == [b, c]
    assert merkle.proof([a, b, c], 2) == [pair(a, b)]
    assert merkle.proof([a], 0) == []


@settings(deadline=None)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70), st.data())
def test_every_leaf_is_proven(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert merkle.climb(leaves[index], merkle.proof(leaves, index)) == merkle.root(leaves)


@settings(deadline=None)
@given(st.integers(1, 20), st.data())
def test_nothing_else_is(count: int, data: st.DataObject) -> None:
    leaves = LEAVES[:count]
    index = data.draw(st.integers(0, count - 1))
    stranger = keccak(b"stranger")
    assert merkle.climb(stranger, merkle.proof(leaves, index)) != merkle.root(leaves)
    changed = [*leaves[:index], stranger, *leaves[index + 1 :]]
    assert merkle.root(changed) != merkle.root(leaves)


@pytest.mark.parametrize("leaves", [[], [b"short"], [b"\0" * 33]])
def test_what_is_no_tree(leaves: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        merkle.root(leaves)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_none(index: int) -> None:
    with pytest.raises(IndexError):
        merkle.proof(LEAVES[:3], index)
