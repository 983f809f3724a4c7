"""Joining what was parted. Clique alone does not always manage it: two halves of the validators may stop at forks of
the same weight, or at a block that some have not heard of. Of the same weight, neither asks the other for its blocks,
and on either fork those who may seal next are on the other side: one side has to go back to where they parted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.chain.node import Block
from backend.errors import ChainUnavailable, both
from backend.network.genesis import VALIDATORS
from backend.network.validators import Validator

if TYPE_CHECKING:
    from backend.network.network import Network

ATTEMPTS = 3
SEAL_SECONDS = 20.0
"""For the first block after they met: to fetch what is missing, to wait for each other's turn, on a busy machine."""


@dataclass(frozen=True)
class Healed:
    """How it went: the most blocks that one validator had to take back, and whether the forks weighed the same."""

    depth: int
    was_tied: bool


def heal(network: Network) -> Healed:
    """Joins all validators that run; returns when they seal one chain again. Raises ChainUnavailable."""
    parted = {validator: _last_blocks(validator) for validator in network.running()}
    was_tied = agree(network)
    gone = (sum(one.node.block(block.number) != block for block in blocks) for one, blocks in parted.items())
    return Healed(max(gone), was_tied)


def agree(network: Network) -> bool:
    """Joins all validators that run and returns when they seal one chain; whether forks had the same weight. Raises
    ChainUnavailable."""
    was_tied = False
    for _ in range(ATTEMPTS):
        set_back = _cut_off_the_others(network)
        was_tied = was_tied or bool(set_back)
        network.join()
        if _seal_on(network, set_back):
            return was_tied
    raise ChainUnavailable(reason=both("the validators do not agree", "验证节点未能达成一致"))


def _cut_off_the_others(network: Network) -> list[Validator]:
    """Where forks are left and nobody goes on: cuts off those that are not on the best one, for geth tells its head to
    a new peer, and of a block that one has missed no more until the next. Those on another of the same weight are set
    back to where they parted, and do not seal until they have the others' blocks, or they would make their own again:
    these are returned."""
    heads = network.heads()
    if len(set(heads.values())) < 2 or not _stands_still(network, heads):
        return []
    weights = {number: _weight(network.validator(number), head) for number, head in heads.items()}
    keeper = max(heads, key=lambda number: (weights[number], heads[number].number, heads[number].hash))
    set_back = []
    for number in heads:
        other = network.validator(number)
        if heads[number] == heads[keeper]:
            continue
        if weights[number] == weights[keeper]:
            other.call("miner_stop")
            other.call("debug_setHead", hex(_common(other, network.validator(keeper))))
            set_back.append(other)
        network.isolate(other)
    return set_back


def _stands_still(network: Network, heads: dict[int, Block]) -> bool:
    """Whether the validators stay at `heads` for longer than it takes whoever may to seal."""
    deadline = time.monotonic() + 3 * network.block_seconds + 1
    while network.heads() == heads:
        if time.monotonic() > deadline:
            return True
        time.sleep(0.2)
    return False


def _seal_on(network: Network, waiting: list[Validator]) -> bool:
    """Whether all soon agree on one block more than any had. `waiting` seal as soon as they have what there was."""
    best = network.head_number()
    deadline = time.monotonic() + SEAL_SECONDS + 5 * network.block_seconds
    while time.monotonic() < deadline:
        if waiting and network.agree_on(best):
            for validator in waiting:
                validator.seal()
            waiting = []
        if network.agree_on(best + 1):
            return True
        time.sleep(0.1)
    return False


def _weight(validator: Validator, head: Block) -> int:
    """The total difficulty up to `head`."""
    return int(validator.node.rpc("eth_getBlockByHash", head.hash, False)["totalDifficulty"], 16)


def _common(one: Validator, other: Validator) -> int:
    """The number of the last block that both have."""
    number = min(one.node.head().number, other.node.head().number)
    while number > 0 and one.node.block(number) != other.node.block(number):
        number -= 1
    return number


def _last_blocks(validator: Validator) -> list[Block]:
    """More than validators that are cut off can seal: each has to wait for a majority after its own."""
    head = validator.node.head().number
    found = [validator.node.block(number) for number in range(max(0, head - 2 * VALIDATORS), head + 1)]
    return [block for block in found if block is not None]
