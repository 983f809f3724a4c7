"""What comes before a loan: a request, a financier's quote, a custodian's count, and its execution (rules K1, K2)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from backend.chain.outbox import Row
from backend.chain.typed import NO_COUNT, Count, LoanQuote, fresh_nonce
from backend.commands.acts import act
from backend.commands.asking import keep_requests, require_financiers
from backend.commands.desk import Desk, Request, require_named, require_participant, require_role
from backend.commands.signatures import OwnSignature, for_wallet, require_signed_terms, signed
from backend.commands.waiting import keep_document
from backend.documents import tables
from backend.errors import Conflict, Forbidden, InvalidInput, both
from backend.goods.quantities import format_quantity, parse_quantity
from backend.queries import lending as queries
from backend.queries import loans as loan_queries
from backend.queries import warehouse_receipts as receipt_queries


@act("loan.request")
def request_loan(
    desk: Desk, request: Request, *, asset: str, token_id: int, value: str | None, limit: int, financiers: list[str]
) -> Row:
    """A holder asks financiers for a loan over `value` of a title (decimal, of the lot's unit; minor units of a note;
    None: all of it), up to `limit` minor units. Only they then see the request."""
    borrower = require_participant(desk, request)
    title = loan_queries.title_of(desk.engine, asset, token_id, borrower)
    pledged = part_of(title, value)
    require_financiers(desk, financiers, borrower)
    now = desk.now()

    def keep(db: Connection) -> dict[str, Any]:
        keep_requests(
            db,
            tables.loan_requests,
            financiers,
            borrower=borrower,
            asset=asset,
            token_id=token_id,
            asset_key=title["asset_key"],
            document_hash=title["document_hash"],
            value=pledged,
            decimals=title["decimals"],
            currency=title["currency"],
            limit=limit,
            at=now,
        )
        return {"tokenId": str(token_id), "financiers": financiers}

    return desk.outbox.settle(request.intent, now, keep)


@act("loan.quote")
def give_quote(
    desk: Desk,
    request: Request,
    request_id: str,
    *,
    terms: dict[str, int],
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """K1. A financier signs firm terms on a request: `terms` are the members of the document that it chooses (limit in
    minor units, rates and bands in basis points, times in UTC seconds)."""
    financier = require_role(desk, request, "financier")
    asked = queries.visible_request(desk.engine, request_id, financier)
    if asked["financier"] != financier:
        raise Forbidden(reason=both("request {id} was not made to you", "申请 {id} 不是向您提出的", id=request_id))
    require_signed_terms(own, validSeconds=valid_seconds)
    now = desk.now()
    _require_sensible(terms, now)
    quote = LoanQuote(
        financier=financier,
        borrower=asked["borrower"],
        asset=desk.contracts.address(loan_queries.CONTRACTS[asked["asset"]]),
        assetKey=asked["asset_key"],
        documentHash=asked["document_hash"],
        value=asked["value"],
        currency=asked["currency"],
        **terms,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = quote.typed(desk.contracts)
    signature = signed(desk, financier, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.loan_quotes,
            contract="Loans",
            signer=financier,
            request_id=request_id,
            financier=financier,
            borrower=asked["borrower"],
            terms={name: str(member) for name, member in asdict(quote).items()},
            nonce=str(quote.nonce),
            deadline=quote.deadline,
            signature=signature,
            at=now,
        )
        return {"quoteId": kept, "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("loan.cancel-quote")
def cancel_quote(desk: Desk, request: Request, quote_id: str) -> Row:
    """S3. The financier takes a loan quote back before anyone has carried it."""
    financier = require_participant(desk, request)
    row = queries.visible_quote(desk.engine, quote_id, financier)
    if row["financier"] != financier:
        raise Forbidden(reason=both("quote {id} is not yours", "报价 {id} 不是您的", id=quote_id))
    return desk.outbox.send(
        request.intent, financier, desk.contracts.call_data("Loans", "cancelNonce", int(row["nonce"]))
    )


@act("loan.count")
def count_goods(
    desk: Desk,
    request: Request,
    *,
    receipt_id: int,
    pledgee: str,
    quantity: str,
    counted_at: int | None,
    valid_seconds: int | None,
    own: OwnSignature | None,
) -> Row:
    """K2. The custodian signs that `quantity` of a receipt (decimal, of the lot's unit) was there at `counted_at`
    (UTC seconds; None: now) and that it knows of the pledge to `pledgee`."""
    custodian = require_role(desk, request, "custodian")
    now = desk.now()
    receipt = receipt_queries.visible_receipt(desk.engine, receipt_id, custodian, now, field="receiptId")
    if receipt["custodian"] != custodian:
        raise Forbidden(
            reason=both("you do not keep the goods of receipt {id}", "仓单 {id} 的货物不由您保管", id=receipt_id)
        )
    require_named(desk, pledgee, "pledgee", "financier")
    require_signed_terms(own, validSeconds=valid_seconds)
    counted = parse_quantity(quantity, receipt["decimals"])
    counted_at = counted_at or now
    if counted_at > now:
        raise InvalidInput(field="countedAt", reason=both("is in the future", "晚于当前时间"))
    count = Count(
        receiptId=receipt_id,
        pledgee=pledgee,
        quantity=counted,
        countedAt=counted_at,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    typed = count.typed(desk.contracts)
    signature = signed(desk, custodian, typed, own, now)

    def keep(db: Connection) -> dict[str, Any]:
        kept = keep_document(
            db,
            tables.counts,
            contract="Collateral",
            signer=custodian,
            receipt_id=receipt_id,
            custodian=custodian,
            pledgee=pledgee,
            quantity=counted,
            counted_at=counted_at,
            nonce=str(count.nonce),
            deadline=count.deadline,
            signature=signature,
            at=now,
        )
        return {"countId": kept, "document": for_wallet(typed), "signature": signature}

    return desk.outbox.settle(request.intent, now, keep)


@act("loan.originate")
def originate_loan(desk: Desk, request: Request, quote_id: str, amount: int) -> Row:
    """K2. The borrower executes a quote and draws `amount` minor units: title into escrow, cash to it, in one
    transaction. The custodian's waiting count is carried along."""
    borrower = require_participant(desk, request)
    row = queries.visible_quote(desk.engine, quote_id, borrower)
    if row["borrower"] != borrower:
        raise Forbidden(reason=both("quote {id} was not given to you", "报价 {id} 不是给您的", id=quote_id))
    members: dict[str, Any] = {name: _member(name, member) for name, member in row["terms"].items()}
    quote = LoanQuote(**members)
    count, signature = waiting_count(desk, row["asset"], row["token_id"], row["financier"])
    call = desk.contracts.call_data(
        "Loans",
        "originate",
        quote.arguments(),
        row["signature"],
        row["token_id"],
        count.arguments(),
        signature,
        amount,
    )
    return desk.outbox.send(request.intent, borrower, call)


def waiting_count(desk: Desk, asset: str, token_id: int, pledgee: str) -> tuple[Count, str]:
    """The custodian's count of a receipt that waits to be carried, with its signature; none over notes. Raises
    Conflict where the custodian has not counted."""
    if asset == "note":
        return NO_COUNT, "0x"
    row = queries.waiting_count(desk.engine, token_id, pledgee, desk.now())
    if row is None:
        raise Conflict(
            reason=both(
                "no count of receipt {id} by its custodian waits for this lender",
                "没有保管人为该资金方出具的仓单 {id} 盘点确认",
                id=token_id,
            )
        )
    count = Count(
        receiptId=token_id,
        pledgee=pledgee,
        quantity=row["quantity"],
        countedAt=row["counted_at"],
        nonce=int(row["nonce"]),
        deadline=row["deadline"],
    )
    return count, row["signature"]


def part_of(title: dict[str, Any], value: str | None) -> int:
    """What `value` of a title is in whole numbers; all of it where nothing is said. Raises InvalidInput."""
    part = title["value"] if value is None else parse_quantity(value, title["decimals"], "value")
    if not 0 < part <= title["value"]:
        held = format_quantity(title["value"], title["decimals"])
        raise InvalidInput(field="value", reason=both("the title stands for {held}", "该权利凭证为 {held}", held=held))
    return int(part)


_TEXTS = {"financier", "borrower", "asset", "documentHash"}


def _member(name: str, text: str) -> str | int:
    return text if name in _TEXTS else int(text)


def _require_sensible(terms: dict[str, int], now: int) -> None:
    """K4. What the contract would refuse whoever carries it is refused before it is signed."""
    rising = (("callBps", "advanceBps"), ("liquidationBps", "callBps"))
    for higher, lower in rising:
        if terms[higher] <= terms[lower]:
            raise InvalidInput(field=higher, reason=both("must be above {lower}", "须高于 {lower}", lower=lower))
    if terms["maturityAt"] <= now:
        raise InvalidInput(field="maturityAt", reason=both("is past", "已过"))
