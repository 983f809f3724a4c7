"""Which of the chain's histories was read: another number after each rewind"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    with op.batch_alter_table("cursor") as cursor:
        cursor.add_column(sa.Column("history", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("cursor") as cursor:
        cursor.drop_column("history")
