"""Joining what was parted. Clique alone does not always manage it: two halves of the validators may stop at forks of
the same weight. Then neither asks the other for its blocks, and on either fork those who may seal next are on the
other side. One side has to go back to where they parted."""

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
        losers = _losers_of_a_tie(network)
        was_tied = was_tied or bool(losers)
        network.join()
        if _seal_on(network, losers):
            return was_tied
    raise ChainUnavailable(reason=both("the validators do not agree", "验证节点未能达成一致"))


def _losers_of_a_tie(network: Network) -> list[Validator]:
    """Where the heaviest forks weigh the same and nobody goes on: those not on the longest, set back to where they
    parted and cut off, so that they learn of the others' blocks when they meet again. They do not seal until they have
    them, or they would make their own again."""
    heads = network.heads()
    weights = {number: _weight(network.validator(number), head) for number, head in heads.items()}
    heaviest = {heads[number] for number, weight in weights.items() if weight == max(weights.values())}
    if len(heaviest) < 2 or not _stands_still(network, heads):
        return []
    best = max(heaviest, key=lambda head: (head.number, head.hash))
    keeper = next(network.validator(number) for number, head in heads.items() if head == best)
    losers = [network.validator(number) for number, head in heads.items() if head != best]
    for loser in losers:
        loser.call("miner_stop")
        loser.call("debug_setHead", hex(_common(loser, keeper)))
        network.isolate(loser)
    return losers


def _stands_still(network: Network, heads: dict[int, Block]) -> bool:
    """Whether the validators stay at `heads` for longer than it takes whoever may to seal."""
    time.sleep(3 * network.block_seconds + 1)
    return network.heads() == heads


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
