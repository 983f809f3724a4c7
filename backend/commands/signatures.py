"""Documents that parties sign: with their own wallets, or with the key that the keystore holds for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode
from eth_account.messages import SignableMessage, encode_typed_data
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak
from web3.exceptions import Web3RPCError

from backend.commands.desk import Desk
from backend.errors import InvalidInput, KeyNotHeld, both

_ERC1271_VALID = "0x1626ba7e"
_HALF_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 // 2


@dataclass(frozen=True)
class SignedDocument:
    """A document as it was signed: by whom, its typed data, and the signature (0x-hex)."""

    signer: str
    typed: dict[str, Any]
    signature: str


_signed_here: ContextVar[list[SignedDocument] | None] = ContextVar("signed_here", default=None)


@contextmanager
def signed_here() -> Iterator[list[SignedDocument]]:
    """Collects what is signed in this thread while the block lasts."""
    found: list[SignedDocument] = []
    token = _signed_here.set(found)
    try:
        yield found
    finally:
        _signed_here.reset(token)


@dataclass(frozen=True)
class OwnSignature:
    """A signature (0x-hex) that the party made with its own wallet, with the nonce and deadline (UTC seconds) that it
    covers."""

    signature: str
    nonce: int
    deadline: int


def require_signed_terms(own: OwnSignature | None, **terms: int | None) -> None:
    """Raises InvalidInput for terms (by their names in the body) that come beside a signature: it has its own."""
    for field, value in terms.items():
        if own is not None and value is not None:
            raise InvalidInput(
                field=field, reason=both("is for documents that are yet to be signed", "仅适用于尚待签名的文件")
            )


def signed(desk: Desk, signer: str, typed: dict[str, Any], own: OwnSignature | None, now: int) -> str:
    """The signature of `signer` over a document: its own, checked, or made with the key in the keystore.

    Raises InvalidInput naming the field, or KeyNotHeld with the document for the party's wallet.
    """
    if own is not None:
        _require_valid(desk, signer, typed, own, now)
        return own.signature
    try:
        signature = desk.keystore.sign_typed(signer, typed)
    except KeyNotHeld:
        raise KeyNotHeld(address=signer, document=for_wallet(typed)) from None
    if (found := _signed_here.get()) is not None:
        found.append(SignedDocument(signer, for_wallet(typed), signature))
    return signature


def for_wallet(typed: dict[str, Any]) -> dict[str, Any]:
    """A typed document as JSON carries it to a wallet: its numbers as digits, for JSON's are not exact past 2^53."""
    return {**typed, "message": {name: _digits(value) for name, value in typed["message"].items()}}


def digest_of(message: SignableMessage) -> bytes:
    """What a key signs for a message (EIP-191)."""
    return keccak(b"\x19" + message.version + message.header + message.body)


def recovered(digest: bytes, signature: bytes) -> str | None:
    """The account behind an ECDSA signature, or None. As strict as the contracts are (OpenZeppelin's ECDSA): 65
    bytes, v 27 or 28, s in the lower half; whatever passed here and not there would be a promise that cannot be kept.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    if int.from_bytes(signature[32:64]) > _HALF_ORDER:
        return None
    try:
        plain = Signature(signature[:64] + bytes([signature[64] - 27]))
        return str(plain.recover_public_key_from_msg_hash(digest).to_checksum_address())
    except BadSignature:
        return None


def _require_valid(desk: Desk, signer: str, typed: dict[str, Any], own: OwnSignature, now: int) -> None:
    """S1. Raises InvalidInput unless `signer` (a key, or an ERC-1271 account) signed `typed` and it is in time."""
    if own.deadline < now:
        raise InvalidInput(
            field="own.deadline",
            reason=both(
                "{deadline} is past; the chain's clock says {now}",
                "{deadline} 已过;链上时间为 {now}",
                deadline=own.deadline,
                now=now,
            ),
        )
    digest = digest_of(encode_typed_data(full_message=typed))
    signature = bytes.fromhex(own.signature.removeprefix("0x"))
    if _has_code(desk, signer):
        valid = _accepted_by_contract(desk, signer, digest, signature)
    else:
        valid = recovered(digest, signature) == signer
    if not valid:
        raise InvalidInput(
            field="own.signature",
            reason=both(
                "was not made by {signer} over this document on this chain",
                "不是 {signer} 在本链上对该文件所作的签名",
                signer=signer,
            ),
        )


def _has_code(desk: Desk, account: str) -> bool:
    return desk.contracts.node.rpc("eth_getCode", account, "latest") not in ("0x", "0x0")


def _accepted_by_contract(desk: Desk, signer: str, digest: bytes, signature: bytes) -> bool:
    data = _ERC1271_VALID + encode(["bytes32", "bytes"], [digest, signature]).hex()
    try:
        answer = str(desk.contracts.node.rpc("eth_call", {"to": signer, "data": data}, "latest"))
    except Web3RPCError:  # it reverted
        return False
    return answer[:66] == _ERC1271_VALID.ljust(66, "0")


def _digits(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
