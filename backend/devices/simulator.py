"""Simulated devices: plausible readings from a seed, with the faults that are asked for.

They are no instruments. Whatever they say carries the mark `simulated`, and so does their registration.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import Enum
from typing import Any

from eth_account import Account
from eth_utils.crypto import keccak

from backend.devices.documents import KINDS, Domain, KindName, Reading

NOISE_BPS = 20
"""A scale is wrong by so much at the most, either way."""
COLD_MILLI_KELVIN = 277_150
"""Four degrees: what a cold store keeps."""
SWING_MILLI_KELVIN = 800
STRAY_METRES = 5


class Fault(Enum):
    WEIGHT_LOSS = "weight loss"
    MOVED = "moved"
    DOOR_OPENED = "door opened"
    TOO_WARM = "too warm"
    SILENT = "silent"


class SimulatedDevice:
    """One device with its own key, which follows from `seed` as its readings do. `quantity` is what lies on the scale,
    in base units; `faults` tells from which second on (UTC) each fault shows."""

    def __init__(
        self,
        seed: str,
        kind: KindName,
        lot_id: int,
        domain: Domain,
        *,
        quantity: int = 0,
        faults: Mapping[Fault, int] | None = None,
    ) -> None:
        self.kind: KindName = kind
        self.lot_id = lot_id
        self.quantity = quantity
        self.faults = dict(faults or {})
        self.sequence = 0
        self.key = Account.from_key(keccak(text=f"feiqian simulated device {seed}"))
        self._domain = domain
        self._random = random.Random(f"{seed} {kind}")  # noqa: S311  # the same story every time

    @property
    def address(self) -> str:
        return str(self.key.address)

    def registration(self, calibrated_until: int) -> tuple[Any, ...]:
        """The arguments of Attestations.registerDevice: simulated, always."""
        return self.address, self.lot_id, KINDS.index(self.kind), calibrated_until, True

    def read(self, at: int) -> dict[str, Any] | None:
        """The message about second `at`, signed; None where the device is silent."""
        value = self._value(at)
        if self._has(Fault.SILENT, at):
            return None
        self.sequence += 1
        reading = Reading(self.lot_id, KINDS.index(self.kind), value, self.sequence, at)
        return {
            "device": self.address,
            "lotId": str(reading.lotId),
            "kind": self.kind,
            "value": str(reading.value),
            "sequence": str(reading.sequence),
            "takenAt": reading.takenAt,
            "simulated": True,
            "signature": reading.sign(self.key, self._domain),
        }

    def _value(self, at: int) -> int:
        around = self._random.randint(-1_000, 1_000)  # thousandths of the greatest error
        if self.kind == "weight":
            lies = self.quantity * 7 // 10 if self._has(Fault.WEIGHT_LOSS, at) else self.quantity
            return lies + lies * NOISE_BPS * around // 10_000_000
        if self.kind == "position":
            away = 25_000 if self._has(Fault.MOVED, at) else 0
            return away + abs(around) * STRAY_METRES // 1_000
        if self.kind == "door":
            return int(self._has(Fault.DOOR_OPENED, at))
        warmer = 12_000 if self._has(Fault.TOO_WARM, at) else 0
        return COLD_MILLI_KELVIN + warmer + SWING_MILLI_KELVIN * around // 1_000

    def _has(self, fault: Fault, at: int) -> bool:
        return fault in self.faults and at >= self.faults[fault]
