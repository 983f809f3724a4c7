"""The part of the client that borrows and lends. Quantities of goods are decimal numbers of their unit as text, those
of notes minor units; amounts are minor units (fen), times UTC seconds, rates and bands basis points."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

Json = dict[str, Any]


class HasAccount(Protocol):
    account: str


class LoanReads:
    """What everybody asks about loans."""

    @abstractmethod
    def get(self, path: str, **query: Any) -> Json: ...

    @abstractmethod
    def _pages(self, path: str, **query: Any) -> list[Json]: ...

    def loans(self, status: str | None = None) -> list[Json]:
        """All loans I am a party to, with what they owe now."""
        return self._pages("/loans", status=status)

    def loan(self, loan_id: int) -> Json:
        """One loan with its titles, all that happened, and its sales."""
        return self.get(f"/loans/{loan_id}")

    def owed(self, loan_id: int) -> int:
        """What a loan owes now, in minor units."""
        return int(self.loan(loan_id)["owedFen"])

    def loan_requests(self) -> list[Json]:
        """Requests I made or received, the latest first."""
        return self._pages("/loan-requests")

    def loan_quotes(self) -> list[Json]:
        """Loan quotes I gave or was given: those still open first, and of them the lowest rate."""
        return sorted(self._pages("/loan-quotes"), key=lambda quote: (quote["state"] != "open", quote["rateBps"]))

    def counts(self) -> list[Json]:
        """Counts I signed, that were signed for me, or of receipts I hold, the latest first."""
        return self._pages("/counts")

    def sales(self) -> list[Json]:
        """What is for sale now."""
        return self._pages("/sales")


class LoanActs:
    """What a participant does about loans."""

    @abstractmethod
    def act(self, path: str, body: Json | None = None, *, key: str | None = None, wait: int | None = None) -> Json: ...

    # ---- borrower

    def ask_for_loan(
        self, asset: str, token_id: int, limit: int, financiers: Sequence[HasAccount], value: str | int | None = None
    ) -> Json:
        """Asks financiers for a loan up to `limit` over a "receipt" or a "note", or `value` of it."""
        body: Json = {
            "asset": asset,
            "tokenId": token_id,
            "limitFen": str(limit),
            "financiers": [bank.account for bank in financiers],
        }
        return self.act("/loan-requests", body | _value(value))

    def take_loan(self, quote_id: str, amount: int) -> Json:
        """Title into escrow and cash to me, in one transaction; result has loanId."""
        return self.act(f"/loan-quotes/{quote_id}/acceptances", {"amountFen": str(amount)})

    def draw(self, loan_id: int, amount: int) -> Json:
        return self.act(f"/loans/{loan_id}/drawdowns", {"amountFen": str(amount)})

    def repay_loan(self, loan_id: int, amount: int) -> Json:
        """Pays on a loan; what is more than due is not taken."""
        return self.act(f"/loans/{loan_id}/repayments", {"amountFen": str(amount)})

    def top_up(self, loan_id: int, token_id: int, value: str | int | None = None) -> Json:
        """Puts more title in escrow."""
        return self.act(f"/loans/{loan_id}/top-ups", {"tokenId": token_id} | _value(value))

    def release(self, loan_id: int, token_id: int, value: str | int) -> Json:
        """Takes title out while the loan stays covered; result has tokenId."""
        return self.act(f"/loans/{loan_id}/releases", {"tokenId": token_id, "value": str(value)})

    # ---- lender

    def quote_loan(self, request_id: str, limit: int, **terms: Any) -> Json:
        """Signs firm terms on a request: rate_bps, penalty_bps, maturity_at, grace_days, advance_bps, call_bps,
        liquidation_bps, cure_seconds, reserve_price (minor units), order."""
        body = {_camel(name): value for name, value in terms.items() if name != "reserve_price"}
        body |= {"limitFen": str(limit), "reservePriceFen": str(terms["reserve_price"])}
        return self.act(f"/loan-requests/{request_id}/quotes", body)

    def cancel_loan_quote(self, quote_id: str) -> Json:
        return self.act(f"/loan-quotes/{quote_id}/cancellations")

    def advance_storage(self, loan_id: int, token_id: int) -> Json:
        """Pays the storage of goods in escrow, as a cost of the loan."""
        return self.act(f"/loans/{loan_id}/storage-advances", {"tokenId": token_id})

    def open_sale(self, loan_id: int, *, window: int = 86_400) -> Json:
        """In default, opens a sale for `window` seconds."""
        return self.act(f"/loans/{loan_id}/sales", {"windowSeconds": window})

    def waive(self, loan_id: int) -> Json:
        """Gives up what is owed."""
        return self.act(f"/loans/{loan_id}/waivers")

    # ---- custodian

    def count(self, receipt_id: int, quantity: str, pledgee: HasAccount, counted_at: int | None = None) -> Json:
        """Signs that the goods of a receipt were counted, and that their pledge to `pledgee` is known."""
        body: Json = {"receiptId": receipt_id, "quantity": quantity, "pledgee": pledgee.account}
        return self.act("/counts", body | ({} if counted_at is None else {"countedAt": counted_at}))

    # ---- anyone

    def call_margin(self, loan_id: int) -> Json:
        return self.act(f"/loans/{loan_id}/margin-calls")

    def review_call(self, loan_id: int) -> Json:
        """Has an open margin call looked at again at the price of now."""
        return self.act(f"/loans/{loan_id}/call-reviews")

    def apply_proceeds(self, loan_id: int) -> Json:
        """Has what came for the title applied."""
        return self.act(f"/loans/{loan_id}/proceeds-applications")

    def return_title(self, loan_id: int) -> Json:
        """Has title that waits handed over."""
        return self.act(f"/loans/{loan_id}/title-returns")

    def bid(self, loan_id: int, amount: int) -> Json:
        """Signs a bid and places it; the cash waits in escrow."""
        return self.act(f"/loans/{loan_id}/bids", {"amountFen": str(amount)})

    def close_sale(self, loan_id: int) -> Json:
        """Closes a sale whose window is over; result has priceFen and shortfallFen where somebody bought."""
        return self.act(f"/loans/{loan_id}/sale-closings")


def _value(value: str | int | None) -> Json:
    return {} if value is None else {"value": str(value)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
