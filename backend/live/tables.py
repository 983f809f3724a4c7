"""Webhooks, and how far each has been told. Times are the host's, UTC seconds."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table

from backend.database import metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("account", String(64), nullable=False, index=True),
    Column("url", String, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("names", JSON, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),  # live or suspended
    Column("created_at", BigInteger, nullable=False),
    Column("delivered_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", BigInteger, nullable=False),
    Column("error", String, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("holder", String(32), nullable=False),
    Column("held_until", BigInteger, nullable=False),
    Index("ix_webhooks_state_due_at", "state", "due_at"),
)
