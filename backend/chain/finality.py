"""How long a block may still be taken back."""

from __future__ import annotations

from backend.chain.node import Node
from backend.config import Settings

CLIQUE_CONFIRMATIONS = 2
"""Validators of Clique seal against each other now and then, and the lighter block is taken back: with four of them one
block often, two seldom. Two halves that were parted have sealed two each at most."""
CLIQUE_EXTRA_BYTES = 32 + 65
_IN_TURN = (1, 2)


def confirmations(node: Node, settings: Settings) -> int:
    """Blocks on top before one is read: as it was set, or what the network needs. Raises ChainUnavailable."""
    if settings.confirmations is not None:
        return settings.confirmations
    return CLIQUE_CONFIRMATIONS if _is_clique(node) else 0


def _is_clique(node: Node) -> bool:
    """By its seal in the header: QBFT and IBFT, whose blocks are final, say in the mix hash what they are."""
    block = node.rpc("eth_getBlockByNumber", "latest", False)
    return (
        int(block["difficulty"], 16) in _IN_TURN
        and int(block["mixHash"], 16) == 0
        and len(block["extraData"]) >= 2 + 2 * CLIQUE_EXTRA_BYTES
    )
