"""The chain is read in stretches that suit, and no block or log of it is left out (rules B34 and B35)."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.chain.logs import LogsMissing
from backend.errors import ChainUnavailable
from backend.projections import reader
from backend.projections.indexer import ChainMoved, read_model_digest
from tests.backend.unit.projections.paper_desk import Desk
from tests.backend.unit.projections.paper_source import registered


def questions(desk: Desk, kind: str) -> list[str]:
    return [question for question in desk.source.asked if question.startswith(kind)]


def test_the_next_stretch_is_read_while_one_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.indexer.reader.most = desk.indexer.reader.span = 4
    for number in range(1, 11):
        desk.source.add(registered(number))
    desk.indexer.step()
    ahead = desk.indexer.reader._ahead
    assert ahead is not None
    ahead.result()
    desk.source.asked.clear()
    desk.indexer.step()
    assert desk.indexer.position() == 8
    assert "logs 5-8" not in desk.source.asked, "it was there already"
    assert desk.indexer.catch_up() == 10
    assert desk.people() == list(range(1, 11))


def test_what_was_read_ahead_of_a_reorganisation_is_not_believed(desk: Desk, tmp_path: Path) -> None:
    desk.indexer.reader.most = desk.indexer.reader.span = 4
    for number in range(1, 9):
        desk.source.add(registered(number))
    desk.indexer.step()
    ahead = desk.indexer.reader._ahead
    assert ahead is not None
    ahead.result()
    desk.source.fork_at(2)
    for number in range(10, 20):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    assert desk.people() == [1, 2, *range(10, 20)]
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_trouble_ahead_is_raised_when_its_turn_comes(desk: Desk) -> None:
    desk.indexer.reader.span = 4
    for number in range(1, 21):
        desk.source.add(registered(number))
    silent = ChainUnavailable(reason="silence")

    def falls_silent() -> None:
        if "logs 5-12" in desk.source.asked:
            desk.source.before_logs = lambda: None
            raise silent

    desk.source.before_logs = falls_silent
    desk.indexer.step()
    with pytest.raises(ChainUnavailable):
        desk.indexer.step()
    assert desk.indexer.position() == 4
    desk.indexer.catch_up()
    assert desk.people() == list(range(1, 21))


def test_a_full_stretch_is_written_in_parts_and_read_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_LOGS", 5)
    for number in range(1, 9):
        desk.source.add(*(registered(10 * number + log) for log in range(3)))
    ends = []
    while desk.indexer.step():
        ends.append(desk.indexer.position())
    assert ends == [1, 2, 3, 4, 5, 6, 7, 8], "whole blocks, never more than five logs"
    assert len(desk.people()) == 24
    assert len(questions(desk, "logs")) == 1


def test_a_block_fuller_than_a_stretch_is_written_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_LOGS", 2)
    desk.source.add()
    desk.source.add(*(registered(log) for log in range(1, 8)))
    desk.source.add(registered(9))
    desk.indexer.catch_up()
    assert len(desk.people()) == 8


def test_so_is_the_last_block_there_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_LOGS", 2)
    desk.source.add(*(registered(log) for log in range(1, 8)))
    assert desk.indexer.step()
    assert (len(desk.people()), desk.indexer.position()) == (7, 1)


def test_headers_of_two_histories_are_not_believed(desk: Desk, tmp_path: Path) -> None:
    """A node that reorganises in the middle of an answer, or several nodes behind one address."""
    for number in range(1, 6):
        desk.source.add(registered(number))
    before = list(desk.source.chain)
    desk.source.fork_at(2)
    for _ in range(3):
        desk.source.add()
    honest = desk.source.blocks
    desk.source.blocks = lambda numbers: [*before[1:4], *honest(numbers)[3:]]  # type: ignore[method-assign]
    with pytest.raises(ChainMoved, match="block 4 is no child of block 3"):
        desk.indexer.step()
    assert (desk.people(), desk.indexer.position()) == ([], 0)
    desk.source.blocks = honest  # type: ignore[method-assign]
    assert desk.indexer.catch_up() == 5
    assert desk.people() == [1, 2]
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_less_is_asked_for_where_blocks_are_full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_LOGS", 12)
    desk.indexer.reader.span = 4
    for number in range(1, 25):
        desk.source.add(*(registered(10 * number + log) for log in range(3)))
    desk.indexer.catch_up()
    assert questions(desk, "logs")[:3] == ["logs 1-4", "logs 5-8", "logs 9-12"]


def test_logs_that_the_header_speaks_of_are_asked_for_again(desk: Desk, tmp_path: Path) -> None:
    for number in range(1, 7):
        desk.source.add(*([registered(number)] if number != 4 else []))
    desk.source.hidden = {3}
    desk.indexer.catch_up()
    assert desk.people() == [1, 2, 3, 5, 6]
    assert questions(desk, "all logs") == ["all logs of 3"], "and only they"
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


@pytest.mark.parametrize("live", [True, False])
def test_logs_that_stay_away_stop_the_indexer_and_are_never_skipped(desk: Desk, live: bool) -> None:
    desk.source.add(registered(1))
    desk.indexer.catch_up()
    for number in (2, 3) if live else (2, 3, 4, 5):
        desk.source.add(registered(number))
    desk.source.lost = {3}
    for _ in range(6):
        with pytest.raises(LogsMissing):
            while True:
                desk.indexer.step()
    assert desk.people() == [1, 2], "all before it is there"
    desk.source.lost = set()
    desk.indexer.catch_up()
    assert desk.people() == ([1, 2, 3] if live else [1, 2, 3, 4, 5])


def test_a_gap_between_cursor_and_stretch_is_a_reorganisation(desk: Desk, tmp_path: Path) -> None:
    """The node moved to another history and is far ahead on it: what comes next is no child of what was read last."""
    for number in range(1, 4):
        desk.source.add(registered(number))
    desk.indexer.catch_up()
    desk.source.fork_at(1)
    for number in range(20, 40):
        desk.source.add(registered(number))
    desk.indexer.step()
    assert desk.indexer.position() == 1
    desk.indexer.catch_up()
    assert desk.people() == [1, *range(20, 40)]
    assert read_model_digest(desk.database) == desk.rebuilt(tmp_path)


def test_progress(desk: Desk) -> None:
    for number in range(1, 9):
        desk.source.add(registered(number))
    desk.indexer.reader.most = desk.indexer.reader.span = 3
    assert desk.indexer.progress().position == 0
    desk.indexer.step()
    now = desk.indexer.progress()
    assert (now.first, now.position, now.head) == (1, 3, 8)
    assert now.rate > 0
    desk.indexer.catch_up()
    assert desk.indexer.progress().position == 8
