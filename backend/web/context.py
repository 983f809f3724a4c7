"""What a view needs: the system behind it, who is calling, and the way a write is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

from flask import Response, current_app, g, json, request

from backend.chain.outbox import FINAL, Row, error_of
from backend.commands.desk import Actor, Desk, Request
from backend.correlation import request_id
from backend.errors import Forbidden, InvalidInput, Unauthenticated, both
from backend.queries import participants as participant_queries
from backend.system import System
from backend.web import limits
from backend.web.access import Access
from backend.web.metrics import act_seconds
from backend.web.noted import note
from backend.web.problems import spoken
from backend.web.reverts import sentence

Json = dict[str, Any]


def system() -> System:
    return cast(System, current_app.extensions["feiqian"])


def access() -> Access:
    return cast(Access, current_app.extensions["feiqian-access"])


def desk() -> Desk:
    return system().desk


def actor() -> Actor:
    """Whoever calls. Raises Unauthenticated."""
    if "actor" not in g:
        token = bearer_token()
        with limits.showing(token):
            g.actor = access().actor(token)
    return cast(Actor, g.actor)


def bearer_token() -> str:
    """The token of the Authorization header. Raises Unauthenticated."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            reason=both("send Authorization: Bearer and a token", "请提供 Authorization: Bearer 令牌")
        )
    return token.strip()


def viewer() -> str | None:
    """The account whose view is asked for; None for the operator, who sees all."""
    caller = actor()
    return None if caller.is_operator else caller.account


def require_operator() -> None:
    if not actor().is_operator:
        raise Forbidden(reason=both("only the operator may do this", "仅运营方可以执行"))


def require_member() -> None:
    """Raises Forbidden for accounts that are signed in and not registered: anybody has a wallet."""
    account = viewer()
    if account is not None and not participant_queries.is_participant(desk().engine, account):
        raise Forbidden(reason=both("{account} is no participant", "{account} 不是参与方", account=account))


def write(command: Callable[..., Row], *args: Any, **kwargs: Any) -> Response:
    """Runs a command for the caller and answers with its operation: 202 while it is under way, 200 when final.

    Honours Idempotency-Key, and Prefer: wait=N (seconds).
    """
    asked = Request(actor(), idempotency_key(), [request.path, json.loads(request.get_data())])
    row = command(desk(), asked, *args, **kwargs)
    is_new = "history" in row
    note(operation=row["id"], is_kept=is_new, outcome="repeated")
    if wait_seconds() or not is_new:
        response = answer_operation(row["id"], under_way=202)
    else:
        response = answer(shown_operation(dict(row)), 200 if row["state"] in FINAL else 202)
    response.headers["Location"] = f"/api/v1/operations/{row['id']}"
    return response


def answer_operation(operation_id: str, *, under_way: int) -> Response:
    """An operation: 200 when it is final, status `under_way` while it is not. Honours Prefer: wait=N."""
    seconds = min(wait_seconds(), system().settings.max_wait_seconds)
    operation = system().wait(operation_id, seconds) if seconds else system().outbox.operation(operation_id)
    if seconds and operation["state"] in FINAL and operation["request_id"] == request_id():
        act_seconds.labels(operation["kind"], operation["state"]).observe(perf_counter() - g.began)
    response = answer(shown_operation(operation), 200 if operation["state"] in FINAL else under_way)
    if seconds:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    return response


def idempotency_key() -> str | None:
    """The Idempotency-Key header. Raises InvalidInput for one that is empty or too long."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        raise InvalidInput(
            field="Idempotency-Key",
            reason=both("must be 1 to 255 visible ASCII characters", "应为 1 至 255 个可见 ASCII 字符"),
        )
    return key


def wait_seconds() -> int:
    """N of Prefer: wait=N (RFC 7240); 0 where it is absent or not understood."""
    found = re.search(r'(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?(?=$|[,;\s])', request.headers.get("Prefer", ""))
    return int(found[1]) if found else 0


def answer(body: Any, status: int = 200) -> Response:
    """JSON with every amount as a string: a reader's doubles must not round it."""
    return Response(json.dumps(_exact(body), ensure_ascii=False), status, content_type="application/json")


