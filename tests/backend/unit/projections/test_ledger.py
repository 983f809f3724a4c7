"""Double entry: what an event posts sums to zero for every party, or it is not posted at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from backend.database import metadata, open_database
from backend.events.types import Place
from backend.money import MOST
from backend.projections import ledger, tables
from backend.projections.ledger import Unbalanced, post
from backend.projections.rows import Rows

PLACE = Place(7, "0x" + 64 * "b", 1_000, "0x" + 64 * "c", 2, "Receivables", "0x" + 40 * "5")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}")
    metadata.create_all(made, [tables.ledger, tables.book_balances])
    yield made
    made.dispose()


def posted(database: Engine, *lines: ledger.Line) -> list[tuple[int, str, str, int, int]]:
    with database.connect() as db:
        rows = Rows(db)
        post(rows, PLACE, 156, *lines)
        rows.flush(db)
        table = tables.ledger
        query = select(table.c.line, table.c.party, table.c.book, table.c.currency, table.c.amount).order_by(
            table.c.line
        )
        found = [tuple(row) for row in db.execute(query)]
        db.rollback()
    return found


def test_balanced_lines_are_written(database: Engine) -> None:
    lines = [("a", ledger.CASH, 5), ("a", ledger.SETTLEMENTS, -5), ("b", ledger.CASH, -5), ("b", ledger.SETTLEMENTS, 5)]
    assert posted(database, *lines) == [(n, *line[:2], 156, line[2]) for n, line in enumerate(lines)]


@pytest.mark.parametrize(
    "lines",
    [
        [("a", ledger.CASH, 5)],
        [("a", ledger.CASH, 5), ("b", ledger.CASH, -5)],
        [("a", ledger.CASH, 5), ("a", ledger.BANK, -4)],
        [("a", ledger.CASH, 1), ("a", ledger.BANK, -1), ("b", ledger.CASH, 1)],
    ],
)
def test_unbalanced_lines_are_refused(database: Engine, lines: list[ledger.Line]) -> None:
    with pytest.raises(Unbalanced, match="Receivables"):
        posted(database, *lines)


def test_nothing_is_written_for_nothing(database: Engine) -> None:
    assert posted(database) == []
    assert posted(database, ("a", ledger.CASH, 0), ("a", ledger.BANK, 0)) == []
    some = posted(database, ("a", ledger.CASH, 0), ("a", ledger.NOTES, 3), ("a", ledger.BANK, -3))
    assert [row[0] for row in some] == [1, 2], "a line keeps its number whatever is left out"


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([ledger.CASH, ledger.NOTES]), st.integers(-(2**62), 2**62)),
        max_size=6,
    )
)
def test_lines_are_posted_exactly_when_every_party_balances(database: Engine, lines: list[ledger.Line]) -> None:
    """And when each book's sum is one that a database can keep."""
    books = {(who, book): 0 for who, book, _ in lines}
    for who, book, amount in lines:
        books[who, book] += amount
    sums = {party: sum(amount for who, _, amount in lines if who == party) for party in "abc"}
    if any(sums.values()):
        with pytest.raises(Unbalanced):
            posted(database, *lines)
    elif any(abs(amount) > MOST for amount in books.values()):
        with pytest.raises((OverflowError, IntegrityError)):
            posted(database, *lines)
    else:
        assert sum(row[4] for row in posted(database, *lines)) == 0


def balances(db: Connection) -> dict[tuple[str, str], tuple[int, int]]:
    table = tables.book_balances
    return {(row.party, row.book): (row.amount, row.lines) for row in db.execute(select(table))}


def test_a_book_has_the_sum_of_its_lines_and_goes_back_with_them(database: Engine) -> None:
    """Rule B6: what a book comes to needs no look at its lines, whatever was posted at once and whatever is undone."""
    with database.connect() as db:
        for block in (1, 2, 3):
            rows = Rows(db)
            for log in (0, 1):
                place = PLACE._replace(block_number=block, log_index=log)
                post(rows, place, 156, ("a", ledger.CASH, 5 * block), ("a", ledger.BANK, -5 * block))
            if block == 3:
                post(rows, PLACE, 156, ("b", ledger.CASH, 1), ("b", ledger.BANK, -1))
            rows.flush(db)
        assert balances(db)["a", ledger.CASH] == (60, 6) and balances(db)["b", ledger.BANK] == (-1, 1)
        ledger.take_back(db, 2)
        assert balances(db) == {("a", ledger.CASH): (30, 4), ("a", ledger.BANK): (-30, 4)}
        ledger.take_back(db, 0)
        assert balances(db) == {}
        db.rollback()


def test_a_book_that_is_too_large_is_refused_and_no_float(database: Engine) -> None:
    """SQLite goes on with a float where integers end."""
    half = 2**62
    with database.connect() as db, pytest.raises(IntegrityError, match="whole"):
        for block in (1, 2):
            rows = Rows(db)
            place = PLACE._replace(block_number=block)
            post(rows, place, 156, ("a", ledger.CASH, half), ("a", ledger.BANK, -half))
            rows.flush(db)
