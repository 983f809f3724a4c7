"""A valid request for every route of evidence, over a lot that a simulated scale watches."""

from __future__ import annotations

from typing import Any

from backend.config import DAY
from backend.devices.documents import Domain
from backend.devices.simulator import SimulatedDevice
from backend.testing import Network


def watch_over(network: Network, lot: int) -> tuple[str, dict[str, Any]]:
    """Sets a watch over a lot of a thousand barrels, with a scale whose first reading was handed in: the scale's
    address, and its second reading."""
    network.warehouse.watch(lot, tolerance_bps=200, max_silence=DAY)
    domain = Domain.of(network.world.system.contracts)
    scale = SimulatedDevice(f"scale {lot}", "weight", lot, domain, quantity=1_000_000)
    until = network.operator.now() + 100 * DAY
    network.warehouse.register_device(lot, scale.address, "weight", calibrated_until=until, simulated=True)
    network.operator.travel(seconds=10)
    first, second = (scale.read(network.operator.now()) for _ in range(2))
    assert first is not None and second is not None
    network.warehouse.hand_in(first)
    return scale.address, second


def device_routes(
    lot: int, device: str, reading: dict[str, Any], sees: set[str]
) -> dict[tuple[str, str], tuple[str, str, dict[str, Any] | None, set[str]]]:
    """Caller, path, body and who may, by method and path; `sees` are those whose business the lot is."""
    watch = {"toleranceBps": 100, "maxSilenceSeconds": 3_600, "quorum": 1, "maxMilliKelvin": 300_000, "maxMetres": 0}
    other = {
        "device": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "kind": "door", "calibratedUntil": 2_000_000_000,
        "simulated": True,
    }  # fmt: skip
    here, at = f"/lots/{lot}", f"/devices/{device}"
    reads = sees | {"operator"}
    keeper, order = {"warehouse"}, {"order": "order 12"}
    batch = {"lastSequence": 1, "signature": "0x" + "11" * 65}
    return {
        ("POST", "/lots/{lot_id}/watches"): ("warehouse", f"{here}/watches", watch, keeper),
        ("POST", "/lots/{lot_id}/watch-changes"): ("operator", f"{here}/watch-changes", watch, {"operator"}),
        ("POST", "/lots/{lot_id}/devices"): ("warehouse", f"{here}/devices", other, keeper),
        ("GET", "/lots/{lot_id}/evidence"): ("tier1", f"{here}/evidence", None, reads),
        ("GET", "/lots/{lot_id}/contradictions"): ("tier1", f"{here}/contradictions", None, reads),
        ("GET", "/devices/{device}"): ("tier1", at, None, reads),
        ("GET", "/devices/{device}/readings"): ("tier1", f"{at}/readings", None, reads),
        ("GET", "/devices/{device}/next-batch"): ("warehouse", f"{at}/next-batch", None, reads),
        ("POST", "/devices/{device}/batches"): ("warehouse", f"{at}/batches", batch, keeper),
        ("POST", "/devices/{device}/calibrations"): (
            "warehouse", f"{at}/calibrations", {"calibratedUntil": 2_100_000_000}, keeper,
        ),
        ("POST", "/devices/{device}/revocations"): ("warehouse", f"{at}/revocations", {}, keeper),
        ("POST", "/devices/{device}/revocation-orders"): (
            "operator", f"{at}/revocation-orders", order, {"operator", "regulator"},
        ),
        ("POST", "/contradictions"): ("tier1", "/contradictions", reading, sees),
        ("POST", "/devices/{device}/readings/{sequence}/contradictions"): (
            "tier1", f"{at}/readings/1/contradictions", {}, sees,
        ),
        ("POST", "/devices/{device}/silence-reports"): ("tier1", f"{at}/silence-reports", {}, sees),
    }  # fmt: skip
