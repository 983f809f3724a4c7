"""Leases, replacements of transactions, and what a lane is found by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "operation_replacements",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("operation_id", sa.String(length=32), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("is_cancel", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_operation_replacements_operation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_replacements")),
    )
    op.create_index("ix_operation_replacements_operation_id", "operation_replacements", ["operation_id"])
    with op.batch_alter_table("operations") as operations:
        operations.add_column(sa.Column("gas_price", sa.String(length=32)))
        operations.add_column(sa.Column("replacements", sa.Integer(), nullable=False, server_default="0"))
        operations.add_column(sa.Column("cancel_wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
        operations.add_column(sa.Column("is_cancel", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_operations_signer_state", "operations", ["signer", "state"])


def downgrade() -> None:
    op.drop_index("ix_operations_signer_state", "operations")
    with op.batch_alter_table("operations") as operations:
        for column in ("is_cancel", "cancel_wanted", "replacements", "gas_price"):
            operations.drop_column(column)
    op.drop_table("operation_replacements")
    op.drop_table("leases")
