"""Settlement runs."""
from __future__ import annotations
from datetime import UTC, datetime
from backend.testing import Network

def test_x(feiqian: Network) -> None:
    now = feiqian.operator.now()
    run = feiqian.operator.settle_day(datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d"), seconds=5)
    assert run["state"] == "done"
