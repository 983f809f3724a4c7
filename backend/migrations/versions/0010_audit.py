"""Who asked for what and what came of it, in rows that are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SAID = "rows of audit are only added"
SQLITE = f"""
CREATE TRIGGER audit_no_{{name}} BEFORE {{name}} ON audit {{when}}
BEGIN SELECT RAISE(ABORT, '{SAID}'); END
"""
POSTGRESQL = [
    f"""
    CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '{SAID}'; END $$
    """,
    """
    CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()
    """,
]
# INSERT OR REPLACE deletes without asking the trigger for that.
TAKEN = "WHEN NEW.seq <= (SELECT max(seq) FROM audit)"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("operation", sa.String(length=32)),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64)),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", TAKEN)):
            op.execute(SQLITE.format(name=name, when=when))
    else:
        for statement in POSTGRESQL:
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_only_added_to")
