"""What is asked of the outbox at every round costs the same however much it has ended."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, insert

from backend.chain.outbox import ended_in, operations
from backend.database import open_database
from backend.migrations import migrate
from backend.testing import NewDatabase

ELSEWHERE, HERE = "0x" + "1" * 40, "0x" + "2" * 40


def ended(seq: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{seq:032x}", "kind": "note.endorse", "actor": "0xa", "state": "succeeded", "to": HERE,
        "block_number": seq, **more,
    }  # fmt: skip


@pytest.mark.parametrize("last", [None, 5])
def test_what_ended_is_found_by_its_blocks(new_database: NewDatabase, last: int | None) -> None:
    database = open_database(new_database())
    migrate(database)
    rows = [ended(seq) for seq in range(1, 5)] + [
        ended(5, state="failed"), ended(6, state="submitted", block_number=None), ended(7, to=ELSEWHERE),
        ended(8, block_number=4),
    ]  # fmt: skip
    asked: list[tuple[str, Any]] = []
    with database.begin() as db:
        db.execute(insert(operations), rows)
        event.listen(db, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        found = ended_in(db, 4, last, [HERE])
        assert [int(row["id"], 16) for row in found] == [4, 5, 8]
        if database.dialect.name == "sqlite":
            statement, parameters = asked[0]
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert "ix_operations_block_number" in str(plan), plan
    database.dispose()
