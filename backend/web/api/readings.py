"""Readings of devices, carried by whoever runs the gateway."""

from __future__ import annotations

from flask import Response

from backend.devices.collector import Collector
from backend.devices.documents import Domain
from backend.devices.intake import Intake, registered
from backend.devices.messages import SignedReading
from backend.web import context
from backend.web.api.shared import documents_post, topic

blueprint = topic("readings")


@blueprint.post("/readings")
@blueprint.input(SignedReading, arg_name="body")
@documents_post(blueprint, 403, 409)
def take(body: SignedReading) -> Response:
    """Hand over a device's signed reading; handed over again, it is kept once."""
    context.require_member()
    desk = context.desk()
    collector = Collector(desk.engine, Domain.of(desk.contracts))
    fresh = Intake(collector, lambda device: registered(desk.contracts, device), desk.now).take(body)
    return context.answer({"device": body.device, "sequence": body.sequence}, 201 if fresh else 200)
