"""Financing: requests for quotes, signed quotes, and their acceptance (rules D)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from backend.chain.contracts import Call
from backend.chain.outbox import Row
from backend.chain.typed import Confirmation, Quote, fresh_nonce
from backend.commands.acts import act
from backend.commands.asking import keep_requests, require_financiers
from backend.commands.desk import Desk, Request, require_participant, require_role
from backend.commands.signatures import OwnSignature, for_wallet, require_signed_terms, signed
from backend.commands.waiting import keep_document
from backend.documents import tables
from backend.errors import Conflict, Forbidden, InvalidInput, both
from backend.invoices.currencies import code_of
from backend.money import days_between, discounted
from backend.queries import notes as note_queries
from backend.queries import quotes as queries
from backend.queries import receivables as receivable_queries

SALEABLE = ("submitted", "confirmed", "disputed")


@act("quote.request")
def request_quotes(
    desk: Desk, request: Request, receivable_id: int, value: int, financiers: list[str], *, with_recourse: bool
) -> Row:
    """D4. A holder (or the supplier, before confirmation) asks financiers; only they then see the claim."""
    seller = require_participant(desk, request)
    receivable = receivable_queries.visible_receivable(desk.engine, receivable_id, seller, field="receivableId")
    _require_saleable(receivable)
    if not note_queries.may_sell(desk.engine, receivable, seller):
        raise Forbidden(
            reason=both("you hold nothing of receivable {id}", "您不持有应收账款 {id} 的任何凭证", id=receivable_id)
        )
    _require_within(receivable, value)
    require_financiers(desk, financiers, seller)
    now = desk.now()

    def keep(db: Connection) -> dict[str, Any]:
        keep_requests(
            db,
            tables.quote_requests,
            financiers,
            receivable_id=receivable_id,
            seller=seller,
            value=value,
            with_recourse=with_recourse,
            at=now,
        )
        return {"receivableId": str(receivable_id), "financiers": financiers}

    return desk.outbox.settle(request.intent, now, keep)


@act("quote.give")
def give_quote(
    desk: Desk,
    request: Request,
    *,
    receivable_id: int,
    seller: str,
    value: int,
    price: int | None,
    rate_bps: int | None,
    with_recourse: bool,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """D1. A financier signs a firm price for `value` of a claim, both in minor units. From a rate (basis points a
    year) the price follows: value less simple discount ACT/360 over the days from now to maturity, rounded half up."""
    financier = require_role(desk, request, "financier")
    receivable = receivable_queries.visible_receivable(desk.engine, receivable_id, financier, field="receivableId")
    _require_saleable(receivable)
    if not queries.was_asked(desk.engine, receivable_id, seller, financier):
        raise Forbidden(
            reason=both(
                "{seller} did not ask you for a quote on receivable {id}",
                "{seller} 未就应收账款 {id} 向您询价",
                seller=seller,
                id=receivable_id,
            )
        )
    _require_within(receivable, value)
    require_signed_terms(own, validSeconds=valid_seconds, rateBps=rate_bps)
    now = desk.now()
    price = _price(value, price, rate_bps, days_between(now, receivable["maturityAt"]))
    quote = Quote(
        financier=financier,
        seller=seller,
        asset=desk.contracts.address("Receivables"),
        assetKey=receivable_id,
        documentHash=receivable["documentHash"],
        value=value,
        cash=desk.contracts.deployment.tokens[code_of(receivable["currencyNumber"])],
        price=price,
        withRecourse=with_recourse,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = quote.typed(desk.contracts)
    signature = signed(desk, financier, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.quotes,
            contract="Settlement",
            signer=financier,
            financier=financier,
            seller=seller,
            receivable_id=receivable_id,
            document_hash=quote.documentHash,
            value=value,
            price=price,
            rate_bps=rate_bps,
            cash=quote.cash,
            with_recourse=with_recourse,
            nonce=str(quote.nonce),
            deadline=quote.deadline,
            signature=signature,
            at=now,
        )
        return {"quoteId": kept, "priceFen": str(price), "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("quote.accept")
def accept_quote(desk: Desk, request: Request, quote_id: str, note_id: int | None) -> Row:
    """D2, D3. The seller accepts: title and cash change hands in one transaction. Where the claim is not confirmed
    on chain yet, the obligor's waiting confirmation is carried along."""
    seller = require_participant(desk, request)
    row = queries.visible_quote(desk.engine, quote_id, seller)
    if row["seller"] != seller:
        raise Forbidden(reason=both("quote {id} was not given to you", "报价 {id} 不是给您的", id=quote_id))
    return desk.outbox.send(request.intent, seller, _settlement(desk, row, note_id))


