"""A log source on paper: blocks and logs that a test makes, changes and takes away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from web3.exceptions import Web3RPCError

from backend.chain.contracts import Log
from backend.chain.logs import LogsMissing
from backend.chain.node import Block

RECEIVABLES = "0x" + 39 * "0" + "5"
TOKEN = "0x" + 39 * "0" + "6"
SETTLEMENT = "0x" + 39 * "0" + "7"
REPAYMENTS = "0x" + 39 * "0" + "8"
ADJUSTMENTS = "0x" + 39 * "0" + "a"
RESERVE = "0x" + 39 * "0" + "b"
RECEIPTS = "0x" + 39 * "0" + "c"
PLACES = {
    "Receivables": RECEIVABLES,
    "SettlementToken:CNY": TOKEN,
    "Settlement": SETTLEMENT,
    "Repayments": REPAYMENTS,
    "Adjustments": ADJUSTMENTS,
    "Reserve": RESERVE,
    "WarehouseReceipts": RECEIPTS,
}
NOBODY = "0x" + 40 * "0"

Entry = tuple[str, str, dict[str, Any]]


def account(number: int) -> str:
    return f"0x{number:040x}"


def registered(number: int) -> Entry:
    """A participant."""
    return (
        "Participants",
        "ParticipantRegistered",
        {
            "participantId": number,
            "account": account(1_000 + number),
            "identityHash": f"0x{number:064x}",
            "roles": 1,
            "kycValidUntil": 2**40 - 1,
            "name": f"party {number}",
        },
    )


class PaperSource:
    """`add` appends a block with events; `fork_at` cuts the chain. `choke` limits the range of a log query; of blocks in
    `hidden` no log is given by range, of those in `lost` none at all."""

    first_block = 1
    addresses = list(PLACES.values())

    def __init__(self) -> None:
        self.chain = [Block(0, f"0x{0:064x}", "0x", 1_000, None)]
        self.entries: dict[str, list[Log]] = {}
        self.fork = 0
        self.choke: int | None = None
        self.hidden: set[int] = set()
        self.lost: set[int] = set()
        self.asked: list[str] = []
        self.before_logs: Callable[[], None] = lambda: None
        self.before_blocks: Callable[[], None] = lambda: None

    def add(self, *events: Entry, later: int = 10) -> Block:
        parent = self.chain[-1]
        number = parent.number + 1
        block = Block(number, f"0x{self.fork:032x}{number:032x}", parent.hash, parent.timestamp + later, None)
        self.chain.append(block)
        self.entries[block.hash] = [
            Log(
                contract,
                PLACES.get(contract, account(9)),
                name,
                args,
                number,
                block.hash,
                f"0x{self.fork:016x}{number:024x}{index:024x}",
                index,
            )
            for index, (contract, name, args) in enumerate(events)
        ]
        return block

    def fork_at(self, number: int) -> None:
        """Block `number` is the last that stays."""
        self.fork += 1
        del self.chain[number + 1 :]

    # ---- what a LogSource offers

    def tip(self) -> Block:
        self.asked.append("tip")
        return self.chain[-1]

    def head(self) -> int:
        return self.tip().number

    def block(self, number: int) -> Block | None:
        self.asked.append(f"block {number}")
        return self.chain[number] if number < len(self.chain) else None

    def blocks(self, numbers: Sequence[int]) -> list[Block | None]:
        self.asked.append(f"blocks {numbers[0]}-{numbers[-1]}" if numbers else "blocks")
        self.before_blocks()
        return [self.chain[number] if number < len(self.chain) else None for number in numbers]

    def logs(self, first: int, last: int) -> list[Log]:
        self.asked.append(f"logs {first}-{last}")
        self.before_logs()
        if self.choke is not None and last - first >= self.choke:
            raise Web3RPCError("query returned more than 10000 results")
        return [log for block in self.chain[first : last + 1] for log in self._given(block)]

    def logs_of(self, block: Block) -> list[Log]:
        self.asked.append(f"logs of {block.number}")
        self.before_logs()
        return self._given(block)

    def may_be_in(self, block: Block) -> bool:
        return bool(self.entries[block.hash])

    def look_again(self, block: Block) -> list[Log]:
        self.asked.append(f"all logs of {block.number}")
        if block.number in self.lost:
            raise LogsMissing(f"block {block.number}")
        return self.entries[block.hash]

    def _given(self, block: Block) -> list[Log]:
        return [] if block.number in self.hidden | self.lost else self.entries[block.hash]
