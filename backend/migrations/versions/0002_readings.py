"""Readings of devices, and their batches"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_readings",
        sa.Column("device", sa.String(length=42), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.String(length=132), nullable=False),
        sa.Column("batch_root", sa.String(length=66), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "sequence", name=op.f("pk_device_readings")),
    )
    with op.batch_alter_table("device_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_readings_batch_root"), ["batch_root"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_readings_lot_id"), ["lot_id"], unique=False)
    op.create_table(
        "device_batches",
        sa.Column("device", sa.String(length=42), nullable=False),
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("first_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_taken_at", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.String(length=132), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "root", name=op.f("pk_device_batches")),
    )


def downgrade() -> None:
    op.drop_table("device_batches")
    with op.batch_alter_table("device_readings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_readings_lot_id"))
        batch_op.drop_index(batch_op.f("ix_device_readings_batch_root"))
    op.drop_table("device_readings")