@act("quote.cancel")
def cancel_quote(desk: Desk, request: Request, quote_id: str) -> Row:
    """S3. The financier takes a quote back before anyone has carried it."""
    financier = require_participant(desk, request)
    row = queries.visible_quote(desk.engine, quote_id, financier)
    if row["financier"] != financier:
        raise Forbidden(reason=both("quote {id} is not yours", "报价 {id} 不是您的", id=quote_id))
    call = desk.contracts.call_data("Settlement", "cancelNonce", int(row["nonce"]))
    return desk.outbox.send(request.intent, financier, call)


def _settlement(desk: Desk, row: dict[str, Any], note_id: int | None) -> Call:
    """The call that carries a quote out, with the note given or the seller's largest."""
    seller, receivable_id = row["seller"], row["receivable_id"]
    quote = Quote(
        financier=row["financier"],
        seller=seller,
        asset=desk.contracts.address("Receivables"),
        assetKey=receivable_id,
        documentHash=row["document_hash"],
        value=row["value"],
        cash=row["cash"],
        price=row["price"],
        withRecourse=row["with_recourse"],
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    receivable = receivable_queries.receivable(desk.engine, receivable_id)
    if note_id is not None:
        note = note_queries.visible_note(desk.engine, note_id, seller, field="noteId")
        if note["holder"] != seller or note["receivableId"] != receivable_id:
            raise InvalidInput(
                field="noteId",
                reason=both(
                    "note {note} is no note of yours of receivable {id}",
                    "凭证 {note} 不是您持有的应收账款 {id} 的凭证",
                    note=note_id,
                    id=receivable_id,
                ),
            )
    elif receivable["status"] == "submitted":
        confirmation, signature = _waiting_confirmation(desk, receivable)
        return desk.contracts.call_data(
            "Settlement", "confirmAndSettle", confirmation.arguments(), signature, quote.arguments(), row["signature"]
        )
    else:
        note_id = note_queries.largest_note(desk.engine, receivable_id, seller)
    return desk.contracts.call_data("Settlement", "settle", quote.arguments(), row["signature"], note_id)


def _waiting_confirmation(desk: Desk, receivable: dict[str, Any]) -> tuple[Confirmation, str]:
    row = queries.waiting_confirmation(desk.engine, receivable["id"], desk.now())
    if row is None:
        raise Conflict(
            reason=both(
                "receivable {id} is neither confirmed nor is a confirmation waiting",
                "应收账款 {id} 既未确权,也没有待提交的确权",
                id=receivable["id"],
            )
        )
    return (
        Confirmation(
            receivableId=receivable["id"],
            supplier=receivable["supplier"],
            documentHash=receivable["documentHash"],
            faceValue=receivable["faceValueFen"],
            maturityAt=receivable["maturityAt"],
            amount=row["amount"],
            setOffWaived=row["set_off_waived"],
            nonce=int(row["nonce"]),
            deadline=row["deadline"],
        ),
        row["signature"],
    )


def _price(value: int, price: int | None, rate_bps: int | None, days: int) -> int:
    """The price given, or the one that follows from the rate, in minor units. Raises InvalidInput."""
    if price is not None and rate_bps is None:
        return price
    if price is not None or rate_bps is None:
        raise InvalidInput(
            field="priceFen", reason=both("give a price or a rate, one of them", "报价与利率须且只能提供一项")
        )
    price = discounted(value, rate_bps, days)
    if price == 0:
        raise InvalidInput(
            field="rateBps",
            reason=both("leaves no price over {days} days", "在 {days} 天内贴现后价款为零", days=days),
        )
    return price


def _require_within(receivable: dict[str, Any], value: int) -> None:
    if value > receivable["faceValueFen"]:
        raise InvalidInput(
            field="valueFen",
            reason=both("is more than the face value {face}", "超过面值 {face}", face=receivable["faceValueFen"]),
        )


def _require_saleable(receivable: dict[str, Any]) -> None:
    if receivable["status"] not in SALEABLE:
        raise Conflict(
            reason=both(
                "receivable {id} is {status}",
                "应收账款 {id} {status}",
                id=receivable["id"],
                status=receivable_queries.STATUSES[receivable["status"]],
            )
        )
