"""An intake over a store, with a register of devices in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from backend.devices.collector import Collector
from backend.devices.documents import KINDS, Domain, KindName, Reading
from backend.devices.intake import Intake, Registered
from backend.devices.messages import parse
from backend.devices.simulator import SimulatedDevice

NOW = 1_900_000_000
DOMAIN = Domain(1337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")


@dataclass
class Scene:
    database: Engine
    devices: dict[str, Registered] = field(default_factory=dict)
    now: int = NOW

    @property
    def collector(self) -> Collector:
        return Collector(self.database, DOMAIN)

    @property
    def intake(self) -> Intake:
        return Intake(self.collector, self.devices.get, lambda: self.now)

    def device(self, seed: str = "scale", kind: KindName = "weight", **more: Any) -> SimulatedDevice:
        """A simulated device, registered as such."""
        made = SimulatedDevice(seed, kind, 1, DOMAIN, quantity=100_000, **more)
        self.devices[made.address] = Registered(1, kind, True, False, NOW + 1_000)
        return made

    def take(self, message: dict[str, Any]) -> bool:
        return self.intake.take(parse(json.dumps(message).encode()))


def signed_again(device: SimulatedDevice, message: dict[str, Any], domain: Domain = DOMAIN) -> dict[str, Any]:
    """A message with other words, signed as it should be."""
    reading = Reading(
        int(message["lotId"]), KINDS.index(message["kind"]), int(message["value"]), int(message["sequence"]),
        message["takenAt"],
    )  # fmt: skip
    return message | {"signature": reading.sign(device.key, domain)}


def read(device: SimulatedDevice, at: int = NOW - 10) -> dict[str, Any]:
    message = device.read(at)
    assert message is not None
    return message
