"""The chain in stretches: blocks in a row with what our contracts said in them, as long as suits the node and one
transaction. The next stretch is read while the last is written."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from backend.chain.contracts import Log
from backend.chain.logs import LogSource
from backend.chain.node import Block

FIRST_SPAN = 50
MOST_BLOCKS = 1_000
MOST_LOGS = 5_000
"""In one transaction, where they are not all of one block."""


class ChainMoved(Exception):
    """The chain was reorganised while it was being read, or the read model was made anew by another; the next
    round sees it whole. The message says what did not fit."""


@dataclass(frozen=True)
class Stretch:
    """Blocks in a row, each the next one's parent, and all logs of our contracts in them, in order."""

    blocks: list[Block]
    logs: list[Log]

    @property
    def first(self) -> Block:
        return self.blocks[0]

    @property
    def last(self) -> Block:
        return self.blocks[-1]

    def cut(self) -> tuple[Stretch, Stretch | None]:
        """What goes into one transaction, and the rest."""
        if len(self.logs) <= MOST_LOGS:
            return self, None
        end = max(self.logs[MOST_LOGS].block_number - 1, self.logs[0].block_number)  # whole blocks, at least one
        if end >= self.last.number:
            return self, None
        blocks = end - self.first.number + 1
        logs = sum(log.block_number <= end for log in self.logs)
        return Stretch(self.blocks[:blocks], self.logs[:logs]), Stretch(self.blocks[blocks:], self.logs[logs:])


class Reader:
    def __init__(self, source: LogSource) -> None:
        self.source = source
        self.most = MOST_BLOCKS
        self.span = FIRST_SPAN
        """Blocks that are asked for at once: fewer after trouble or where they are full, then more again."""
        self._rest: Stretch | None = None
        self._ahead: _Ahead | None = None

    def read(self, first: int, last: int, head: Block) -> Stretch:
        """A stretch from block `first` on, at most to `last`, of a chain that ended with `head`. Raises ChainMoved, and
        ChainUnavailable, LogsMissing or whatever the node says no with: less is asked for next time then."""
        try:
            stretch = self._kept(first) or self._read(first, self._end(first, last), head)
        except ChainMoved:
            raise
        except Exception:
            self.shrink(min(self.span, last - first + 1))
            raise
        fullest = len(stretch.blocks) * MOST_LOGS // max(1, len(stretch.logs))
        self.span = max(1, min(self.most, 2 * self.span, fullest))
        stretch, self._rest = stretch.cut()
        following = stretch.last.number + 1
        if self._rest is None and following <= last:
            end = self._end(following, last)
            self._ahead = _Ahead(following, lambda: self._read(following, end, head))
        return stretch

    def shrink(self, blocks: int) -> None:
        """Asks for less than `blocks`, which were too much, and forgets what was read ahead."""
        self.span = max(1, blocks // 2)
        self.forget()

    def forget(self) -> None:
        self._rest, self._ahead = None, None

    def _kept(self, first: int) -> Stretch | None:
        """What was read before and begins there."""
        rest, ahead = self._rest, self._ahead
        self.forget()
        if rest is not None and rest.first.number == first:
            return rest
        return ahead.result() if ahead is not None and ahead.first == first else None

    def _end(self, first: int, last: int) -> int:
        return min(last, first + self.span - 1)

    def _read(self, first: int, last: int, head: Block) -> Stretch:
        if first == last == head.number:
            return self._whole([head], self.source.logs_of(head))
        logs = self.source.logs(first, last)
        blocks = []
        for number, block in enumerate(self.source.blocks(range(first, last + 1)), first):
            if block is None:
                raise ChainMoved(f"the node has no block {number}, though its chain ended with {head.number}")
            blocks.append(block)
        return self._whole(blocks, logs)

    def _whole(self, blocks: list[Block], logs: list[Log]) -> Stretch:
        """The stretch, once it is certain that blocks and logs are of one history, and that none is missing."""
        for parent, block in pairwise(blocks):
            if block.parent_hash != parent.hash:
                raise ChainMoved(f"block {block.number} is no child of block {parent.number}")
        said: dict[str, list[Log]] = defaultdict(list)
        for log in logs:
            said[log.block_hash].append(log)
        silent = [block for block in blocks if block.hash not in said and self.source.may_be_in(block)]
        for block in silent:
            said[block.hash] = self.source.look_again(block)
        whole = [log for block in blocks for log in said.pop(block.hash, ())]
        if said:
            raise ChainMoved(f"logs of blocks {', '.join(said)}, which are not in the chain from {blocks[0].number} on")
        return Stretch(blocks, whole)


class _Ahead:
    """A stretch that is being read by a thread of its own."""

    def __init__(self, first: int, read: Callable[[], Stretch]) -> None:
        self.first = first
        self._read = read
        self._found: Stretch | None = None
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="feiqian-reader", daemon=True)
        self._thread.start()

    def result(self) -> Stretch:
        """Waits for it. Raises what reading it raised."""
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        assert self._found is not None
        return self._found

    def _run(self) -> None:
        try:
            self._found = self._read()
        except BaseException as fault:
            self._fault = fault
