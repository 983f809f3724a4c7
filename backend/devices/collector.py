"""Keeps accepted readings, and makes batches of them to be signed and anchored (rule E3)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select, update

from backend.database import reading as reading_of
from backend.devices import merkle
from backend.devices.documents import KINDS, Batch, Domain, Reading
from backend.devices.messages import SignedReading
from backend.documents.tables import device_batches, device_readings
from backend.errors import Conflict, InvalidInput, NotFound, both

BATCH_SIZE = 1_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Collector:
    """Readings of one deployment. What `keep` returned for is on disk."""

    database: Engine
    domain: Domain

    def keep(self, message: SignedReading, now: int) -> bool:
        """Stores a reading whose signature was checked; False where it is here already. Raises Conflict where its
        sequence does not rise."""
        with self.database.begin() as db:
            known = self._find(db, message.device, message.sequence)
            if known is not None:
                if known == message.reading:
                    return False  # sent again: the way back was lost
                raise Conflict(field="sequence", reason=both("says something else already", "该序号已有不同读数"))
            highest = self._highest(db, message.device)
            if message.sequence <= highest:
                raise Conflict(
                    field="sequence",
                    reason=both("is not above {highest}, the last one", "不大于上一个序号 {highest}", highest=highest),
                )
            db.execute(
                device_readings.insert().values(
                    device=message.device,
                    sequence=message.sequence,
                    lot_id=message.lot_id,
                    kind=message.kind,
                    value=message.value,
                    taken_at=message.taken_at,
                    simulated=message.simulated,
                    signature=message.signature,
                    batch_root=None,
                    at=now,
                )
            )
        return True

    def next_batch(self, device: str, size: int = BATCH_SIZE, *, last_sequence: int | None = None) -> Batch | None:
        """The batch that `device` is to sign next: its first readings, at most `size` and none after `last_sequence`,
        that are in none; None where there are none."""
        last = _LARGEST if last_sequence is None else last_sequence
        waiting = device_readings.c.batch_root.is_(None) & (device_readings.c.sequence <= last)
        with reading_of(self.database) as db:
            found = self._readings(db, device, waiting, size)
        if not found:
            return None
        leaves = [one.digest(self.domain) for one in found]
        return Batch(
            found[0].lotId,
            "0x" + merkle.root(leaves).hex(),
            found[0].sequence,
            found[-1].sequence,
            max(one.takenAt for one in found),
        )

    def seal(self, batch: Batch, device: str, signature: str, now: int) -> None:
        """Keeps a batch that the device signed, to be anchored. Raises InvalidInput for another's signature, Conflict
        where the readings of `batch` are not those that wait."""
        with self.database.begin() as db:
            self.write_batch(db, batch, device, signature, now)

    def write_batch(self, db: Connection, batch: Batch, device: str, signature: str, now: int) -> None:
        """As `seal`, within a transaction of the caller's."""
        self.require_signed(batch, device, signature)
        within = device_readings.c.sequence.between(batch.firstSequence, batch.lastSequence)
        waiting = self._readings(db, device, device_readings.c.batch_root.is_(None) & within, None)
        leaves = [one.digest(self.domain) for one in waiting]
        if not leaves or "0x" + merkle.root(leaves).hex() != batch.root:
            raise Conflict(reason=both("these are not the readings that wait", "与待归档的读数不符"))
        db.execute(
            device_batches.insert().values(
                device=device,
                root=batch.root,
                lot_id=batch.lotId,
                first_sequence=batch.firstSequence,
                last_sequence=batch.lastSequence,
                last_taken_at=batch.lastTakenAt,
                signature=signature,
                at=now,
            )
        )
        db.execute(
            update(device_readings).where(device_readings.c.device == device, within).values(batch_root=batch.root)
        )

    def require_signed(self, batch: Batch, device: str, signature: str) -> None:
        """Raises InvalidInput where the batch is not signed by the device."""
        if not batch.is_signed_by(device, signature, self.domain):
            raise InvalidInput(
                field="signature", reason=both("was not made by {device}", "不是 {device} 的签名", device=device)
            )

    def proof(self, device: str, sequence: int) -> tuple[Reading, str, list[str]]:
        """A reading, the root of its batch and the proof between them: what Attestations.contradictFromBatch takes.
        Raises NotFound where it is in no batch."""
        with reading_of(self.database) as db:
            query = select(device_readings.c.batch_root).where(
                device_readings.c.device == device, device_readings.c.sequence == sequence
            )
            root = db.execute(query).scalar()
            if root is None:
                raise NotFound(what=both("reading in a batch", "已归档的读数"), id=sequence)
            batch = self._readings(db, device, device_readings.c.batch_root == root, None)
        leaves = [one.digest(self.domain) for one in batch]
        index = [one.sequence for one in batch].index(sequence)
        return batch[index], root, ["0x" + partner.hex() for partner in merkle.proof(leaves, index)]

    def _find(self, db: Connection, device: str, sequence: int) -> Reading | None:
        found = self._readings(db, device, device_readings.c.sequence == sequence, 1)
        return found[0] if found else None

    def _highest(self, db: Connection, device: str) -> int:
        query = select(func.max(device_readings.c.sequence)).where(device_readings.c.device == device)
        return db.execute(query).scalar() or 0

    def _readings(self, db: Connection, device: str, condition: object, limit: int | None) -> list[Reading]:
        table = device_readings.c
        query = (
            select(table.lot_id, table.kind, table.value, table.sequence, table.taken_at)
            .where(table.device == device, condition)  # type: ignore[arg-type]
            .order_by(table.sequence)
            .limit(limit)
        )
        return [
            Reading(row.lot_id, KINDS.index(row.kind), row.value, row.sequence, row.taken_at)
            for row in db.execute(query)
        ]
