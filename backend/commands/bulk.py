"""Many acts of one party, in one transaction (rules U). Each is checked as if it came alone; what they would have sent
is gathered and goes as one call, and the contract tells what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn, cast

from backend.chain.contracts import Call, Contracts
from backend.chain.outbox import Intent, Outbox, Row
from backend.commands.acts import act
from backend.commands.desk import Desk, Request
from backend.database import reading_once
from backend.errors import Conflict, FeiqianError, both

Item = tuple[tuple[Any, ...], dict[str, Any]]
"""The arguments of one act, after desk and request."""


class _Gathering:
    """Stands where the outbox is while the acts are checked: it keeps what they would send."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.calls: list[Call] = []
        self.signer: str | None = None

    def send(self, _intent: Intent, signer: str, *calls: Call, result: dict[str, Any] | None = None) -> Row:
        alike = {call.contract for call in (*self.calls[:1], *calls)}
        if len(calls) != 1 or result is not None or len(alike) != 1 or self.signer not in (None, signer):
            self.settle()
        self.signer = signer
        self.calls += calls
        return {}

    def simulate(self, signer: str, call: Call) -> None:
        self._outbox.simulate(signer, call)

    def settle(self, *_: Any) -> NoReturn:
        raise Conflict(reason=both("this act cannot be part of a bulk", "该操作不能批量进行"))


def together(contracts: Contracts, calls: Sequence[Call]) -> list[Call]:
    """The same acts with one transaction for each contract, in the order of their first."""
    by_contract: dict[str, list[Call]] = {}
    for call in calls:
        by_contract.setdefault(call.contract, []).append(call)
    return [_in_one(contracts, group) if len(group) > 1 else group[0] for group in by_contract.values()]


def _in_one(contracts: Contracts, calls: Sequence[Call]) -> Call:
    """The bulk of calls to one contract."""
    return contracts.call_data(calls[0].contract, "bulk", [bytes.fromhex(call.data[2:]) for call in calls])


@act("bulk")
def do_bulk(desk: Desk, request: Request, command: Callable[..., Row], items: Sequence[Item]) -> Row:
    """U1. Does `command` for each of `items`. An item that is refused before anything is sent refuses them all, with
    its place in the list."""
    gathering = _Gathering(desk.outbox)
    inner = replace(desk, outbox=cast(Outbox, gathering))
    alone = cast(Callable[..., Row], getattr(command, "__wrapped__", command))
    with reading_once(desk.engine):
        for position, (args, kwargs) in enumerate(items):
            try:
                alone(inner, replace(request, key=None), *args, **kwargs)
            except FeiqianError as refusal:
                raise refusal.at(f"items.{position}") from refusal
    return desk.outbox.send(request.intent, str(gathering.signer), _in_one(desk.contracts, gathering.calls))
