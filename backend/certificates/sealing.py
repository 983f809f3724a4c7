"""The issuer's word for a certificate: an EIP-712 document over its digest, signed by the registrar."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from backend.certificates.canonical import digest
from backend.chain.typed import domain_of, typed_document

_MEMBERS = "string kind,uint256 id,bytes32 blockHash,bytes32 digest"
_HALF = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half of the curve's order: above it, a signature is another spelling of one below."""


def document(certificate: dict[str, Any], main: str) -> dict[str, Any]:
    """What is signed of a certificate without its signature; `main` is the contract that it is about."""
    address = certificate["contracts"][main]["address"]
    return typed_document(
        domain_of("Certificates", int(certificate["chainId"]), address),
        "Certificate",
        _MEMBERS,
        {
            "kind": certificate["kind"],
            "id": int(certificate["id"]),
            "blockHash": certificate["block"]["hash"],
            "digest": digest(certificate),
        },
    )


def is_signed(certificate: dict[str, Any], main: str) -> bool:
    """Whether the signature is the one that its issuer made over all the rest."""
    raw = bytes.fromhex(certificate["signature"][2:])
    if raw[64] not in (27, 28) or int.from_bytes(raw[32:64], "big") > _HALF:
        return False
    try:
        signer = Account.recover_message(encode_typed_data(full_message=document(certificate, main)), signature=raw)
    except Exception:  # as many kinds as there are ways to be no signature
        return False
    return bool(signer == certificate["issuer"])
