"""Blocks and logs by range: all that the indexer needs to know of the chain."""

from __future__ import annotations

from backend.chain.contracts import Contracts, Log
from backend.chain.node import Block


class LogSource:
    """Reads one deployment's logs."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts
        self.addresses = list(contracts.names)

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

    def logs(self, first: int, last: int) -> list[Log]:
        """All decoded logs of our contracts in [first, last], in the order they happened."""
        return self._logs({"fromBlock": hex(first), "toBlock": hex(last)})

    def logs_of(self, block: Block) -> list[Log]:
        """The same of one block, whatever became of it since."""
        return self._logs({"blockHash": block.hash})

    def _logs(self, which: dict[str, str]) -> list[Log]:
        raw = self._contracts.node.rpc("eth_getLogs", {**which, "address": self.addresses})
        decoded = [self._contracts.decode_log(log) for log in raw]
        return sorted((log for log in decoded if log is not None), key=lambda log: (log.block_number, log.log_index))
