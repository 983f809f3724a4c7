"""Selling goods: requests for quotes, signed quotes, and their acceptance (rules D, W3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from backend.chain.outbox import Row
from backend.chain.typed import Quote, fresh_nonce
from backend.commands.acts import act
from backend.commands.asking import keep_requests, require_financiers
from backend.commands.desk import Desk, Request, require_participant, require_role
from backend.commands.signatures import OwnSignature, for_wallet, require_signed_terms, signed
from backend.commands.waiting import keep_document
from backend.documents import tables
from backend.errors import Forbidden, InvalidInput, both
from backend.goods import parse_quantity
from backend.queries import receipt_quotes as queries
from backend.queries import warehouse_receipts as receipt_queries


@act("receipt-quote.request")
def request_receipt_quotes(desk: Desk, request: Request, receipt_id: int, quantity: str, financiers: list[str]) -> Row:
    """D4. The holder asks financiers for a quantity of its receipt; only they then see it."""
    seller = require_participant(desk, request)
    receipt = receipt_queries.visible_receipt(desk.engine, receipt_id, seller, desk.now())
    if receipt["holder"] != seller:
        raise Forbidden(reason=both("receipt {id} is not yours", "仓单 {id} 的持有人不是您", id=receipt_id))
    part = _within(receipt, quantity)
    require_financiers(desk, financiers, seller)
    now = desk.now()

    def keep(db: Connection) -> dict[str, Any]:
        keep_requests(
            db,
            tables.receipt_quote_requests,
            financiers,
            receipt_id=receipt_id,
            lot_id=receipt["lotId"],
            seller=seller,
            quantity=part,
            at=now,
        )
        return {"receiptId": str(receipt_id), "financiers": financiers}

    return desk.outbox.settle(request.intent, now, keep)


@act("receipt-quote.give")
def give_receipt_quote(
    desk: Desk,
    request: Request,
    receipt_id: int,
    *,
    quantity: str,
    price: int,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """D1. A financier that was asked signs a firm price, in minor units, for a quantity of a receipt. It binds to the
    lot and its documents, so it holds for any receipt of that lot in the seller's hands."""
    financier = require_role(desk, request, "financier")
    now = desk.now()
    receipt = receipt_queries.visible_receipt(desk.engine, receipt_id, financier, now)
    seller = str(receipt["holder"])
    if not queries.was_asked(desk.engine, receipt_id, seller, financier):
        raise Forbidden(
            reason=both(
                "{seller} did not ask you for a quote on receipt {id}",
                "{seller} 未就仓单 {id} 向您询价",
                seller=seller,
                id=receipt_id,
            )
        )
    part = _within(receipt, quantity)
    require_signed_terms(own, validSeconds=valid_seconds)
    quote = Quote(
        financier=financier,
        seller=seller,
        asset=desk.contracts.address("WarehouseReceipts"),
        assetKey=receipt["lotId"],
        documentHash=receipt["documentHash"],
        value=part,
        cash=desk.contracts.deployment.tokens[receipt["currency"]],
        price=price,
        withRecourse=False,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = quote.typed(desk.contracts)
    signature = signed(desk, financier, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.receipt_quotes,
            contract="Settlement",
            signer=financier,
            financier=financier,
            seller=seller,
            receipt_id=receipt_id,
            lot_id=quote.assetKey,
            document_hash=quote.documentHash,
            quantity=part,
            price=price,
            cash=quote.cash,
            nonce=str(quote.nonce),
            deadline=quote.deadline,
            signature=signature,
            at=now,
        )
        return {"quoteId": kept, "priceFen": str(price), "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("receipt-quote.accept")
def accept_receipt_quote(desk: Desk, request: Request, quote_id: str, receipt_id: int | None) -> Row:
    """D2. The seller accepts: title and cash change hands in one transaction."""
    seller = require_participant(desk, request)
    row = queries.visible_quote(desk.engine, quote_id, seller)
    if row["seller"] != seller:
        raise Forbidden(reason=both("quote {id} was not given to you", "报价 {id} 不是给您的", id=quote_id))
    if receipt_id is not None:
        receipt = receipt_queries.visible_receipt(desk.engine, receipt_id, seller, desk.now(), field="receiptId")
        if receipt["holder"] != seller or receipt["lotId"] != row["lot_id"]:
            raise InvalidInput(
                field="receiptId",
                reason=both(
                    "receipt {receipt} is no receipt of yours of lot {id}",
                    "仓单 {receipt} 不是您持有的批次 {id} 的仓单",
                    receipt=receipt_id,
                    id=row["lot_id"],
                ),
            )
    quote = Quote(
        financier=row["financier"],
        seller=seller,
        asset=desk.contracts.address("WarehouseReceipts"),
        assetKey=row["lot_id"],
        documentHash=row["document_hash"],
        value=row["quantity"],
        cash=row["cash"],
        price=row["price"],
        withRecourse=False,
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    token = row["receipt_id"] if receipt_id is None else receipt_id
    call = desk.contracts.call_data("Settlement", "settle", quote.arguments(), row["signature"], token)
    return desk.outbox.send(request.intent, seller, call)


@act("receipt-quote.cancel")
def cancel_receipt_quote(desk: Desk, request: Request, quote_id: str) -> Row:
    """S3. The financier takes a quote back before anyone has carried it."""
    financier = require_participant(desk, request)
    row = queries.visible_quote(desk.engine, quote_id, financier)
    if row["financier"] != financier:
        raise Forbidden(reason=both("quote {id} is not yours", "报价 {id} 不是您的", id=quote_id))
    call = desk.contracts.call_data("Settlement", "cancelNonce", int(row["nonce"]))
    return desk.outbox.send(request.intent, financier, call)


def _within(receipt: dict[str, Any], quantity: str) -> int:
    """The quantity in the smallest part of the unit. Raises InvalidInput where the receipt has less."""
    part = parse_quantity(quantity, receipt["decimals"])
    if part > parse_quantity(receipt["quantity"], receipt["decimals"], allow_none=True):
        raise InvalidInput(
            field="quantity",
            reason=both(
                "is more than the receipt's {quantity}", "超过仓单数量 {quantity}", quantity=receipt["quantity"]
            ),
        )
    return part
