"""Invoices: a UBL 2.1 document in, the facts the platform lends against out.

`read_invoice` reads, `to_json` shows, `fingerprint` says whether two invoices are one, and
`identifier_key` whether two identifiers name one party.
"""

from __future__ import annotations

from backend.invoices.currencies import Currency, currency
from backend.invoices.encoding import MAX_DOCUMENT_BYTES
from backend.invoices.hashing import document_hash, fingerprint
from backend.invoices.model import Invoice, Kind, Party, to_json
from backend.invoices.normalise import identifier_key
from backend.invoices.reading import read_invoice

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "Currency",
    "Invoice",
    "Kind",
    "Party",
    "currency",
    "document_hash",
    "fingerprint",
    "identifier_key",
    "read_invoice",
    "to_json",
]
