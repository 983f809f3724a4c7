"""EIP-712 documents signed with the parties' own keys, and what the model knows of each signature."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from .chain import Chain
from .rules.documents import Signature

DOCUMENTS = {
    "Confirmation": (
        "Receivables",
        "uint256 receivableId,address supplier,bytes32 documentHash,uint256 faceValue,uint256 maturityAt,"
        "uint256 amount,bool setOffWaived,uint256 nonce,uint256 deadline",
    ),
    "Quote": (
        "Settlement",
        "address financier,address seller,address asset,uint256 assetKey,bytes32 documentHash,uint256 value,"
        "address cash,uint256 price,bool withRecourse,uint256 nonce,uint256 deadline",
    ),
    "SetOff": (
        "Adjustments",
        "uint256 receivableId,uint256 amount,bytes32 counterclaimHash,uint256 arisenAt,uint256 dueAt,"
        "uint256 nonce,uint256 deadline",
    ),
    "Resolution": (
        "Adjustments",
        "uint256 receivableId,uint256 disputeId,uint256 upheld,uint256 nonce,uint256 deadline",
    ),
}


class Signer:
    def __init__(self, chain: Chain, names: list[str]) -> None:
        self._chain = chain
        keys = [Account.from_key((1_000 + index).to_bytes(32, "big")) for index in range(len(names))]
        self.accounts = {name: str(key.address) for name, key in zip(names, keys, strict=True)}
        self._keys: dict[str, LocalAccount] = {str(key.address): key for key in keys}

    def sign(self, signer: str, kind: str, words: tuple[Any, ...], flaw: str = "") -> tuple[bytes, Signature]:
        """The bytes, and what the model may know of them. `flaw`: "chain" signs for another chain, "bytes" alters
        the signature afterwards."""
        contract, text = DOCUMENTS[kind]
        members = [dict(zip(("type", "name"), member.split(), strict=True)) for member in text.split(",")]
        chain_id = self._chain.node.chain_id + (flaw == "chain")
        domain = {
            "name": f"Feiqian {contract}",
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": self._chain.addresses[contract],
        }
        message = {member["name"]: word for member, word in zip(members, words, strict=True)}
        signed = self._keys[signer].sign_message(encode_typed_data(domain, {kind: members}, message)).signature
        raw = bytes(signed)
        if flaw == "bytes":
            raw = bytes([raw[0] ^ 1]) + raw[1:]
        return raw, Signature(signer, contract, words, not flaw)
