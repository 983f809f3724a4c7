"""E3: what was kept becomes batches that the device signs, and proofs that a contract reads."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from backend.devices import merkle
from backend.devices.collector import Collector
from backend.devices.simulator import SimulatedDevice
from backend.errors import Conflict, InvalidInput, NotFound

from .scene import DOMAIN, NOW, Scene, read


@pytest.fixture
def device(scene: Scene) -> SimulatedDevice:
    """Five readings of it are kept."""
    made = scene.device()
    for second in range(5):
        scene.take(read(made, NOW - 100 + second))
    return made


def seal(scene: Scene, device: SimulatedDevice, size: int = 1_000) -> str:
    batch = scene.collector.next_batch(device.address, size)
    assert batch is not None
    scene.collector.seal(batch, device.address, batch.sign(device.key, DOMAIN), NOW)
    return batch.root


def test_as_many_as_fit(scene: Scene, device: SimulatedDevice) -> None:
    batch = scene.collector.next_batch(device.address, 3)
    assert batch is not None
    assert (batch.lotId, batch.firstSequence, batch.lastSequence, batch.lastTakenAt) == (1, 1, 3, NOW - 98)
    assert scene.collector.next_batch(device.address, 3) == batch
    seal(scene, device, 3)
    rest = scene.collector.next_batch(device.address, 3)
    assert rest is not None
    assert (rest.firstSequence, rest.lastSequence) == (4, 5)
    seal(scene, device)
    assert scene.collector.next_batch(device.address) is None


def test_nothing_waits(scene: Scene) -> None:
    assert scene.collector.next_batch(scene.device().address) is None


def test_every_reading_is_proven(scene: Scene, device: SimulatedDevice) -> None:
    roots = [seal(scene, device, 3), seal(scene, device, 3)]
    for sequence in range(1, 6):
        reading, root, proof = scene.collector.proof(device.address, sequence)
        assert (reading.sequence, root) == (sequence, roots[sequence > 3])
        path = [bytes.fromhex(partner[2:]) for partner in proof]
        assert "0x" + merkle.climb(reading.digest(DOMAIN), path).hex() == root


def test_what_is_in_no_batch_has_no_proof(scene: Scene, device: SimulatedDevice) -> None:
    for sequence in (1, 99):
        with pytest.raises(NotFound):
            scene.collector.proof(device.address, sequence)


def test_the_device_signs(scene: Scene, device: SimulatedDevice) -> None:
    batch = scene.collector.next_batch(device.address)
    assert batch is not None
    with pytest.raises(InvalidInput, match="signature"):
        scene.collector.seal(batch, device.address, batch.sign(scene.device("other").key, DOMAIN), NOW)
    assert scene.collector.next_batch(device.address) == batch


def test_once(scene: Scene, device: SimulatedDevice) -> None:
    batch = scene.collector.next_batch(device.address)
    assert batch is not None
    signature = batch.sign(device.key, DOMAIN)
    scene.collector.seal(batch, device.address, signature, NOW)
    with pytest.raises(Conflict):
        scene.collector.seal(batch, device.address, signature, NOW)


def test_what_comes_meanwhile_waits_for_the_next(scene: Scene, device: SimulatedDevice) -> None:
    batch = scene.collector.next_batch(device.address)
    assert batch is not None
    scene.take(read(device))
    scene.collector.seal(batch, device.address, batch.sign(device.key, DOMAIN), NOW)
    following = scene.collector.next_batch(device.address)
    assert following is not None
    assert (following.firstSequence, following.lastSequence) == (6, 6)


def test_it_outlives_the_process(scene: Scene, device: SimulatedDevice, database: Engine) -> None:
    root = seal(scene, device)
    database.dispose()
    assert Collector(database, DOMAIN).proof(device.address, 2)[1] == root
