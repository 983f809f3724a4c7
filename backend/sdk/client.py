"""A client that speaks in the words of the business. Amounts are integers of minor units (fen), times UTC
seconds, rates basis points a year. It imports nothing of the backend: it knows the API alone."""

from __future__ import annotations

import base64
import functools
import math
import ssl
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Self

import httpx

from backend.sdk.evidence import EvidenceActs, EvidenceReads
from backend.sdk.lending import LoanActs, LoanReads
from backend.sdk.live import LiveReads

Json = dict[str, Any]

WAIT_SECONDS = 30
BULK_ITEMS = 100


class Refused(Exception):
    """The API said no. `problem` is the RFC 9457 document; `type` its last part; `error` the contract's error
    name where a contract refused, with `arguments`."""

    def __init__(self, problem: Json, status: int) -> None:
        self.problem = problem
        self.status = status
        self.type: str = str(problem.get("type", "")).rpartition("/")[2]
        self.field: str | None = problem.get("field")
        contract_error = problem.get("contractError") or {}
        self.error: str | None = contract_error.get("name")
        self.arguments: Json = contract_error.get("arguments", {})
        super().__init__(f"{status} {problem.get('title', '')}: {problem.get('detail', '')}")


class OperationFailed(Exception):
    """The act was accepted and then failed on the chain. `operation` has all of it; `error` is the contract's error
    name and `arguments` its values."""

    def __init__(self, operation: Json) -> None:
        self.operation = operation
        failure = operation.get("error") or {}
        self.error: str | None = failure.get("error")
        self.arguments: Json = failure.get("arguments", {})
        super().__init__(f"{operation['kind']}: {self.error}: {failure.get('detail', '')}")


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Those of authorities that are trusted, read once: it takes longer than a request, and each party has a client."""
    return httpx.create_ssl_context()


class Feiqian(LoanReads, EvidenceReads, LiveReads):
    """A connection as one caller: the operator, or a participant."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8600",
        token: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        language: str = "en",
        wait: int = WAIT_SECONDS,
    ) -> None:
        """`transport` replaces the network, as httpx.WSGITransport does in tests; `wait` is how many seconds a
        write waits for its end."""
        self._settings: Json = {"url": url, "transport": transport, "language": language, "wait": wait}
        self._wait = wait
        headers = {"Accept-Language": language}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            base_url=url, headers=headers, transport=transport, timeout=wait + 30, verify=_certificates()
        )

    def acting_as(self, token: str) -> Feiqian:
        """The same API with another caller's token."""
        settings = dict(self._settings)
        return Feiqian(settings.pop("url"), token, **settings)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- plumbing

    def get(self, path: str, **query: Any) -> Json:
        """GET under /api/v1. Raises Refused."""
        wanted = {key: value for key, value in query.items() if value is not None}
        return self._read(self._http.get(f"/api/v1{path}", params=wanted))

    def post(self, path: str, body: Json | None = None) -> Json:
        """POST that is no operation (sign-in, keys, time travel). Raises Refused."""
        return self._read(self._http.post(f"/api/v1{path}", json=body or {}))

    def act(self, path: str, body: Json | None = None, *, key: str | None = None, wait: int | None = None) -> Json:
        """A write, waited for; with `wait` 0 it is given back as it stands, for `finish`. `key` is the idempotency
        key; one is made where none is given, so that a retry by the transport cannot act twice.

        Raises Refused, OperationFailed, TimeoutError.
        """
        seconds = self._wait if wait is None else wait
        headers = {"Idempotency-Key": key or uuid.uuid4().hex, **_prefer(seconds)}
        operation = self._read(self._http.post(f"/api/v1{path}", json=body or {}, headers=headers))
        return self.finish(operation, seconds) if seconds or operation["state"] == "failed" else operation

    def bulk(self, acts: str, items: Sequence[Json], *, key: str | None = None, wait: int | None = None) -> list[Json]:
        """Many acts of one kind (`endorsements`, `confirmations`, `redemptions`, `repayments`, `acceptances`,
        `declinations`, `issues`), a hundred a transaction: what became of each, as {"state", "result"} or {"state",
        "error"}. With `wait` 0 the operations are given back as they stand."""
        found: list[Json] = []
        for number, first in enumerate(range(0, len(items), BULK_ITEMS)):
            body = {"items": list(items[first : first + BULK_ITEMS])}
            operation = self.act(f"/bulk/{acts}", body, key=f"{key}-{number}" if key else None, wait=wait)
            found += [operation] if wait == 0 else operation["result"]["items"]
        return found

    def take_back(self, operation_id: str) -> Json:
        """Takes an act back that no block has yet; it may be too late all the same. The operation as it stands."""
        return self.post(f"/operations/{operation_id}/cancellations")

    def operation(self, operation_id: str) -> Json:
        """What became of a write."""
        return self.get(f"/operations/{operation_id}")

    def finish(self, operation: Json, seconds: float = WAIT_SECONDS) -> Json:
        """The operation when it is final and the API tells what came of it. Raises OperationFailed, TimeoutError."""
        deadline = time.monotonic() + seconds
        while operation["state"] not in ("succeeded", "failed"):
            left = math.ceil(deadline - time.monotonic())
            if left <= 0:
                raise TimeoutError(f"operation {operation['id']} is still {operation['state']}")
            path = f"/api/v1/operations/{operation['id']}"
            operation = self._read(self._http.get(path, headers=_prefer(min(left, WAIT_SECONDS))))
        if operation["state"] == "failed":
            raise OperationFailed(operation)
        return operation

    @staticmethod
    def _read(response: httpx.Response) -> Json:
        try:
            body = response.json()
        except ValueError:
            body = {"title": response.reason_phrase, "detail": response.text[:200]}
        if response.is_error:
            raise Refused(body, response.status_code)
        return dict(body)

    def sign_in(self, wallet: Any, name: str = "", *, hours: int = 12) -> Party:
        """A client that acts as the owner of `wallet` (an eth_account key), by Sign-In with Ethereum. It signs in the
        wallet what the keystore has no key for."""
        from eth_account.messages import encode_defunct  # slow to import, and only needed here

        asked = self.post("/auth/nonces")
        issued = datetime.now(UTC)
        message = (
            f"{asked['domain']} wants you to sign in with your Ethereum account:\n{wallet.address}\n\n"
            f"Sign in to Feiqian.\n\nURI: {asked['uri']}\nVersion: 1\nChain ID: {asked['chainId']}\n"
            f"Nonce: {asked['nonce']}\nIssued At: {issued:%Y-%m-%dT%H:%M:%SZ}\n"
            f"Expiration Time: {issued + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
        )
        signature = wallet.sign_message(encode_defunct(text=message)).signature
        session = self.post("/auth/sessions", {"message": message, "signature": "0x" + bytes(signature).hex()})
        return Party(self, name or wallet.address, wallet.address, session["token"], wallet)

    def sign_out(self) -> None:
        """Ends the session behind this client's token."""
        self._read(self._http.delete("/api/v1/auth/sessions"))

    # ---- the operator's acts

    def register(
        self,
        name: str,
        identifier: str,
        roles: Sequence[str],
        *,
        limits: dict[str, int] | None = None,
        account: str | None = None,
        kyc_valid_until: int | None = None,
    ) -> Party:
        """Takes a legal person in and gives back a client that acts as it. `limits` are confirmation limits in
        minor units by currency; `account` is its own wallet, whose owner acts through `sign_in`; `kyc_valid_until` (UTC
        seconds) is until when it counts as identified, usually a year."""
        registered = self.take_in_party(
            name, identifier, roles, limits=limits, account=account, kyc_valid_until=kyc_valid_until
        )["result"]["account"]
        return Party(self, name, registered, None) if account else self.acting_for(name, registered)

    def take_in_party(
        self,
        name: str,
        identifier: str,
        roles: Sequence[str],
        *,
        limits: dict[str, int] | None = None,
        account: str | None = None,
        kyc_valid_until: int | None = None,
    ) -> Json:
        """The act of `register` alone; result has account, also while it is under way."""
        body: Json = {
            "name": name,
            "identifier": identifier,
            "roles": list(roles),
            "confirmationLimits": {code: str(amount) for code, amount in (limits or {}).items()},
        }
        if account is not None:
            body["account"] = account
        if kyc_valid_until is not None:
            body["kycValidUntil"] = kyc_valid_until
        return self.act("/participants", body)

    def acting_for(self, name: str, account: str) -> Party:
        """A client that acts as a party whose key the keystore holds."""
        return Party(self, name, account, str(self.post(f"/participants/{account}/api-keys")["apiKey"]))

    def issue_cash(self, to: Party | str, amount: int, currency: str = "CNY") -> Json:
        """Issues tokens to a party, in minor units; the reserve must have been attested."""
        return self.act("/cash/issues", {"to": _account(to), "amountFen": str(amount), "currency": currency})

    def attest_reserve(self, amount: int, statement: str, currency: str = "CNY") -> Json:
        """States the money at the bank behind a token, in minor units."""
        body = {"reserveFen": str(amount), "currency": currency, "statement": statement}
        return self.act("/cash/attestations", body)

    def renew(
        self, party: Party | str, *, roles: Sequence[str] | None = None, kyc_valid_until: int | None = None
    ) -> Json:
        """A party is identified anew: until `kyc_valid_until` (UTC seconds; a year from now without it), in `roles`
        (those it has, without them)."""
        body: Json = {} if roles is None else {"roles": list(roles)}
        if kyc_valid_until is not None:
            body["kycValidUntil"] = kyc_valid_until
        return self.act(f"/participants/{_account(party)}/renewals", body)

    def freeze(self, party: Party | str, order: str) -> Json:
        """Freezes a party by a regulator's order."""
        return self.act(f"/participants/{_account(party)}/freezes", {"order": order})

    def unfreeze(self, party: Party | str, order: str) -> Json:
        return self.act(f"/participants/{_account(party)}/unfreezes", {"order": order})

    def order(self, receivable_id: int, upheld: int, order: str) -> Json:
        """Ends a dispute by a regulator's order: `upheld` minor units are not owed."""
        return self.act(f"/receivables/{receivable_id}/orders", {"upheldFen": str(upheld), "order": order})

    def settle_day(self, day: str, *, seconds: float = 600) -> Json:
        """Pays all current holders of all receivables that mature on `day` (UTC, YYYY-MM-DD) from what has come in;
        the run when it is over. Raises TimeoutError; the run goes on by itself."""
        run_id = self.act("/settlement-runs", {"day": day})["result"]["runId"]
        deadline = time.monotonic() + seconds
        while (run := self.settlement_run(run_id))["state"] == "open":
            if time.monotonic() > deadline:
                raise TimeoutError(f"settlement run {run_id} is still open")
            time.sleep(0.05)
        return run

    def settlement_run(self, run_id: str) -> Json:
        """How far a settlement run is."""
        return self.get(f"/settlement-runs/{run_id}")

    def travel(self, *, days: int = 0, seconds: int = 0) -> int:
        """Moves a development chain's clock forward; the new time, UTC seconds."""
        return int(self.post("/clock/travels", {"seconds": days * 86_400 + seconds})["now"])

    # ---- the operator's acts on goods and prices

    def freeze_receipt(self, receipt_id: int, order: str) -> Json:
        """Freezes a warehouse receipt by a regulator's order."""
        return self.act(f"/receipts/{receipt_id}/freezes", {"order": order})

    def unfreeze_receipt(self, receipt_id: int, order: str) -> Json:
        return self.act(f"/receipts/{receipt_id}/unfreezes", {"order": order})

    def unlock_lot(self, lot_id: int, order: str) -> Json:
        """Unlocks a lot by a regulator's order."""
        return self.act(f"/lots/{lot_id}/unlocks", {"order": order})

    def assign_feed(self, oracle: Party | str, commodity: str, grade: str, unit: str, currency: str = "CNY") -> str:
        """Names the oracle of the feed for these goods in this money; the feed (0x-hex)."""
        words = {"commodity": commodity, "grade": grade, "unit": unit, "currency": currency}
        return str(self.act("/feeds", {**words, "oracle": _account(oracle)})["result"]["feed"])

    # ---- questions

    def lots(self) -> list[Json]:
        """Lots I keep, deposited or have a receipt of."""
        return self._pages("/lots")

    def lot(self, lot_id: int) -> Json:
        return self.get(f"/lots/{lot_id}")

    def receipts(self, lot_id: int | None = None) -> list[Json]:
        """Receipts I hold, and those of lots I keep or deposited."""
        return self._pages("/receipts", lotId=lot_id)

    def receipt(self, receipt_id: int) -> Json:
        """A receipt, the storage due on it now, and what happened to it."""
        return self.get(f"/receipts/{receipt_id}")

    def intakes(self) -> list[Json]:
        """Intakes I signed or am the depositor of, the latest first."""
        return self._pages("/intakes")

    def delivery_orders(self) -> list[Json]:
        """Delivery orders I signed or am the custodian for, the latest first."""
        return self._pages("/delivery-orders")

    def feeds(self) -> list[Json]:
        """All price feeds, each with its last price."""
        return self._pages("/feeds")

    def prices(self, feed: str) -> list[Json]:
        """The prices of a feed, by the time they were observed at."""
        return self._pages(f"/feeds/{feed}/prices")

    def me(self) -> Json:
        return self.get("/me")

    def now(self) -> int:
        """The chain's clock, UTC seconds."""
        return int(self.get("/clock")["now"])

    def participants(self, role: str | None = None) -> list[Json]:
        return self._pages("/participants", role=role)

    def receivables(self, status: str | None = None) -> list[Json]:
        """All receivables I am a party to."""
        return self._pages("/receivables", status=status)

    def receivable(self, receivable_id: int) -> Json:
        return self.get(f"/receivables/{receivable_id}")

    def notes(self, receivable_id: int | None = None) -> list[Json]:
        """Notes I hold or endorsed, or all notes of a receivable I am a party to."""
        return self._pages("/notes", receivableId=receivable_id)

    def lineage(self, note_id: int) -> Json:
        """A note, its path to the root, its children, and what was merged into it."""
        return self.get(f"/notes/{note_id}")

    def tree(self, receivable_id: int) -> Json:
        """All notes of a receivable, each with its children, and all merges."""
        return self.get(f"/receivables/{receivable_id}/lineage")

    def due(self, receivable_id: int) -> dict[str, int]:
        """What is due now in minor units: `penalty` and `principal` of the obligor, and what the `supplier` owes."""
        found = self.receivable(receivable_id)["due"]
        return {name: int(found[f"{name}Fen"]) for name in ("penalty", "principal", "supplier")}

    def quotes(self, receivable_id: int | None = None) -> list[Json]:
        """Quotes I gave or was given: those still open first, and of them the best price."""
        found = self._pages("/quotes", receivableId=receivable_id)
        return sorted(found, key=lambda one: (one["state"] != "open", _unit_price(one["priceFen"], one["valueFen"])))

    def position(self, party: Party | str) -> Json:
        """What a party has and owes."""
        return self.get(f"/participants/{_account(party)}/position")

    def cash(self, party: Party | str, currency: str = "CNY") -> int:
        """A party's cash in minor units."""
        rows = self.position(party)["cash"]
        return next((int(row["amountFen"]) for row in rows if row["currency"] == currency), 0)

    def statement(self, party: Party | str, currency: str | None = None) -> Json:
        """A party's books: the `opening` balances, all `items` (events with their lines), the `closing` balances."""
        path = f"/participants/{_account(party)}/statement"
        whole = page = self.get(path, currency=currency)
        while page["next"] is not None:
            page = self.get(path, currency=currency, after=page["next"])
            whole["items"] += page["items"]
        return {**whole, "closing": page["closing"], "next": None}

    def books(self) -> str:
        """The books of all as a Beancount file (operator)."""
        response = self._http.get("/api/v1/books")
        if response.is_error:
            self._read(response)
        return response.text

    def each(self, path: str, **query: Any) -> Iterator[Json]:
        """Every item of a list under /api/v1, page by page as they are asked for. Raises Refused."""
        after: str | int | None = None
        while True:
            page = self.get(path, after=after, **query)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def _pages(self, path: str, **query: Any) -> list[Json]:
        return list(self.each(path, **query))


