"""Log → event, by the event's own declaration."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

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
    found = _kind(log.contract, log.name)
    if found is None:
        return None
    kind, names = found
    place = Place(log.block_number, log.block_hash, at, log.tx_hash, log.log_index, log.contract, log.address)
    return kind(place, *[log.args[name] for name in names])


@cache
def _kind(contract: str, name: str) -> tuple[type[Event], list[str]] | None:
    """The event's class, and its fields in the contract's spelling."""
    kind = EVENTS.get((contract.partition(":")[0], name))
    return None if kind is None else (kind, [_camel(field.name) for field in fields(kind) if field.name != "place"])


def _camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


__all__ = ["EVENTS", "IGNORED", "decode"]
