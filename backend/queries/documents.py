"""What became of signed documents: a nonce is spent on chain when a document is carried or taken back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, and_, exists, select

from backend.database import reading
from backend.documents import tables as documents
from backend.projections.tables import used_nonces


def is_nonce_used(db: Connection, contract: str, signer: str, nonce: str) -> bool:
    """Whether `signer` has spent `nonce` with `contract`, as far as the read model is."""
    return bool(db.execute(select(spent(contract, signer, nonce))).scalar())


_SIGNED = (
    ("Receivables", "Confirmation", documents.confirmations, "obligor"),
    ("Settlement", "Quote", documents.quotes, "financier"),
    ("Settlement", "Quote", documents.receipt_quotes, "financier"),
    ("Adjustments", "Resolution", documents.resolutions, "proposer"),
    ("Adjustments", "SetOff", documents.counterclaims, "supplier"),
    ("Loans", "LoanQuote", documents.loan_quotes, "financier"),
    ("Collateral", "Count", documents.counts, "custodian"),
    ("WarehouseReceipts", "Intake", documents.intakes, "custodian"),
    ("WarehouseReceipts", "DeliveryOrder", documents.delivery_orders, "holder"),
)
"""Where documents are kept: the contract that they are for, what they are, and who signs."""


def signed(engine: Engine, contract: str, signer: str, nonce: str) -> tuple[str, dict[str, Any]] | None:
    """What `signer` signed for `contract` under `nonce`, and what kind of document it is; None where it is not kept."""
    with reading(engine) as db:
        for where, kind, table, party in _SIGNED:
            if where == contract:
                query = select(table).where(table.c[party] == signer, table.c.nonce == nonce)
                if (row := db.execute(query).mappings().first()) is not None:
                    return kind, dict(row)
    return None


def spent(contract: str, signer: Any, nonce: Any) -> Any:
    """The condition that a nonce (columns or values) is spent."""
    return exists().where(
        and_(used_nonces.c.contract == contract, used_nonces.c.signer == signer, used_nonces.c.nonce == nonce)
    )
