"""Acts on evidence: the watch over a lot, its devices, and what contradicts its receipts (rules E)."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Connection
from web3 import Web3

from backend.chain.outbox import Row
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_operator, require_participant, require_regulator
from backend.commands.signatures import for_wallet
from backend.devices.collector import Collector
from backend.devices.documents import KINDS, Batch, Domain, Reading
from backend.devices.messages import SignedReading
from backend.errors import Conflict, Forbidden, InvalidInput, both
from backend.queries import devices as queries
from backend.queries import participants as participant_queries
from backend.queries import warehouse_receipts as receipt_queries


@dataclass(frozen=True)
class Watch:
    """How a lot is watched (E4), in the contract's order: basis points of the quantity, seconds, devices, thousandths
    of a degree above absolute zero (0: no limit), metres."""

    tolerance_bps: int
    max_silence: int
    quorum: int
    max_milli_kelvin: int
    max_metres: int


@act("watch.set")
def set_watch(desk: Desk, request: Request, lot_id: int, watch: Watch) -> Row:
    """E4. The custodian of a lot says how it is watched: for the first time, or stricter."""
    custodian = require_participant(desk, request)
    _require_keeper(desk, lot_id, custodian)
    return _send(desk, request, custodian, "setWatch", lot_id, astuple(watch))


@act("watch.change")
def change_watch(desk: Desk, request: Request, lot_id: int, watch: Watch) -> Row:
    """E4. The registrar sets any watch; what was seen and read before does not count against it."""
    require_operator(request)
    receipt_queries.visible_lot(desk.engine, lot_id, None)
    return _send(desk, request, desk.power("registrar"), "changeWatch", lot_id, astuple(watch))


# ---- devices


@act("device.register")
def register_device(
    desk: Desk, request: Request, lot_id: int, *, device: str, kind: str, calibrated_until: int, simulated: bool
) -> Row:
    """E1. The custodian of a lot, or a carrier, registers a device that measures `kind` there, calibrated until
    `calibrated_until` (UTC seconds)."""
    owner = require_participant(desk, request)
    if "carrier" not in participant_queries.participant(desk.engine, owner)["roles"]:
        _require_keeper(desk, lot_id, owner)
    number = KINDS.index(kind)
    return _send(desk, request, owner, "registerDevice", device, lot_id, number, calibrated_until, simulated)


@act("device.calibrate")
def calibrate_device(desk: Desk, request: Request, device: str, calibrated_until: int) -> Row:
    """E1. The owner tells that a device is calibrated until `calibrated_until` (UTC seconds)."""
    owner, _ = _own(desk, request, device)
    return _send(desk, request, owner, "calibrate", device, calibrated_until)


@act("device.revoke")
def revoke_device(desk: Desk, request: Request, device: str) -> Row:
    """E1. The owner revokes a device for good."""
    owner, _ = _own(desk, request, device)
    return _send(desk, request, owner, "revokeDevice", device)


@act("device.revoke-by-order")
def revoke_by_order(desk: Desk, request: Request, device: str, order: str) -> Row:
    """E1. A device is revoked for good by a regulator's order; the chain keeps its hash."""
    require_regulator(desk, request)
    queries.visible_device(desk.engine, device, None)
    order_hash = bytes(Web3.keccak(text=order))
    return _send(desk, request, desk.power("regulator"), "revokeByOrder", device, order_hash)


# ---- batches


def next_batch(desk: Desk, device: str) -> dict[str, Any] | None:
    """What a device is to sign next over its readings that are in no batch, as a typed document; None where there are
    none."""
    domain = Domain.of(desk.contracts)
    batch = Collector(desk.engine, domain).next_batch(device)
    return for_wallet(batch.typed(domain)) if batch is not None else None


