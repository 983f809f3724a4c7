"""What became of signed documents: a nonce is spent on chain when a document is carried or taken back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, exists, select

from backend.projections.tables import used_nonces


def is_nonce_used(db: Connection, contract: str, signer: str, nonce: str) -> bool:
    """Whether `signer` has spent `nonce` with `contract`, as far as the read model is."""
    return bool(db.execute(select(spent(contract, signer, nonce))).scalar())


def spent(contract: str, signer: Any, nonce: Any) -> Any:
    """The condition that a nonce (columns or values) is spent."""
    return exists().where(
        and_(used_nonces.c.contract == contract, used_nonces.c.signer == signer, used_nonces.c.nonce == nonce)
    )
