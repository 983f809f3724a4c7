"""Where an operation was before a reorganisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("operations") as operations:
        operations.add_column(sa.Column("was_block", sa.BigInteger()))


def downgrade() -> None:
    with op.batch_alter_table("operations") as operations:
        operations.drop_column("was_block")
