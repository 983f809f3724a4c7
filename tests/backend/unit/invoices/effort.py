"""How much work reading a document is, beside reading a plain one of the greatest size.

Computing time over computing time: a busy machine slows both down. What grows with the square of the size takes
hundreds of times as long.
"""

from __future__ import annotations

import functools
import time

from backend.errors import FeiqianError
from backend.invoices import MAX_DOCUMENT_BYTES, read_invoice

from .documents import PLAIN

FIRST_LINE = "<cac:InvoiceLine><cbc:ID>1<"
LINE = '<cac:InvoiceLine><cbc:ID>9</cbc:ID><cbc:LineExtensionAmount currencyID="CNY">0</cbc:LineExtensionAmount></cac:InvoiceLine>'

MUCH = 8.0


def repeated(document: str, place: str, piece: str, most: int | None = None) -> bytes:
    """`document` with `piece` before `place` as often as it fits, or `most` times."""
    room = (MAX_DOCUMENT_BYTES - len(document.encode())) // len(piece.encode())
    head, _, tail = document.partition(place)
    return (head + piece * min(room, most or room) + place + tail).encode()


def effort(document: bytes | str) -> float:
    """The computing time of reading `document`, in times of a plain one's; below `MUCH` it keeps nobody busy."""
    return _seconds(document.encode() if isinstance(document, str) else document) / _plain_seconds()


def _seconds(document: bytes) -> float:
    begun = time.process_time()
    try:
        read_invoice(document)
    except FeiqianError as refusal:
        assert len(str(refusal)) < 400
    return time.process_time() - begun


@functools.cache
def _plain_seconds() -> float:
    return _seconds(repeated(PLAIN, FIRST_LINE, LINE))
