"""What is told of the chain, and what takes its last blocks back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = "block_number, block_hash, log_index, contract, name, args, tx_hash, at"


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_feed")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_feed_block_number"), "feed", ["block_number"], unique=False)
    op.create_table(
        "journal",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("undo", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", name=op.f("pk_journal")),
    )
    # What the read model knows already is the beginning of what is told.
    op.execute(
        f"INSERT INTO feed (kind, {COLUMNS}) "  # noqa: S608  # names of this file
        f"SELECT 'event', {COLUMNS} FROM events ORDER BY block_number, log_index"
    )


def downgrade() -> None:
    op.drop_table("journal")
    op.drop_index(op.f("ix_feed_block_number"), table_name="feed")
    op.drop_table("feed")
