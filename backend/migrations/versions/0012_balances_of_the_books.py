"""What the lines of each book come to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

MOST = 2**63 - 1


def upgrade() -> None:
    op.create_table(
        "book_balances",
        sa.Column("party", sa.String(42), nullable=False),
        sa.Column("currency", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f"amount BETWEEN -{MOST} AND {MOST}", name="ck_book_balances_whole"),
        sa.PrimaryKeyConstraint("party", "currency", "book", name="pk_book_balances"),
    )
    op.execute(
        "INSERT INTO book_balances (party, currency, book, amount, lines) "
        "SELECT party, currency, book, sum(amount), count(*) FROM ledger GROUP BY party, currency, book"
    )


def downgrade() -> None:
    op.drop_table("book_balances")
