"""What every act has in common: asked for twice under one key, it is done once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Concatenate, ParamSpec, cast

from backend.chain.outbox import Intent, Row
from backend.commands.desk import Desk, Request
from backend.commands.refusals import remember
from backend.errors import ContractRefused

P = ParamSpec("P")
Command = Callable[Concatenate[Desk, Request, P], Row]

_TURNS = [threading.Lock() for _ in range(64)]


def act(kind: str) -> Callable[[Command[P]], Command[P]]:
    """Marks a command as the act `kind`.

    A request that was made before gets the operation it had then, whatever has changed since; of requests made at
    the same time one acts and the others get its operation. Raises IdempotencyConflict for a key that stands for
    another request.
    """

    def decorate(command: Command[P]) -> Command[P]:
        @functools.wraps(command)
        def once(desk: Desk, request: Request, *args: P.args, **kwargs: P.kwargs) -> Row:
            request = replace(request, kind=kind)
            with _turn(request.intent):
                if (known := desk.outbox.earlier(request.intent)) is not None:
                    return known
                try:
                    return command(desk, replace(request, is_new=True), *args, **kwargs)
                except ContractRefused as refusal:
                    remember(desk, request, refusal)
                    raise

        return cast(Command[P], once)

    return decorate


def _turn(intent: Intent) -> AbstractContextManager[object]:
    """One at a time of each actor and key: a command may do more than its outbox row before it writes that. (Of two
    processes the database's unique constraint lets one write.)"""
    if intent.idempotency_key is None:
        return nullcontext()
    return _TURNS[hash((intent.actor, intent.idempotency_key)) % len(_TURNS)]
