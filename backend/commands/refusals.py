"""What the chain refused that a regulator wants to know of: the same thing brought twice, a move of what is frozen.

Nothing was sent, so no block and no operation knows of it. What is tried again and again is one row that counts.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from backend.commands.desk import Desk, Request
from backend.database import insert_new
from backend.documents.tables import refusals
from backend.errors import ContractRefused

TOLD = ("FingerprintTaken", "Frozen", "ReceiptIsFrozen")


def remember(desk: Desk, request: Request, refusal: ContractRefused) -> None:
    """Keeps who tried what, if it is of that kind. Never in the way of the refusal itself."""
    error, arguments = refusal.params["error"], refusal.params["arguments"]
    if error not in TOLD:
        return
    digest = hashlib.sha256(json.dumps(arguments, sort_keys=True, default=str).encode()).hexdigest()
    key = {"actor": request.actor.account, "kind": request.kind, "error": error, "digest": digest}
    with suppress(SQLAlchemyError), desk.engine.begin() as db:
        now = desk.now()
        if not insert_new(db, refusals, **key, arguments=arguments, times=1, first_at=now, last_at=now):
            same = [refusals.c[name] == value for name, value in key.items()]
            db.execute(update(refusals).where(*same).values(times=refusals.c.times + 1, last_at=now))
