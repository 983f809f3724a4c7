"""Indexes that what a party has and owes is read off, without a look at each row"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

PLACE = ["party", "block_number", "log_index"]
LIVE = sa.text("value > 0")


def upgrade() -> None:
    op.drop_index("ix_ledger_party_place", "ledger")
    op.create_index("ix_ledger_party_place", "ledger", [*PLACE, "book", "currency", "amount"])
    op.create_index("ix_notes_holder_live", "notes", ["holder"], sqlite_where=LIVE, postgresql_where=LIVE)


def downgrade() -> None:
    op.drop_index("ix_notes_holder_live", "notes")
    op.drop_index("ix_ledger_party_place", "ledger")
    op.create_index("ix_ledger_party_place", "ledger", PLACE)
