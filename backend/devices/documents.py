"""What devices sign: readings and batches of them, as typed documents (EIP-712, rules E2 and E3)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from backend.chain.contracts import Contracts
from backend.chain.typed import domain_of, typed_document
from backend.commands.signatures import digest_of, recovered

KindName = Literal["weight", "position", "door", "temperature"]
KINDS: tuple[KindName, ...] = get_args(KindName)
"""In the order of the contract's enum."""

READING = "uint256 lotId,uint8 kind,uint64 value,uint64 sequence,uint40 takenAt"
BATCH = "uint256 lotId,bytes32 root,uint256 firstSequence,uint256 lastSequence,uint256 lastTakenAt"


@dataclass(frozen=True)
class Domain:
    """The contract that a device signs for."""

    chain_id: int
    contract: str

    @classmethod
    def of(cls, contracts: Contracts) -> Domain:
        return cls(contracts.deployment.chain_id, contracts.address("Attestations"))


class Document:
    """What is signed, by its members."""

    _members = ""

    def typed(self, domain: Domain) -> dict[str, Any]:
        """The whole document, as wallets take it."""
        where = domain_of("Attestations", domain.chain_id, domain.contract)
        return typed_document(where, type(self).__name__, self._members, asdict(self))  # type: ignore[call-overload]

    def digest(self, domain: Domain) -> bytes:
        """What the key signs; of a reading also its leaf in the tree of a batch."""
        return digest_of(encode_typed_data(full_message=self.typed(domain)))

    def sign(self, key: LocalAccount, domain: Domain) -> str:
        """The 0x-hex signature of a device."""
        return "0x" + bytes(key.sign_typed_data(full_message=self.typed(domain)).signature).hex()

    def is_signed_by(self, device: str, signature: str, domain: Domain) -> bool:
        """Whether the contract would take the signature for the device's."""
        return recovered(self.digest(domain), bytes.fromhex(signature.removeprefix("0x"))) == device

    def arguments(self) -> tuple[Any, ...]:
        """The tuple that the contract takes."""
        return tuple(asdict(self).values())  # type: ignore[call-overload]


@dataclass(frozen=True)
class Reading(Document):
    """Rule E2. `kind` is the contract's number, `takenAt` UTC seconds; `value` as its kind says."""

    lotId: int
    kind: int
    value: int
    sequence: int
    takenAt: int

    _members = READING


@dataclass(frozen=True)
class Batch(Document):
    """Rule E3. `root` is 0x-hex."""

    lotId: int
    root: str
    firstSequence: int
    lastSequence: int
    lastTakenAt: int

    _members = BATCH
