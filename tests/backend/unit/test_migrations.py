"""The schema that migrations make is the one the code declares; up and down again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from backend.database import open_database
from backend.migrations import alembic_config, migrate
from backend.migrations.schema import metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    yield made
    made.dispose()


def downgrade(database: Engine) -> None:
    config = alembic_config()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")


def test_from_nothing_to_what_the_code_declares(database: Engine) -> None:
    migrate(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() is not None
    assert set(inspect(database).get_table_names()) == set(metadata.tables) | {"alembic_version"}


def test_indexes_and_constraints_are_the_same(database: Engine, tmp_path: Path) -> None:
    """compare_metadata looks at some of this only."""
    migrate(database)
    declared = open_database(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(declared)

    def shape(engine: Engine) -> dict[str, object]:
        found = inspect(engine)
        return {
            table: (
                [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)],
                found.get_pk_constraint(table),
                sorted(map(str, found.get_unique_constraints(table))),
                sorted(map(str, found.get_foreign_keys(table))),
                sorted(str(spelt(index)) for index in found.get_indexes(table)),
            )
            for table in metadata.tables
        }

    def spelt(index: Any) -> dict[str, Any]:
        """A condition says what it says only when it is asked."""
        return {**index, "dialect_options": {name: str(value) for name, value in index["dialect_options"].items()}}

    assert shape(database) == shape(declared)
    declared.dispose()


def test_down_to_nothing_and_up_again(database: Engine) -> None:
    migrate(database)
    downgrade(database)
    assert inspect(database).get_table_names() == ["alembic_version"]
    migrate(database)
    assert set(metadata.tables) <= set(inspect(database).get_table_names())


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
