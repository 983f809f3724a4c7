"""Evidence: the watch over a lot, its devices, what they read, and what contradicts its receipts."""

from __future__ import annotations

from flask import Response

from backend.commands import devices as commands
from backend.devices.messages import SignedReading
from backend.errors import InvalidInput
from backend.queries import devices as queries
from backend.queries.pages import place_from
from backend.web import context
from backend.web.api.shared import NUMBER, documents_read, documents_write, topic
from backend.web.schemas import (
    BatchBody,
    CalibrationBody,
    DeviceBody,
    EmptyBody,
    OrderBody,
    PageQuery,
    PlacePageQuery,
    WatchBody,
    check_address,
)

blueprint = topic("devices")


# ---- lots


@blueprint.post(f"/lots/<{NUMBER}:lot_id>/watches")
@blueprint.input(WatchBody, arg_name="body")
@documents_write(blueprint)
def set_watch(lot_id: int, body: WatchBody) -> Response:
    """Say how a lot is watched: for the first time, or stricter (its custodian)."""
    return context.write(commands.set_watch, lot_id, _watch(body))


@blueprint.post(f"/lots/<{NUMBER}:lot_id>/watch-changes")
@blueprint.input(WatchBody, arg_name="body")
@documents_write(blueprint)
def change_watch(lot_id: int, body: WatchBody) -> Response:
    """Set any watch over a lot (operator)."""
    return context.write(commands.change_watch, lot_id, _watch(body))


@blueprint.post(f"/lots/<{NUMBER}:lot_id>/devices")
@blueprint.input(DeviceBody, arg_name="body")
@documents_write(blueprint)
def register(lot_id: int, body: DeviceBody) -> Response:
    """Register a device for a lot (its custodian, or a carrier)."""
    return context.write(
        commands.register_device,
        lot_id,
        device=body.device,
        kind=body.kind,
        calibrated_until=body.calibrated_until,
        simulated=body.simulated,
    )


@blueprint.get(f"/lots/<{NUMBER}:lot_id>/evidence")
@documents_read(blueprint)
def evidence(lot_id: int) -> Response:
    """The watch over a lot, and its devices."""
    return context.answer(queries.evidence_of_lot(context.desk().engine, lot_id, context.viewer()))


@blueprint.get(f"/lots/<{NUMBER}:lot_id>/contradictions")
@blueprint.input(PlacePageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def contradictions(lot_id: int, query: PlacePageQuery) -> Response:
    """What contradicted the receipts of a lot, the first first."""
    engine, viewer, after = context.desk().engine, context.viewer(), place_from(query.after)
    return context.answer(queries.contradictions(engine, lot_id, viewer, after, query.limit))


# ---- devices


@blueprint.get("/devices/<device>")
@documents_read(blueprint)
def one(device: str) -> Response:
    """A device (who sees the evidence of its lot, and its owner)."""
    return context.answer(queries.visible_device(context.desk().engine, _address(device), context.viewer()))


@blueprint.get("/devices/<device>/readings")
@blueprint.input(PageQuery, location="query", arg_name="query")
@documents_read(blueprint)
def readings(device: str, query: PageQuery) -> Response:
    """What was received from a device, by sequence."""
    engine = context.desk().engine
    return context.answer(queries.readings(engine, _address(device), context.viewer(), query.after, query.limit))


@blueprint.get("/devices/<device>/next-batch")
@documents_read(blueprint, media="application/json")
def next_batch(device: str) -> Response:
    """What the device is to sign next, as typed data (EIP-712); null where nothing waits."""
    desk, account = context.desk(), _address(device)
    queries.visible_device(desk.engine, account, context.viewer())
    return context.answer({"document": commands.next_batch(desk, account)})


@blueprint.post("/devices/<device>/batches")
@blueprint.input(BatchBody, arg_name="body")
@documents_write(blueprint)
def seal(device: str, body: BatchBody) -> Response:
    """Hand over the device's signature on its next batch, which is then anchored by itself (owner)."""
    return context.write(commands.seal_batch, _address(device), body.last_sequence, body.signature)


@blueprint.post("/devices/<device>/calibrations")
@blueprint.input(CalibrationBody, arg_name="body")
@documents_write(blueprint)
def calibrate(device: str, body: CalibrationBody) -> Response:
    """Tell until when it is calibrated (owner)."""
    return context.write(commands.calibrate_device, _address(device), body.calibrated_until)


@blueprint.post("/devices/<device>/revocations")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def revoke(device: str, body: EmptyBody) -> Response:
    """Revoke it for good (owner)."""
    return context.write(commands.revoke_device, _address(device))


@blueprint.post("/devices/<device>/revocation-orders")
@blueprint.input(OrderBody, arg_name="body")
@documents_write(blueprint)
def revoke_by_order(device: str, body: OrderBody) -> Response:
    """Revoke it for good by a regulator's order (operator, or a regulator)."""
    return context.write(commands.revoke_by_order, _address(device), body.order)


# ---- what contradicts


@blueprint.post("/contradictions")
@blueprint.input(SignedReading, arg_name="body")
@documents_write(blueprint)
def contradict(body: SignedReading) -> Response:
    """Carry a signed reading that contradicts the receipts of its lot (who sees the lot's evidence)."""
    return context.write(commands.contradict, body)


@blueprint.post(f"/devices/<device>/readings/<{NUMBER}:sequence>/contradictions")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def contradict_from_store(device: str, sequence: int, body: EmptyBody) -> Response:
    """Carry a reading that was received here: with the proof from its batch, once that is anchored (who sees the lot's
    evidence)."""
    return context.write(commands.contradict_from_store, _address(device), sequence)


@blueprint.post("/devices/<device>/silence-reports")
@blueprint.input(EmptyBody, arg_name="body")
@documents_write(blueprint)
def report_silence(device: str, body: EmptyBody) -> Response:
    """Tell that it has been silent for longer than allowed (who sees the lot's evidence)."""
    return context.write(commands.report_silence, _address(device))


def _watch(body: WatchBody) -> commands.Watch:
    return commands.Watch(
        body.tolerance_bps, body.max_silence_seconds, body.quorum, body.max_milli_kelvin, body.max_metres
    )


def _address(text: str) -> str:
    try:
        return check_address(text)
    except ValueError as wrong:
        raise InvalidInput(field="device", reason=wrong.args[0]) from None
