"""Acts on receivables: from the invoice to the repayment (rules R)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Connection

from backend.chain.outbox import Row
from backend.chain.typed import Confirmation, fresh_nonce
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_participant, require_role
from backend.commands.participants import identity_hash
from backend.commands.signatures import OwnSignature, for_wallet, require_signed_terms, signed
from backend.commands.waiting import keep_document
from backend.database import insert_new
from backend.documents import tables
from backend.errors import Conflict, Forbidden, InvalidInput, Phrase, both
from backend.invoices import Invoice, read_invoice, to_json
from backend.invoices.currencies import currency
from backend.queries import participants as participant_queries
from backend.queries import receivables as queries
from backend.queries.notes import live_notes
from backend.queries.quotes import confirmation
from backend.roles import WORDS


@act("receivable.register")
def register_receivable(desk: Desk, request: Request, document: bytes, maturity_at: int | None) -> Row:
    """R1. A supplier hands over an invoice; what it says becomes a registered receivable.

    `maturity_at` (UTC seconds) is for invoices without a due date only.
    """
    supplier = require_role(desk, request, "supplier")
    invoice = read_invoice(document)
    if invoice.kind != "invoice":
        raise InvalidInput(
            field="invoice",
            reason=both("is a credit note; a claim needs an invoice", "是红字发票;登记应收账款需要发票"),
        )
    if participant_queries.account_of_identity(desk.engine, identity_hash(invoice.seller.identifier)) != supplier:
        raise Forbidden(
            reason=both(
                "the invoice's seller is {seller}, which is not you",
                "发票的销售方是 {seller},不是您",
                seller=invoice.seller.identifier,
            )
        )
    obligor = participant_queries.account_of_identity(desk.engine, identity_hash(invoice.buyer.identifier))
    if obligor is None:
        raise InvalidInput(
            field="invoice.buyer",
            reason=both("{buyer} is no participant", "购买方 {buyer} 不是参与方", buyer=invoice.buyer.identifier),
        )
    call = desk.contracts.call_data(
        "Receivables",
        "register",
        obligor,
        currency(invoice.currency).numeric,
        invoice.payable,
        _maturity(invoice, maturity_at),
        invoice.document_hash,
        invoice.fingerprint,
    )
    # Refused before it is taken over, and taken over before it is sent: no document is ever missing behind a
    # receivable, and none is kept of what never became one.
    desk.outbox.simulate(supplier, call)
    with desk.engine.begin() as db:
        _keep_invoice(db, invoice, document, supplier, desk.now())
    return desk.outbox.send(request.intent, supplier, call)


@act("receivable.confirm")
def confirm_receivable(
    desk: Desk,
    request: Request,
    receivable_id: int,
    *,
    amount: int,
    set_off_waived: bool,
    carry: bool,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """R2. The obligor confirms the whole or a part, by signature. With `carry` the signed document goes to the
    chain at once; without, it waits for the supplier to carry it together with a sale."""
    obligor, receivable = party(desk, request, receivable_id, "obligor")
    require_signed_terms(own, validSeconds=valid_seconds)
    if receivable["status"] != "submitted":
        raise Conflict(
            reason=both(
                "receivable {id} is {status}, not submitted",
                "应收账款 {id} {status},不是待确权",
                id=receivable_id,
                status=queries.STATUSES[receivable["status"]],
            )
        )
    if amount > receivable["faceValueFen"]:
        raise InvalidInput(
            field="amountFen",
            reason=both("is more than the face value {face}", "超过面值 {face}", face=receivable["faceValueFen"]),
        )
    _require_faithful(desk, receivable)
    now = desk.now()
    document = Confirmation(
        receivableId=receivable_id,
        supplier=receivable["supplier"],
        documentHash=receivable["documentHash"],
        faceValue=receivable["faceValueFen"],
        maturityAt=receivable["maturityAt"],
        amount=amount,
        setOffWaived=set_off_waived,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = document.typed(desk.contracts)
    signature = signed(desk, obligor, typed, own, now)
    if carry:
        # Anyone may carry what is signed: the registrar does for a party whose wallet is elsewhere.
        carrier = obligor if desk.keystore.holds(obligor) else desk.power("registrar")
        call = desk.contracts.call_data("Receivables", "confirm", document.arguments(), signature)
        return desk.outbox.send(request.intent, carrier, call)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.confirmations,
            contract="Receivables",
            signer=obligor,
            receivable_id=receivable_id,
            obligor=obligor,
            amount=amount,
            set_off_waived=set_off_waived,
            nonce=str(document.nonce),
            deadline=document.deadline,
            signature=signature,
            at=now,
        )
        return {"confirmationId": kept, "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("confirmation.cancel")
def cancel_confirmation(desk: Desk, request: Request, confirmation_id: str) -> Row:
    """S3. The obligor takes a confirmation back that nobody has carried yet."""
    obligor = require_participant(desk, request)
    row = confirmation(desk.engine, confirmation_id, obligor)
    call = desk.contracts.call_data("Receivables", "cancelNonce", int(row["nonce"]))
    return desk.outbox.send(request.intent, obligor, call)


@act("receivable.reject")
def reject_receivable(desk: Desk, request: Request, receivable_id: int, reason: str) -> Row:
    """R3. The obligor refuses, with its reason."""
    obligor, _ = party(desk, request, receivable_id, "obligor")
    return _send(desk, request, "reject", obligor, receivable_id, reason)


@act("receivable.withdraw")
def withdraw_receivable(desk: Desk, request: Request, receivable_id: int) -> Row:
    """R4. The supplier takes back what is not confirmed."""
    supplier, _ = party(desk, request, receivable_id, "supplier")
    return _send(desk, request, "withdraw", supplier, receivable_id)


@act("receivable.expire")
def expire_receivable(desk: Desk, request: Request, receivable_id: int) -> Row:
    """R5. Any party to it closes what was not confirmed in time."""
    return _send(desk, request, "expire", _any_party(desk, request, receivable_id), receivable_id)


@act("receivable.repay")
def repay_receivable(desk: Desk, request: Request, receivable_id: int, amount: int) -> Row:
    """M1. Any party to it pays for the obligor, in whole or in part, in minor units."""
    return _pay(desk, request, "repay", receivable_id, amount)


@act("receivable.make-good")
def make_good_receivable(desk: Desk, request: Request, receivable_id: int, amount: int) -> Row:
    """M2. Any party to it pays what the supplier owes for dilution, in minor units."""
    return _pay(desk, request, "makeGood", receivable_id, amount)


@act("receivable.allot")
def allot_receivable(desk: Desk, request: Request, receivable_id: int) -> Row:
    """M4. Any party to it divides what has come in among all notes."""
    caller = _any_party(desk, request, receivable_id)
    notes = live_notes(desk.engine, receivable_id)
    call = desk.contracts.call_data("Repayments", "allot", receivable_id, notes)
    return desk.outbox.send(request.intent, caller, call)


def _pay(desk: Desk, request: Request, function: str, receivable_id: int, amount: int) -> Row:
    payer = _any_party(desk, request, receivable_id)
    call = desk.contracts.call_data("Repayments", function, receivable_id, amount)
    return desk.outbox.send(request.intent, payer, call)


def _send(desk: Desk, request: Request, function: str, signer: str, receivable_id: int, *rest: Any) -> Row:
    call = desk.contracts.call_data("Receivables", function, receivable_id, *rest)
    return desk.outbox.send(request.intent, signer, call)


def party(desk: Desk, request: Request, receivable_id: int, part: str) -> tuple[str, dict[str, Any]]:
    """The actor's account and the receivable. Raises NotFound, or Forbidden unless it is the `part` (supplier,
    obligor) of this receivable."""
    account = require_role(desk, request, part)
    receivable = queries.visible_receivable(desk.engine, receivable_id, account)
    if receivable[part] != account:
        raise Forbidden(
            reason=both(
                "you are not the {part} of receivable {id}",
                "您不是应收账款 {id} 的{part}",
                part=WORDS[part],
                id=receivable_id,
            )
        )
    return account, receivable


def _any_party(desk: Desk, request: Request, receivable_id: int) -> str:
    account = require_participant(desk, request)
    queries.visible_receivable(desk.engine, receivable_id, account)
    return account


def _maturity(invoice: Invoice, given: int | None) -> int:
    """R7. A due date matures with its last second, UTC."""
    due = _due(invoice)
    if due is None and given is None:
        raise InvalidInput(
            field="maturityAt",
            reason=both("the invoice has no due date, so say when it is due", "发票没有到期日,请注明到期时间"),
        )
    if due is not None and given is not None and given != due:
        raise InvalidInput(
            field="maturityAt",
            reason=both(
                "the invoice says {day}, which is {due}",
                "发票上的到期日是 {day},即 {due}",
                day=invoice.due_date,
                due=due,
            ),
        )
    return due or given or 0


def _due(invoice: Invoice) -> int | None:
    if invoice.due_date is None:
        return None
    return int(datetime.combine(invoice.due_date, time(23, 59, 59), UTC).timestamp())


def _keep_invoice(db: Connection, invoice: Invoice, document: bytes, supplier: str, at: int) -> None:
    insert_new(
        db,
        tables.invoices,
        document_hash=invoice.document_hash,
        fingerprint=invoice.fingerprint,
        document=document,
        facts=to_json(invoice),
        handed_over_by=supplier,
        at=at,
    )


def credited(desk: Desk, receivable_id: int) -> int:
    """What credit notes took from the face value before the confirmation, in minor units."""
    return sum(int(one["amountFen"]) for one in queries.dilutions(desk.engine, receivable_id))


def _require_faithful(desk: Desk, receivable: dict[str, Any]) -> None:
    """R8. What was registered past this backend may claim anything of any invoice; the invoice itself tells."""
    kept = queries.invoice(desk.engine, receivable["documentHash"])
    if kept is None:
        raise Conflict(
            reason=both(
                "the invoice of receivable {id} was never handed over here",
                "应收账款 {id} 的发票从未在此提交",
                id=receivable["id"],
            )
        )
    invoice = read_invoice(kept["document"])
    accounts = participant_queries.account_of_identity
    said: list[tuple[str, Phrase, Any]] = [
        ("supplier", WORDS["supplier"], accounts(desk.engine, identity_hash(invoice.seller.identifier))),
        ("obligor", WORDS["obligor"], accounts(desk.engine, identity_hash(invoice.buyer.identifier))),
        ("currency", both("currency", "币种"), invoice.currency),
        ("faceValueFen", both("face value", "面值"), invoice.payable - credited(desk, receivable["id"])),
        ("maturityAt", both("maturity", "到期日"), _due(invoice) or receivable["maturityAt"]),
        ("fingerprint", both("fingerprint", "指纹"), invoice.fingerprint),
    ]
    for name, what, value in said:
        if receivable[name] != value:
            raise Conflict(
                reason=both(
                    "receivable {id} has another {what} than its invoice: {claimed}",
                    "应收账款 {id} 的{what}与其发票不符:{claimed}",
                    id=receivable["id"],
                    what=what,
                    claimed=receivable[name],
                )
            )
