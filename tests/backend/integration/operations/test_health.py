"""Rules B54 and B55: who asks is told whether it lives, whether it can serve, and what it counts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from backend.chain.node import Node
from backend.config import ROOT
from backend.errors import ChainUnavailable, both
from backend.testing import Network
from backend.web import readiness
from tests.waiting import eventually


def get(feiqian: Network, path: str, **headers: str) -> Any:
    return feiqian.world.app.test_client().get(path, headers=headers)


def figure(feiqian: Network, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", get(feiqian, "/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[1])


def test_a_network_that_is_well_is_ready(feiqian: Network) -> None:
    feiqian.registered()
    assert get(feiqian, "/healthz").json == {"status": "ok"}
    answer = get(feiqian, "/readyz")
    assert answer.status_code == 200 and answer.json["ready"] is True
    assert answer.json["parts"]["readModel"] == {
        "ok": True,
        "block": answer.json["parts"]["chain"]["block"],
        "lagBlocks": 0,
    }


def test_without_its_chain_it_lives_and_is_not_ready(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))

    monkeypatch.setattr(Node, "head", silent)
    assert get(feiqian, "/healthz").status_code == 200
    answer = get(feiqian, "/readyz", **{"Accept-Language": "zh"})
    assert answer.status_code == 503
    assert answer.json["parts"]["chain"] == {"ok": False, "reason": "节点没有应答"}
    assert answer.json["parts"]["database"] == {"ok": True}
    assert figure(feiqian, "feiqian_chain_up") == 0
    assert "feiqian_lag_blocks " not in get(feiqian, "/metrics").text


def test_a_read_model_that_lags_is_not_ready(feiqian: Network) -> None:
    feiqian.world.system.engine.stop()
    development = feiqian.world.system.node.development
    assert development is not None
    for _ in range(feiqian.world.settings.ready_lag_blocks + 1):
        development.mine()
    answer = get(feiqian, "/readyz")
    assert answer.status_code == 503 and answer.json["parts"]["readModel"]["ok"] is False
    assert figure(feiqian, "feiqian_lag_blocks") == feiqian.world.settings.ready_lag_blocks + 1


def test_a_node_that_lost_a_block_is_told_until_it_has_it_again(
    feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B35: what was read stays, nothing after it is read, and whoever asks is told."""
    system = feiqian.world.system
    development = system.node.development
    assert development is not None
    system.engine.stop()
    before = system.indexer.position()
    honest = system.indexer.source.blocks
    monkeypatch.setattr("backend.projections.indexer.BROKEN_SECONDS", 0)
    monkeypatch.setattr(system.indexer.source, "blocks", lambda numbers: [None for _ in numbers])
    for _ in range(3):
        development.mine()
    system.engine.start()
    eventually(lambda: get(feiqian, "/api/v1/health").status_code == 503)
    assert str(system.engine.fault).startswith(
        "ChainBroken: the node's blocks do not fit one another: the node has no block"
    )
    assert system.indexer.position() == before
    monkeypatch.setattr(system.indexer.source, "blocks", honest)
    eventually(lambda: get(feiqian, "/api/v1/health").status_code == 200)
    eventually(lambda: system.indexer.position() > before)


def test_what_is_open_what_was_used_and_what_was_taken_back_is_counted(feiqian: Network) -> None:
    development = feiqian.world.system.node.development
    assert development is not None
    snapshot = development.snapshot()
    before = {
        name: figure(feiqian, name) for name in ("feiqian_reorganisations_total", "feiqian_events_retracted_total")
    }
    feiqian.registered()
    assert figure(feiqian, "feiqian_lanes") == figure(feiqian, "feiqian_lane_depth_max") == 0
    feiqian.world.system.engine.stop()
    for _ in range(3):
        feiqian.tier1.act("/receivables", {"invoice": _invoice(feiqian)}, wait=0)
    assert figure(feiqian, "feiqian_lanes") == 1
    assert figure(feiqian, "feiqian_lane_depth_max") == figure(feiqian, 'feiqian_operations_open{state="pending"}') == 3
    development.revert(snapshot)
    feiqian.world.system.indexer.catch_up()
    assert figure(feiqian, "feiqian_reorganisations_total") == before["feiqian_reorganisations_total"] + 1
    assert figure(feiqian, "feiqian_events_retracted_total") > before["feiqian_events_retracted_total"]
    assert figure(feiqian, 'feiqian_gas_used_total{kind="participant.register"}') > 100_000
    text = get(feiqian, "/metrics").text
    assert re.search(r'feiqian_act_seconds_count\{kind="receivable.register",state="succeeded"\} [1-9]', text)
    assert re.search(
        r'feiqian_request_seconds_count\{method="POST",route="/api/v1/receivables",status="20[02]"\}', text
    )
    assert feiqian.tier1.account not in text


def test_probes_do_not_write_more_often_than_they_need(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(readiness, "try_writing", lambda engine: written.append(engine))
    for _ in range(5):
        assert get(feiqian, "/readyz").status_code == 200
    assert len(written) == 1


def _invoice(feiqian: Network) -> str:
    import base64

    return base64.b64encode(feiqian.invoice()).decode()


def test_every_figure_is_explained(feiqian: Network) -> None:
    """Whoever watches finds each of /metrics in docs/operations.md, and no other."""
    feiqian.registered()
    exposed = {
        name.removesuffix("_created")
        for name in re.findall(r"^# TYPE (feiqian_\w+) ", get(feiqian, "/metrics").text, re.MULTILINE)
    }
    explained = set(re.findall(r"`(feiqian_\w+)`", (ROOT / "docs" / "operations.md").read_text()))
    assert exposed == explained
