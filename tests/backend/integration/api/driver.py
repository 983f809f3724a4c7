"""What the API's tests share: a scene with every kind of object, a valid request for every route, raw requests, and
a way to say that nothing changed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from flask.testing import FlaskClient
from sqlalchemy import select

from backend.config import DAY
from backend.database import metadata
from backend.projections import tables
from backend.projections.indexer import read_model_digest
from backend.sdk import Party
from backend.testing import FUNDS_FEN, IDENTIFIERS, LIMIT_FEN, Network
from backend.web.problems import MEDIA_TYPE
from tests.backend.integration.certificates.maker import made, parsed

from .device_cases import device_routes, watch_over

FACE = 1_000_000_00
CJK = range(0x4E00, 0x9FFF)
UNREAD = {"audit", "leases", "refusals", tables.cursor.name, *(table.name for table in tables.READ_MODEL)}
"""Tables that the read model's digest stands for, the cursor, which follows empty blocks, leases, which follow time, and
what was refused: for the regulator, and in the audit log."""

DELIVERING = {"position", "delivered_at", "failures", "failing_since", "error", "due_at", "holder", "held_until"}
"""Columns of webhooks that follow the deliveries, which go on meanwhile."""


@dataclass
class Answer:
    """What came back. `body` is JSON where it is any."""

    status: int
    body: Any
    headers: Any


class Raw:
    """Requests just as they are written down, without the SDK's good manners."""

    def __init__(self, network: Network) -> None:
        self.client: FlaskClient = network.world.app.test_client()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        data: bytes | None = None,
        content_type: str | None = "application/json",
        language: str = "en",
        **headers: str,
    ) -> Answer:
        """`body` goes as JSON, `data` as it is; headers with _ for -."""
        sent = {"Accept-Language": language} | {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if data is None and body is not None:
            data = json.dumps(body).encode()
        response = self.client.open(
            f"/api/v1{path}",
            method=method,
            data=data,
            headers=sent,
            content_type=content_type if data is not None else None,
        )
        return Answer(response.status_code, response.get_json(silent=True, force=True), response.headers)


def problem(answer: Answer, *statuses: int) -> dict[str, Any]:
    """The problem document of a refusal, checked for its parts."""
    assert answer.status in statuses if statuses else 400 <= answer.status < 500, (answer.status, answer.body)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert set(answer.body) >= {"type", "title", "status", "detail", "instance"}, answer.body
    assert answer.body["status"] == answer.status
    assert all(answer.body[name] for name in ("type", "title", "detail")), answer.body
    return dict(answer.body)


def is_chinese(text: str) -> bool:
    return any(ord(letter) in CJK for letter in text)


def written(network: Network) -> dict[str, Any]:
    """All that a request could change: the read model, every other table, nonces on the chain, keys on disk."""
    system = network.world.system
    found: dict[str, Any] = {"read model": read_model_digest(system.database)}
    with system.database.connect() as db:
        for table in metadata.sorted_tables:
            if table.name not in UNREAD:
                kept = [column for column in table.columns if table.name != "webhooks" or column.name not in DELIVERING]
                rows = sorted(repr(tuple(row)) for row in db.execute(select(*kept)))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest(), len(rows)
    accounts = {party["account"] for party in network.operator.participants()}
    accounts |= set(system.contracts.deployment.roles.values())
    found["nonces"] = {
        account: system.node.rpc("eth_getTransactionCount", account, "latest") for account in sorted(accounts)
    }
    found["keys"] = sorted(path.name for path in (system.settings.home / "keystore").iterdir())
    return found


@contextmanager
def nothing_changes(network: Network) -> Iterator[None]:
    """Raises AssertionError where what is inside changes anything at all."""
    before = written(network)
    yield
    after = written(network)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == set(), {name: (before[name], after[name]) for name in changed}


@dataclass
class Case:
    """A valid request to one route. `allowed` are the roles that it may succeed for; `caller` is one of them."""

    caller: str
    path: str = ""
    body: dict[str, Any] | None = None
    allowed: set[str] = field(default_factory=set)


@dataclass
class Scene:
    """A network in which there is one of everything.

    `submitted` has an open quote of bank_a and a waiting confirmation; `confirmed` has a root note, `note`; of
    `contested` a part is in dispute, and tier1 has signed a resolution and acknowledged a counterclaim. All are claims
    of tier1 on the car maker. tier2 and bank_b are strangers to them. `wallet` is signed in and is no participant.
    `operation` is tier1's.
    The warehouse keeps `lot` of tier1, whose `receipt` has a delivery `order` that waits and a `receipt_quote` of
    bank_a, and signed an `intake` that waits; `feed` is the oracle's. A simulated scale, `device`, watches over the lot;
    `reading` is one that was not handed in. `webhook` is tier1's, for events that never come.
    """

    network: Network
    regulator: Party
    raw: Raw
    tokens: dict[str, str | None]
    submitted: int
    confirmed: int
    contested: int
    note: int
    quote: str
    confirmation: str
    resolution: str
    counterclaim: str
    run: str
    operation: str
    lot: int
    receipt: int
    intake: str
    order: str
    receipt_quote: str
    feed: str
    device: str
    reading: dict[str, Any]
    loan: int
    pledged: int
    loan_request: str
    loan_quote: str
    webhook: str
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)

    @cached_property
    def spec(self) -> dict[str, Any]:
        return dict(self.network.world.app.spec)

    def call(self, method: str, case: Case, role: str, **more: Any) -> Answer:
        body = {"body": case.body} if "data" not in more and "body" not in more else {}
        return self.raw.send(method, case.path, token=self.tokens[role], **body, **more)