def shown_operation(operation: Json) -> Json:
    """An operation as the API shows it."""
    result = operation["result"] or {}
    events = result.get("events", [])
    return {
        "id": operation["id"],
        "kind": operation["kind"],
        "state": operation["state"],
        "actor": operation["actor"],
        "signer": operation["signer"],
        "contract": operation["contract"],
        "function": operation["function"],
        "nonce": operation["nonce"],
        "tx": operation["tx_hash"],
        "block": operation["block_number"],
        "gas": operation["gas_used"],
        "result": {key: value for key, value in result.items() if key != "events"} | _outcome(events),
        "events": events,
        "error": shown_error(operation["error"]),
        "history": operation["history"],
    }


def shown_error(error: Json | None) -> Json | None:
    """Why an operation failed, with a sentence in the caller's language."""
    if error is None:
        return None
    return {**error, "detail": spoken(sentence(error["error"], error["arguments"]))}


_RESULTS = {
    "ParticipantRegistered": {"account": "account", "participantId": "participantId"},
    "ReceivableRegistered": {"receivableId": "receivableId"},
    "ReceivableConfirmed": {"receivableId": "receivableId", "noteId": "noteId"},
    "NoteEndorsed": {"childId": "noteId"},
    "Settled": {"deliveredId": "noteId", "price": "priceFen"},
    "NoteRedeemed": {"principal": "principalFen", "penalty": "penaltyFen"},
    "ReceivableRepaid": {"principal": "principalFen", "penalty": "penaltyFen", "excess": "excessFen"},
    "DilutionMadeGood": {"amount": "amountFen", "excess": "excessFen"},
    "RepaymentAllotted": {"principal": "principalFen", "penalty": "penaltyFen", "notes": "notes"},
    "ReceivableDisputed": {"disputeId": "disputeId"},
    "DisputeResolved": {"upheld": "upheldFen", "refused": "refusedFen"},
    "ReceivableDiluted": {"amount": "dilutedFen"},
    "NotePlaceTaken": {"toNoteId": "noteId"},
    "NoteBoughtBack": {"amount": "amountFen"},
    "NoteCovered": {"amount": "amountFen"},
    "LotTakenIn": {"lotId": "lotId", "receiptId": "receiptId"},
    "ReceiptSplit": {"childId": "receiptId"},
    "StoragePaid": {"amount": "amountFen", "chargedUntil": "chargedUntil"},
    "InsurancePaid": {"amount": "amountFen"},
    "ReplacementRequested": {"effectiveAt": "effectiveAt"},
    "PricePublished": {"feed": "feed", "price": "priceFen"},
    "LoanOriginated": {"loanId": "loanId"},
    "LoanDrawn": {"amount": "drawnFen"},
    "TitleReleased": {"releasedId": "tokenId"},
    "MarginCalled": {"callBy": "callBy", "ltvBps": "ltvBps"},
    "CollateralSold": {"amount": "priceFen", "shortfall": "shortfallFen"},
}


def _outcome(events: list[Json]) -> Json:
    """What became of an operation; of each of its acts, where it was many."""
    if all(event["name"] != "BulkItem" for event in events):
        return _summary(events)
    items: list[Json] = []
    first = 0
    for place, event in enumerate(events):
        if event["name"] == "BulkItem":
            done = event["args"]["done"]
            items.append(
                {"state": "succeeded", "result": _summary(events[first:place])}
                if done
                else {"state": "failed", "error": shown_error(error_of(event["args"]["reason"], event["contract"]))}
            )
            first = place + 1
    return {"items": items}


def _summary(events: list[Json]) -> Json:
    """What callers want of the events: the ids that came to be."""
    found: Json = {}
    for event in events:
        for argument, name in _RESULTS.get(event["name"], {}).items():
            found[name] = event["args"][argument]
    moved = {event["contract"] for event in events}
    if "noteId" in found and "WarehouseReceipts" in moved and "Receivables" not in moved:
        found["receiptId"] = found.pop("noteId")  # Settlement delivers any title
    return found


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _exact(item)
            if isinstance(item, (dict, list))
            else str(item)
            if isinstance(item, int) and key.endswith("Fen")
            else item
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return value
