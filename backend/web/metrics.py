"""What Prometheus is told. What the database knows is counted there at each scrape, so that it is the same whichever
process is asked; what only a process knows (how long requests take) is kept by it, and added up where there are several
(PROMETHEUS_MULTIPROC_DIR, which 'feiqian web' sets)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from backend.errors import ChainUnavailable
from backend.queries import chain as chain_queries
from backend.queries import operations as queries
from backend.system import System

GAS_SECONDS = 30.0
"""So long the sum over all operations is remembered: it grows with them."""

_kept = CollectorRegistry()
request_seconds = Histogram(
    "feiqian_request_seconds",
    "How long requests took, streams apart",
    ["method", "route", "status"],
    registry=_kept,
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
open_streams = Gauge("feiqian_streams", "Readers of the live feed", registry=_kept, multiprocess_mode="livesum")
act_seconds = Histogram(
    "feiqian_act_seconds",
    "From the request to the final state in the read model, of acts whose caller waited for it",
    ["kind", "state"],
    registry=_kept,
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60),
)


class Figures(Collector):
    """What the database and the node say now."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._gas: dict[str, int] = {}
        self._gas_until = 0.0
        self._counting = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        database = self._system.database
        yield _by("feiqian_operations_open", "Operations that are not final", "state", queries.open_by_state(database))
        lanes = queries.lanes(database)
        yield GaugeMetricFamily("feiqian_lanes", "Signers with anything open", value=len(lanes))
        deepest = max((lane["depth"] for lane in lanes), default=0)
        yield GaugeMetricFamily("feiqian_lane_depth_max", "Operations open in the deepest lane", value=deepest)
        position = chain_queries.position(database)
        yield from self._lag(position["block"], position["at"], min((lane["since"] for lane in lanes), default=None))
        begun, taken_back = queries.reorganisations(database)
        yield CounterMetricFamily("feiqian_reorganisations", "Times the chain took something back", value=begun)
        yield CounterMetricFamily("feiqian_events_retracted", "Events that were taken back", value=taken_back)
        yield _by("feiqian_webhooks", "Webhooks", "state", queries.webhooks_by_state(database))
        gas = CounterMetricFamily("feiqian_gas_used", "Gas that acts have used", labels=["kind"])
        for kind, used in self._gas_by_kind().items():
            gas.add_metric([kind], used)
        yield gas

    def _lag(self, block: int, at: int, oldest: int | None) -> Iterator[Metric]:
        """Where the node does not answer, there is no telling how far behind the read model is."""
        up = GaugeMetricFamily("feiqian_chain_up", "Whether the node answers", value=1)
        try:
            head = self._system.node.head()
        except ChainUnavailable:
            yield GaugeMetricFamily("feiqian_chain_up", up.documentation, value=0)
            return
        yield up
        yield GaugeMetricFamily("feiqian_chain_block", "The node's latest block", value=head.number)
        behind = max(0, head.number - block)
        yield GaugeMetricFamily("feiqian_lag_blocks", "Blocks that the read model has not read", value=behind)
        seconds = max(0, head.timestamp - at) if behind else 0
        yield GaugeMetricFamily("feiqian_lag_seconds", "The chain's time since the last block read", value=seconds)
        waits = max(0, head.timestamp - oldest) if oldest is not None else 0
        yield GaugeMetricFamily("feiqian_oldest_open_seconds", "Age of the oldest open operation", value=waits)

    def _gas_by_kind(self) -> dict[str, int]:
        with self._counting:
            if time.monotonic() >= self._gas_until:
                self._gas = queries.gas_by_kind(self._system.database)
                self._gas_until = time.monotonic() + GAS_SECONDS
            return self._gas


def scrape(figures: Figures) -> bytes:
    """Everything, in Prometheus's own form."""
    shown = CollectorRegistry()
    shown.register(figures)
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        return generate_latest(shown)
    return generate_latest(shown) + generate_latest(_kept)


def _by(name: str, documentation: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
