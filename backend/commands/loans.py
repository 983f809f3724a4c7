"""Acts on loans (rules K7 to K18)."""

from __future__ import annotations

from typing import Any

from backend.chain.outbox import Row
from backend.chain.typed import Bid, fresh_nonce
from backend.commands.acts import act
from backend.commands.desk import Desk, Request, require_participant
from backend.commands.lending import part_of, waiting_count
from backend.commands.signatures import OwnSignature, require_signed_terms, signed
from backend.errors import Forbidden, both
from backend.queries import loans as queries


@act("loan.draw")
def draw_loan(desk: Desk, request: Request, loan_id: int, amount: int) -> Row:
    """K7. The borrower draws more, in minor units."""
    borrower = _as(desk, request, loan_id, "borrower")
    return _send(desk, request, borrower, "draw", loan_id, amount)


@act("loan.repay")
def repay_loan(desk: Desk, request: Request, loan_id: int, amount: int) -> Row:
    """K8. Anyone that sees the loan pays, in minor units; what is more than due is not taken."""
    return _send(desk, request, _party(desk, request, loan_id), "repay", loan_id, amount)


@act("loan.advance-storage")
def advance_storage(desk: Desk, request: Request, loan_id: int, token_id: int) -> Row:
    """K16. The lender pays the storage of goods in escrow; it becomes a cost of the loan."""
    lender = _as(desk, request, loan_id, "lender")
    return _send(desk, request, lender, "advanceStorage", loan_id, token_id)


@act("loan.top-up")
def top_up_loan(desk: Desk, request: Request, loan_id: int, token_id: int, value: str | None) -> Row:
    """K10. The borrower puts more title in escrow; for goods the custodian's waiting count is carried along."""
    borrower = _as(desk, request, loan_id, "borrower")
    row = queries.loan_row(desk.engine, loan_id)
    title = queries.title_of(desk.engine, row["asset"], token_id, borrower)
    count, signature = waiting_count(desk, row["asset"], token_id, row["lender"])
    pledge = (token_id, title["asset_key"], title["document_hash"], part_of(title, value))
    return _send(desk, request, borrower, "topUp", loan_id, pledge, count.arguments(), signature)


@act("loan.release")
def release_title(desk: Desk, request: Request, loan_id: int, token_id: int, value: str) -> Row:
    """K11. The borrower takes title out while the loan stays covered; `value` as in the request for the loan."""
    borrower = _as(desk, request, loan_id, "borrower")
    title = queries.pledged(desk.engine, loan_id, token_id)
    return _send(desk, request, borrower, "release", loan_id, token_id, part_of(title, value))


@act("loan.call-margin")
def call_margin(desk: Desk, request: Request, loan_id: int) -> Row:
    """K9. Any party to the loan calls margin."""
    return _send(desk, request, _party(desk, request, loan_id), "callMargin", loan_id)


@act("loan.review-call")
def review_call(desk: Desk, request: Request, loan_id: int) -> Row:
    """K9. Any party has an open call looked at again at the price of now."""
    return _send(desk, request, _party(desk, request, loan_id), "reviewCall", loan_id)


@act("loan.apply-proceeds")
def apply_proceeds(desk: Desk, request: Request, loan_id: int) -> Row:
    """K12. Any party has what came for the title applied."""
    return _send(desk, request, _party(desk, request, loan_id), "applyProceeds", loan_id)


@act("loan.waive")
def waive_loan(desk: Desk, request: Request, loan_id: int) -> Row:
    """K17. The lender gives up what is owed; the title goes back."""
    return _send(desk, request, _as(desk, request, loan_id, "lender"), "waive", loan_id)


@act("loan.return-title")
def return_title(desk: Desk, request: Request, loan_id: int) -> Row:
    """K18. Any party has title that waits handed over."""
    return _send(desk, request, _party(desk, request, loan_id), "returnTitle", loan_id)


@act("loan.open-sale")
def open_sale(desk: Desk, request: Request, loan_id: int, window: int) -> Row:
    """K14. The lender opens a sale for `window` seconds."""
    lender = _as(desk, request, loan_id, "lender")
    call = desk.contracts.call_data("Enforcement", "openSale", loan_id, window)
    return desk.outbox.send(request.intent, lender, call)


@act("loan.bid")
def place_bid(
    desk: Desk, request: Request, loan_id: int, amount: int, *, valid_seconds: int | None, own: OwnSignature | None
) -> Row:
    """K14. A participant signs a bid in minor units and carries it."""
    bidder = require_participant(desk, request)
    queries.loan_row(desk.engine, loan_id)
    require_signed_terms(own, validSeconds=valid_seconds)
    now = desk.now()
    bid = Bid(
        loanId=loan_id,
        bidder=bidder,
        amount=amount,
        nonce=own.nonce if own else fresh_nonce(),
        deadline=own.deadline if own else now + (valid_seconds or desk.settings.document_seconds),
    )
    signature = signed(desk, bidder, bid.typed(desk.contracts), own, now)
    call = desk.contracts.call_data("Enforcement", "bid", bid.arguments(), signature)
    return desk.outbox.send(request.intent, bidder, call)


@act("loan.close-sale")
def close_sale(desk: Desk, request: Request, loan_id: int) -> Row:
    """K14, K15. Any participant closes a sale whose window is over."""
    caller = require_participant(desk, request)
    queries.loan_row(desk.engine, loan_id)
    call = desk.contracts.call_data("Enforcement", "closeSale", loan_id)
    return desk.outbox.send(request.intent, caller, call)


def _send(desk: Desk, request: Request, signer: str, function: str, *arguments: Any) -> Row:
    return desk.outbox.send(request.intent, signer, desk.contracts.call_data("Loans", function, *arguments))


def _party(desk: Desk, request: Request, loan_id: int) -> str:
    caller = require_participant(desk, request)
    queries.require_visible(desk.engine, loan_id, caller)
    return caller


def _as(desk: Desk, request: Request, loan_id: int, side: str) -> str:
    """The caller, if it is the loan's `side`. Raises NotFound for strangers, Forbidden for other parties."""
    caller = _party(desk, request, loan_id)
    if queries.loan_row(desk.engine, loan_id)[side] != caller:
        word = both("lender", "出借人") if side == "lender" else both("borrower", "借款人")
        raise Forbidden(
            reason=both("you are not the {side} of loan {id}", "您不是贷款 {id} 的{side}", side=word, id=loan_id)
        )
    return caller
