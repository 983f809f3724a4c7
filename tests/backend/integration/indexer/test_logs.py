"""What a node's headers say of its logs is true of all of them, and what it keeps back shows (rule B35)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.chain.bloom import bits_of, bloom_of
from backend.chain.logs import LogsMissing, LogSource
from backend.testing import Network


def test_headers_speak_of_all_logs(feiqian: Network) -> None:
    feiqian.confirmed(amount=1_000_00)
    system = feiqian.world.system
    source = LogSource(system.contracts)
    blocks = [block for block in source.blocks(range(source.head() + 1)) if block is not None]
    assert len(blocks) > 10
    speaking = {log.block_hash for log in source.logs(0, blocks[-1].number)}
    assert speaking
    for block in blocks:
        raw = system.node.rpc("eth_getLogs", {"blockHash": block.hash})
        assert bloom_of(raw) == block.bloom
        assert source.look_again(block) == source.logs_of(block)
        if block.hash in speaking:
            assert source.may_be_in(block)


def test_logs_that_a_node_keeps_back_are_missed(feiqian: Network) -> None:
    source = LogSource(feiqian.world.system.contracts)
    block = source.tip()
    says_more = replace(block, bloom=block.bloom | bits_of(source.addresses[0]) | bits_of("0x" + 32 * "07"))
    assert source.may_be_in(says_more)
    with pytest.raises(LogsMissing, match=f"block {block.number}"):
        source.look_again(says_more)


def test_a_block_without_logs_is_not_asked_about(feiqian: Network) -> None:
    source = LogSource(feiqian.world.system.contracts)
    assert not source.may_be_in(replace(source.tip(), bloom=0))
