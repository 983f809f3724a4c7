"""A warehouse of one lot with its watch, and devices that sign; brownie's, like the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from eth_account import Account
from eth_utils import keccak

from tests.contracts.world import DAY, FAR, Power, World, digest, now, wait_until

QUANTITY = 100_000
WATCH = {"toleranceBps": 100, "maxSilence": 7 * DAY, "quorum": 1, "maxMilliKelvin": 280_000, "maxMetres": 500}
LIGHT = QUANTITY * 9_900 // 10_000 - 1
"""The heaviest weight that contradicts."""

READING = {"lotId": "uint256", "kind": "uint8", "value": "uint64", "sequence": "uint64", "takenAt": "uint40"}
BATCH = {
    "lotId": "uint256", "root": "bytes32", "firstSequence": "uint256", "lastSequence": "uint256",
    "lastTakenAt": "uint256",
}  # fmt: skip
ROOT = digest("a root")


class Kind(IntEnum):
    WEIGHT = 0
    POSITION = 1
    DOOR = 2
    TEMPERATURE = 3


def watch(**changed: int) -> tuple[int, ...]:
    """The usual watch with members replaced."""
    return tuple((WATCH | changed).values())


def key(name: str) -> Any:
    """The key of a device."""
    return Account.from_key(keccak(text=f"device {name}"))


def later(seconds: int = 60) -> int:
    """A while passes; the second it is then."""
    wait_until(now() + seconds)
    return now()


@dataclass
class Evidence:
    """Attestations over a warehouse without receipts. Lot 1 is the custodian's."""

    world: World
    contract: Any
    warehouse: Any
    sequences: dict[str, int] = field(default_factory=dict)

    @classmethod
    def deploy(cls, world: World, attestations: Any, warehouse: Any) -> Evidence:
        sender = {"from": world.admin}
        goods = warehouse.deploy(sender)
        contract = attestations.deploy(world.authority, world.participants, goods, sender)
        for act, power in (("changeWatch", Power.REGISTRAR), ("revokeByOrder", Power.REGULATOR)):
            world.authority.setTargetFunctionRole(contract, [getattr(contract, act).signature], power, sender)
        made = cls(world, contract, goods)
        made.lot()
        return made

    def lot(self, quantity: int = QUANTITY, **changed: int) -> int:
        """One more lot of the custodian's, under watch; its number."""
        self.warehouse.takeIn(self.world.custodian, quantity, {"from": self.world.admin})
        number = int(self.warehouse.lotCount.call())
        self.contract.setWatch(number, watch(**changed), {"from": self.world.custodian})
        return number

    def device(self, name: str, kind: Kind = Kind.WEIGHT, owner: Any = None, lot: int = 1, **changed: Any) -> Any:
        """Registers a device; its key."""
        words = {"calibratedUntil": FAR, "simulated": False} | changed
        made = key(name)
        self.contract.registerDevice(made.address, lot, kind, *words.values(), {"from": owner or self.world.custodian})
        self.sequences[made.address] = 0
        return made

    def reading(self, device: Any, value: int, **changed: Any) -> tuple[int, ...]:
        """What a device reads now."""
        known = self.of(device)
        self.sequences[device.address] += 1
        words = {
            "lotId": known["lotId"] or 1, "kind": known["kind"], "value": value,
            "sequence": self.sequences[device.address], "takenAt": now(),
        } | changed  # fmt: skip
        return tuple(int(word) for word in words.values())

    def signed(self, device: Any, value: int, **changed: Any) -> tuple[tuple[int, ...], str, bytes]:
        """A single reading as it is carried."""
        signer = changed.pop("signer", device)
        reading = self.reading(device, value, **changed)
        return reading, device.address, self.sign(signer, "Reading", READING, reading)

    def batch(self, device: Any, root: bytes = ROOT, count: int = 10, **changed: Any) -> tuple[Any, str, bytes]:
        """A batch as it is carried: the next `count` sequences of the device."""
        signer = changed.pop("signer", device)
        first = self.sequences[device.address] + 1
        self.sequences[device.address] += count
        words = {
            "lotId": self.of(device)["lotId"] or 1, "root": root, "firstSequence": first,
            "lastSequence": self.sequences[device.address], "lastTakenAt": now(),
        } | changed  # fmt: skip
        batch = tuple(words.values())
        return batch, device.address, self.sign(signer, "Batch", BATCH, batch)

    def sign(self, signer: Any, kind: str, fields: dict[str, str], values: Any, **domain: Any) -> bytes:
        shown = dict(zip(fields, values, strict=True))
        return bytes(signer.sign_message(self.world.message(self.contract, kind, fields, shown, **domain)).signature)

    def contradict(self, device: Any, value: int, **changed: Any) -> Any:
        """Anyone carries a reading."""
        return self.carry(*self.signed(device, value, **changed))

    def carry(self, *signed: Any) -> Any:
        return self.contract.contradict(*signed, {"from": self.world.stranger})

    def anchor(self, *signed: Any) -> Any:
        return self.contract.anchor(*signed, {"from": self.world.stranger})

    def silence(self, device: Any) -> Any:
        return self.contract.reportSilence(device.address, {"from": self.world.stranger})

    def of(self, device: Any) -> dict[str, Any]:
        return dict(self.contract.deviceOf.call(device.address).dict())

    def witness(self, device: Any) -> dict[str, Any]:
        return dict(self.contract.witnessOf.call(device.address).dict())

    def leaf(self, reading: tuple[int, ...]) -> bytes:
        return bytes(self.contract.readingDigest.call(reading))

    def locked(self, lot: int = 1) -> bool:
        return bool(self.warehouse.lotOf.call(lot).dict()["locked"])

    def unlock(self, lot: int = 1) -> None:
        self.warehouse.unlock(lot, {"from": self.world.admin})

    def deliver(self, quantity: int, lot: int = 1) -> None:
        self.warehouse.deliver(lot, quantity, {"from": self.world.admin})

    def lose(self, quantity: int, lot: int = 1) -> None:
        self.warehouse.lose(lot, quantity, {"from": self.world.admin})
