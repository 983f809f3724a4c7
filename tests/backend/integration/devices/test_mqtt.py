"""Readings over a real broker: taken in once, refused for good, and never lost on the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from backend.devices.collector import Collector
from backend.devices.intake import Intake, Registered
from backend.devices.mqtt import MqttIntake, topic
from backend.devices.simulator import SimulatedDevice
from backend.documents.tables import device_readings
from backend.errors import ChainUnavailable, both
from tests.backend.integration.devices.mosquitto_broker import Broker
from tests.backend.unit.devices.scene import DOMAIN, Scene, read
from tests.waiting import eventually


@contextmanager
def listening(scene: Scene, broker: Broker) -> Iterator[MqttIntake]:
    with running(MqttIntake(scene.intake, "127.0.0.1", broker.port)) as intake:
        yield intake


@contextmanager
def running(intake: MqttIntake) -> Iterator[MqttIntake]:
    intake.start()
    try:
        eventually(lambda: intake._client.is_connected())
        time.sleep(0.2)  # the subscription follows the connection
        yield intake
    finally:
        intake.stop()


def publish(broker: Broker, *messages: tuple[str, bytes]) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for where, payload in messages:
        client.publish(where, payload, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def sent(device: SimulatedDevice, message: dict[str, Any]) -> tuple[str, bytes]:
    return topic(DOMAIN.chain_id, message["lotId"], device.address), json.dumps(message).encode()


def kept(scene: Scene) -> list[int]:
    with scene.database.connect() as db:
        return list(db.execute(select(device_readings.c.sequence).order_by(device_readings.c.sequence)).scalars())


def test_what_a_device_says_is_kept(scene: Scene, broker: Broker) -> None:
    device = scene.device()
    with listening(scene, broker):
        publish(broker, *(sent(device, read(device)) for _ in range(5)))
        eventually(lambda: kept(scene) == [1, 2, 3, 4, 5])
    batch = scene.collector.next_batch(device.address)
    assert batch is not None
    assert (batch.firstSequence, batch.lastSequence) == (1, 5)


def test_what_is_refused_stops_nothing(scene: Scene, broker: Broker) -> None:
    """Neither rubbish, nor a forged or unmarked reading, nor one under another device's, lot's or chain's topic."""
    device, other = scene.device(), scene.device("other")
    first, unmarked, elsewhere, last = (read(device) for _ in range(4))
    own = sent(device, first)[0]
    with listening(scene, broker):
        publish(
            broker,
            (own, b""),
            (own, b"\xff\x00"),
            (own, b"x" * 100_000),
            (own, json.dumps(first | {"signature": read(other)["signature"]}).encode()),
            (own, json.dumps(unmarked | {"simulated": False}).encode()),
            (topic(1337, 1, other.address), json.dumps(elsewhere).encode()),
            (topic(1337, 2, device.address), json.dumps(elsewhere).encode()),
            (topic(1, 1, device.address), json.dumps(elsewhere).encode()),
            sent(device, last),
        )
        eventually(lambda: kept(scene) == [4])
    assert kept(scene) == [4]


def test_sent_again_it_is_kept_once(scene: Scene, broker: Broker) -> None:
    device = scene.device()
    first = sent(device, read(device))
    with listening(scene, broker):
        publish(broker, first, first, sent(device, read(device)))
        eventually(lambda: kept(scene) == [1, 2])


def test_what_comes_while_nobody_listens_waits(scene: Scene, broker: Broker) -> None:
    device = scene.device()
    with listening(scene, broker):
        pass
    publish(broker, sent(device, read(device)))
    assert kept(scene) == []
    with listening(scene, broker):
        eventually(lambda: kept(scene) == [1])


def test_what_could_not_be_stored_comes_again(scene: Scene, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message is acknowledged when it is on disk, not before."""
    device = scene.device()
    failed = []

    def full(*_: Any) -> bool:
        failed.append(True)
        raise OperationalError("insert", {}, Exception("the disk is full"))

    with monkeypatch.context() as patch, listening(scene, broker):
        patch.setattr(Collector, "keep", full)
        publish(broker, sent(device, read(device)))
        eventually(lambda: failed)
    assert kept(scene) == []
    with listening(scene, broker):
        eventually(lambda: kept(scene) == [1])


def test_a_reading_waits_while_the_chain_does_not_say_whose_it_is(scene: Scene, broker: Broker) -> None:
    """Nobody is to blame for it: it is not refused, and comes again."""
    device, asked = scene.device(), threading.Event()

    def silent(_address: str) -> Registered | None:
        asked.set()
        raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))

    with structlog.testing.capture_logs() as lines:
        intake = MqttIntake(Intake(scene.collector, silent, lambda: scene.now), "127.0.0.1", broker.port)
        with running(intake):
            publish(broker, sent(device, read(device)))
            eventually(lambda: any(line["event"] == "reading-waits" for line in lines))
    assert asked.is_set() and not any(line["event"] == "reading-refused" for line in lines)
    assert kept(scene) == []
    with listening(scene, broker):
        eventually(lambda: kept(scene) == [1])


def test_a_broker_that_lets_nobody_in_is_told_in_the_log_and_tried_again(scene: Scene, broker: Broker) -> None:
    device = scene.device()
    broker.stop()
    broker.anonymous = False
    broker.start()
    intake = MqttIntake(scene.intake, "127.0.0.1", broker.port)
    with structlog.testing.capture_logs() as lines:
        intake.start()
        try:
            eventually(lambda: any(line["event"] == "mqtt-refused" for line in lines))
            broker.stop()
            broker.anonymous = True
            broker.start()
            eventually(lambda: intake._client.is_connected(), 30)
            time.sleep(0.2)  # the subscription follows the connection
            publish(broker, sent(device, read(device)))
            eventually(lambda: kept(scene) == [1])
        finally:
            intake.stop()


def test_the_broker_was_away(scene: Scene, broker: Broker) -> None:
    device = scene.device()
    with listening(scene, broker) as intake:
        broker.stop()
        eventually(lambda: not intake._client.is_connected())
        broker.start()
        eventually(lambda: intake._client.is_connected(), 30)
        publish(broker, sent(device, read(device)))
        eventually(lambda: kept(scene) == [1])
