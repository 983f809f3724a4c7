"""The schema that migrations make is the one the code declares, on either database; up and down again (rule B42)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from backend.database import open_database
from backend.migrations import alembic_config, migrate
from backend.migrations.schema import metadata
from backend.testing import NewDatabase


@pytest.fixture
def database(new_database: NewDatabase) -> Iterator[Engine]:
    made = open_database(new_database(empty=True))
    yield made
    made.dispose()


def downgrade(database: Engine, revision: str = "base") -> None:
    config = alembic_config()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def shape(engine: Engine) -> dict[str, object]:
    found = inspect(engine)
    return {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)],
            found.get_pk_constraint(table),
            sorted(map(str, found.get_unique_constraints(table))),
            sorted(map(str, found.get_foreign_keys(table))),
            sorted(map(_shown, found.get_indexes(table))),
        )
        for table in metadata.tables
    }


def _shown(index: Any) -> str:
    """An index, with the text of its condition."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


def test_from_nothing_to_what_the_code_declares(database: Engine) -> None:
    migrate(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() is not None
    assert set(inspect(database).get_table_names()) == set(metadata.tables) | {"alembic_version"}


def test_indexes_and_constraints_are_the_same(database: Engine, new_database: NewDatabase) -> None:
    """compare_metadata looks at some of this only."""
    migrate(database)
    declared = open_database(new_database(empty=True))
    metadata.create_all(declared)
    assert shape(database) == shape(declared)
    declared.dispose()


def test_down_to_nothing_and_up_again(database: Engine) -> None:
    migrate(database)
    before = shape(database)
    downgrade(database)
    assert inspect(database).get_table_names() == ["alembic_version"]
    migrate(database)
    assert shape(database) == before


def test_each_step_down_and_up_again_keeps_what_is_there(database: Engine) -> None:
    migrate(database)
    before = shape(database)
    with database.begin() as connection:
        connection.execute(text("INSERT INTO tokens (address, currency, supply, reserve) VALUES ('0x1', 156, 5, 6)"))
    steps = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()]
    assert steps[-1] == "0001"
    for revision in steps[1:]:
        downgrade(database, revision)
        with database.connect() as connection:
            assert MigrationContext.configure(connection).get_current_revision() == revision
    migrate(database)
    assert shape(database) == before
    with database.connect() as connection:
        assert connection.execute(text("SELECT address, supply FROM tokens")).all() == [("0x1", 5)]


def test_migrating_again_changes_nothing(database: Engine) -> None:
    migrate(database)
    with database.begin() as connection:
        connection.execute(text("INSERT INTO tokens (address, currency, supply, reserve) VALUES ('0x1', 156, 5, 6)"))
    migrate(database)
    with database.connect() as connection:
        assert connection.execute(text("SELECT supply FROM tokens")).scalar() == 5


def test_a_migration_that_fails_leaves_nothing(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("half-way")

    with monkeypatch.context() as patched:
        patched.setattr(op, "batch_alter_table", fails)
        with pytest.raises(RuntimeError, match="half-way"):
            migrate(database)
    assert "api_keys" not in inspect(database).get_table_names()
    migrate(database)
