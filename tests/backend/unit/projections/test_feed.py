"""The feed tells each event once, and says so when it takes one back (rules B30 and B31)."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import delete, select

from backend.database import reading
from backend.migrations import alembic_config, migrate
from backend.projections import tables
from tests.backend.unit.projections.paper_desk import Desk
from tests.backend.unit.projections.paper_source import registered


def standing(desk: Desk) -> list[tuple[str, int]]:
    """What a reader that follows the feed from its beginning holds to be true."""
    held: list[tuple[str, int]] = []
    for kind, block_hash, log_index in desk.told():
        if kind == "event":
            assert (block_hash, log_index) not in held, "told twice"
            held.append((block_hash, log_index))
        else:
            held.remove((block_hash, log_index))
    return held


def test_every_event_is_told_once_in_order(desk: Desk) -> None:
    for number in range(1, 6):
        desk.source.add(registered(number), registered(10 + number))
        if number % 2:
            desk.indexer.catch_up()
    desk.indexer.catch_up()
    assert [place for _, *place in desk.told()] == [list(place) for place in desk.known()]
    assert {kind for kind, *_ in desk.told()} == {"event"}


def test_what_is_told_is_the_event_itself(desk: Desk) -> None:
    block = desk.source.add(registered(7))
    desk.indexer.catch_up()
    with reading(desk.database) as db:
        said = dict(db.execute(select(tables.feed)).mappings().one())
    assert said == {
        "seq": 1,
        "kind": "event",
        "block_number": 1,
        "block_hash": block.hash,
        "log_index": 0,
        "contract": "Participants",
        "name": "ParticipantRegistered",
        "args": registered(7)[2],
        "tx_hash": desk.source.entries[block.hash][0].tx_hash,
        "at": block.timestamp,
    }


def test_what_a_reorganisation_took_is_taken_back_the_last_first(desk: Desk) -> None:
    gone = [desk.source.add(registered(number), registered(10 + number)) for number in range(1, 4)][1:]
    desk.indexer.catch_up()
    before = len(desk.told())
    desk.source.fork_at(1)
    new = desk.source.add(registered(50))
    desk.indexer.catch_up()
    since = desk.told()[before:]
    assert since == [
        ("retraction", gone[1].hash, 1),
        ("retraction", gone[1].hash, 0),
        ("retraction", gone[0].hash, 1),
        ("retraction", gone[0].hash, 0),
        ("event", new.hash, 0),
    ]
    assert standing(desk) == desk.known()


def test_what_comes_back_is_told_again(desk: Desk) -> None:
    desk.source.add(registered(1))
    kept = list(desk.source.chain)
    block = desk.source.add(registered(2))
    desk.indexer.catch_up()
    desk.source.fork_at(1)
    desk.indexer.catch_up()
    desk.source.chain = [*kept, block]
    desk.indexer.catch_up()
    place = block.hash, 0
    assert [kind for kind, *where in desk.told() if tuple(where) == place] == ["event", "retraction", "event"]
    assert standing(desk) == desk.known()


def test_a_rebuild_tells_nothing_again(desk: Desk) -> None:
    for number in range(1, 6):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    told = desk.told()
    desk.indexer.rebuild()
    assert desk.told() == told
    desk.indexer.catch_up()
    assert desk.told() == told


@pytest.mark.parametrize("longer", [True, False])
def test_a_rebuild_on_another_history_takes_back_what_is_gone(desk: Desk, longer: bool) -> None:
    for number in range(1, 6):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    desk.source.fork_at(2)
    for number in range(6 if longer else 1):
        desk.source.add(registered(50 + number))
    desk.indexer.rebuild()
    desk.indexer.catch_up()
    assert standing(desk) == desk.known()


def test_positions_are_never_given_twice(desk: Desk) -> None:
    """Whoever followed the feed to its end must not miss what comes after the end was cut off."""
    desk.source.add(registered(1))
    desk.source.add(registered(2))
    desk.indexer.catch_up()
    with desk.database.begin() as db:
        db.execute(delete(tables.feed))
    desk.source.add(registered(3))
    desk.indexer.catch_up()
    with reading(desk.database) as db:
        assert list(db.execute(select(tables.feed.c.seq)).scalars()) == [3]


def test_what_was_known_before_there_was_a_feed_is_its_beginning(desk: Desk) -> None:
    for number in range(1, 4):
        desk.source.add(registered(number), registered(10 + number))
    desk.indexer.catch_up()
    told = desk.told()
    config = alembic_config()
    before = ScriptDirectory.from_config(config).get_revision("0003").down_revision
    with desk.database.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, str(before))
    migrate(desk.database)
    assert desk.told() == told
