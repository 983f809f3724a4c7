"""A real broker for each test that asks for one: Mosquitto, on a free port, with a configuration of its own."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend.integration.devices.mosquitto_broker import Broker
from tests.backend.unit.devices.conftest import database as database
from tests.backend.unit.devices.conftest import scene as scene


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    binary = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if binary is None:
        missing = "MOSQUITTO IS NOT INSTALLED: nothing over MQTT is tested (apt-get install mosquitto)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Broker(binary, folder, port)
    made.start()
    yield made
    made.stop()
