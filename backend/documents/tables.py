"""Documents that no chain could give back. Amounts are minor units (fen), times UTC seconds."""

from __future__ import annotations

import secrets
import time

from sqlalchemy import JSON, BigInteger, Boolean, Column, LargeBinary, String, Table, UniqueConstraint

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
    Column("seller", String(42), nullable=False, index=True),
    Column("financier", String(42), nullable=False, index=True),
    Column("value", BigInteger, nullable=False),
    Column("with_recourse", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("receivable_id", "seller", "financier", "value", "with_recourse"),
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

quotes = Table(
    "quotes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("financier", String(42), nullable=False, index=True),
    Column("seller", String(42), nullable=False, index=True),
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
)