def make_scene(network: Network, regulator: Party | None = None) -> Scene:
    regulator = regulator or network.operator.register("监管局 of the scene", "REG-SCENE", ["regulator"])
    wallet = Account.create()
    signed_in = network.operator.sign_in(wallet)
    submitted = network.registered(amount=FACE)
    confirmation = network.car_maker.confirm(submitted, FACE, carry=False)["result"]["confirmationId"]
    network.tier1.ask_for_quotes(submitted, FACE // 2, [network.bank_a])
    quote = network.bank_a.quote(submitted, network.tier1, FACE // 2, price=FACE // 3)["result"]["quoteId"]
    confirmed, note = network.confirmed(FACE)
    network.tier1.ask_for_quotes(confirmed, FACE, [network.bank_a])
    contested = network.registered(amount=FACE)
    network.car_maker.confirm(contested, FACE, set_off_waived=False)
    network.car_maker.dispute(contested, FACE // 10, "short delivery 短少")
    lot, receipt = network.stored()
    intake = network.warehouse.take_in(network.tier1, **goods(network, "LOT-WAITS"), carry=False)["result"]["intakeId"]
    order = network.tier1.order_delivery(receipt, "10", "truck 沪A·12345")["result"]["deliveryOrderId"]
    network.tier1.ask_for_receipt_quotes(receipt, "20", [network.bank_a])
    receipt_quote = network.bank_a.quote_receipt(receipt, "20", 10_000_00)["result"]["quoteId"]
    feed = network.operator.assign_feed(network.oracle, "BRENT", "CRUDE", "BBL")
    device, reading = watch_over(network, lot)
    loan, loan_request, loan_quote = lend_on(network, receipt, feed)
    now = network.operator.now()
    run = network.operator.settle_day(datetime.fromtimestamp(now - DAY, UTC).strftime("%Y-%m-%d"))
    scene = Scene(
        network=network,
        regulator=regulator,
        raw=Raw(network),
        tokens={
            "anonymous": None,
            "wallet": signed_in.token,
            "tier1": network.tier1.token,
            "tier2": network.tier2.token,
            "bank_a": network.bank_a.token,
            "bank_b": network.bank_b.token,
            "car_maker": network.car_maker.token,
            "warehouse": network.warehouse.token,
            "oracle": network.oracle.token,
            "regulator": regulator.token,
            "operator": network.world.settings.operator_api_key,
        },
        submitted=submitted,
        confirmed=confirmed,
        contested=contested,
        note=note,
        quote=quote,
        confirmation=confirmation,
        resolution=network.tier1.propose(contested, FACE // 20)["result"]["resolutionId"],
        counterclaim=network.tier1.acknowledge(
            contested, 100, "damaged pallets 托盘损坏", arisen_at=now - 60, due_at=now
        )["result"]["counterclaimId"],
        run=run["id"],
        operation=network.tier1.ask_for_quotes(submitted, FACE // 2, [network.bank_a])["id"],
        lot=lot,
        receipt=receipt,
        intake=intake,
        order=order,
        receipt_quote=receipt_quote,
        feed=feed,
        device=device,
        reading=reading,
        loan=loan,
        pledged=int(network.tier1.loan(loan)["titles"][0]["tokenId"]),
        loan_request=loan_request,
        loan_quote=loan_quote,
        webhook=network.tier1.hook("http://127.0.0.1:9/", names=["NeverHappens"])["id"],
    )
    scene.cases = _cases(scene)
    return scene


class OtherFirms(Network):
    """The network as others see it: tier 2 sells to a maker of its own, keeps its goods in another warehouse and asks
    bank B."""

    MAKER, STORE = "91310000MA1AUTO00B", "91310115MA6STORE0B"

    @classmethod
    def beside(cls, network: Network) -> OtherFirms:
        register = network.operator.register
        maker = register("another maker", cls.MAKER, ["obligor"], limits={"CNY": LIMIT_FEN})
        network.operator.issue_cash(maker, FUNDS_FEN)
        return cls(
            network.world, network.operator, maker, network.tier2, network.tier1, network.bank_b, network.bank_a,
            register("another warehouse", cls.STORE, ["custodian"]), network.oracle, _counter=500,
        )  # fmt: skip

    def invoice(self, **said: Any) -> bytes:
        return super().invoice(**{"seller": IDENTIFIERS["tier2"], "buyer": self.MAKER} | said)


def make_other_scene(scene: Scene) -> Scene:
    """The same things once more, none of which concerns the parties of `scene`: there, tier 2 is `tier1`."""
    return make_scene(OtherFirms.beside(scene.network), scene.regulator)


def lend_on(network: Network, receipt: int, feed: str) -> tuple[int, str, str]:
    """A loan of bank A over 100 barrels of tier 1's receipt, the request for it, and another quote on that."""
    network.oracle.publish_price(feed, 500_00, observed_at=network.operator.now())
    network.tier1.ask_for_loan("receipt", receipt, 20_000_00, [network.bank_a], "100")
    request = network.bank_a.loan_requests()[0]["id"]
    quotes = [
        network.bank_a.quote_loan(request, 20_000_00, **LOAN_TERMS, maturity_at=network.operator.now() + 30 * DAY)
        for _ in range(2)
    ]
    taken, other = (str(quote["result"]["quoteId"]) for quote in quotes)
    network.warehouse.count(receipt, "1000", network.bank_a)
    return int(network.tier1.take_loan(taken, 10_000_00)["result"]["loanId"]), request, other


LOAN_TERMS = {
    "rate_bps": 600, "penalty_bps": 900, "advance_bps": 6_000, "call_bps": 7_000, "liquidation_bps": 8_500,
    "cure_seconds": DAY, "reserve_price": 100_00,
}  # fmt: skip


def goods(network: Network, lot: str) -> dict[str, Any]:
    """What the custodian says of 500 barrels in another tank."""
    until = network.operator.now() + 100 * DAY
    return {
        "commodity": "BRENT", "grade": "CRUDE", "unit": "BBL", "quantity": "500", "location": "Tank 8", "lot": lot,
        "inspection": "I-1", "insurance": "P-1", "insured_until": until, "expires_at": until, "storage": 5_000,
    }  # fmt: skip


def credit_of(invoice: bytes) -> bytes:
    """The same document as a credit note (UNTDID 1001 code 381)."""
    assert b">380<" in invoice
    return invoice.replace(b">380<", b">381<")


def own_wallet(network: Network, role: str, identifier: str, **more: Any) -> tuple[Party, LocalAccount]:
    """A new participant whose key no keystore has, signed in."""
    wallet = Account.create()
    network.operator.register(f"own wallet {role}", identifier, [role], account=wallet.address, **more)
    return network.operator.sign_in(wallet), wallet


def _cases(scene: Scene) -> dict[tuple[str, str], Case]:
    """A valid request for every route of the API."""
    network = scene.network
    tier1, tier2, bank_a = network.tier1.account, network.tier2.account, network.bank_a.account
    invoice = base64.b64encode(network.invoice(number="CASE-1")).decode()
    credit_note = base64.b64encode(credit_of(network.invoice(number="CASE-2", amount=100))).decode()
    members = set(scene.tokens) - {"anonymous", "wallet"}
    participants = members - {"operator"}
    parties, orders = {"tier1", "bank_a", "car_maker"}, {"operator", "regulator"}
    receivable, confirmed = f"/receivables/{scene.submitted}", f"/receivables/{scene.confirmed}"
    note, account = f"/notes/{scene.note}", f"/participants/{tier1}"
    word, anyone = {"signature": "0x" + "11" * 65, "nonce": "7", "deadline": 2_000_000_000}, set(scene.tokens)
    return {
        ("POST", "/auth/nonces"): Case("anonymous", "/auth/nonces", {}, anyone),
        ("POST", "/auth/sessions"): Case(
            "anonymous", "/auth/sessions", {"message": "hello", "signature": "0x" + "11" * 65}, anyone
        ),
        ("DELETE", "/auth/sessions"): Case("tier1", "/auth/sessions", None, anyone - {"anonymous"}),
        ("GET", "/me"): Case("tier1", "/me", None, anyone - {"anonymous"}),
        ("POST", "/participants"): Case(
            "operator",
            "/participants",
            {
                "name": "New 新",
                "identifier": "91310000MA1NEW0001",
                "roles": ["obligor"],
                "account": Account.create().address,
                "kycValidUntil": 2_000_000_000,
                "confirmationLimits": {"CNY": "100"},
            },
            {"operator"},
        ),
        ("GET", "/participants"): Case("tier1", "/participants", None, members),
        ("GET", "/participants/{account}"): Case("tier1", account, None, members),
        ("GET", "/participants/{account}/position"): Case("tier1", f"{account}/position", None, {"tier1", "operator"}),
        ("GET", "/participants/{account}/statement"): Case(
            "tier1", f"{account}/statement", None, {"tier1", "operator"}
        ),
        ("GET", "/books"): Case("operator", "/books", None, {"operator"}),
        ("POST", "/participants/{account}/api-keys"): Case("tier1", f"{account}/api-keys", {}, {"tier1", "operator"}),
        ("DELETE", "/participants/{account}/api-keys"): Case(
            "tier1", f"{account}/api-keys", None, {"tier1", "operator"}
        ),
        ("POST", "/participants/{account}/renewals"): Case(
            "operator", f"{account}/renewals", {"roles": ["supplier"], "kycValidUntil": 2**33}, {"operator"}
        ),
        ("POST", "/participants/{account}/confirmation-limits"): Case(
            "operator",
            f"/participants/{network.car_maker.account}/confirmation-limits",
            {"currency": "CNY", "limitFen": "100"},
            {"operator"},
        ),
        ("POST", "/participants/{account}/acceptance-wishes"): Case(
            "tier1", f"{account}/acceptance-wishes", {"wanted": True}, {"tier1"}
        ),
        ("POST", "/participants/{account}/approvals"): Case("tier1", f"{account}/approvals", {}, {"tier1"}),
        ("POST", "/participants/{account}/withheld-payments"): Case(
            "tier1", f"{account}/withheld-payments", {"currency": "CNY"}, {"tier1", "operator"}
        ),
        ("POST", "/participants/{account}/freezes"): Case(
            "operator", f"{account}/freezes", {"order": "order 1"}, orders
        ),
        ("POST", "/participants/{account}/unfreezes"): Case(
            "operator", f"{account}/unfreezes", {"order": "order 2"}, orders
        ),
        ("POST", "/cash/attestations"): Case(
            "operator", "/cash/attestations", {"currency": "CNY", "reserveFen": "100", "statement": "s"}, {"operator"}
        ),
        ("POST", "/cash/issues"): Case(
            "operator", "/cash/issues", {"currency": "CNY", "to": tier1, "amountFen": "100"}, {"operator"}
        ),
        ("POST", "/cash/redemptions"): Case(
            "bank_a",
            "/cash/redemptions",
            {"currency": "CNY", "amountFen": "100", "payoutReference": "p"},
            participants,
        ),
        ("POST", "/readings"): Case(
            "tier1",
            "/readings",
            {
                "device": Account.create().address,
                "lotId": "1",
                "kind": "weight",
                "value": "100",
                "sequence": "1",
                "takenAt": 1_700_000_000,
                "simulated": True,
                "signature": "0x" + "11" * 65,
            },
            members,
        ),
        ("POST", "/invoices/readings"): Case(
            "tier1", "/invoices/readings", {"invoice": invoice, "maturityAt": 2_000_000_000}, members
        ),
        ("POST", "/receivables"): Case("tier1", "/receivables", {"invoice": invoice, "maturityAt": None}, {"tier1"}),
        ("GET", "/receivables"): Case("tier1", "/receivables", None, members | {"wallet"}),
        ("GET", "/receivables/{receivable_id}"): Case("tier1", receivable, None, parties | {"operator"}),
        ("GET", "/receivables/{receivable_id}/document"): Case(
            "tier1", f"{receivable}/document", None, parties | {"operator"}
        ),
        ("GET", "/receivables/{receivable_id}/lineage"): Case(
            "tier1", f"{confirmed}/lineage", None, parties | {"operator"}
        ),
        ("POST", "/receivables/{receivable_id}/confirmations"): Case(
            "car_maker",
            f"{receivable}/confirmations",
            {"amountFen": "100", "setOffWaived": True, "carry": True, "validSeconds": 60, "own": word},
            {"car_maker"},
        ),
        ("POST", "/receivables/{receivable_id}/rejections"): Case(
            "car_maker", f"{receivable}/rejections", {"reason": "not ours"}, {"car_maker"}
        ),
        ("POST", "/receivables/{receivable_id}/withdrawals"): Case("tier1", f"{receivable}/withdrawals", {}, {"tier1"}),
        ("POST", "/receivables/{receivable_id}/expirations"): Case("tier1", f"{receivable}/expirations", {}, parties),
        ("POST", "/receivables/{receivable_id}/repayments"): Case(
            "car_maker", f"{confirmed}/repayments", {"amountFen": str(FACE)}, parties
        ),
        ("POST", "/receivables/{receivable_id}/dilution-payments"): Case(
            "tier1", f"{confirmed}/dilution-payments", {"amountFen": "100"}, parties
        ),
        ("POST", "/receivables/{receivable_id}/allotments"): Case("tier1", f"{confirmed}/allotments", {}, parties),
        ("POST", "/confirmations/{confirmation_id}/cancellations"): Case(
            "car_maker", f"/confirmations/{scene.confirmation}/cancellations", {}, {"car_maker"}
        ),
        ("POST", "/receivables/{receivable_id}/direct-payments"): Case(
            "car_maker", f"{confirmed}/direct-payments", {"amountFen": "100"}, {"car_maker"}
        ),
        ("POST", "/receivables/{receivable_id}/credit-notes"): Case(
            "tier1", f"{confirmed}/credit-notes", {"creditNote": credit_note}, {"tier1"}
        ),
        ("POST", "/receivables/{receivable_id}/absorptions"): Case("tier1", f"{confirmed}/absorptions", {}, parties),
        ("POST", "/receivables/{receivable_id}/counterclaims"): Case(
            "tier1",
            f"{confirmed}/counterclaims",
            {
                "amountFen": "100",
                "statement": "damaged pallets",
                "arisenAt": 1_700_000_000,
                "dueAt": 1_700_000_000,
                "validSeconds": 60,
                "own": word,
            },
            {"tier1"},
        ),
        ("POST", "/counterclaims/{counterclaim_id}/set-offs"): Case(
            "car_maker", f"/counterclaims/{scene.counterclaim}/set-offs", {}, {"car_maker"}
        ),
        ("POST", "/receivables/{receivable_id}/disputes"): Case(
            "car_maker", f"{confirmed}/disputes", {"amountFen": "100", "reason": "short"}, {"car_maker"}
        ),
        ("POST", "/receivables/{receivable_id}/resolutions"): Case(
            "tier1",
            f"{confirmed}/resolutions",
            {"upheldFen": "100", "validSeconds": 60, "own": word},
            {"tier1", "car_maker"},
        ),
        ("POST", "/resolutions/{resolution_id}/acceptances"): Case(
            "car_maker", f"/resolutions/{scene.resolution}/acceptances", {"own": word}, {"car_maker"}
        ),
        ("POST", "/receivables/{receivable_id}/orders"): Case(
            "operator", f"{confirmed}/orders", {"upheldFen": "100", "order": "order 3"}, orders
        ),
        ("POST", "/bulk/confirmations"): Case(
            "car_maker",
            "/bulk/confirmations",
            {"items": [{"receivableId": scene.submitted, "amountFen": "100", "setOffWaived": True}]},
            {"car_maker"},
        ),
        ("POST", "/bulk/repayments"): Case(
            "car_maker",
            "/bulk/repayments",
            {"items": [{"receivableId": scene.confirmed, "amountFen": "100"}]},
            parties,
        ),
        ("POST", "/bulk/endorsements"): Case(
            "tier1",
            "/bulk/endorsements",
            {"items": [{"noteId": scene.note, "to": tier2, "valueFen": "100", "withRecourse": True}]},
            {"tier1"},
        ),
        ("POST", "/bulk/acceptances"): Case(
            "tier1", "/bulk/acceptances", {"items": [{"noteId": scene.note}]}, {"tier1"}
        ),
        ("POST", "/bulk/declinations"): Case(
            "tier1", "/bulk/declinations", {"items": [{"noteId": scene.note}]}, parties
        ),
        ("POST", "/bulk/redemptions"): Case("tier1", "/bulk/redemptions", {"items": [{"noteId": scene.note}]}, parties),
        ("POST", "/bulk/issues"): Case(
            "operator",
            "/bulk/issues",
            {"items": [{"to": tier1, "amountFen": "100", "currency": "CNY"}]},
            {"operator"},
        ),
        ("POST", "/settlement-runs"): Case("operator", "/settlement-runs", {"day": "2026-01-01"}, {"operator"}),
        ("GET", "/settlement-runs/{run_id}"): Case("operator", f"/settlement-runs/{scene.run}", None, {"operator"}),
        ("GET", "/notes"): Case("tier1", "/notes", None, members | {"wallet"}),
        ("GET", "/notes/{note_id}"): Case("tier1", note, None, parties | {"operator"}),
        ("POST", "/notes/{note_id}/endorsements"): Case(
            "tier1", f"{note}/endorsements", {"to": tier2, "valueFen": "100", "withRecourse": True}, {"tier1"}
        ),
        ("POST", "/notes/{note_id}/endorsement-lists"): Case(
            "tier1",
            f"{note}/endorsement-lists",
            {"endorsements": [{"to": tier2, "valueFen": "100", "withRecourse": True}]},
            {"tier1"},
        ),
        ("POST", "/notes/{note_id}/acceptances"): Case("tier1", f"{note}/acceptances", {}, {"tier1"}),
        ("POST", "/notes/{note_id}/declinations"): Case("tier1", f"{note}/declinations", {}, parties),
        ("POST", "/notes/{note_id}/merges"): Case(
            "tier1", f"{note}/merges", {"into": scene.note, "valueFen": "100"}, {"tier1"}
        ),
        ("POST", "/notes/{note_id}/notices"): Case("tier1", f"{note}/notices", {}, parties),
        ("POST", "/notes/{note_id}/recourse-claims"): Case("tier1", f"{note}/recourse-claims", {"level": 0}, {"tier1"}),
        ("POST", "/notes/{note_id}/buy-backs"): Case("tier1", f"{note}/buy-backs", {"level": 0}, parties),
        ("POST", "/notes/{note_id}/write-offs"): Case("tier1", f"{note}/write-offs", {}, {"tier1"}),
        ("POST", "/notes/{note_id}/covers"): Case("tier1", f"{note}/covers", {}, parties),
        ("POST", "/notes/{note_id}/assignments"): Case("tier1", f"{note}/assignments", {"to": tier2}, {"tier1"}),
        ("POST", "/notes/{note_id}/redemptions"): Case("tier1", f"{note}/redemptions", {}, parties),
        ("POST", "/quote-requests"): Case(
            "tier1",
            "/quote-requests",
            {"receivableId": scene.confirmed, "valueFen": "100", "financiers": [bank_a], "withRecourse": False},
            {"tier1"},
        ),
        ("GET", "/quote-requests"): Case("tier1", "/quote-requests", None, members | {"wallet"}),
        ("POST", "/quotes"): Case(
            "bank_a",
            "/quotes",
            {
                "receivableId": scene.confirmed,
                "seller": tier1,
                "valueFen": "100",
                "priceFen": "99",
                "rateBps": None,
                "withRecourse": False,
                "validSeconds": 60,
                "own": None,
            },
            {"bank_a"},
        ),
        ("GET", "/quotes"): Case("tier1", "/quotes", None, members | {"wallet"}),
        ("POST", "/quotes/{quote_id}/acceptances"): Case(
            "tier1", f"/quotes/{scene.quote}/acceptances", {"noteId": None}, {"tier1"}
        ),
        ("POST", "/quotes/{quote_id}/cancellations"): Case(
            "bank_a", f"/quotes/{scene.quote}/cancellations", {}, {"bank_a"}
        ),
        ("GET", "/operations/{operation_id}"): Case(
            "tier1", f"/operations/{scene.operation}", None, {"tier1", "operator"}
        ),
        ("POST", "/operations/{operation_id}/cancellations"): Case(
            "tier1", f"/operations/{scene.operation}/cancellations", {}, {"tier1", "operator"}
        ),
        ("GET", "/events"): Case("operator", "/events", None, {"operator"}),
        ("GET", "/clock"): Case("tier1", "/clock", None, anyone - {"anonymous"}),
        ("POST", "/clock/travels"): Case("operator", "/clock/travels", {"seconds": 60}, {"operator"}),
        ("GET", "/health"): Case("anonymous", "/health", None, anyone),
        ("GET", "/certificates/{kind}/{thing_id}"): Case(
            "tier1", f"/certificates/note/{scene.note}", None, parties | {"operator"}
        ),
        ("GET", "/certificates/{kind}/{thing_id}.pdf"): Case(
            "tier1", f"/certificates/note/{scene.note}.pdf", None, parties | {"operator"}
        ),
        ("POST", "/certificates/verifications"): Case(
            "anonymous", "/certificates/verifications", parsed(made(scene.network, "note", scene.note)), anyone
        ),
        **_goods_cases(scene),
        **_loan_cases(scene),
        **_live_cases(scene),
        **{
            route: Case(*said)
            for route, said in device_routes(
                scene.lot, scene.device, scene.reading, {"tier1", "warehouse", "bank_a"}
            ).items()
        },
    }


def _live_cases(scene: Scene) -> dict[tuple[str, str], Case]:
    members = set(scene.tokens) - {"anonymous", "wallet"}
    webhook, own = f"/webhooks/{scene.webhook}", {"tier1", "operator"}
    return {
        ("GET", "/events/stream"): Case("tier1", "/events/stream?follow=false", None, members),
        ("POST", "/webhooks"): Case(
            "tier1", "/webhooks", {"url": "http://127.0.0.1:9/", "events": ["NoteEndorsed"], "after": 0}, members
        ),
        ("GET", "/webhooks"): Case("tier1", "/webhooks", None, members),
        ("GET", "/webhooks/{webhook_id}"): Case("tier1", webhook, None, own),
        ("POST", "/webhooks/{webhook_id}/resumptions"): Case("tier1", f"{webhook}/resumptions", {}, own),
        ("DELETE", "/webhooks/{webhook_id}"): Case("tier1", webhook, None, own),
    }


def _loan_cases(scene: Scene) -> dict[tuple[str, str], Case]:
    network, of_loan, loan = scene.network, "/loans/{loan_id}", f"/loans/{scene.loan}"
    members = set(scene.tokens) - {"anonymous", "wallet"}
    participants, known = members - {"operator"}, members | {"wallet"}
    parties = {"tier1", "bank_a", "warehouse"}
    word = {"signature": "0x" + "11" * 65, "nonce": "7", "deadline": 2_000_000_000}
    title = {"tokenId": scene.pledged}
    terms = {
        "limitFen": "100", "rateBps": 600, "penaltyBps": 900, "maturityAt": 2_000_000_000, "graceDays": 3,
        "advanceBps": 6_000, "callBps": 7_000, "liquidationBps": 8_000, "cureSeconds": 60, "reservePriceFen": "1",
        "order": "penalty-interest-principal", "validSeconds": 60, "own": None,
    }  # fmt: skip
    return {
        ("POST", "/loan-requests"): Case(
            "tier1",
            "/loan-requests",
            {
                "asset": "receipt",
                "tokenId": scene.receipt,
                "value": "1",
                "limitFen": "100",
                "financiers": [network.bank_a.account],
            },
            {"tier1"},
        ),
        ("GET", "/loan-requests"): Case("tier1", "/loan-requests", None, known),
        ("POST", "/loan-requests/{request_id}/quotes"): Case(
            "bank_a", f"/loan-requests/{scene.loan_request}/quotes", terms, {"bank_a"}
        ),
        ("GET", "/loan-quotes"): Case("tier1", "/loan-quotes", None, known),
        ("POST", "/loan-quotes/{quote_id}/cancellations"): Case(
            "bank_a", f"/loan-quotes/{scene.loan_quote}/cancellations", {}, {"bank_a"}
        ),
        ("POST", "/loan-quotes/{quote_id}/acceptances"): Case(
            "tier1", f"/loan-quotes/{scene.loan_quote}/acceptances", {"amountFen": "100"}, {"tier1"}
        ),
        ("POST", "/counts"): Case(
            "warehouse",
            "/counts",
            {
                "receiptId": scene.receipt,
                "pledgee": network.bank_a.account,
                "quantity": "1",
                "countedAt": None,
                "validSeconds": 60,
                "own": word,
            },
            {"warehouse"},
        ),
        ("GET", "/counts"): Case("warehouse", "/counts", None, known),
        ("GET", "/loans"): Case("tier1", "/loans", None, known),
        ("GET", of_loan): Case("tier1", loan, None, parties | {"operator"}),
        ("GET", "/sales"): Case("tier1", "/sales", None, members),
        ("POST", f"{of_loan}/drawdowns"): Case("tier1", f"{loan}/drawdowns", {"amountFen": "100"}, {"tier1"}),
        ("POST", f"{of_loan}/repayments"): Case("tier1", f"{loan}/repayments", {"amountFen": "100"}, parties),
        ("POST", f"{of_loan}/storage-advances"): Case("bank_a", f"{loan}/storage-advances", title, {"bank_a"}),
        ("POST", f"{of_loan}/top-ups"): Case(
            "tier1", f"{loan}/top-ups", {"tokenId": scene.receipt, "value": "1"}, {"tier1"}
        ),
        ("POST", f"{of_loan}/releases"): Case("tier1", f"{loan}/releases", {**title, "value": "1"}, {"tier1"}),
        **{
            ("POST", f"{of_loan}/{act}"): Case("tier1", f"{loan}/{act}", {}, parties)
            for act in ("margin-calls", "call-reviews", "proceeds-applications", "title-returns")
        },
        ("POST", f"{of_loan}/waivers"): Case("bank_a", f"{loan}/waivers", {}, {"bank_a"}),
        ("POST", f"{of_loan}/sales"): Case("bank_a", f"{loan}/sales", {"windowSeconds": 86_400}, {"bank_a"}),
        ("POST", f"{of_loan}/bids"): Case(
            "bank_b", f"{loan}/bids", {"amountFen": "100", "validSeconds": 60, "own": word}, participants
        ),
        ("POST", f"{of_loan}/sale-closings"): Case("bank_b", f"{loan}/sale-closings", {}, participants),
    }


def _goods_cases(scene: Scene) -> dict[tuple[str, str], Case]:
    """A valid request for every route about goods and prices."""
    network = scene.network
    tier1, tier2, until = network.tier1.account, network.tier2.account, network.operator.now() + 400 * DAY
    word = {"signature": "0x" + "11" * 65, "nonce": "7", "deadline": 2_000_000_000}
    members = set(scene.tokens) - {"anonymous", "wallet"}
    sides, sees, orders = {"tier1", "warehouse"}, {"tier1", "warehouse", "bank_a"}, {"operator", "regulator"}
    receipt, lot = f"/receipts/{scene.receipt}", f"/lots/{scene.lot}"
    intake, order = f"/intakes/{scene.intake}", f"/delivery-orders/{scene.order}"
    words = {"commodity": "BRENT", "grade": "CRUDE", "unit": "BBL", "currency": "CNY"}
    of_receipt = "/receipts/{receipt_id}"
    return {
        ("POST", "/intakes"): Case(
            "warehouse",
            "/intakes",
            {
                **words,
                "depositor": tier1,
                "decimals": 3,
                "quantity": "100.5",
                "location": "Tank 9",
                "lot": "L-9",
                "inspection": "I-9",
                "insurance": "P-9",
                "insuredUntil": until,
                "expiresAt": until,
                "storageMilliFenPerUnitDay": 5_000,
                "carry": True,
                "validSeconds": 60,
                "own": word,
            },
            {"warehouse"},
        ),
        ("GET", "/intakes"): Case("warehouse", "/intakes", None, members | {"wallet"}),
        ("POST", "/intakes/{intake_id}/issues"): Case("tier1", f"{intake}/issues", {}, sides),
        ("POST", "/intakes/{intake_id}/cancellations"): Case("warehouse", f"{intake}/cancellations", {}, {"warehouse"}),
        ("GET", "/lots"): Case("tier1", "/lots", None, members | {"wallet"}),
        ("GET", "/lots/{lot_id}"): Case("tier1", lot, None, sees | {"operator"}),
        ("POST", "/lots/{lot_id}/misfortunes"): Case(
            "warehouse",
            f"{lot}/misfortunes",
            {"kind": "shortage", "quantity": "1", "evidence": "count 8"},
            {"warehouse"},
        ),
        ("POST", "/lots/{lot_id}/extensions"): Case(
            "warehouse", f"{lot}/extensions", {"insuredUntil": until, "expiresAt": until}, {"warehouse"}
        ),
        ("POST", "/lots/{lot_id}/unlocks"): Case("operator", f"{lot}/unlocks", {"order": "order 8"}, orders),
        ("GET", "/receipts"): Case("tier1", "/receipts", None, members | {"wallet"}),
        ("GET", of_receipt): Case("tier1", receipt, None, sees | {"operator"}),
        ("POST", f"{of_receipt}/splits"): Case("tier1", f"{receipt}/splits", {"quantity": "1", "to": tier2}, {"tier1"}),
        ("POST", f"{of_receipt}/merges"): Case("tier1", f"{receipt}/merges", {"into": scene.receipt}, {"tier1"}),
        ("POST", f"{of_receipt}/transfers"): Case("tier1", f"{receipt}/transfers", {"to": tier2}, {"tier1"}),
        ("POST", f"{of_receipt}/storage-payments"): Case("tier1", f"{receipt}/storage-payments", {}, sees),
        ("POST", f"{of_receipt}/insurance-payments"): Case(
            "tier1", f"{receipt}/insurance-payments", {"amountFen": "100"}, sees
        ),
        ("POST", f"{of_receipt}/freezes"): Case("operator", f"{receipt}/freezes", {"order": "order 9"}, orders),
        ("POST", f"{of_receipt}/unfreezes"): Case("operator", f"{receipt}/unfreezes", {"order": "order 9"}, orders),
        ("POST", f"{of_receipt}/replacement-requests"): Case(
            "warehouse", f"{receipt}/replacement-requests", {"to": tier2, "evidence": "lost"}, {"warehouse"}
        ),
        ("POST", f"{of_receipt}/replacement-objections"): Case(
            "tier1", f"{receipt}/replacement-objections", {}, {"tier1"}
        ),
        ("POST", f"{of_receipt}/replacements"): Case("tier1", f"{receipt}/replacements", {}, sees | {"operator"}),
        ("POST", f"{of_receipt}/delivery-orders"): Case(
            "tier1",
            f"{receipt}/delivery-orders",
            {"quantity": "1", "recipient": "truck 1", "validSeconds": 60, "own": word},
            {"tier1"},
        ),
        ("POST", f"{of_receipt}/quote-requests"): Case(
            "tier1",
            f"{receipt}/quote-requests",
            {"quantity": "1", "financiers": [network.bank_a.account]},
            {"tier1"},
        ),
        ("POST", f"{of_receipt}/quotes"): Case(
            "bank_a",
            f"{receipt}/quotes",
            {"quantity": "1", "priceFen": "100", "validSeconds": 60, "own": None},
            {"bank_a"},
        ),
        ("GET", "/receipt-quotes"): Case("tier1", "/receipt-quotes", None, members | {"wallet"}),
        ("POST", "/receipt-quotes/{quote_id}/acceptances"): Case(
            "tier1", f"/receipt-quotes/{scene.receipt_quote}/acceptances", {"receiptId": None}, {"tier1"}
        ),
        ("POST", "/receipt-quotes/{quote_id}/cancellations"): Case(
            "bank_a", f"/receipt-quotes/{scene.receipt_quote}/cancellations", {}, {"bank_a"}
        ),
        ("GET", "/delivery-orders"): Case("tier1", "/delivery-orders", None, members | {"wallet"}),
        ("POST", "/delivery-orders/{order_id}/deliveries"): Case("warehouse", f"{order}/deliveries", {}, {"warehouse"}),
        ("POST", "/delivery-orders/{order_id}/cancellations"): Case("tier1", f"{order}/cancellations", {}, {"tier1"}),
        ("POST", "/feeds"): Case("operator", "/feeds", {**words, "oracle": network.oracle.account}, {"operator"}),
        ("GET", "/feeds"): Case("tier1", "/feeds", None, members),
        ("POST", "/prices"): Case(
            "oracle",
            "/prices",
            {"feed": scene.feed, "priceFen": "100", "observedAt": 1_700_000_000, "validSeconds": 60, "own": word},
            members - {"operator"},
        ),
        ("GET", "/feeds/{feed}/prices"): Case("tier1", f"/feeds/{scene.feed}/prices", None, members),
    }


__all__ = [
    "FACE",
    "IDENTIFIERS",
    "Answer",
    "Case",
    "Raw",
    "Scene",
    "credit_of",
    "is_chinese",
    "make_other_scene",
    "make_scene",
    "nothing_changes",
    "own_wallet",
    "problem",
    "written",
]
