"""Indexes in the order of the lists, and the parties that lists are found by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW: dict[str, list[tuple[str, ...]]] = {
    "receivables": [("supplier", "id"), ("obligor", "id"), ("status", "id")],
    "notes": [
        ("receivable_id", "id"),
        ("holder", "id"),
        ("holder", "receivable_id"),
        ("endorser", "id"),
        ("endorser", "receivable_id"),
    ],
    "loans": [("lender", "id"), ("borrower", "id"), ("status", "id")],
    "loan_titles": [("lender", "token_id"), ("borrower", "token_id"), ("custodian", "loan_id")],
    "sales": [("state", "ends_at", "loan_id")],
    "lots": [("custodian", "id"), ("depositor", "id")],
    "receipts": [("lot_id", "id"), ("holder", "id"), ("holder", "lot_id"), ("custodian", "id"), ("depositor", "id")],
    "anchors": [("device", "root")],
    "quote_requests": [("seller", "id"), ("financier", "id"), ("financier", "receivable_id")],
    "quotes": [("seller", "id"), ("financier", "id")],
    "loan_requests": [("borrower", "id"), ("financier", "id")],
    "loan_quotes": [("borrower", "id"), ("financier", "id")],
    "counts": [("custodian", "id"), ("pledgee", "id")],
    "intakes": [("custodian", "id"), ("depositor", "id")],
    "delivery_orders": [("holder", "id"), ("custodian", "id")],
    "receipt_quote_requests": [("financier", "receipt_id"), ("financier", "lot_id")],
    "receipt_quotes": [("seller", "id"), ("financier", "id")],
}
PLACES = {"contradictions": "lot_id", "ledger": "party"}
"""Lists in the order of the chain, and whose they are."""
ROLES = ("supplier", "obligor", "financier", "custodian", "carrier", "oracle", "registrar", "regulator", "protocol")
"""In the order of their bits."""
OLD = {
    "receivables": ["supplier", "obligor", "status"],
    "notes": ["receivable_id", "holder"],
    "loans": ["lender", "borrower", "status"],
    "lots": ["custodian", "depositor"],
    "receipts": ["lot_id", "holder"],
    "anchors": ["device"],
    "contradictions": ["lot_id"],
    "ledger": ["party"],
    "quote_requests": ["seller", "financier"],
    "quotes": ["seller", "financier"],
    "loan_requests": ["borrower", "financier"],
    "loan_quotes": ["borrower", "financier"],
    "counts": ["custodian", "pledgee"],
    "intakes": ["custodian", "depositor"],
    "delivery_orders": ["holder"],
    "receipt_quote_requests": ["seller", "financier"],
    "receipt_quotes": ["seller", "financier"],
}
"""What the new ones make superfluous."""
COLUMNS = {
    "receipts": ["custodian", "depositor"],
    "loan_titles": ["lender", "borrower", "custodian"],
    "delivery_orders": ["custodian"],
    "receipt_quote_requests": ["lot_id"],
}
FILLED = [
    """UPDATE receipts SET custodian = (SELECT custodian FROM lots WHERE lots.id = receipts.lot_id),
        depositor = (SELECT depositor FROM lots WHERE lots.id = receipts.lot_id)""",
    """UPDATE loan_titles SET lender = (SELECT lender FROM loans WHERE loans.id = loan_titles.loan_id),
        borrower = (SELECT borrower FROM loans WHERE loans.id = loan_titles.loan_id)""",
    """UPDATE loan_titles SET custodian = (SELECT custodian FROM lots WHERE lots.id = loan_titles.asset_key)
        WHERE loan_id IN (SELECT id FROM loans WHERE asset = 'receipt')""",
    """UPDATE delivery_orders SET custodian = coalesce((SELECT lots.custodian FROM receipts
        JOIN lots ON lots.id = receipts.lot_id WHERE receipts.id = delivery_orders.receipt_id), '')""",
    """UPDATE receipt_quote_requests SET lot_id = coalesce(
        (SELECT lot_id FROM receipts WHERE receipts.id = receipt_quote_requests.receipt_id), 0)""",
]


def upgrade() -> None:
    for table, names in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                kind, nothing = (sa.BigInteger(), "0") if name == "lot_id" else (sa.String(42), "")
                batch.add_column(sa.Column(name, kind, nullable=False, server_default=nothing))
    for statement in FILLED:
        op.execute(statement)
    for table, names in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.alter_column(name, server_default=None)
    for table, columns in OLD.items():
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
    for table, indexes in NEW.items():
        for index in indexes:
            op.create_index(f"ix_{table}_{'_'.join(index)}", table, list(index))
    for table, column in PLACES.items():
        op.create_index(f"ix_{table}_{column}_place", table, [column, "block_number", "log_index"])
    for place, role in enumerate(ROLES):
        has = sa.text(f"(roles & {1 << place}) != 0")
        op.create_index(f"ix_participants_{role}", "participants", ["id"], sqlite_where=has, postgresql_where=has)


def downgrade() -> None:
    for role in ROLES:
        op.drop_index(f"ix_participants_{role}", "participants")
    for table, column in PLACES.items():
        op.drop_index(f"ix_{table}_{column}_place", table)
    for table, indexes in NEW.items():
        for index in indexes:
            op.drop_index(f"ix_{table}_{'_'.join(index)}", table)
    for table, columns in OLD.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    for table, names in COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