@act("device.batch")
def seal_batch(desk: Desk, request: Request, device: str, last_sequence: int, signature: str) -> Row:
    """E3. The owner hands over the device's signature on its next batch, which ends at `last_sequence`; the batch is
    kept, and goes to the chain by itself. Raises Conflict where that is not what waits."""
    _own(desk, request, device)
    collector = Collector(desk.engine, Domain.of(desk.contracts))
    batch = collector.next_batch(device, last_sequence=last_sequence)
    if batch is None or batch.lastSequence != last_sequence:
        raise Conflict(
            field="lastSequence",
            reason=both("no batch that waits ends at {last}", "没有止于序号 {last} 的待归档批", last=last_sequence),
        )
    collector.require_signed(batch, device, signature)
    now = desk.now()
    desk.outbox.simulate(desk.power("registrar"), anchor_call(desk, batch, device, signature))

    def keep(db: Connection) -> dict[str, Any]:
        collector.write_batch(db, batch, device, signature, now)
        return {"root": batch.root, "firstSequence": batch.firstSequence, "lastSequence": batch.lastSequence}

    row = desk.outbox.settle(request.intent, now, keep)
    desk.outbox.wake()
    return row


def anchor_call(desk: Desk, batch: Batch, device: str, signature: str) -> Any:
    """The transaction that anchors a batch, whoever carries it."""
    return desk.contracts.call_data("Attestations", "anchor", batch.arguments(), device, signature)


# ---- what contradicts


@act("device.contradict")
def contradict(desk: Desk, request: Request, message: SignedReading) -> Row:
    """E5. Whoever sees the evidence of the lot carries a single signed reading that contradicts its receipts."""
    caller = _viewer(desk, request, message.device)
    domain = Domain.of(desk.contracts)
    if not message.reading.is_signed_by(message.device, message.signature, domain):
        raise InvalidInput(
            field="signature",
            reason=both("was not made by the device over this reading", "不是该设备对此读数的签名"),
        )
    return _send(desk, request, caller, "contradict", message.reading.arguments(), message.device, message.signature)


@act("device.contradict-stored")
def contradict_from_store(desk: Desk, request: Request, device: str, sequence: int) -> Row:
    """E5. The same for a reading that was received here: from its batch, with its proof, once that is anchored, and by
    its own signature before."""
    caller = _viewer(desk, request, device)
    kept = queries.kept_reading(desk.engine, device, sequence)
    if kept["anchored_at"] is not None:
        reading, root, proof = Collector(desk.engine, Domain.of(desk.contracts)).proof(device, sequence)
        return _send(desk, request, caller, "contradictFromBatch", reading.arguments(), device, root, proof)
    single = Reading(kept["lot_id"], KINDS.index(kept["kind"]), kept["value"], sequence, kept["taken_at"])
    return _send(desk, request, caller, "contradict", single.arguments(), device, kept["signature"])


@act("device.report-silence")
def report_silence(desk: Desk, request: Request, device: str) -> Row:
    """E5. Whoever sees the evidence of the lot tells of a device that has been silent for longer than allowed."""
    return _send(desk, request, _viewer(desk, request, device), "reportSilence", device)


# ---- inside


def _send(desk: Desk, request: Request, signer: str, function: str, *args: Any) -> Row:
    return desk.outbox.send(request.intent, signer, desk.contracts.call_data("Attestations", function, *args))


def _require_keeper(desk: Desk, lot_id: int, caller: str) -> None:
    """Raises NotFound, or Forbidden unless the caller keeps the lot."""
    if receipt_queries.visible_lot(desk.engine, lot_id, caller)["custodian"] != caller:
        raise Forbidden(reason=both("you do not keep lot {id}", "您不是批次 {id} 的保管人", id=lot_id))


def _viewer(desk: Desk, request: Request, device: str) -> str:
    """The actor's account. Raises NotFound unless it may see the device."""
    caller = require_participant(desk, request)
    queries.visible_device(desk.engine, device, caller)
    return caller


def _own(desk: Desk, request: Request, device: str) -> tuple[str, dict[str, Any]]:
    """The actor's account and its device. Raises NotFound, or Forbidden for a device that is another's."""
    caller = require_participant(desk, request)
    found = queries.visible_device(desk.engine, device, caller)
    if found["owner"] != caller:
        raise Forbidden(reason=both("device {device} is not yours", "设备 {device} 不是您的", device=device))
    return caller, found
