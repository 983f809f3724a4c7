"""The system listens to a broker where a setting names one, from its start to its end."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from backend.config import DAY, Settings
from backend.devices.documents import Domain
from backend.devices.mqtt import topic
from backend.devices.simulator import SimulatedDevice
from backend.system import System
from backend.testing import Network
from tests.backend.integration.devices.mosquitto_broker import Broker
from tests.waiting import eventually


def test_readings_over_the_broker_reach_the_query(feiqian: Network, broker: Broker) -> None:
    net, running = feiqian, feiqian.world.system
    contracts = running.contracts
    lot, _ = net.stored()
    net.warehouse.watch(lot, tolerance_bps=200, max_silence=7_200)
    scale = SimulatedDevice("scale", "weight", lot, Domain.of(contracts), quantity=1_000_000)
    until = net.operator.now() + DAY
    net.warehouse.register_device(lot, scale.address, "weight", calibrated_until=until, simulated=True)
    net.operator.travel(seconds=10)

    named = running.settings.model_copy(update={"mqtt_host": "127.0.0.1", "mqtt_port": broker.port})
    listening = System.open(named, running.node, contracts.deployment)
    other = System.open(named, running.node, contracts.deployment)
    assert listening.listening is not None and other.listening is not None
    listening.start(["listening"])
    try:
        eventually(lambda: listening.listening.intake is not None)
        other.start(["listening"])  # two of one name would send each other away
        deadline = time.monotonic() + 20
        while not net.tier1.readings(scale.address):
            assert time.monotonic() < deadline, "it did not come"
            message = scale.read(net.operator.now())
            assert message is not None
            publish(broker, topic(contracts.deployment.chain_id, lot, scale.address), message)
            time.sleep(0.2)
        assert other.listening.intake is None
        listening.close()
        assert listening.listening.intake is None
        eventually(lambda: other.listening.intake is not None)
    finally:
        listening.close()
        other.close()
    assert all(one["simulated"] for one in net.tier1.readings(scale.address))


def publish(broker: Broker, where: str, message: dict[str, Any]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.publish(where, json.dumps(message), qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def test_without_the_setting_nobody_listens(feiqian: Network) -> None:
    assert feiqian.world.system.listening is None


def test_a_broker_that_is_away_stops_nothing(feiqian: Network) -> None:
    running = feiqian.world.system
    named = running.settings.model_copy(update={"mqtt_host": "127.0.0.1", "mqtt_port": 1})
    system = System.open(named, running.node, running.contracts.deployment)
    system.start(["listening"])
    started = time.monotonic()
    system.close()
    assert time.monotonic() - started < 5


def test_the_setting() -> None:
    assert Settings.from_env({}).mqtt_host == ""
    found = Settings.from_env({"FEIQIAN_MQTT_HOST": "broker.example", "FEIQIAN_MQTT_PORT": "8883"})
    assert (found.mqtt_host, found.mqtt_port) == ("broker.example", 8_883)
    with pytest.raises(ValueError, match="mqtt_port"):
        Settings.from_env({"FEIQIAN_MQTT_PORT": "0"})
