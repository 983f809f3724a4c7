"""The part of the client that watches over goods. A device is named by its key's address; times are UTC seconds."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

Json = dict[str, Any]


class EvidenceReads:
    """What everybody asks about evidence, and what the operator does about it."""

    @abstractmethod
    def get(self, path: str, **query: Any) -> Json: ...

    @abstractmethod
    def post(self, path: str, body: Json | None = None) -> Json: ...

    @abstractmethod
    def act(self, path: str, body: Json | None = None, *, key: str | None = None, wait: int | None = None) -> Json: ...

    @abstractmethod
    def _pages(self, path: str, **query: Any) -> list[Json]: ...

    def evidence(self, lot_id: int) -> Json:
        """The `watch` over a lot, and its `devices`."""
        return self.get(f"/lots/{lot_id}/evidence")

    def contradictions(self, lot_id: int) -> list[Json]:
        """What contradicted the receipts of a lot, the first first."""
        return self._pages(f"/lots/{lot_id}/contradictions")

    def device(self, device: str) -> Json:
        return self.get(f"/devices/{device}")

    def readings(self, device: str) -> list[Json]:
        """What was received from a device, by sequence."""
        return self._pages(f"/devices/{device}/readings")

    def hand_in(self, reading: Json) -> Json:
        """Hands a device's signed reading over, as the device sent it."""
        return self.post("/readings", reading)

    # ---- the operator's acts

    def change_watch(self, lot_id: int, **watch: int) -> Json:
        """Sets any watch over a lot; its members as Party.watch has them."""
        return self.act(f"/lots/{lot_id}/watch-changes", watch_body(**watch))

    def revoke_by_order(self, device: str, order: str) -> Json:
        """Revokes a device for good by a regulator's order."""
        return self.act(f"/devices/{device}/revocation-orders", {"order": order})


class EvidenceActs:
    """What a participant does about evidence."""

    @abstractmethod
    def get(self, path: str, **query: Any) -> Json: ...

    @abstractmethod
    def act(self, path: str, body: Json | None = None, *, key: str | None = None, wait: int | None = None) -> Json: ...

    # ---- custodian or carrier

    def watch(self, lot_id: int, **watch: int) -> Json:
        """Says how a lot is watched: tolerance_bps, max_silence (seconds), quorum, max_milli_kelvin (0: no limit),
        max_metres."""
        return self.act(f"/lots/{lot_id}/watches", watch_body(**watch))

    def register_device(self, lot_id: int, device: str, kind: str, *, calibrated_until: int, simulated: bool) -> Json:
        """Registers a device that measures "weight", "position", "door" or "temperature" at a lot."""
        body = {"device": device, "kind": kind, "calibratedUntil": calibrated_until, "simulated": simulated}
        return self.act(f"/lots/{lot_id}/devices", body)

    def calibrate(self, device: str, calibrated_until: int) -> Json:
        return self.act(f"/devices/{device}/calibrations", {"calibratedUntil": calibrated_until})

    def revoke_device(self, device: str) -> Json:
        """Revokes a device of mine for good."""
        return self.act(f"/devices/{device}/revocations")

    def anchor(self, device: str, key: Any) -> Json | None:
        """Has a device sign its next batch with its `key` (an eth_account key), and hands that over; it is anchored by
        itself. None where nothing waits."""
        document = self.get(f"/devices/{device}/next-batch")["document"]
        if document is None:
            return None
        signature = "0x" + bytes(key.sign_typed_data(full_message=document).signature).hex()
        last = document["message"]["lastSequence"]
        return self.act(f"/devices/{device}/batches", {"lastSequence": last, "signature": signature})

    # ---- whoever it concerns

    def contradict(self, reading: Json) -> Json:
        """Carries a signed reading, as the device sent it, that contradicts the receipts of its lot."""
        return self.act("/contradictions", reading)

    def contradict_from_store(self, device: str, sequence: int) -> Json:
        """Carries a reading that was handed in: with the proof from its batch, once that is anchored."""
        return self.act(f"/devices/{device}/readings/{sequence}/contradictions")

    def report_silence(self, device: str) -> Json:
        """Tells of a device that has been silent for longer than allowed."""
        return self.act(f"/devices/{device}/silence-reports")


def watch_body(
    *, tolerance_bps: int, max_silence: int, quorum: int = 1, max_milli_kelvin: int = 0, max_metres: int = 0
) -> Json:
    """How a lot is watched, as the API takes it."""
    return {
        "toleranceBps": tolerance_bps,
        "maxSilenceSeconds": max_silence,
        "quorum": quorum,
        "maxMilliKelvin": max_milli_kelvin,
        "maxMetres": max_metres,
    }
