"""When an act has ended for sure (rule B29): the sender looks at the chain, the indexer reads it, and a reorganisation
may fall anywhere between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert

from backend.chain.endings import Mined, is_sure
from backend.chain.node import Block
from backend.chain.position import cursor
from tests.backend.unit.chain.paper_bench import Bench, gone


def stands_at(bench: Bench, number: int, history: int) -> None:
    """The read model is at that block of the chain as it is now."""
    block = bench.chain.blocks[number]
    with bench.database.begin() as db:
        db.execute(delete(cursor))
        at = {"block_number": number, "block_hash": block.hash, "at": block.timestamp, "history": history}
        db.execute(insert(cursor).values(id=1, **at))


def sent_and_not_seen(bench: Bench) -> str:
    """An act that a block has, of which the sender does not know yet."""
    operation_id = bench.put(1)
    with pytest.MonkeyPatch.context() as blind:
        blind.setattr(bench.sender, "_finish", lambda _lanes: None)
        bench.step()
    return operation_id


def once_seen(bench: Bench, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Has something happen between the sender's look at a block and its note of it, the first time."""
    honest, left = bench.chain.headers, [happens]

    def headers(numbers: list[int]) -> list[Block | None]:
        found = honest(numbers)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(bench.chain, "headers", headers)


def test_a_block_that_the_indexer_passed_in_another_history(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had not come to the old block, so it has nothing to rewind, and never looks at the new one again."""
    stands_at(bench, 0, history=7)
    first, second = bench.put(1), bench.put(2)

    def overtaken() -> None:
        bench.chain.reorganise(2)
        stands_at(bench, 3, history=7)

    once_seen(bench, monkeypatch, overtaken)
    bench.step()
    bench.wait(1)
    assert [bench[one]["state"] for one in (first, second)] == ["succeeded", "succeeded"]
    assert bench.sent() == ["0x00000001", "0x00000002"], "what vanished was sent again"
    for one in (first, second):
        assert bench[one]["block_hash"] == bench.chain.blocks[bench[one]["block_number"]].hash
        assert bench.states(one) == ["pending", "submitted", "succeeded"], "nothing was noted that was not so"


def test_a_block_that_the_indexer_took_back_meanwhile(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rewind found no act in it, since none was noted yet."""
    bench.chain.mine()
    operation_id = sent_and_not_seen(bench)
    stands_at(bench, 2, history=7)

    def taken_back() -> None:
        bench.chain.reorganise(1)
        assert gone(bench, 1) == 0
        stands_at(bench, 3, history=8)

    once_seen(bench, monkeypatch, taken_back)
    bench.step()
    bench.wait(1)
    done = bench[operation_id]
    assert (done["state"], done["block_hash"]) == ("succeeded", bench.chain.blocks[done["block_number"]].hash)
    assert bench.states(operation_id) == ["pending", "submitted", "succeeded"]


def test_an_indexer_that_goes_on_holds_nothing_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    operation_id = sent_and_not_seen(bench)
    stands_at(bench, 1, history=7)

    def goes_on() -> None:
        bench.chain.mine()
        stands_at(bench, 2, history=7)

    once_seen(bench, monkeypatch, goes_on)
    assert bench.sender.step(bench.sender.lanes(), 0)
    assert bench[operation_id]["state"] == "succeeded"


@pytest.mark.parametrize(
    ("block", "before", "now", "beside", "sure"),
    [
        (5, None, None, False, True),  # nothing was read yet
        (5, (4, 7), (4, 7), True, True),  # it will come there
        (5, (4, 7), (4, 8), False, True),
        (5, (9, 7), (4, 8), False, True),  # it went back, and will come there again
        (5, (4, 7), (5, 7), True, False),  # it came there meanwhile, in whatever history
        (5, None, (5, 7), False, False),
        (5, (5, 7), (5, 7), True, True),
        (5, (5, 7), (9, 7), True, True),
        (5, (5, 7), (5, 7), False, False),  # it stands on another history than the chain has
        (5, (5, 7), (9, 8), True, False),  # it went back and came again
    ],
)
def test_sure(
    block: int, before: tuple[int, int] | None, now: tuple[int, int] | None, beside: bool, sure: bool
) -> None:
    def row(at: tuple[int, int] | None) -> Any:
        return dict(zip(("block_number", "history"), at, strict=True)) if at else None

    mined = Mined({}, {}, Block(block, "0x5", "0x4", 1_000, None), beside)
    assert is_sure(mined, row(before), row(now)) is sure
