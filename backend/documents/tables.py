"""Documents that no chain could give back. Amounts are minor units (fen), times UTC seconds."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from backend.database import metadata


def fresh_id() -> str:
    """An id of 32 hex digits that nobody guesses; later ones sort after earlier ones."""
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"


invoices = Table(
    "invoices",
    metadata,
    Column("document_hash", String(66), primary_key=True),
    Column("fingerprint", String(66), nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("handed_over_by", String(42), nullable=False),
    Column("at", BigInteger, nullable=False),
)

confirmations = Table(
    "confirmations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("obligor", String(42), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("set_off_waived", Boolean, nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("obligor", "nonce"),
)

quote_requests = Table(
    "quote_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("seller", String(42), nullable=False),
    Column("financier", String(42), nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("with_recourse", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("receivable_id", "seller", "financier", "value", "with_recourse"),
    Index("ix_quote_requests_seller_id", "seller", "id"),
    Index("ix_quote_requests_financier_id", "financier", "id"),
    Index("ix_quote_requests_financier_receivable_id", "financier", "receivable_id"),
)

resolutions = Table(
    "resolutions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("dispute_id", BigInteger, nullable=False),
    Column("proposer", String(42), nullable=False),
    Column("upheld", BigInteger, nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("proposer", "nonce"),
)

counterclaims = Table(
    "counterclaims",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("supplier", String(42), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("statement", String, nullable=False),
    Column("counterclaim_hash", String(66), nullable=False),
    Column("arisen_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("supplier", "nonce"),
)

credit_notes = Table(
    "credit_notes",
    metadata,
    Column("document_hash", String(66), primary_key=True),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("handed_over_by", String(42), nullable=False),
    Column("at", BigInteger, nullable=False),
)

device_readings = Table(
    "device_readings",
    metadata,
    Column("device", String(42), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("signature", String(132), nullable=False),
    Column("batch_root", String(66), index=True),
    Column("at", BigInteger, nullable=False),
)

device_batches = Table(
    "device_batches",
    metadata,
    Column("device", String(42), primary_key=True),
    Column("root", String(66), primary_key=True),
    Column("lot_id", BigInteger, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("last_taken_at", BigInteger, nullable=False),
    Column("signature", String(132), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_device_batches_device_first_sequence", "device", "first_sequence"),
)

settlement_runs = Table(
    "settlement_runs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("day", BigInteger, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
)

loan_requests = Table(
    "loan_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("borrower", String(42), nullable=False),
    Column("financier", String(42), nullable=False),
    Column("asset", String(8), nullable=False),  # "receipt" or "note"
    Column("token_id", BigInteger, nullable=False),
    Column("asset_key", BigInteger, nullable=False),
    Column("document_hash", String(66), nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("decimals", BigInteger, nullable=False),
    Column("currency", BigInteger, nullable=False),
    Column("limit", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("borrower", "financier", "asset", "token_id", "value", "limit"),
    Index("ix_loan_requests_borrower_id", "borrower", "id"),
    Index("ix_loan_requests_financier_id", "financier", "id"),
)

loan_quotes = Table(
    "loan_quotes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("request_id", String(32), nullable=False, index=True),
    Column("financier", String(42), nullable=False),
    Column("borrower", String(42), nullable=False),
    Column("terms", JSON, nullable=False),  # the document's members, numbers as digits
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("financier", "nonce"),
    Index("ix_loan_quotes_borrower_id", "borrower", "id"),
    Index("ix_loan_quotes_financier_id", "financier", "id"),
)

counts = Table(
    "counts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("custodian", String(42), nullable=False),
    Column("pledgee", String(42), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("counted_at", BigInteger, nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("custodian", "nonce"),
    Index("ix_counts_custodian_id", "custodian", "id"),
    Index("ix_counts_pledgee_id", "pledgee", "id"),
)

quotes = Table(
    "quotes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("financier", String(42), nullable=False),
    Column("seller", String(42), nullable=False),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("document_hash", String(66), nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("rate_bps", BigInteger),
    Column("cash", String(42), nullable=False),
    Column("with_recourse", Boolean, nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("financier", "nonce"),
    Index("ix_quotes_seller_id", "seller", "id"),
    Index("ix_quotes_financier_id", "financier", "id"),
)

# ---- warehouse receipts and prices

intakes = Table(
    "intakes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("custodian", String(42), nullable=False),
    Column("depositor", String(42), nullable=False),
    Column("commodity", String(32), nullable=False),
    Column("grade", String(32), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("location", String, nullable=False),
    Column("lot", String, nullable=False),
    Column("inspection", String, nullable=False),
    Column("insurance", String, nullable=False),
    Column("document_hash", String(66), nullable=False, index=True),
    Column("insured_until", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("currency", Integer, nullable=False),
    Column("milli_per_unit_day", BigInteger, nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("custodian", "nonce"),
    Index("ix_intakes_custodian_id", "custodian", "id"),
    Index("ix_intakes_depositor_id", "depositor", "id"),
)

delivery_orders = Table(
    "delivery_orders",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("holder", String(42), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("recipient", String, nullable=False),
    Column("recipient_hash", String(66), nullable=False, index=True),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("custodian", String(42), nullable=False),
    UniqueConstraint("holder", "nonce"),
    Index("ix_delivery_orders_holder_id", "holder", "id"),
    Index("ix_delivery_orders_custodian_id", "custodian", "id"),
)

feed_words = Table(
    "feed_words",
    metadata,
    Column("feed", String(66), primary_key=True),
    Column("commodity", String(32), nullable=False),
    Column("grade", String(32), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("currency", Integer, nullable=False),
)

receipt_quote_requests = Table(
    "receipt_quote_requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("seller", String(42), nullable=False),
    Column("financier", String(42), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("lot_id", BigInteger, nullable=False),
    UniqueConstraint("receipt_id", "seller", "financier", "quantity"),
    Index("ix_receipt_quote_requests_financier_receipt_id", "financier", "receipt_id"),
    Index("ix_receipt_quote_requests_financier_lot_id", "financier", "lot_id"),
)

receipt_quotes = Table(
    "receipt_quotes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("financier", String(42), nullable=False),
    Column("seller", String(42), nullable=False),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("lot_id", BigInteger, nullable=False),
    Column("document_hash", String(66), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("cash", String(42), nullable=False),
    Column("nonce", String(78), nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("signature", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("financier", "nonce"),
    Index("ix_receipt_quotes_seller_id", "seller", "id"),
    Index("ix_receipt_quotes_financier_id", "financier", "id"),
)

refusals = Table(
    "refusals",
    metadata,
    Column("actor", String(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("error", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("arguments", JSON, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Index("ix_refusals_last_at", "last_at"),
)
"""What the chain would not have, and a regulator wants to know of. `digest` is that of the arguments."""
