"""Rules S and F: signed documents, and fingerprints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .parties import NO_HASH
from .refusals import ANY, Grounds

if TYPE_CHECKING:
    from .world import World


@dataclass(frozen=True)
class Signature:
    """Who signed what: the words of the document, the contract that they name and the chain."""

    signer: str
    contract: str
    words: tuple[Any, ...]
    whole: bool = True
    """False where the bytes were altered afterwards, or the domain was another's."""


def spend(
    w: World, no: Grounds, contract: str, signer: str, words: tuple[Any, ...], nonce: int, deadline: int, by: Signature
) -> None:
    """S1, S2. Spends the nonce; the act that is refused takes that back."""
    good = by.whole and by.signer == signer and by.contract == contract and by.words == words
    no.when(w.now > deadline, "SignatureExpired", deadline, w.now)
    no.when((contract, signer, nonce) in w.nonces, "NonceAlreadyUsed", signer, nonce)
    no.when(not good, "InvalidSignature", signer, ANY)
    w.nonces.add((contract, signer, nonce))


def cancel(w: World, caller: str, contract: str, nonce: int) -> None:
    """S3."""
    no = Grounds()
    no.when((contract, caller, nonce) in w.nonces, "NonceAlreadyUsed", caller, nonce)
    no.stop()
    w.nonces.add((contract, caller, nonce))


def claim(w: World, no: Grounds, fingerprint: str, contract: str, number: int) -> None:
    """F2."""
    no.when(fingerprint == NO_HASH, "FingerprintMissing")
    first = w.fingerprints.get(fingerprint)
    if first is not None and w.stands(*first):
        no.when(True, "FingerprintTaken", fingerprint, w.contracts[first[0]], first[1])
    w.fingerprints[fingerprint] = (contract, number)
