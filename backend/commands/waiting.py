"""Signed documents that wait to be carried to the chain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table

from backend.database import insert_new
from backend.documents.tables import fresh_id
from backend.errors import Conflict, both
from backend.queries.documents import is_nonce_used


def keep_document(db: Connection, table: Table, *, contract: str, signer: str, nonce: str, **row: Any) -> str:
    """Keeps a document of `signer` for `contract` in `table`; its new id. Raises Conflict for a nonce that the signer
    has used: the same signature may not stand for two documents, nor a spent one for any."""
    identifier = fresh_id()
    is_used = is_nonce_used(db, contract, signer, nonce)
    if is_used or not insert_new(db, table, id=identifier, nonce=nonce, **row):
        raise Conflict(
            field="own.nonce",
            reason=both(
                "{signer} has used nonce {nonce} already", "{signer} 已使用过随机数 {nonce}", signer=signer, nonce=nonce
            ),
        )
    return identifier