class Party(Feiqian, LoanActs, EvidenceActs):
    """A participant acting as itself."""

    def __init__(self, network: Feiqian, name: str, account: str, token: str | None, wallet: Any = None) -> None:
        settings = dict(network._settings)
        super().__init__(settings.pop("url"), token, **settings)
        self.name = name
        self.account = account
        self.token = token
        self._wallet = wallet

    def act(self, path: str, body: Json | None = None, *, key: str | None = None, wait: int | None = None) -> Json:
        """As Feiqian.act. What only the party itself can sign is signed in its wallet, where there is one."""
        try:
            return super().act(path, body, key=key, wait=wait)
        except Refused as refusal:
            document = refusal.problem.get("document")
            if self._wallet is None or document is None:
                raise
        return super().act(path, self._signed(document, body or {}), key=key, wait=wait)

    def _signed(self, document: Json, body: Json) -> Json:
        """What a body says when the wallet has signed the document; the terms of it stand in the document."""
        message = document["message"]
        signature = self._wallet.sign_typed_data(full_message=document).signature
        own = {
            "signature": "0x" + bytes(signature).hex(),
            "nonce": message["nonce"],
            "deadline": int(message["deadline"]),
        }
        is_priced = "price" in message  # from a rate, perhaps; the document has the price alone
        left = ("validSeconds", "rateBps") if is_priced else ("validSeconds",)
        rest = {name: value for name, value in body.items() if name not in left}
        return {**rest, **({"priceFen": message["price"]} if is_priced else {}), "own": own}

    def __repr__(self) -> str:
        return f"Party({self.name!r}, {self.account})"

    # ---- supplier

    def hand_over(self, invoice: bytes, *, maturity_at: int | None = None, key: str | None = None) -> Json:
        """Registers the claim in a UBL invoice; result has receivableId. `maturity_at` (UTC seconds) only where
        the invoice has no due date."""
        body: Json = {"invoice": base64.b64encode(invoice).decode("ascii")}
        if maturity_at is not None:
            body["maturityAt"] = maturity_at
        return self.act("/receivables", body, key=key)

    def withdraw(self, receivable_id: int) -> Json:
        return self.act(f"/receivables/{receivable_id}/withdrawals")

    def credit(self, receivable_id: int, credit_note: bytes) -> Json:
        """Hands over a credit note (UBL): the obligor owes that much less; notes of mine absorb it first."""
        body = {"creditNote": base64.b64encode(credit_note).decode("ascii")}
        return self.act(f"/receivables/{receivable_id}/credit-notes", body)

    def acknowledge(self, receivable_id: int, amount: int, statement: str, *, arisen_at: int, due_at: int) -> Json:
        """Acknowledges a counterclaim that the obligor may set off (times UTC seconds); result has counterclaimId."""
        body = {"amountFen": str(amount), "statement": statement, "arisenAt": arisen_at, "dueAt": due_at}
        return self.act(f"/receivables/{receivable_id}/counterclaims", body)

    def make_good(self, receivable_id: int, amount: int) -> Json:
        """Pays what the supplier owes to the holders for dilution."""
        return self.act(f"/receivables/{receivable_id}/dilution-payments", {"amountFen": str(amount)})

    # ---- supplier and obligor

    def propose(self, receivable_id: int, upheld: int) -> Json:
        """Signs how the open dispute is to end: `upheld` minor units are not owed; result has resolutionId."""
        return self.act(f"/receivables/{receivable_id}/resolutions", {"upheldFen": str(upheld)})

    def agree(self, resolution_id: str) -> Json:
        """Signs the other side's resolution, which is carried out."""
        return self.act(f"/resolutions/{resolution_id}/acceptances")

    # ---- obligor

    def confirm(
        self, receivable_id: int, amount: int, *, carry: bool = True, set_off_waived: bool = True, **more: Any
    ) -> Json:
        """Confirms `amount` of a claim. Without `carry` the signed confirmation waits to be carried with a sale."""
        body = {"amountFen": str(amount), "carry": carry, "setOffWaived": set_off_waived, **more}
        return self.act(f"/receivables/{receivable_id}/confirmations", body)

    def reject(self, receivable_id: int, reason: str) -> Json:
        return self.act(f"/receivables/{receivable_id}/rejections", {"reason": reason})

    def repay(self, receivable_id: int, amount: int) -> Json:
        """Pays on a receivable, in whole or in part; penalty first. What is more than due is not taken."""
        return self.act(f"/receivables/{receivable_id}/repayments", {"amountFen": str(amount)})

    def expire(self, receivable_id: int) -> Json:
        return self.act(f"/receivables/{receivable_id}/expirations")

    def cancel_confirmation(self, confirmation_id: str) -> Json:
        """Takes a waiting confirmation back."""
        return self.act(f"/confirmations/{confirmation_id}/cancellations")

    def pay_assignor(self, receivable_id: int, amount: int) -> Json:
        """Pays the supplier directly, which discharges before notice of assignment only."""
        return self.act(f"/receivables/{receivable_id}/direct-payments", {"amountFen": str(amount)})

    def set_off(self, counterclaim_id: str) -> Json:
        """Sets an acknowledged counterclaim off."""
        return self.act(f"/counterclaims/{counterclaim_id}/set-offs")

    def dispute(self, receivable_id: int, amount: int, reason: str) -> Json:
        """Disputes a part of what is owed; it is locked wherever its notes went."""
        return self.act(f"/receivables/{receivable_id}/disputes", {"amountFen": str(amount), "reason": reason})

    # ---- holder

    def endorse(self, note_id: int, to: Party | str, value: int, *, with_recourse: bool = True) -> Json:
        """Endorses `value` of a note; result has noteId, the child."""
        body = {"to": _account(to), "valueFen": str(value), "withRecourse": with_recourse}
        return self.act(f"/notes/{note_id}/endorsements", body)

    def assign(self, note_id: int, to: Party | str) -> Json:
        """Assigns a whole note, without recourse."""
        return self.act(f"/notes/{note_id}/assignments", {"to": _account(to)})

    def redeem(self, note_id: int) -> Json:
        """Has a note paid out to its holder."""
        return self.act(f"/notes/{note_id}/redemptions")

    def endorse_many(self, note_id: int, payees: Sequence[tuple[Party | str, int, bool]]) -> list[int]:
        """Endorses parts of a note to several payees at once: (to, value, with recourse) each; the children."""
        return children(self.endorse_list(note_id, payees))

    def endorse_list(self, note_id: int, payees: Sequence[tuple[Party | str, int, bool]]) -> Json:
        """The act of `endorse_many`; `children` tells them once it is final."""
        listed = [{"to": _account(to), "valueFen": str(value), "withRecourse": way} for to, value, way in payees]
        return self.act(f"/notes/{note_id}/endorsement-lists", {"endorsements": listed})

    def merge(self, note_id: int, into: int, value: int | None = None) -> Json:
        """Merges a note, or `value` of it, into another one of mine."""
        return self.act(f"/notes/{note_id}/merges", {"into": into} | ({"valueFen": str(value)} if value else {}))

    def give_approvals(self) -> Json:
        """Lets the contracts move what my signed acts say, where they may not yet."""
        return self.act(f"/participants/{self.account}/approvals")

    def want_acceptance(self, wanted: bool = True) -> Json:
        """Wants to be asked before an endorsement to me stands, or no longer."""
        return self.act(f"/participants/{self.account}/acceptance-wishes", {"wanted": wanted})

    def accept_note(self, note_id: int) -> Json:
        """Takes an endorsement that waits for me."""
        return self.act(f"/notes/{note_id}/acceptances")

    def decline_note(self, note_id: int) -> Json:
        """Refuses an endorsement that waits for me, or gives one back after its deadline."""
        return self.act(f"/notes/{note_id}/declinations")

    def give_notice(self, note_id: int) -> Json:
        """Tells the obligor of the assignment."""
        return self.act(f"/notes/{note_id}/notices")

    def absorb(self, receivable_id: int) -> Json:
        """Has the supplier's notes absorb what the supplier owes for dilution."""
        return self.act(f"/receivables/{receivable_id}/absorptions")

    def allot(self, receivable_id: int) -> Json:
        """From maturity on, divides what has come in among all notes."""
        return self.act(f"/receivables/{receivable_id}/allotments")

    def claim_recourse(self, note_id: int, level: int = 0) -> Json:
        """After grace, turns to the endorser `level` endorsements up (0: the last)."""
        return self.act(f"/notes/{note_id}/recourse-claims", {"level": level})

    def buy_back(self, note_id: int, level: int = 0) -> Json:
        """Pays the holder of a note that I endorsed and takes its place; result has noteId."""
        return self.act(f"/notes/{note_id}/buy-backs", {"level": level})

    def write_off(self, note_id: int) -> Json:
        """After grace, gives a note up in my books."""
        return self.act(f"/notes/{note_id}/write-offs")

    def cover(self, note_id: int) -> Json:
        """After grace, has the reserve pay for an insured note."""
        return self.act(f"/notes/{note_id}/covers")

    def ask_for_quotes(
        self, receivable_id: int, value: int, financiers: Sequence[Party | str], *, with_recourse: bool = False
    ) -> Json:
        body = {
            "receivableId": receivable_id,
            "valueFen": str(value),
            "financiers": [_account(bank) for bank in financiers],
            "withRecourse": with_recourse,
        }
        return self.act("/quote-requests", body)

    def accept(self, quote_id: str, note_id: int | None = None) -> Json:
        """Sells at a quote: title and cash in one transaction, the waiting confirmation carried along if need be."""
        return self.act(f"/quotes/{quote_id}/acceptances", {} if note_id is None else {"noteId": note_id})

    # ---- financier

    def quote(
        self,
        receivable_id: int,
        seller: Party | str,
        value: int,
        *,
        rate_bps: int | None = None,
        price: int | None = None,
        with_recourse: bool = False,
        **more: Any,
    ) -> Json:
        """Signs a firm price for `value`, given or from a yearly rate (simple discount, ACT/360)."""
        body: Json = {
            "receivableId": receivable_id,
            "seller": _account(seller),
            "valueFen": str(value),
            "withRecourse": with_recourse,
            **more,
        }
        if rate_bps is not None:
            body["rateBps"] = rate_bps
        if price is not None:
            body["priceFen"] = str(price)
        return self.act("/quotes", body)

    def cancel_quote(self, quote_id: str) -> Json:
        return self.act(f"/quotes/{quote_id}/cancellations")

    # ---- custodian: quantities are decimal strings of the lot's unit

    def take_in(
        self,
        depositor: Party | str,
        *,
        commodity: str,
        grade: str,
        unit: str,
        quantity: str,
        location: str,
        lot: str,
        inspection: str,
        insurance: str,
        insured_until: int,
        expires_at: int,
        storage: int,
        decimals: int = 3,
        currency: str = "CNY",
        carry: bool = True,
    ) -> Json:
        """Signs the intake of a lot; result has lotId and receiptId. `storage` is in thousandths of a minor unit for a
        whole unit a day, times are UTC seconds. Without `carry` it waits to be issued; result has intakeId."""
        body = {
            "depositor": _account(depositor),
            "commodity": commodity,
            "grade": grade,
            "unit": unit,
            "decimals": decimals,
            "quantity": quantity,
            "location": location,
            "lot": lot,
            "inspection": inspection,
            "insurance": insurance,
            "insuredUntil": insured_until,
            "expiresAt": expires_at,
            "currency": currency,
            "storageMilliFenPerUnitDay": storage,
            "carry": carry,
        }
        return self.act("/intakes", body)

    def cancel_intake(self, intake_id: str) -> Json:
        return self.act(f"/intakes/{intake_id}/cancellations")

    def deliver(self, delivery_order_id: str) -> Json:
        """Hands the goods of a delivery order out."""
        return self.act(f"/delivery-orders/{delivery_order_id}/deliveries")

    def report(self, lot_id: int, kind: str, quantity: str, evidence: str) -> Json:
        """Reports damage, shortage, contamination or loss; "0" of damage or contamination locks the lot."""
        return self.act(f"/lots/{lot_id}/misfortunes", {"kind": kind, "quantity": quantity, "evidence": evidence})

    def extend(self, lot_id: int, *, insured_until: int | None = None, expires_at: int | None = None) -> Json:
        """Extends insurance or expiry of a lot (UTC seconds)."""
        return self.act(f"/lots/{lot_id}/extensions", {"insuredUntil": insured_until, "expiresAt": expires_at})

    def request_replacement(self, receipt_id: int, to: Party | str, evidence: str) -> Json:
        """Names who is to hold a receipt whose holder lost its key."""
        body = {"to": _account(to), "evidence": evidence}
        return self.act(f"/receipts/{receipt_id}/replacement-requests", body)

    # ---- holder of goods

    def issue(self, intake_id: str) -> Json:
        """Carries a signed intake; result has lotId and receiptId."""
        return self.act(f"/intakes/{intake_id}/issues")

    def split(self, receipt_id: int, quantity: str, to: Party | str | None = None) -> Json:
        """Moves a part of a receipt into a new one, for me or for somebody else; result has receiptId, the new one."""
        whom = {} if to is None else {"to": _account(to)}
        return self.act(f"/receipts/{receipt_id}/splits", {"quantity": quantity, **whom})

    def merge_receipts(self, receipt_id: int, into: int) -> Json:
        """All of a receipt goes into another one of mine."""
        return self.act(f"/receipts/{receipt_id}/merges", {"into": into})

    def transfer(self, receipt_id: int, to: Party | str) -> Json:
        """Endorses a whole receipt."""
        return self.act(f"/receipts/{receipt_id}/transfers", {"to": _account(to)})

    def ask_for_receipt_quotes(self, receipt_id: int, quantity: str, financiers: Sequence[Party | str]) -> Json:
        """Asks financiers what they pay for a quantity of a receipt; only they then see it."""
        body = {"quantity": quantity, "financiers": [_account(bank) for bank in financiers]}
        return self.act(f"/receipts/{receipt_id}/quote-requests", body)

    def sell_receipt(self, quote_id: str, receipt_id: int | None = None) -> Json:
        """Sells at a quote: title and cash in one transaction; result has receiptId, the buyer's."""
        body = {} if receipt_id is None else {"receiptId": receipt_id}
        return self.act(f"/receipt-quotes/{quote_id}/acceptances", body)

    def quote_receipt(self, receipt_id: int, quantity: str, price: int, **more: Any) -> Json:
        """Signs a firm price, in minor units, for a quantity of a receipt (financier); result has quoteId."""
        body = {"quantity": quantity, "priceFen": str(price), **more}
        return self.act(f"/receipts/{receipt_id}/quotes", body)

    def cancel_receipt_quote(self, quote_id: str) -> Json:
        return self.act(f"/receipt-quotes/{quote_id}/cancellations")

    def receipt_quotes(self, receipt_id: int | None = None) -> list[Json]:
        """Quotes for receipts that I gave or was given: those still open first, and of them the best price."""
        found = self._pages("/receipt-quotes", receiptId=receipt_id)
        return sorted(found, key=lambda one: (one["state"] != "open", _unit_price(one["priceFen"], one["quantity"])))

    def order_delivery(self, receipt_id: int, quantity: str, recipient: str) -> Json:
        """Orders goods out, for who fetches them; result has deliveryOrderId."""
        return self.act(f"/receipts/{receipt_id}/delivery-orders", {"quantity": quantity, "recipient": recipient})

    def cancel_delivery(self, delivery_order_id: str) -> Json:
        return self.act(f"/delivery-orders/{delivery_order_id}/cancellations")

    def pay_storage(self, receipt_id: int) -> Json:
        """Pays the storage of a receipt up to now; result has amountFen."""
        return self.act(f"/receipts/{receipt_id}/storage-payments")

    def pay_insurance(self, receipt_id: int, amount: int) -> Json:
        """Pays insurance money, in minor units, to the holder of a receipt."""
        return self.act(f"/receipts/{receipt_id}/insurance-payments", {"amountFen": str(amount)})

    def object_to_replacement(self, receipt_id: int) -> Json:
        """Says that my key is not lost."""
        return self.act(f"/receipts/{receipt_id}/replacement-objections")

    def replace(self, receipt_id: int) -> Json:
        """After the waiting time, has the title moved to who was named."""
        return self.act(f"/receipts/{receipt_id}/replacements")

    # ---- oracle

    def publish_price(self, feed: str, price: int, *, observed_at: int) -> Json:
        """Signs and publishes a price: minor units for a whole unit, observed at `observed_at` (UTC seconds)."""
        return self.act("/prices", {"feed": feed, "priceFen": str(price), "observedAt": observed_at})

    # ---- anyone

    def take_withheld(self, currency: str = "CNY") -> Json:
        """Is paid what was withheld while I was frozen."""
        return self.act(f"/participants/{self.account}/withheld-payments", {"currency": currency})

    def redeem_cash(self, amount: int, payout_reference: str, currency: str = "CNY") -> Json:
        """Turns tokens into money at the bank."""
        body = {"amountFen": str(amount), "currency": currency, "payoutReference": payout_reference}
        return self.act("/cash/redemptions", body)


def _unit_price(price: str, quantity: str) -> Fraction:
    """Orders quotes by price: what pays the most comes first."""
    return -Fraction(price) / Fraction(quantity)


def children(operation: Json) -> list[int]:
    """The notes that an operation endorsed, in the order of its payees."""
    return [int(event["args"]["childId"]) for event in operation["events"] if event["name"] == "NoteEndorsed"]


def _prefer(seconds: int) -> dict[str, str]:
    return {"Prefer": f"wait={seconds}"} if seconds else {}


def _account(party: Party | str) -> str:
    return party.account if isinstance(party, Party) else party
