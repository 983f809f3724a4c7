"""Acts that change a claim after it was registered (rules J)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from web3 import Web3

from backend.chain.outbox import Row
from backend.chain.typed import Resolution, SetOff, fresh_nonce
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_participant, require_regulator
from backend.commands.participants import identity_hash
from backend.commands.receivables import party
from backend.commands.signatures import OwnSignature, for_wallet, require_signed_terms, signed
from backend.commands.waiting import keep_document
from backend.database import insert_new
from backend.documents import tables
from backend.errors import Conflict, Forbidden, InvalidInput, InvoiceUnreadable, both
from backend.invoices import Invoice, read_invoice, to_json
from backend.queries import adjustments as queries
from backend.queries import participants as participant_queries
from backend.queries import receivables as receivable_queries
from backend.queries.notes import live_notes


@act("receivable.pay-assignor")
def pay_assignor(desk: Desk, request: Request, receivable_id: int, amount: int) -> Row:
    """J2. Before notice the obligor pays the supplier directly, in minor units."""
    obligor, _ = party(desk, request, receivable_id, "obligor")
    call = desk.contracts.call_data("Adjustments", "payAssignor", receivable_id, amount)
    return desk.outbox.send(request.intent, obligor, call)


@act("receivable.dilute")
def dilute_receivable(desk: Desk, request: Request, receivable_id: int, document: bytes) -> Row:
    """J3. The supplier hands over a credit note (UBL) to an invoice of its own; what it holds absorbs it first."""
    supplier, receivable = party(desk, request, receivable_id, "supplier")
    credit_note = _read_credit_note(document)
    _require_belonging(desk, receivable, credit_note)
    call = desk.contracts.call_data(
        "Adjustments",
        "dilute",
        receivable_id,
        credit_note.payable,
        credit_note.document_hash,
        credit_note.fingerprint,
        live_notes(desk.engine, receivable_id, supplier),
    )
    desk.outbox.simulate(supplier, call)
    with desk.engine.begin() as db:
        _keep_credit_note(db, credit_note, document, receivable_id, supplier, desk.now())
    return desk.outbox.send(request.intent, supplier, call)


@act("receivable.absorb")
def absorb_dilution(desk: Desk, request: Request, receivable_id: int) -> Row:
    """J7. Any party to it has the supplier's notes absorb what the supplier owes."""
    caller = require_participant(desk, request)
    receivable = receivable_queries.visible_receivable(desk.engine, receivable_id, caller)
    notes = live_notes(desk.engine, receivable_id, receivable["supplier"])
    call = desk.contracts.call_data("Adjustments", "absorb", receivable_id, notes)
    return desk.outbox.send(request.intent, caller, call)


# ---- set-off


