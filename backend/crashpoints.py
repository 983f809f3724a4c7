"""Named places at which a test has the process die, as a power cut would: no `finally`, no flush, no goodbye.

`FEIQIAN_CRASH_AT=sender.signed` kills it the first time that it comes there, `sender.signed:3` the third time. Without
the variable a place costs one look at an empty string.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

_NAME, _, _TURN = os.environ.get("FEIQIAN_CRASH_AT", "").partition(":")
_passed: Counter[str] = Counter()

POINTS = (
    "outbox.written",
    "sender.signed",
    "sender.stored",
    "sender.broadcast",
    "sender.replaced",
    "sender.finished",
    "indexer.read",
    "indexer.applied",
    "indexer.committed",
    "indexer.rewound",
    "settlement-run.sent",
    "settlement-run.ended",
)


def crash_point(name: str) -> None:
    """Dies here by SIGKILL where the environment says so."""
    if not _NAME or name != _NAME:
        return
    _passed[name] += 1
    if _passed[name] >= int(_TURN or 1):
        os.kill(os.getpid(), signal.SIGKILL)
