"""The database schema, step by step (Alembic). `migrate` brings a database to the newest one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from backend.database import reading


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def revisions(database: Engine) -> tuple[str | None, str | None]:
    """The migration that the database is at, and the newest."""
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with reading(database) as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest


def migrate(database: Engine) -> None:
    """Upgrades the schema; does nothing where it is the newest."""
    at, newest = revisions(database)
    if at == newest:
        return
    config = alembic_config()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
