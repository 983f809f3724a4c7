"""Log → event, by the event's own declaration."""

from __future__ import annotations

import re
from dataclasses import fields

from backend.chain.contracts import Log
from backend.events.types import Event, Place

EVENTS: dict[tuple[str, str], type[Event]] = {
    (contract, event.source[1]): event
    for event in Event.__subclasses__()
    for contract in (event.source[0], *event.also_from)
}

IGNORED: dict[str, frozenset[str]] = {
    "Authority": frozenset(
        {
            "OperationCanceled",
            "OperationExecuted",
            "OperationScheduled",
            "RoleAdminChanged",
            "RoleGrantDelayChanged",
            "RoleGranted",
            "RoleGuardianChanged",
            "RoleLabel",
            "RoleRevoked",
            "TargetAdminDelayUpdated",
            "TargetClosed",
            "TargetFunctionRoleUpdated",
        }
    ),
    "Participants": frozenset({"AuthorityUpdated", "BulkItem"}),
    "Policy": frozenset({"AuthorityUpdated", "LimitsScheduled"}),
    "Fingerprints": frozenset({"AssetContractAdmitted", "AuthorityUpdated"}),
    "Receivables": frozenset({"Approval", "ApprovalForAll", "ApprovalValue", "BulkItem", "EIP712DomainChanged"}),
    "Repayments": frozenset({"BulkItem"}),
    "Adjustments": frozenset({"AuthorityUpdated", "BulkItem", "EIP712DomainChanged"}),
    "Reserve": frozenset(),
    "Settlement": frozenset({"BulkItem", "EIP712DomainChanged"}),
    "Loans": frozenset({"BulkItem", "EIP712DomainChanged"}),
    "Collateral": frozenset({"EIP712DomainChanged"}),
    "Enforcement": frozenset({"EIP712DomainChanged"}),
    "WarehouseReceipts": frozenset(
        {"Approval", "ApprovalForAll", "AuthorityUpdated", "BulkItem", "EIP712DomainChanged"}
    ),
    "Attestations": frozenset({"AuthorityUpdated", "EIP712DomainChanged"}),
    "Prices": frozenset({"AuthorityUpdated", "EIP712DomainChanged"}),
    # Issues and forced transfers are Transfers too.
    "SettlementToken": frozenset(
        {"Approval", "AuthorityUpdated", "BulkItem", "CapSet", "EIP712DomainChanged", "ForcedTransfer", "Issued"}
    ),
}
"""Events that nothing is built from. They are kept with the others, but no row depends on them."""


def decode(log: Log, at: int) -> Event | None:
    """The event in `log`, which happened at `at` (UTC seconds); None for logs that nothing is built from."""
    kind = EVENTS.get((log.contract.partition(":")[0], log.name))
    if kind is None:
        return None
    place = Place(
        block_number=log.block_number,
        block_hash=log.block_hash,
        at=at,
        tx_hash=log.tx_hash,
        log_index=log.log_index,
        contract=log.contract,
        address=log.address,
    )
    known = {_snake(name): value for name, value in log.args.items()}
    return kind(place, **{field.name: known[field.name] for field in fields(kind) if field.name != "place"})


def _snake(name: str) -> str:
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return "from_" if snake == "from" else snake


__all__ = ["EVENTS", "IGNORED", "decode"]
