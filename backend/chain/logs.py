"""Blocks and logs by range: all that the indexer needs to know of the chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.chain.bloom import bits_of, bloom_of
from backend.chain.contracts import Contracts, Log
from backend.chain.node import Block


class LogsMissing(Exception):
    """The node keeps logs back that a block's header speaks of."""


class LogSource:
    """Reads one deployment's logs."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self.addresses = list(contracts.names)
        self._bits = [bits_of(address) for address in self.addresses]

    @property
    def first_block(self) -> int:
        """Where the deployment begins."""
        return self._contracts.deployment.block

    def head(self) -> int:
        """The number of the latest block."""
        return self.tip().number

    def tip(self) -> Block:
        """The latest block."""
        return self._contracts.node.head()

    def block(self, number: int) -> Block | None:
        """A block's header; None where the chain is not that long."""
        return self._contracts.node.block(number)

    def blocks(self, numbers: Sequence[int]) -> list[Block | None]:
        """The same of many blocks."""
        return self._contracts.node.headers(numbers)

    def logs(self, first: int, last: int) -> list[Log]:
        """All decoded logs of our contracts in [first, last], in the order they happened."""
        return self._logs({"fromBlock": hex(first), "toBlock": hex(last), "address": self.addresses})

    def logs_of(self, block: Block) -> list[Log]:
        """The same of one block, whatever became of it since."""
        return self._logs({"blockHash": block.hash, "address": self.addresses})

    def may_be_in(self, block: Block) -> bool:
        """Whether the block's header allows for logs of our contracts."""
        return block.bloom != 0 and any(block.bloom & bits == bits for bits in self._bits)

    def look_again(self, block: Block) -> list[Log]:
        """The logs of our contracts in a block of which the node gave none, though its header allows for some. Raises
        LogsMissing where everybody's logs together are not all that the header speaks of."""
        raw = self._raw({"blockHash": block.hash})
        if bloom_of(raw) != block.bloom:
            raise LogsMissing(f"the node keeps back logs of block {block.number}, {block.hash}")
        return self._decoded(raw)

    def _logs(self, which: dict[str, Any]) -> list[Log]:
        return self._decoded(self._raw(which))

    def _raw(self, which: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self._contracts.node.rpc("eth_getLogs", which))

    def _decoded(self, raw: list[dict[str, Any]]) -> list[Log]:
        decode = self._contracts.decode_log
        return sorted(filter(None, map(decode, raw)), key=lambda log: (log.block_number, log.log_index))
