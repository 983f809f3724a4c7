"""The rows of a batch are read once, changed in memory and written together (rule B32)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, select

from backend.database import reading
from backend.events.types import Place, RecourseClaimed
from backend.projections import tables
from backend.projections.rows import RowMissing, Rows

ALLOTMENTS = tables.allotments
PLACE = Place(7, "0x" + 64 * "b", 1_000, "0x" + 64 * "c", 2, "Repayments", "0x" + 40 * "5")


def allotment(claim: int, number: int, left: int = 3) -> dict[str, Any]:
    fixed = {"principal": 5, "penalty": 0, "weight": 1, "notes": 3, "at": 9}
    return {"receivable_id": claim, "round": number, "left": left, **fixed}


@contextmanager
def asked(database: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database, "before_cursor_execute", note)
    yield statements
    event.remove(database, "before_cursor_execute", note)


def kept(database: Engine) -> dict[tuple[int, int], int]:
    with reading(database) as db:
        return {(row.receivable_id, row.round): row.left for row in db.execute(select(ALLOTMENTS))}


@pytest.fixture
def rows(database: Engine) -> Iterator[Rows]:
    with database.begin() as db:
        first = Rows(db)
        for number in (1, 2):
            first.add(ALLOTMENTS, **allotment(1, number))
        first.flush(db)
    with reading(database) as db:
        yield Rows(db)


def flush(rows: Rows, database: Engine) -> None:
    with database.begin() as db:
        rows.flush(db)


def test_a_change_shows_at_once_and_is_written_at_the_end(database: Engine, rows: Rows) -> None:
    row = rows.get(ALLOTMENTS, 1, 2)
    rows.increase(ALLOTMENTS, 1, 2, left=-1)
    rows.increase(ALLOTMENTS, 1, 2, left=-1)
    assert row["left"] == 1
    assert rows.get(ALLOTMENTS, 1, 2) is row, "one row, however often it is asked for"
    assert kept(database) == {(1, 1): 3, (1, 2): 3}
    flush(rows, database)
    assert kept(database) == {(1, 1): 3, (1, 2): 1}


def test_many_changes_take_a_statement_a_table(database: Engine, rows: Rows) -> None:
    for number in range(10, 60):
        rows.add(ALLOTMENTS, **allotment(1, number))
    for number in (1, 2, 10, 11):
        rows.change(ALLOTMENTS, 1, number, left=0)
    with asked(database) as statements:
        flush(rows, database)
    assert [statement.split()[0] for statement in statements if "allotments" in statement] == ["INSERT", "UPDATE"]
    assert sorted(key for key, left in kept(database).items() if not left) == [(1, 1), (1, 2), (1, 10), (1, 11)]


def test_rows_are_loaded_together_and_those_that_are_not_there_asked_for_once(database: Engine, rows: Rows) -> None:
    with asked(database) as statements:
        rows.load(ALLOTMENTS, [(1, 1), (1, 2), (1, 3)])
        assert rows.find(ALLOTMENTS, 1, 3) is None
        assert rows.get(ALLOTMENTS, 1, 2)["left"] == 3
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1


def test_numbers_above_the_last_are_known_not_to_be_there(database: Engine, rows: Rows) -> None:
    with asked(database) as statements:
        for numbers in ((5, 6), (7, 8)):
            rows.load(tables.participants, [(number,) for number in numbers])
        assert [rows.find(tables.participants, number) for number in (5, 8)] == [None, None]
    assert [one for one in statements if "SELECT" in one] == statements[-1:], "what the last one is"


def test_more_keys_than_fit_one_question(database: Engine, rows: Rows) -> None:
    for number in range(3, 1_203):
        rows.add(ALLOTMENTS, **allotment(1, number))
    flush(rows, database)
    with reading(database) as db:
        again = Rows(db)
        again.load(ALLOTMENTS, [(1, number) for number in range(1, 1_203)])
        assert again.get(ALLOTMENTS, 1, 1_202)["left"] == 3


def test_what_is_not_there_is_not_changed(rows: Rows) -> None:
    with pytest.raises(RowMissing, match="allotments has no row 5, 6"):
        rows.change(ALLOTMENTS, 5, 6, left=1)


def test_what_is_there_is_not_added(rows: Rows) -> None:
    rows.get(ALLOTMENTS, 1, 1)
    with pytest.raises(ValueError, match="allotments has a row 1, 1 already"):
        rows.add(ALLOTMENTS, **allotment(1, 1))


def test_put_makes_or_changes(database: Engine, rows: Rows) -> None:
    key = "0xtoken", "0xsomebody"
    rows.put(tables.cash_balances, *key, frozen=5, defaults={"amount": 7})
    rows.put(tables.cash_balances, *key, frozen=6, defaults={"amount": 8})
    flush(rows, database)
    with reading(database) as db:
        assert tuple(db.execute(select(tables.cash_balances)).one()) == (*key, 7, 6)


def test_what_happened_has_the_place_of_its_event(database: Engine, rows: Rows) -> None:
    claimed = RecourseClaimed(PLACE, 1, 2, "0xa", "0xb", 5)
    rows.record(tables.recourse_claims, claimed, note_id=1, receivable_id=2, endorser="0xa", holder="0xb", amount=5)
    flush(rows, database)
    with reading(database) as db:
        assert tuple(db.execute(select(tables.recourse_claims)).one()) == (7, 2, 1_000, 1, 2, "0xa", "0xb", 5)


def test_a_contract_is_where_it_spoke_from(database: Engine, rows: Rows) -> None:
    assert rows.address("Collateral") is None
    rows.hear("Collateral", "0x5")
    assert rows.address("Collateral") == "0x5"


def test_a_page_says_how_it_was(rows: Rows) -> None:
    rows.change(ALLOTMENTS, 1, 1, left=2)
    rows.change(ALLOTMENTS, 1, 1, left=1, penalty=4)
    rows.add(ALLOTMENTS, **allotment(2, 1))
    rows.change(ALLOTMENTS, 2, 1, left=0)
    assert rows.turn_page() == {"allotments": [((1, 1), {"left": 3, "penalty": 0}), ((2, 1), None)]}
    rows.change(ALLOTMENTS, 2, 1, left=9)
    assert rows.turn_page() == {"allotments": [((2, 1), {"left": 0})]}
    assert rows.turn_page() == {}


KEYS = st.tuples(st.integers(1, 3), st.integers(1, 4))
ACTS = st.one_of(
    st.tuples(st.just("put"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("move"), KEYS, st.integers(0, 5)),
    st.tuples(st.just("having"), st.sampled_from(["receivable_id", "left"]), st.integers(0, 5)),
    st.tuples(st.just("flush"), st.none(), st.none()),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, max_size=25))
def test_they_answer_as_a_table_would(database: Engine, acts: list[tuple[str, Any, Any]]) -> None:
    """Whatever is in memory and whatever in the database, it is one table."""
    with database.begin() as db:
        db.execute(delete(ALLOTMENTS))
        rows, model = Rows(db), {}
        for act, what, value in acts:
            if act == "put":
                fixed = {
                    name: part for name, part in allotment(*what).items() if name not in ("receivable_id", "round")
                }
                rows.put(ALLOTMENTS, *what, defaults=fixed, left=value)
                model[what] = value
            elif act == "move" and what in model:
                rows.change(ALLOTMENTS, *what, left=value)
                model[what] = value
            elif act == "having":
                found = [(row["receivable_id"], row["round"]) for row in rows.having(ALLOTMENTS, what, value)]
                same = {"receivable_id": {key: key[0] for key in model}, "left": model}[what]
                assert found == sorted(key for key in model if same[key] == value)
            elif act == "flush":
                rows.flush(db)
                rows = Rows(db)
        rows.flush(db)
        assert {(row.receivable_id, row.round): row.left for row in db.execute(select(ALLOTMENTS))} == model
        db.rollback()
