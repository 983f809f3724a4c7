"""Readings over MQTT: each device writes to feiqian/<chainId>/<lot>/<device>/readings, one message a reading."""

from __future__ import annotations

from typing import Any

import structlog
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import ValidationError

from backend.devices.intake import Intake
from backend.devices.messages import SignedReading, parse
from backend.errors import FeiqianError, InvalidInput, both

log = structlog.get_logger(__name__)

AT_LEAST_ONCE = 1


def topic(chain_id: int, lot_id: int | str, device: str) -> str:
    return f"feiqian/{chain_id}/{lot_id}/{device}/readings"


class MqttIntake:
    """Listens from `start` to `stop`, and again by itself after the broker was away. The broker keeps for `client_id`
    what comes meanwhile; a message is acknowledged once it is kept, or refused for good."""

    def __init__(self, intake: Intake, host: str, port: int, client_id: str = "feiqian-intake") -> None:
        self._intake = intake
        self._address = (host, port)
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=False, manual_ack=True)
        self._client.reconnect_delay_set(1, 30)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._on_message

    def start(self) -> None:
        self._client.connect_async(*self._address)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(
        self, client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.warning("mqtt-refused", reason=str(reason))
            return
        client.subscribe(topic(self._intake.collector.domain.chain_id, "+", "+"), AT_LEAST_ONCE)

    def _on_message(self, client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            self._take(message.topic, bytes(message.payload))
        except (FeiqianError, ValidationError) as refusal:
            if isinstance(refusal, FeiqianError) and refusal.status >= 500:
                log.warning("reading-waits", topic=message.topic, reason=str(refusal))
                return  # not acknowledged: it comes again with the next connection
            log.warning("reading-refused", topic=message.topic, reason=str(refusal))
        except Exception:
            log.exception("reading-failed", topic=message.topic)
            return
        client.ack(message.mid, message.qos)

    def _take(self, where: str, payload: bytes) -> None:
        message = parse(payload)
        self._require_own_topic(where, message)
        self._intake.take(message)

    def _require_own_topic(self, where: str, message: SignedReading) -> None:
        own = topic(self._intake.collector.domain.chain_id, message.lot_id, message.device)
        if where.lower() != own.lower():
            raise InvalidInput(
                field="device", reason=both("came under another topic: {topic}", "主题不符:{topic}", topic=where)
            )
