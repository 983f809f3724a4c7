"""What a checker trusts already: the hash of a block given by hand, or a node of the chain; and the contracts of a
deployment, where they are known. A certificate proves that its facts belong to its block, not that its block belongs to
the chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eth_utils.crypto import keccak
from web3.exceptions import Web3RPCError

from backend.certificates.checking import Check
from backend.certificates.facts import MAIN
from backend.certificates.shape import Certificate
from backend.chain.contracts import Deployment
from backend.chain.finality import confirmations
from backend.chain.node import Node
from backend.config import Settings
from backend.errors import ChainUnavailable, both

ANCHORS = ("node", "block-hash")
"""The checks that tie a certificate to something outside of it."""

_LINKS = {
    "receivable": ("participants", "repayments", "adjustments", "fingerprints"),
    "note": ("participants", "adjustments"),
    "receipt": ("participants",),
    "loan": ("participants", "collateral"),
}
"""The other contracts that each kind is read from; its own contract names their addresses."""


def known_hash(certificate: Certificate, block_hash: str) -> Check:
    """Against a hash that the checker has from somewhere else."""
    says = both("the block is the one that was given by hand", "区块即为手工提供的区块")
    return Check("block-hash", says, certificate.block.hash == block_hash.lower())


def of_deployment(certificate: Certificate, deployment: Deployment) -> Check:
    """Against the contracts that the checker trusts. A stranger may deploy some of his own, and prove what he likes of
    them."""
    says = both("the contracts are those of the deployment that is trusted", "合约属于所信任的部署")
    trusted = {name: address.lower() for name, address in deployment.contracts.items()}
    are_those = all(trusted.get(name) == one.address.lower() for name, one in certificate.contracts.items())
    return Check("deployment", says, are_those and certificate.chainId == str(deployment.chain_id))


def of_no_deployment(certificate: Certificate) -> Check:
    """What a checker has to do itself who did not say which contracts it trusts."""
    main = MAIN[certificate.kind]
    account = certificate.contracts.get(main)
    says = both(
        "compare {contract} at {address} with what the platform publishes, or give its record (--deployment)",
        "请将 {contract}({address})与平台公布的地址核对,或提供其部署记录(--deployment)",
        contract=main,
        address=account.address if account is not None else "–",
    )
    return Check("deployment", says, None)


def on_chain(certificate: Certificate, node: Node, settings: Settings) -> Iterator[Check]:
    """Against a node: that its chain has this block, with as many others on top as it takes for it to stay, and that
    the contracts are each other's. A node that does not answer proves nothing."""
    try:
        yield from _asked(certificate, node, confirmations(node, settings))
    except (ChainUnavailable, Web3RPCError, ValueError, LookupError, TypeError) as silent:  # or answers something else
        says = both("the node answers: {reason}", "节点应答:{reason}", reason=silent)
        yield Check("node", says, False)


def is_anchored(checks: Sequence[Check]) -> bool:
    return any(one.name in ANCHORS for one in checks)


def _asked(certificate: Certificate, node: Node, needed: int) -> Iterator[Check]:
    yield Check(
        "chain",
        both("the node is of chain {chain}", "节点属于链 {chain}", chain=certificate.chainId),
        str(node.chain_id) == certificate.chainId,
    )
    number = int(certificate.block.number)
    block = node.block(number) if number < 2**63 else None
    yield Check(
        "node",
        both("the node's chain has this block", "节点的链上有该区块"),
        block is not None and block.hash == certificate.block.hash,
    )
    depth = node.head().number - number
    yield Check(
        "depth",
        both(
            "{depth} blocks are on top of it, {needed} are needed",
            "其后已有 {depth} 个区块,至少需要 {needed} 个",
            depth=max(0, depth),
            needed=needed,
        ),
        depth >= needed,
    )
    yield Check(
        "contracts",
        both("the contracts are each other's", "各合约相互指向一致"),
        all(_is_linked(certificate, node, link) for link in _LINKS[certificate.kind]),
    )


def _is_linked(certificate: Certificate, node: Node, link: str) -> bool:
    """Whether the contract that the certificate is about names the other one by the same address."""
    main, other = certificate.contracts.get(MAIN[certificate.kind]), certificate.contracts.get(link.capitalize())
    if main is None or other is None:
        return False
    call = {"to": main.address, "data": "0x" + keccak(text=f"{link}()")[:4].hex()}
    return bool(int(node.rpc("eth_call", call, "latest")[2:] or "0", 16) == int(other.address, 16))
