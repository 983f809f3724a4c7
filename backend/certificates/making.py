"""Making a certificate: the facts as the chain has them at one block, with the proofs that a node gives for them
(`eth_getProof`), and the issuer's signature."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from web3.exceptions import Web3RPCError

from backend.certificates import canonical, documents, headers, sealing
from backend.certificates.checking import check, failures
from backend.certificates.facts import MAIN, PARTIES, facts_of, is_registrar
from backend.certificates.shape import FORMAT
from backend.chain.contracts import Contracts
from backend.chain.keystore import Keystore
from backend.errors import Conflict, NotFound, both
from backend.queries import participants
from backend.queries.receivables import receivable


def make(contracts: Contracts, keystore: Keystore, engine: Engine, depth: int, kind: str, number: int) -> bytes:
    """The file of a certificate, at the block that has `depth` others on top. It is checked before it is given.

    Raises NotFound; Conflict for a thing that is nothing to certify, and on a chain whose nodes give no proofs or whose
    headers do not make their hashes; KeyNotHeld where the registrar's key is not here; ChainUnavailable.
    """
    block = _block(contracts, depth)
    storage = _Storage(contracts, int(block["number"], 16))
    facts = facts_of(kind, number, storage, _stated(engine, kind, number))
    issuer = contracts.deployment.roles["registrar"]
    is_registrar(storage, contracts.address("Authority"), issuer, int(block["timestamp"], 16))
    accounts = [facts[role] for role in PARTIES if role in facts]
    certificate: dict[str, Any] = {
        "format": FORMAT,
        "kind": kind,
        "id": str(number),
        "chainId": str(contracts.deployment.chain_id),
        "block": {
            "number": str(storage.block),
            "hash": block["hash"],
            "header": headers.header_of(block),
        },
        "facts": facts,
        "documents": documents.behind(engine, kind, facts),
        "names": _escrows(contracts, accounts) | participants.names(engine, accounts),
        "contracts": storage.proofs(),
        "issuer": issuer,
    }
    certificate["signature"] = keystore.sign_typed(issuer, sealing.document(certificate, MAIN[kind]))
    file = canonical.write(certificate)
    _require_proven(file, contracts)
    return file


class _Storage:
    """The words of the contracts at one block, which remembers what was asked for."""

    def __init__(self, contracts: Contracts, block: int) -> None:
        self.block = block
        self._contracts = contracts
        self._words: dict[tuple[str, int], int] = {}

    def word(self, contract: str, slot: int) -> int:
        if (contract, slot) not in self._words:
            address = self._contracts.address(contract)
            found = self._contracts.node.rpc("eth_getStorageAt", address, f"0x{slot:064x}", hex(self.block))
            self._words[contract, slot] = int(found[2:] or "0", 16)  # Ganache says 0x of nothing
        return self._words[contract, slot]

    def address(self, contract: str) -> int:
        return int(self._contracts.address(contract), 16)

    def proofs(self) -> dict[str, Any]:
        """The way to each word that was asked for, by contract. Raises Conflict."""
        return {name: self._proof(name) for name in sorted({contract for contract, _ in self._words})}

    def _proof(self, name: str) -> dict[str, Any]:
        keys = [f"0x{slot:064x}" for contract, slot in sorted(self._words) if contract == name]
        address = self._contracts.address(name)
        try:
            found = self._contracts.node.rpc("eth_getProof", address, keys, hex(self.block))
        except Web3RPCError as no:
            raise Conflict(
                reason=both(
                    "the node of chain {chain} gives no proofs (eth_getProof), so nothing can be certified on it: {no}",
                    "链 {chain} 的节点不提供存储证明(eth_getProof),无法出具证书:{no}",
                    chain=self._contracts.deployment.chain_id,
                    no=no,
                )
            ) from no
        return {
            "address": address,
            "proof": found["accountProof"],
            "slots": [
                {"key": key, "value": f"0x{int(slot['value'], 16):064x}", "proof": slot["proof"]}
                for key, slot in zip(keys, found["storageProof"], strict=True)
            ],
        }


def _escrows(contracts: Contracts, accounts: list[str]) -> dict[str, str]:
    """What is pledged is held by a contract."""
    return {account: contracts.names[account] for account in accounts if account in contracts.names}


def _block(contracts: Contracts, depth: int) -> dict[str, Any]:
    number = max(0, contracts.node.head().number - depth)
    found: dict[str, Any] = contracts.node.rpc("eth_getBlockByNumber", hex(number), False)
    return found


def _stated(engine: Engine, kind: str, number: int) -> dict[str, str]:
    if kind != "receivable":
        return {}
    try:
        return {"fingerprint": receivable(engine, number)["fingerprint"]}
    except NotFound:
        return {}


def _require_proven(file: bytes, contracts: Contracts) -> None:
    """A certificate that does not hold is given to nobody. Raises Conflict."""
    for wrong in failures(check(file).checks):
        raise Conflict(
            reason=both(
                "what the node of chain {chain} gives does not prove itself, so nothing is certified on it: {wrong}",
                "链 {chain} 的节点所给内容无法自证,无法出具证书:{wrong}",
                chain=contracts.deployment.chain_id,
                wrong=wrong.says,
            )
        )