@act("counterclaim.acknowledge")
def acknowledge_counterclaim(
    desk: Desk,
    request: Request,
    receivable_id: int,
    *,
    amount: int,
    statement: str,
    arisen_at: int,
    due_at: int,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """J4. The supplier acknowledges by signature what the obligor may set off, in minor units."""
    supplier, receivable = party(desk, request, receivable_id, "supplier")
    require_signed_terms(own, validSeconds=valid_seconds)
    if receivable["setOffWaived"]:
        raise Conflict(
            reason=both(
                "the obligor waived set-off on receivable {id}",
                "付款人已放弃对应收账款 {id} 的抵销权",
                id=receivable_id,
            )
        )
    now = desk.now()
    document = SetOff(
        receivableId=receivable_id,
        amount=amount,
        counterclaimHash=Web3.keccak(text=statement).to_0x_hex(),
        arisenAt=arisen_at,
        dueAt=due_at,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = document.typed(desk.contracts)
    signature = signed(desk, supplier, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.counterclaims,
            contract="Adjustments",
            signer=supplier,
            supplier=supplier,
            receivable_id=receivable_id,
            amount=amount,
            statement=statement,
            counterclaim_hash=document.counterclaimHash,
            arisen_at=arisen_at,
            due_at=due_at,
            nonce=str(document.nonce),
            deadline=document.deadline,
            signature=signature,
            at=now,
        )
        return {"counterclaimId": kept, "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("counterclaim.set-off")
def set_off(desk: Desk, request: Request, counterclaim_id: str) -> Row:
    """J4. The obligor sets an acknowledged counterclaim off."""
    row = queries.counterclaim(desk.engine, counterclaim_id, require_participant(desk, request))
    obligor, _ = party(desk, request, row["receivable_id"], "obligor")
    document = SetOff(
        receivableId=row["receivable_id"],
        amount=row["amount"],
        counterclaimHash=row["counterclaim_hash"],
        arisenAt=row["arisen_at"],
        dueAt=row["due_at"],
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    notes = live_notes(desk.engine, row["receivable_id"], row["supplier"])
    call = desk.contracts.call_data("Adjustments", "setOff", document.arguments(), row["signature"], notes)
    return desk.outbox.send(request.intent, obligor, call)


# ---- dispute


@act("receivable.dispute")
def dispute_receivable(desk: Desk, request: Request, receivable_id: int, amount: int, reason: str) -> Row:
    """J5. The obligor disputes a part of what it owes, in minor units; that part is locked in the notes."""
    obligor, _ = party(desk, request, receivable_id, "obligor")
    notes = live_notes(desk.engine, receivable_id)
    call = desk.contracts.call_data("Adjustments", "dispute", receivable_id, amount, reason, notes)
    return desk.outbox.send(request.intent, obligor, call)


@act("dispute.propose")
def propose_resolution(
    desk: Desk,
    request: Request,
    receivable_id: int,
    *,
    upheld: int,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """J6. Supplier or obligor signs how the open dispute is to end: `upheld` minor units are not owed."""
    proposer, receivable = _side(desk, request, receivable_id)
    require_signed_terms(own, validSeconds=valid_seconds)
    if receivable["disputedFen"] == 0:
        raise Conflict(reason=both("receivable {id} is not in dispute", "应收账款 {id} 没有未决争议", id=receivable_id))
    if upheld > receivable["disputedFen"]:
        raise InvalidInput(
            field="upheldFen",
            reason=both(
                "is more than {disputed} in dispute", "超过争议金额 {disputed}", disputed=receivable["disputedFen"]
            ),
        )
    now = desk.now()
    document = Resolution(
        receivableId=receivable_id,
        disputeId=receivable["disputeId"],
        upheld=upheld,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = document.typed(desk.contracts)
    signature = signed(desk, proposer, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.resolutions,
            contract="Adjustments",
            signer=proposer,
            proposer=proposer,
            receivable_id=receivable_id,
            dispute_id=document.disputeId,
            upheld=upheld,
            nonce=str(document.nonce),
            deadline=document.deadline,
            signature=signature,
            at=now,
        )
        return {"resolutionId": kept, "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("dispute.resolve")
def accept_resolution(desk: Desk, request: Request, resolution_id: str, own: OwnSignature | None) -> Row:
    """J6. The other side signs the same document, and it is carried out."""
    row = queries.resolution(desk.engine, resolution_id, require_participant(desk, request))
    accepter, receivable = _side(desk, request, row["receivable_id"])
    if accepter == row["proposer"]:
        raise Forbidden(reason=both("the other side has to accept it", "须由对方接受"))
    document = Resolution(
        receivableId=row["receivable_id"],
        disputeId=row["dispute_id"],
        upheld=row["upheld"],
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    if own is not None and (own.nonce, own.deadline) != (document.nonce, document.deadline):
        raise InvalidInput(field="own.nonce", reason=both("both sides sign one document", "双方须签署同一份文件"))
    signature = signed(desk, accepter, document.typed(desk.contracts), own, desk.now())
    by_obligor = accepter == receivable["obligor"]
    signatures = (signature, row["signature"]) if by_obligor else (row["signature"], signature)
    notes = live_notes(desk.engine, row["receivable_id"], receivable["supplier"])
    call = desk.contracts.call_data("Adjustments", "resolve", document.arguments(), *signatures, notes)
    carrier = accepter if desk.keystore.holds(accepter) else desk.power("registrar")
    return desk.outbox.send(request.intent, carrier, call)


@act("dispute.order")
def resolve_by_order(desk: Desk, request: Request, receivable_id: int, upheld: int, order: str) -> Row:
    """J6. The same by a regulator's order; the chain keeps its hash."""
    require_regulator(desk, request)
    receivable = receivable_queries.receivable(desk.engine, receivable_id)
    notes = live_notes(desk.engine, receivable_id, receivable["supplier"])
    digest = bytes(Web3.keccak(text=order))
    call = desk.contracts.call_data("Adjustments", "resolveByOrder", receivable_id, upheld, digest, notes)
    return desk.outbox.send(request.intent, desk.power("regulator"), call)


def _side(desk: Desk, request: Request, receivable_id: int) -> tuple[str, dict[str, Any]]:
    """The actor's account and the receivable. Raises Forbidden unless it is its supplier or its obligor."""
    caller = require_participant(desk, request)
    receivable = receivable_queries.visible_receivable(desk.engine, receivable_id, caller)
    if caller not in (receivable["supplier"], receivable["obligor"]):
        raise Forbidden(
            reason=both(
                "you are no side of the dispute on receivable {id}", "您不是应收账款 {id} 争议的一方", id=receivable_id
            )
        )
    return caller, receivable


def _read_credit_note(document: bytes) -> Invoice:
    """Raises InvoiceUnreadable or InvalidInput under the name of the field that the document came in."""
    try:
        return read_invoice(document)
    except (InvoiceUnreadable, InvalidInput) as wrong:
        field = str(wrong.field).replace("invoice", "creditNote", 1)
        raise type(wrong)(field=field, **wrong.params) from None


def _require_belonging(desk: Desk, receivable: dict[str, Any], credit_note: Invoice) -> None:
    """J3. A credit note, between the parties of the receivable, in its currency."""
    if credit_note.kind != "credit-note":
        raise InvalidInput(field="creditNote", reason=both("is an invoice, not a credit note", "是发票,不是红字发票"))
    account = participant_queries.account_of_identity
    for name, identifier in (("supplier", credit_note.seller.identifier), ("obligor", credit_note.buyer.identifier)):
        if account(desk.engine, identity_hash(identifier)) != receivable[name]:
            raise InvalidInput(
                field="creditNote",
                reason=both(
                    "{party} is no party of receivable {id}",
                    "{party} 不是应收账款 {id} 的当事方",
                    party=identifier,
                    id=receivable["id"],
                ),
            )
    if credit_note.currency != receivable["currency"]:
        raise InvalidInput(
            field="creditNote",
            reason=both(
                "is in {currency}, the receivable in {other}",
                "币种为 {currency},应收账款为 {other}",
                currency=credit_note.currency,
                other=receivable["currency"],
            ),
        )


def _keep_credit_note(
    db: Connection, credit_note: Invoice, document: bytes, receivable_id: int, supplier: str, at: int
) -> None:
    insert_new(
        db,
        tables.credit_notes,
        document_hash=credit_note.document_hash,
        receivable_id=receivable_id,
        document=document,
        facts=to_json(credit_note),
        handed_over_by=supplier,
        at=at,
    )
