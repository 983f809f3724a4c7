"""Of all processes that could listen to the broker one does, by lease: a broker takes the second one of a name for the
first that has come back, and sends the first away."""

from __future__ import annotations

from collections.abc import Callable

from backend.devices.mqtt import MqttIntake
from backend.leases import Leases

LEASE = "listening"


class Listening:
    """The engine calls `step`, often enough to keep the lease."""

    def __init__(self, leases: Leases, make: Callable[[], MqttIntake]) -> None:
        self._leases = leases
        self._make = make
        self.intake: MqttIntake | None = None
        """What listens in this process, where it is the one."""

    def step(self) -> bool:
        """Begins to listen where nobody else does, and ends where somebody else has begun; nothing else moves by it."""
        mine = self._leases.holds(LEASE)
        if mine and self.intake is None:
            self.intake = self._make()
            self.intake.start()
        elif not mine:
            self._end()
        return False

    def close(self) -> None:
        self._end()
        self._leases.release()

    def _end(self) -> None:
        if self.intake is not None:
            self.intake.stop()
            self.intake = None
