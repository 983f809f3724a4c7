"""The EIP-712 documents people sign, as wallets take them (eth_signTypedData_v4)."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from backend.chain.contracts import Contracts

_DOMAIN = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]


def _members(text: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), member.split(), strict=True)) for member in text.split(",")]


CONFIRMATION = _members(
    "uint256 receivableId,address supplier,bytes32 documentHash,uint256 faceValue,uint256 maturityAt,"
    "uint256 amount,bool setOffWaived,uint256 nonce,uint256 deadline"
)
QUOTE = _members(
    "address financier,address seller,address asset,uint256 assetKey,bytes32 documentHash,uint256 value,"
    "address cash,uint256 price,bool withRecourse,uint256 nonce,uint256 deadline"
)
RESOLUTION = _members(
    "uint256 receivableId,uint256 disputeId,uint256 upheld,uint256 nonce,uint256 deadline",
)
SET_OFF = _members(
    "uint256 receivableId,uint256 amount,bytes32 counterclaimHash,uint256 arisenAt,uint256 dueAt,"
    "uint256 nonce,uint256 deadline"
)


@dataclass(frozen=True)
class Confirmation:
    """Rule R2. `amount` in minor units, times in UTC seconds."""

    receivableId: int
    supplier: str
    documentHash: str
    faceValue: int
    maturityAt: int
    amount: int
    setOffWaived: bool
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Receivables", "Confirmation", CONFIRMATION, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        """The tuple that the contract takes; the rest it knows."""
        return (self.receivableId, self.amount, self.setOffWaived, self.nonce, self.deadline)


@dataclass(frozen=True)
class Quote:
    """Rule D1. `value` and `price` in minor units, times in UTC seconds."""

    financier: str
    seller: str
    asset: str
    assetKey: int
    documentHash: str
    value: int
    cash: str
    price: int
    withRecourse: bool
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Settlement", "Quote", QUOTE, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class Resolution:
    """Rule J6. `upheld` in minor units: what of the disputed amount is not owed. Times in UTC seconds."""

    receivableId: int
    disputeId: int
    upheld: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Adjustments", "Resolution", RESOLUTION, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class SetOff:
    """Rule J4. The supplier acknowledges a counterclaim. `amount` in minor units, times in UTC seconds."""

    receivableId: int
    amount: int
    counterclaimHash: str
    arisenAt: int
    dueAt: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Adjustments", "SetOff", SET_OFF, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


def fresh_nonce() -> int:
    """An unordered nonce: any number that the signer has not used."""
    return secrets.randbits(128)


def domain_of(contract: str, chain_id: int, address: str) -> dict[str, Any]:
    """The EIP-712 domain of one of our contracts."""
    return {"name": f"Feiqian {contract}", "version": "1", "chainId": chain_id, "verifyingContract": address}


def typed_document(domain: dict[str, Any], primary: str, members: str, message: dict[str, Any]) -> dict[str, Any]:
    """A whole document; `members` as Solidity writes them."""
    return {
        "types": {"EIP712Domain": _DOMAIN, primary: _members(members)},
        "primaryType": primary,
        "domain": domain,
        "message": message,
    }


def _document(
    contracts: Contracts, contract: str, primary: str, members: list[dict[str, str]], message: dict[str, Any]
) -> dict[str, Any]:
    return {
        "types": {"EIP712Domain": _DOMAIN, primary: members},
        "primaryType": primary,
        "domain": domain_of(contract, contracts.deployment.chain_id, contracts.address(contract)),
        "message": message,
    }
