"""What every way in has in common: a reading is checked as the contract would, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.chain.contracts import Contracts
from backend.commands.desk import Desk
from backend.devices.collector import Collector
from backend.devices.documents import KINDS, Domain, KindName
from backend.devices.messages import SignedReading
from backend.errors import InvalidInput, Phrase, both


@dataclass(frozen=True)
class Registered:
    """A device as the contract knows it (rule E1)."""

    lot_id: int
    kind: KindName
    simulated: bool
    revoked: bool
    calibrated_until: int


def registered(contracts: Contracts, device: str) -> Registered | None:
    """What the chain says of a device; None where it is none. Raises ChainUnavailable."""
    lot_id, owner_id, kind, simulated, revoked, calibrated_until, *_ = contracts.read(
        "Attestations", "deviceOf", device
    )
    return Registered(lot_id, KINDS[kind], simulated, revoked, calibrated_until) if owner_id else None


@dataclass(frozen=True)
class Intake:
    collector: Collector
    device_of: Callable[[str], Registered | None]
    now: Callable[[], int]
    """The chain's clock, UTC seconds."""

    @classmethod
    def over(cls, desk: Desk) -> Intake:
        """The intake of a backend: its database, and the devices that its chain knows."""
        collector = Collector(desk.engine, Domain.of(desk.contracts))
        return cls(collector, lambda device: registered(desk.contracts, device), desk.now)

    def take(self, message: SignedReading) -> bool:
        """Checks a reading and keeps it; False where it was here already. Raises InvalidInput naming the field,
        Conflict where its sequence does not rise."""
        now = self.now()
        self._require_registered(message)
        if message.taken_at > now:
            _refuse("takenAt", both("is in the future: it is {now}", "在未来:现在是 {now}", now=now))
        if not message.reading.is_signed_by(message.device, message.signature, self.collector.domain):
            _refuse("signature", both("was not made by the device over this reading", "不是该设备对此读数的签名"))
        return self.collector.keep(message, now)

    def _require_registered(self, message: SignedReading) -> None:
        known = self.device_of(message.device)
        if known is None:
            raise InvalidInput(field="device", reason=both("is not registered", "未登记"))
        if known.revoked:
            _refuse("device", both("is revoked", "已吊销"))
        if message.lot_id != known.lot_id:
            _refuse("lotId", both("is not the device's lot", "不是该设备所在的批次"))
        if message.kind != known.kind:
            _refuse("kind", both("is not what the device measures", "不是该设备测量的项目"))
        if message.taken_at > known.calibrated_until:
            _refuse("takenAt", both("is after the end of the calibration", "晚于校准有效期"))
        if message.simulated != known.simulated:
            _refuse("simulated", both("differs from the device's registration", "与设备登记的模拟标记不一致"))


def _refuse(field: str, reason: Phrase) -> None:
    raise InvalidInput(field=field, reason=reason)
