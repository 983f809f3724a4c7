"""The indexer over a chain on paper: nothing is skipped, nothing is read twice, whatever the chain does."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from web3.exceptions import Web3RPCError

from backend.chain.outbox import operations
from backend.database import reading
from backend.projections import handlers, indexer, tables
from backend.projections.indexer import ChainBroken, ChainMoved, HandlerFailed, Indexer, read_model_digest
from backend.projections.reader import Reader
from backend.testing import NewDatabase
from tests.backend.unit.projections.paper_desk import Desk
from tests.backend.unit.projections.paper_source import PaperSource, account, registered


class Crash(BaseException):
    """The process ends here."""


def test_block_by_block(desk: Desk) -> None:
    assert desk.indexer.position() == 0
    assert not desk.indexer.step()
    desk.source.add(registered(1))
    assert desk.indexer.step()
    desk.source.add()
    desk.source.add(registered(2), registered(3))
    assert desk.indexer.step()
    assert not desk.indexer.step()
    assert (desk.people(), desk.indexer.position()) == ([1, 2, 3], 3)
    assert desk.count(tables.blocks) == 2, "only blocks with events are kept"
    assert desk.count(tables.events) == 3


def test_few_questions_are_asked(desk: Desk) -> None:
    desk.source.add(registered(1))
    desk.indexer.step()
    desk.source.asked.clear()
    desk.indexer.step()
    assert desk.source.asked == ["tip"], "nothing new: one question"
    desk.source.add(registered(2))
    desk.source.asked.clear()
    desk.indexer.step()
    assert desk.source.asked == ["tip", "logs of 2"], "one new block: two"


def test_a_long_chain_is_read_in_ranges(desk: Desk) -> None:
    desk.indexer.reader.most = desk.indexer.reader.span = 10
    for number in range(1, 26):
        desk.source.add(registered(number))
    assert desk.indexer.step()
    assert desk.indexer.is_behind
    assert desk.indexer.catch_up() == 25
    assert not desk.indexer.is_behind
    assert [question for question in desk.source.asked if question.startswith("logs")] == [
        "logs 1-10",
        "logs 11-20",
        "logs 21-25",
    ]


def test_a_node_that_chokes_is_asked_for_less_and_then_for_more_again(desk: Desk) -> None:
    for number in range(1, 41):
        desk.source.add(registered(number))
    desk.source.choke = 10
    faults = 0
    while desk.indexer.position() < 40:
        try:
            desk.indexer.step()
        except Web3RPCError:
            faults += 1
    assert desk.people() == list(range(1, 41))
    assert 2 < faults < 20
    desk.source.choke = None
    desk.indexer.step()
    assert desk.indexer.reader.span > 1


def test_a_handler_that_fails_stops_what_is_behind_it_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 9):
        desk.source.add(registered(number), registered(100 + number))
    kind = next(kind for kind in handlers.HANDLERS if kind.__name__ == "ParticipantRegistered")
    working = handlers.HANDLERS[kind]

    def fails(db: Any, event: Any) -> None:
        if event.participant_id == 105:
            raise RuntimeError("a fault of the program")
        working(db, event)

    with monkeypatch.context() as patched:
        patched.setitem(handlers.HANDLERS, kind, fails)
        for _ in range(20):
            try:
                desk.indexer.step()
            except HandlerFailed as alarm:
                message = str(alarm)
                cause = alarm.__cause__
        assert message == "Participants.ParticipantRegistered in block 5, log 1: RuntimeError: a fault of the program"
        assert isinstance(cause, RuntimeError)
        assert desk.indexer.position() == 4, "all before it is there, and nothing of its block"
        assert desk.people() == [1, 2, 3, 4, 101, 102, 103, 104]
    desk.indexer.catch_up()
    assert len(desk.people()) == 16, "nothing was skipped"


def stops(desk: Desk) -> str:
    """What the indexer says where it comes to a stand."""
    message = ""
    for _ in range(20):
        try:
            desk.indexer.step()
        except HandlerFailed as alarm:
            message = str(alarm)
    return message


def test_an_event_that_cannot_be_read_stops_what_is_behind_it_and_nothing_else(desk: Desk) -> None:
    desk.source.add(registered(1))
    contract, name, told = registered(2)
    torn = {key: value for key, value in told.items() if key != "roles"}
    desk.source.add((contract, name, torn))
    block = desk.source.add(registered(3))
    assert "Participants.ParticipantRegistered in block 2, log 0: " in stops(desk)
    assert (desk.people(), desk.indexer.position()) == ([1], 1)
    torn["roles"] = told["roles"]
    desk.indexer.catch_up()
    assert (desk.people(), desk.indexer.position()) == ([1, 2, 3], block.number)


def test_a_row_that_the_database_does_not_take_stops_what_is_behind_it_and_nothing_else(desk: Desk) -> None:
    desk.source.add(registered(1))
    contract, name, told = registered(2)
    desk.source.add((contract, name, told | {"roles": 2**70}))
    assert stops(desk).startswith("blocks 2 to 2: "), "named by its blocks, as near as the stretch could be cut"
    assert (desk.people(), desk.indexer.position()) == ([1], 1)


@pytest.mark.parametrize("step", ["_apply", "_set_cursor", "_block_row", "tell"])
def test_a_crash_in_the_middle_leaves_nothing_behind(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    desk.source.add(registered(1))
    desk.indexer.step()
    before = read_model_digest(desk.database)
    desk.source.add(registered(2), registered(3))
    original = getattr(indexer, step)

    def crashes(*arguments: Any, **named: Any) -> Any:
        original(*arguments, **named)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(indexer, step, crashes)
        with pytest.raises(Crash):
            desk.indexer.step()
    assert read_model_digest(desk.database) == before
    assert desk.indexer.position() == 1
    desk.indexer = Indexer(desk.database, desk.source)  # type: ignore[arg-type]
    desk.indexer.catch_up()
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


@pytest.mark.parametrize("ancestor", [0, 1, 4, 7, 8])
@pytest.mark.parametrize("longer", [0, 1, 5])
def test_a_reorganisation_is_followed_to_the_common_ancestor(
    desk: Desk, tmp_path: Path, ancestor: int, longer: int
) -> None:
    for number in range(1, 9):
        desk.source.add(*([registered(number)] if number % 2 else []))
    desk.indexer.catch_up()
    desk.source.fork_at(ancestor)
    for number in range(8 - ancestor + longer):
        desk.source.add(registered(50 + number))
    desk.indexer.catch_up()
    stayed = [number for number in range(1, ancestor + 1) if number % 2]
    assert desk.people() == stayed + [50 + number for number in range(8 - ancestor + longer)]
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_a_chain_that_became_shorter(desk: Desk, tmp_path: Path) -> None:
    for number in range(1, 9):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    desk.source.fork_at(3)
    desk.indexer.catch_up()
    assert (desk.people(), desk.indexer.position()) == ([1, 2, 3], 3)
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_the_ancestor_is_found_with_few_questions(desk: Desk) -> None:
    for number in range(1, 301):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    desk.source.fork_at(150)
    desk.source.asked.clear()
    desk.indexer.step()
    assert desk.indexer.position() == 150
    assert len(desk.source.asked) < 15


def test_a_chain_that_moves_while_it_is_read(desk: Desk, tmp_path: Path) -> None:
    """The logs come from another history than the headers that are asked for next."""
    for number in range(1, 6):
        desk.source.add(registered(number))

    def moves() -> None:
        desk.source.before_blocks = lambda: None
        desk.source.fork_at(2)
        for number in range(6, 9):
            desk.source.add(registered(number))

    desk.source.before_blocks = moves
    with pytest.raises(ChainMoved):
        desk.indexer.step()
    assert desk.people() == []
    assert desk.indexer.catch_up() == 5
    assert desk.people() == [1, 2, 6, 7, 8]
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_a_chain_that_moves_to_a_shorter_one_while_it_is_read(desk: Desk) -> None:
    for number in range(1, 6):
        desk.source.add(registered(number))

    def moves() -> None:
        desk.source.before_logs = lambda: None
        desk.source.fork_at(2)

    desk.source.before_logs = moves
    desk.indexer.catch_up()
    assert desk.people() == [1, 2]


def test_logs_of_another_history_are_not_believed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.source.add(registered(1))
    theirs = desk.source.entries[desk.source.chain[1].hash]
    desk.source.fork_at(0)
    desk.source.add(registered(1))
    desk.source.add(registered(2))
    monkeypatch.setattr(desk.source, "logs", lambda *_: theirs)
    with pytest.raises(ChainMoved):
        desk.indexer.step()
    assert desk.people() == []


def test_blocks_that_never_fit_are_a_fault_that_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """B35: Anvil loses a block for good where it reorganises while it makes another."""
    for number in range(1, 6):
        desk.source.add(registered(number))
    honest = desk.source.blocks
    monkeypatch.setattr(desk.source, "blocks", lambda numbers: [b if b.number != 3 else None for b in honest(numbers)])
    with pytest.raises(ChainMoved, match="the node has no block 3, though its chain ended with 5"):
        desk.indexer.step()
    monkeypatch.setattr("backend.projections.indexer.BROKEN_SECONDS", 0)
    with pytest.raises(ChainBroken, match="do not fit one another: the node has no block 3"):
        desk.indexer.catch_up()
    assert (desk.people(), desk.indexer.position()) == ([], 0)
    monkeypatch.setattr(desk.source, "blocks", honest)
    assert desk.indexer.catch_up() == 5
    monkeypatch.setattr("backend.projections.indexer.BROKEN_SECONDS", 10)
    monkeypatch.setattr(desk.source, "blocks", lambda numbers: [None for _ in numbers])
    desk.source.add(registered(6))
    desk.source.add(registered(7))
    with pytest.raises(ChainMoved):  # what was before is over
        desk.indexer.step()
    assert len(desk.people()) == 5


def test_blocks_wait_for_their_confirmations(new_database: NewDatabase) -> None:
    desk = Desk(new_database(), confirmations=2)
    for number in range(1, 4):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    assert (desk.people(), desk.indexer.position()) == ([1], 1)
    desk.source.fork_at(1)
    for number in range(4, 8):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    assert desk.people() == [1, 4, 5], "what was never read need not be taken back"
    desk.database.dispose()


def test_rebuild_makes_the_same_again(desk: Desk) -> None:
    for number in range(1, 6):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    before = read_model_digest(desk.database)
    desk.indexer.rebuild()
    assert desk.people() == []
    assert desk.indexer.position() == 0
    desk.indexer.catch_up()
    assert read_model_digest(desk.database) == before


@pytest.mark.parametrize("rewinds", [False, True])
def test_two_indexers_do_not_read_a_block_twice(desk: Desk, tmp_path: Path, rewinds: bool) -> None:
    other = Indexer(desk.database, desk.source)  # type: ignore[arg-type]
    desk.source.add(registered(1))
    desk.source.add(registered(2))
    desk.indexer.catch_up()
    if rewinds:
        desk.source.fork_at(1)
    for number in (3, 4, 5):
        desk.source.add(registered(number))
    seen = desk.indexer._cursor()
    other.catch_up()
    assert seen is not None
    with pytest.raises(ChainMoved):
        if rewinds:
            desk.indexer._rewind(seen)
        else:
            head = desk.source.tip()
            desk.indexer._write(seen, Reader(desk.source).read(3, 5, head), head)  # type: ignore[arg-type]
    desk.indexer.catch_up()
    assert desk.people() == ([1, 3, 4, 5] if rewinds else [1, 2, 3, 4, 5])
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_a_rebuild_under_a_running_indexer(desk: Desk, tmp_path: Path) -> None:
    for number in range(1, 31):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    other = Indexer(desk.database, desk.source)  # type: ignore[arg-type]
    stop = threading.Event()

    def keeps_reading() -> None:
        while not stop.is_set():
            other.catch_up()

    thread = threading.Thread(target=keeps_reading)
    thread.start()
    for _ in range(5):
        desk.indexer.rebuild()
        desk.indexer.catch_up()
    stop.set()
    thread.join()
    desk.indexer.catch_up()
    assert desk.people() == list(range(1, 31))
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


# ---- operations whose blocks go


def operation(
    database: Engine, name: str, block_number: int, block_hash: str, to: str = PaperSource.addresses[0]
) -> None:
    with database.begin() as db:
        db.execute(
            insert(operations).values(
                id=name,
                kind="act",
                actor="me",
                state="succeeded",
                signer=account(1),
                to=to,
                nonce=1,
                raw=b"",
                block_number=block_number,
                block_hash=block_hash,
                result={"events": [], "account": "0xa"},
            )
        )


def states(database: Engine) -> dict[str, str]:
    with reading(database) as db:
        return {row.id: row.state for row in db.execute(select(operations.c.id, operations.c.state))}


def test_operations_above_the_ancestor_are_followed_again(desk: Desk) -> None:
    for number in range(1, 5):
        block = desk.source.add(registered(number))
        operation(desk.database, f"in {number}", number, block.hash)
    operation(desk.database, "elsewhere", 4, block.hash, to=account(77))
    desk.indexer.catch_up()
    desk.source.fork_at(2)
    desk.source.add()
    desk.indexer.catch_up()
    assert states(desk.database) == {
        "in 1": "succeeded",
        "in 2": "succeeded",
        "in 3": "submitted",
        "in 4": "submitted",
        "elsewhere": "succeeded",
    }


def test_an_operation_whose_block_went_before_it_was_read(desk: Desk) -> None:
    """The sender saw a receipt; the chain was reorganised before the indexer came by."""
    desk.source.add(registered(1))
    desk.indexer.catch_up()
    operation(desk.database, "kept", 2, desk.source.add().hash)
    operation(desk.database, "lost", 3, desk.source.add().hash)
    desk.source.fork_at(2)
    desk.source.add()
    desk.source.add(registered(2))
    desk.indexer.catch_up()
    assert states(desk.database) == {"kept": "succeeded", "lost": "submitted"}
    with reading(desk.database) as db:
        assert db.execute(select(operations.c.result).where(operations.c.id == "lost")).scalar() == {"account": "0xa"}


def test_an_operation_that_ends_while_its_block_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """B29: the sender notes it in a block of the history before, after the indexer has read the other one, and before
    it has written it."""
    desk.source.add(registered(1))
    desk.indexer.catch_up()
    lost = desk.source.add(registered(2))
    desk.source.fork_at(1)
    kept = desk.source.add(registered(3))
    honest = indexer._apply

    def meanwhile(*given: Any) -> list[dict[str, Any]]:
        operation(desk.database, "lost", 2, lost.hash)
        operation(desk.database, "kept", 2, kept.hash)
        return honest(*given)

    monkeypatch.setattr(indexer, "_apply", meanwhile)
    desk.indexer.catch_up()
    assert states(desk.database) == {"lost": "submitted", "kept": "succeeded"}


def test_an_operation_in_a_block_after_the_end_of_the_chain(desk: Desk) -> None:
    """The chain lost a block that the indexer had not read, and makes no new one: nothing would contradict it."""
    desk.source.add(registered(1))
    desk.indexer.catch_up()
    operation(desk.database, "lost", 2, desk.source.add().hash)
    desk.source.fork_at(1)
    desk.indexer.step()
    assert states(desk.database) == {"lost": "submitted"}


def test_a_rebuild_leaves_operations_alone(desk: Desk) -> None:
    operation(desk.database, "kept", 1, desk.source.add(registered(1)).hash)
    desk.indexer.catch_up()
    desk.indexer.rebuild()
    desk.indexer.catch_up()
    assert states(desk.database) == {"kept": "succeeded"}
