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

LOAN_QUOTE = _members(
    "address financier,address borrower,address asset,uint256 assetKey,bytes32 documentHash,uint256 value,"
    "uint16 currency,uint64 limit,uint16 rateBps,uint16 penaltyBps,uint40 maturityAt,uint8 graceDays,"
    "uint16 advanceBps,uint16 callBps,uint16 liquidationBps,uint32 cureSeconds,uint64 reservePrice,uint8 order,"
    "uint256 nonce,uint256 deadline"
)
COUNT = _members(
    "uint256 receiptId,address pledgee,uint64 quantity,uint40 countedAt,uint256 nonce,uint256 deadline",
)
BID = _members("uint256 loanId,address bidder,uint64 amount,uint256 nonce,uint256 deadline")


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


@dataclass(frozen=True)
class LoanQuote:
    """Rule K1. `value` is a quantity in the lot's smallest unit, or minor units of a note; `limit` minor units, rates
    basis points a year, times UTC seconds; `reservePrice` minor units for a whole unit of goods, basis points of a
    note's value."""

    financier: str
    borrower: str
    asset: str
    assetKey: int
    documentHash: str
    value: int
    currency: int
    limit: int
    rateBps: int
    penaltyBps: int
    maturityAt: int
    graceDays: int
    advanceBps: int
    callBps: int
    liquidationBps: int
    cureSeconds: int
    reservePrice: int
    order: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Loans", "Quote", LOAN_QUOTE, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class Count:
    """Rule K2. So much was there, and the custodian knows that it is pledged to `pledgee`. Times in UTC seconds."""

    receiptId: int
    pledgee: str
    quantity: int
    countedAt: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Collateral", "Count", COUNT, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


NO_COUNT = Count(0, "0x" + 40 * "0", 0, 0, 0, 0)
"""Over notes nothing is counted."""


@dataclass(frozen=True)
class Bid:
    """Rule K14. `amount` in minor units, times in UTC seconds."""

    loanId: int
    bidder: str
    amount: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Enforcement", "Bid", BID, asdict(self))

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


INTAKE = _members(
    "address custodian,address depositor,bytes32 commodity,bytes32 grade,bytes32 unit,uint8 decimals,"
    "uint64 quantity,bytes32 placeHash,bytes32 fingerprint,bytes32 documentHash,uint40 insuredUntil,"
    "uint40 expiresAt,uint16 currency,uint32 milliPerUnitDay,uint256 nonce,uint256 deadline"
)
DELIVERY_ORDER = _members(
    "uint256 receiptId,uint64 quantity,bytes32 recipientHash,uint256 nonce,uint256 deadline",
)
PRICE = _members("bytes32 feed,uint256 price,uint256 observedAt,uint256 nonce,uint256 deadline")


@dataclass(frozen=True)
class Intake:
    """Rule W1. `quantity` in 10^-decimals of the unit, the tariff in thousandths of a minor unit for a whole unit a
    day, words as 32 bytes (0x-hex), times in UTC seconds."""

    custodian: str
    depositor: str
    commodity: str
    grade: str
    unit: str
    decimals: int
    quantity: int
    placeHash: str
    fingerprint: str
    documentHash: str
    insuredUntil: int
    expiresAt: int
    currency: int
    milliPerUnitDay: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "WarehouseReceipts", "Intake", INTAKE, asdict(self), "Warehouse Receipts")

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class DeliveryOrder:
    """Rule W5. `quantity` in 10^-decimals of the lot's unit, times in UTC seconds."""

    receiptId: int
    quantity: int
    recipientHash: str
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(
            contracts, "WarehouseReceipts", "DeliveryOrder", DELIVERY_ORDER, asdict(self), "Warehouse Receipts"
        )

    def arguments(self) -> tuple[Any, ...]:
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class Price:
    """Rule O2. `price` in minor units for one whole unit, times in UTC seconds."""

    feed: str
    price: int
    observedAt: int
    nonce: int
    deadline: int

    def typed(self, contracts: Contracts) -> dict[str, Any]:
        return _document(contracts, "Prices", "Price", PRICE, asdict(self))

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
    contracts: Contracts,
    contract: str,
    primary: str,
    members: list[dict[str, str]],
    message: dict[str, Any],
    words: str | None = None,
) -> dict[str, Any]:
    """The document for `contract`, whose name in the domain is `words` where that is not its own."""
    return {
        "types": {"EIP712Domain": _DOMAIN, primary: members},
        "primaryType": primary,
        "domain": domain_of(words or contract, contracts.deployment.chain_id, contracts.address(contract)),
        "message": message,
    }
