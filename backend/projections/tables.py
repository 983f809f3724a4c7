"""The read model's tables. All of them can be dropped and made again from the chain alone. Amounts are minor
units (fen), times UTC seconds."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    literal_column,
    text,
)

from backend import roles
from backend.chain.position import cursor as cursor
from backend.database import metadata
from backend.money import MOST

Amount = BigInteger

blocks = Table(
    "blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(66), nullable=False),
    Column("parent_hash", String(66), nullable=False),
    Column("timestamp", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("block_hash", String(66), nullable=False),
    Column("tx_hash", String(66), nullable=False, index=True),
    Column("contract", String(64), nullable=False),
    Column("address", String(42), nullable=False),
    Column("name", String(64), nullable=False),
    Column("args", JSON, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("uq_events_block_hash_log_index", "block_hash", "log_index", unique=True),
    Index("ix_events_contract_place", "contract", "block_number", "log_index"),
)

events_of_things = Table(
    "events_of_things",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("block_number", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,  # its key is all that it has
)
"""Which events are about a thing that has a number."""

feed = Table(
    "feed",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(12), nullable=False),  # "event", or "retraction" of one that was told before
    Column("block_number", BigInteger, nullable=False, index=True),
    Column("block_hash", String(66), nullable=False),
    Column("log_index", Integer, nullable=False),
    Column("contract", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("args", JSON, nullable=False),
    Column("tx_hash", String(66), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index(
        "ix_feed_retractions",
        "seq",
        sqlite_where=text("kind = 'retraction'"),
        postgresql_where=text("kind = 'retraction'"),
    ),
    sqlite_autoincrement=True,
)
"""What was told of the chain, in the order of telling. No part of the read model: whoever followed it up to a `seq`
goes on from there, whatever is rewound or made again meanwhile."""

journal = Table(
    "journal",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("undo", JSON, nullable=False),
)
"""What each of the last blocks changed, as it was before."""

participants = Table(
    "participants",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("account", String(42), nullable=False, unique=True),
    Column("identity_hash", String(66), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("roles", Integer, nullable=False),
    Column("kyc_valid_until", BigInteger, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("wants_acceptance", Boolean, nullable=False),
)


def has_role(role: str) -> ColumnElement[bool]:
    """The condition that a participant has a role, in the words of the index that finds it."""
    bit: ColumnElement[int] = literal_column(str(roles.BITS[role]))
    return participants.c.roles.op("&")(bit) != literal_column("0")


for _role in roles.BITS:
    Index(f"ix_participants_{_role}", participants.c.id, sqlite_where=has_role(_role), postgresql_where=has_role(_role))

confirmation_limits = Table(
    "confirmation_limits",
    metadata,
    Column("participant_id", Integer, primary_key=True, autoincrement=False),
    Column("currency", Integer, primary_key=True, autoincrement=False),
    Column("limit", Amount, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("address", String(42), primary_key=True),
    Column("currency", Integer, nullable=False, unique=True),
    Column("supply", Amount, nullable=False),
    Column("reserve", Amount, nullable=False),
)

cash_balances = Table(
    "cash_balances",
    metadata,
    Column("token", String(42), primary_key=True),
    Column("account", String(42), primary_key=True),
    Column("amount", Amount, nullable=False),
    Column("frozen", Amount, nullable=False),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("fingerprint", String(66), primary_key=True),
    Column("asset_contract", String(42), nullable=False),
    Column("asset_id", BigInteger, nullable=False),
    Index("ix_fingerprints_asset", "asset_contract", "asset_id"),
)

receivables = Table(
    "receivables",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("supplier", String(42), nullable=False),
    Column("obligor", String(42), nullable=False),
    Column("currency", Integer, nullable=False),
    Column("face_value", Amount, nullable=False),
    Column("confirmed", Amount, nullable=False),
    Column("reduced", Amount, nullable=False),
    Column("absorbed", Amount, nullable=False),
    Column("disputed", Amount, nullable=False),
    Column("dispute_id", Integer, nullable=False),
    Column("repaid", Amount, nullable=False),
    Column("made_good", Amount, nullable=False),
    Column("redeemed", Amount, nullable=False),
    Column("penalty_paid", Amount, nullable=False),
    Column("penalty_redeemed", Amount, nullable=False),
    Column("penalty_accrued", String(40), nullable=False),  # ten-thousandths, up to late_days: more than 64 bits
    Column("late_days", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("maturity_at", BigInteger, nullable=False, index=True),
    Column("confirm_by", BigInteger, nullable=False),
    Column("cut_off_at", BigInteger, nullable=False),
    Column("grace_ends_at", BigInteger, nullable=False),
    Column("penalty_bps_per_day", Integer, nullable=False),
    Column("notice_at", BigInteger, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("document_hash", String(66), nullable=False, index=True),
    Column("fingerprint", String(66), nullable=False, index=True),
    Column("set_off_waived", Boolean, nullable=False),
    Column("reason", String, nullable=False),
    Index("ix_receivables_supplier_id", "supplier", "id"),
    Index("ix_receivables_obligor_id", "obligor", "id"),
    Index("ix_receivables_status_id", "status", "id"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("receivable_id", BigInteger, nullable=False),
    Column("parent_id", BigInteger, nullable=False, index=True),
    Column("holder", String(42), nullable=False),
    Column("value", Amount, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("endorser", String(42), nullable=False),
    Column("with_recourse", Boolean, nullable=False),
    Column("flag", String(8), nullable=False),  # "", "self" or "circular" (rule N10)
    Column("accept_by", BigInteger, nullable=False),
    Column("locked", Amount, nullable=False),
    Column("locked_for", Integer, nullable=False),
    Column("insured", Amount, nullable=False),
    Column("written_off", Amount, nullable=False),
    Column("served_round", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_notes_receivable_id_id", "receivable_id", "id"),
    Index("ix_notes_holder_id", "holder", "id"),
    Index("ix_notes_holder_receivable_id", "holder", "receivable_id"),
    Index("ix_notes_endorser_id", "endorser", "id"),
    Index("ix_notes_endorser_receivable_id", "endorser", "receivable_id"),
    Index("ix_notes_holder_live", "holder", sqlite_where=text("value > 0"), postgresql_where=text("value > 0")),
)

note_merges = Table(
    "note_merges",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("from_note_id", BigInteger, nullable=False, index=True),
    Column("to_note_id", BigInteger, nullable=False, index=True),
    Column("value", Amount, nullable=False),
)

disputes = Table(
    "disputes",
    metadata,
    Column("receivable_id", BigInteger, primary_key=True, autoincrement=False),
    Column("dispute_id", Integer, primary_key=True, autoincrement=False),
    Column("amount", Amount, nullable=False),
    Column("reason", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("upheld", Amount, nullable=False),
    Column("resolved_at", BigInteger, nullable=False),
    Column("order_hash", String(66), nullable=False),
)

dilutions = Table(
    "dilutions",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("receivable_id", BigInteger, nullable=False, index=True),
    Column("cause", String(24), nullable=False),
    Column("amount", Amount, nullable=False),
    Column("document_hash", String(66), nullable=False),
    Column("by", String(42), nullable=False),
)

allotments = Table(
    "allotments",
    metadata,
    Column("receivable_id", BigInteger, primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("principal", Amount, nullable=False),
    Column("penalty", Amount, nullable=False),
    Column("weight", Amount, nullable=False),
    Column("notes", Integer, nullable=False),
    Column("left", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

withheld = Table(
    "withheld",
    metadata,
    Column("contract", String(64), primary_key=True),
    Column("holder", String(42), primary_key=True),
    Column("currency", Integer, primary_key=True, autoincrement=False),
    Column("amount", Amount, nullable=False),
)

recourse_claims = Table(
    "recourse_claims",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("note_id", BigInteger, nullable=False, index=True),
    Column("receivable_id", BigInteger, nullable=False),
    Column("endorser", String(42), nullable=False, index=True),
    Column("holder", String(42), nullable=False, index=True),
    Column("amount", Amount, nullable=False),
)

settlements = Table(
    "settlements",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("tx_hash", String(66), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("financier", String(42), nullable=False, index=True),
    Column("seller", String(42), nullable=False, index=True),
    Column("receivable_id", BigInteger, nullable=False),
    Column("note_id", BigInteger, nullable=False),
    Column("value", Amount, nullable=False),
    Column("price", Amount, nullable=False),
    Column("levy", Amount, nullable=False),
    Column("with_recourse", Boolean, nullable=False),
)

used_nonces = Table(
    "used_nonces",
    metadata,
    Column("contract", String(64), primary_key=True),
    Column("signer", String(42), primary_key=True),
    Column("nonce", String(78), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

loans = Table(
    "loans",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lender", String(42), nullable=False),
    Column("borrower", String(42), nullable=False),
    Column("asset", String(8), nullable=False),  # "receipt" or "note"
    Column("currency", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("limit", Amount, nullable=False),
    Column("drawn", Amount, nullable=False),
    Column("principal", Amount, nullable=False),
    Column("costs", Amount, nullable=False),
    Column("interest_scaled", String(40), nullable=False),  # 3,600,000ths, up to accrued_days: more than 64 bits
    Column("penalty_scaled", String(40), nullable=False),
    Column("accrued_days", Integer, nullable=False),
    Column("accrued_late_days", Integer, nullable=False),
    Column("rate_bps", Integer, nullable=False),
    Column("penalty_bps", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("maturity_at", BigInteger, nullable=False, index=True),
    Column("grace_days", Integer, nullable=False),
    Column("advance_bps", Integer, nullable=False),
    Column("call_bps", Integer, nullable=False),
    Column("liquidation_bps", Integer, nullable=False),
    Column("cure_seconds", BigInteger, nullable=False),
    Column("reserve_price", Amount, nullable=False),
    Column("order", Integer, nullable=False),
    Column("call_by", BigInteger, nullable=False),
    Column("call_price", Amount, nullable=False),
    Column("proceeds", Amount, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Index("ix_loans_lender_id", "lender", "id"),
    Index("ix_loans_borrower_id", "borrower", "id"),
    Index("ix_loans_status_id", "status", "id"),
)

loan_titles = Table(
    "loan_titles",
    metadata,
    Column("loan_id", BigInteger, primary_key=True, autoincrement=False),
    Column("token_id", BigInteger, primary_key=True, autoincrement=False),
    Column("asset_key", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),  # pledged, kept, released, returned, sold or gone
    Column("pledged_at", BigInteger, nullable=False),
    Column("lender", String(42), nullable=False),
    Column("borrower", String(42), nullable=False),
    Column("custodian", String(42), nullable=False),  # of the goods; "" where it is a note
    Index("ix_loan_titles_token", "token_id"),
    Index("ix_loan_titles_lender_token_id", "lender", "token_id"),
    Index("ix_loan_titles_borrower_token_id", "borrower", "token_id"),
    Index("ix_loan_titles_custodian_loan_id", "custodian", "loan_id"),
)

loan_acts = Table(
    "loan_acts",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("tx_hash", String(66), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("loan_id", BigInteger, nullable=False, index=True),
    Column("act", String(24), nullable=False),
    Column("by", String(42), nullable=False),
    Column("facts", JSON, nullable=False),
)

sales = Table(
    "sales",
    metadata,
    Column("loan_id", BigInteger, primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("state", String(12), nullable=False),  # open, sold, failed or called_off
    Column("minimum", Amount, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("bidder", String(42), nullable=False),
    Column("bid", Amount, nullable=False),
    Index("ix_sales_state_ends_at_loan_id", "state", "ends_at", "loan_id"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("party", String(42), nullable=False),
    Column("book", String(32), nullable=False),
    Column("currency", Integer, nullable=False),
    Column("amount", Amount, nullable=False),
    # What comes behind the place is there to be summed up without a look at the rows.
    Index("ix_ledger_party_place", "party", "block_number", "log_index", "book", "currency", "amount"),
)

book_balances = Table(
    "book_balances",
    metadata,
    Column("party", String(42), primary_key=True),
    Column("currency", Integer, primary_key=True, autoincrement=False),
    Column("book", String(32), primary_key=True),
    Column("amount", Amount, nullable=False),
    Column("lines", BigInteger, nullable=False),
    # A sum that is too large for SQLite's integers would go on as a float.
    CheckConstraint(f"amount BETWEEN -{MOST} AND {MOST}", name="ck_book_balances_whole"),
)
"""What the lines of the ledger come to, and how many they are."""

# ---- warehouse receipts: quantities are whole numbers of 10^-decimals of the lot's unit

Quantity = BigInteger

lots = Table(
    "lots",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("custodian", String(42), nullable=False),
    Column("depositor", String(42), nullable=False),
    Column("commodity", String(66), nullable=False),
    Column("grade", String(66), nullable=False),
    Column("unit", String(66), nullable=False),
    Column("decimals", Integer, nullable=False),
    Column("feed", String(66), nullable=False, index=True),
    Column("counted", Quantity, nullable=False),
    Column("delivered", Quantity, nullable=False),
    Column("lost", Quantity, nullable=False),
    Column("place_hash", String(66), nullable=False),
    Column("fingerprint", String(66), nullable=False, index=True),
    Column("document_hash", String(66), nullable=False, index=True),
    Column("insured_until", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("currency", Integer, nullable=False),
    Column("milli_per_unit_day", BigInteger, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("last_delivery_at", BigInteger, nullable=False),
    Column("last_misfortune_at", BigInteger, nullable=False),
    Column("last_unlock_at", BigInteger, nullable=False),
    Column("taken_in_at", BigInteger, nullable=False),
    Index("ix_lots_custodian_id", "custodian", "id"),
    Index("ix_lots_depositor_id", "depositor", "id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("lot_id", BigInteger, nullable=False),
    Column("parent_id", BigInteger, nullable=False),
    Column("holder", String(42), nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("charged_until", BigInteger, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("replacement_to", String(42), nullable=False),
    Column("replacement_at", BigInteger, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("custodian", String(42), nullable=False),  # of its lot, as the depositor is: lists are found by them
    Column("depositor", String(42), nullable=False),
    Index("ix_receipts_lot_id_id", "lot_id", "id"),
    Index("ix_receipts_holder_id", "holder", "id"),
    Index("ix_receipts_holder_lot_id", "holder", "lot_id"),
    Index("ix_receipts_custodian_id", "custodian", "id"),
    Index("ix_receipts_depositor_id", "depositor", "id"),
)

receipt_merges = Table(
    "receipt_merges",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("from_receipt_id", BigInteger, nullable=False, index=True),
    Column("to_receipt_id", BigInteger, nullable=False, index=True),
    Column("quantity", Quantity, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("holder", String(42), nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("recipient_hash", String(66), nullable=False),
)

storage_payments = Table(
    "storage_payments",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("payer", String(42), nullable=False),
    Column("amount", Amount, nullable=False),
    Column("charged_until", BigInteger, nullable=False),
)

insurance_payments = Table(
    "insurance_payments",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("payer", String(42), nullable=False),
    Column("to", String(42), nullable=False),
    Column("amount", Amount, nullable=False),
)

misfortunes = Table(
    "misfortunes",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("quantity", Quantity, nullable=False),
    Column("evidence", String(66), nullable=False),
)

goods_losses = Table(
    "goods_losses",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("holder", String(42), nullable=False),
    Column("quantity", Quantity, nullable=False),
)

receipt_sales = Table(
    "receipt_sales",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("buyer", String(42), nullable=False, index=True),
    Column("seller", String(42), nullable=False, index=True),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("receipt_id", BigInteger, nullable=False, index=True),
    Column("quantity", Quantity, nullable=False),
    Column("currency", Integer, nullable=False),
    Column("price", Amount, nullable=False),
)

# ---- evidence

watches = Table(
    "watches",
    metadata,
    Column("lot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tolerance_bps", Integer, nullable=False),
    Column("max_silence", BigInteger, nullable=False),
    Column("quorum", Integer, nullable=False),
    Column("max_milli_kelvin", BigInteger, nullable=False),
    Column("max_metres", BigInteger, nullable=False),
    Column("set_at", BigInteger, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device", String(42), primary_key=True),
    Column("lot_id", BigInteger, nullable=False, index=True),
    Column("owner_id", Integer, nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("calibrated_until", BigInteger, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("last_anchored_at", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
)

anchors = Table(
    "anchors",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("device", String(42), nullable=False),
    Column("root", String(66), nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Index("ix_anchors_device_root", "device", "root"),
)

contradictions = Table(
    "contradictions",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("lot_id", BigInteger, nullable=False),
    Column("device", String(42), nullable=False),
    Column("kind", String(12), nullable=False),  # of the device, or "silence"
    Column("value", String(20), nullable=False),  # an unsigned 64-bit number as digits
    Column("limit", String(20), nullable=False),
    Column("evidence", String(66), nullable=False),  # "" for a silence
    Index("ix_contradictions_lot_id_place", "lot_id", "block_number", "log_index"),
)

# ---- prices: minor units for one whole unit

feeds = Table(
    "feeds",
    metadata,
    Column("feed", String(66), primary_key=True),
    Column("oracle", String(42), nullable=False, index=True),
    Column("price", Amount, nullable=False),
    Column("observed_at", BigInteger, nullable=False),
    Column("published_by", String(42), nullable=False),
    Column("published_at", BigInteger, nullable=False),
)

prices = Table(
    "prices",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("feed", String(66), nullable=False),
    Column("oracle", String(42), nullable=False),
    Column("price", Amount, nullable=False),
    Column("observed_at", BigInteger, nullable=False),
    Index("uq_prices_feed_observed_at", "feed", "observed_at", unique=True),
)

READ_MODEL = [
    blocks,
    events,
    events_of_things,
    participants,
    confirmation_limits,
    tokens,
    cash_balances,
    fingerprints,
    receivables,
    notes,
    note_merges,
    disputes,
    dilutions,
    allotments,
    withheld,
    recourse_claims,
    settlements,
    used_nonces,
    loans,
    loan_titles,
    loan_acts,
    sales,
    ledger,
    book_balances,
    lots,
    receipts,
    receipt_merges,
    deliveries,
    storage_payments,
    insurance_payments,
    misfortunes,
    goods_losses,
    receipt_sales,
    watches,
    devices,
    anchors,
    contradictions,
    feeds,
    prices,
]
"""Everything built from events; `cursor` only says how far."""

FROM_EVENTS = [table for table in READ_MODEL if table not in (blocks, events)]
"""What can be made again from the stored events, without the chain."""
