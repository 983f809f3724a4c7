"""Readings of devices, carried by whoever runs the gateway."""

from __future__ import annotations

from flask import Response

from backend.devices.intake import Intake
from backend.devices.messages import SignedReading
from backend.web import context
from backend.web.api.shared import documents_post, topic

blueprint = topic("readings")


@blueprint.post("/readings")
@blueprint.input(SignedReading, arg_name="body")
@documents_post(blueprint, 403, 409, fresh="Kept; 200 for what was kept before")
def take(body: SignedReading) -> Response:
    """Hand over a device's signed reading; handed over again, it is kept once."""
    context.require_member()
    fresh = Intake.over(context.desk()).take(body)
    return context.answer({"device": body.device, "sequence": body.sequence}, 201 if fresh else 200)
