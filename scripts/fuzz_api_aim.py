"""Aims a request that was made up at things that exist: most of what is made up names nothing, and would be refused for
that alone."""

from __future__ import annotations

import random
from typing import Any

from tests.backend.integration.api.driver import Scene

READY, NAMED = 0.25, 0.75
"""How many requests are the valid one of their route, and how many of the rest name what exists."""


class Aim:
    def __init__(self, scene: Scene, dice: random.Random) -> None:
        self._scene = scene
        self._dice = dice
        self._known = _known(scene)

    def take(self, case: Any) -> None:
        """Changes a request in its place."""
        ready = self._scene.cases.get((case.method, case.path.removeprefix("/api/v1")))
        chance = self._dice.random()
        if ready is not None and chance < READY:
            if isinstance(case.body, dict):
                case.body = dict(ready.body or {})
            case.path_parameters = self._parts(case, ready.path) or case.path_parameters
        elif chance < READY + (1 - READY) * NAMED:
            case.path_parameters = {name: self._named(name, value) for name, value in case.path_parameters.items()}
            if isinstance(case.body, dict):
                case.body = self._filled(case.body)

    def _parts(self, case: Any, path: str) -> dict[str, Any]:
        """What a valid path has in the places of the route's."""
        ours, theirs = path.split("?")[0].split("/"), case.path.removeprefix("/api/v1").split("/")
        found = {}
        for part, shape in zip(ours, theirs, strict=True):
            name, _, rest = shape.removeprefix("{").partition("}")
            if shape.startswith("{"):
                found[name] = part.removesuffix(rest)
        return found

    def _named(self, name: str, value: Any) -> Any:
        return self._dice.choice(self._known[name]) if name in self._known else value

    def _filled(self, body: Any) -> Any:
        if isinstance(body, list):
            return [self._filled(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {
            name: [self._named(name, item) for item in value]
            if name == "financiers" and isinstance(value, list)
            else self._named(name, value)
            if name in self._known
            else self._filled(value)
            for name, value in body.items()
        }


def _known(scene: Scene) -> dict[str, list[Any]]:
    """What exists, by the names that paths and bodies give it."""
    network = scene.network
    accounts = [row["account"] for row in network.operator.get("/participants")["items"]]
    claims = [scene.submitted, scene.confirmed, scene.contested]
    receipts, amounts = [scene.receipt, scene.pledged], ["1", "100", "1000000", "100000000"]
    bands, now = [0, 600, 6_000, 7_000, 8_500], network.operator.now()
    times = [now - 60, now + 3_600, now + 30 * 86_400]
    paths = {
        "receivable_id": claims, "note_id": [scene.note], "receipt_id": receipts, "lot_id": [scene.lot],
        "loan_id": [scene.loan], "quote_id": [scene.quote, scene.receipt_quote, scene.loan_quote],
        "confirmation_id": [scene.confirmation], "resolution_id": [scene.resolution],
        "counterclaim_id": [scene.counterclaim], "run_id": [scene.run], "operation_id": [scene.operation],
        "intake_id": [scene.intake], "order_id": [scene.order], "request_id": [scene.loan_request],
        "webhook_id": [scene.webhook], "device": [scene.device], "account": accounts, "feed": [scene.feed],
        "sequence": [1, 2], "thing_id": [*claims, scene.note, *receipts, scene.loan],
    }  # fmt: skip
    bodies = {
        "receivableId": claims, "noteId": [scene.note], "receiptId": receipts, "into": [scene.note, *receipts],
        "tokenId": [scene.note, *receipts], "lotId": [str(scene.lot)], "quantity": ["1", "10", "100"],
        "value": ["1", "10"], "currency": ["CNY", "USD"], "seconds": [1, 60, 3_600], "day": ["2026-01-01"],
        **dict.fromkeys(("to", "seller", "depositor", "pledgee", "oracle", "financiers"), accounts),
        **dict.fromkeys(("amountFen", "valueFen", "priceFen", "upheldFen", "limitFen"), amounts),
        **dict.fromkeys(("advanceBps", "callBps", "liquidationBps", "rateBps"), bands),
        **dict.fromkeys(("maturityAt", "observedAt", "insuredUntil", "expiresAt", "kycValidUntil"), times),
        "commodity": ["BRENT"], "grade": ["CRUDE"], "unit": ["BBL"], "own": [None],
    }  # fmt: skip
    return paths | bodies
