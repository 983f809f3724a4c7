"""From the bytes of a UBL 2.1 Invoice or CreditNote to an `Invoice`."""

from __future__ import annotations

from datetime import date

from backend.errors import InvalidInput, InvoiceUnreadable, both
from backend.invoices.currencies import currency
from backend.invoices.dates import day
from backend.invoices.encoding import decode
from backend.invoices.hashing import document_hash, fingerprint
from backend.invoices.model import Invoice, Kind
from backend.invoices.normalise import listed, quoted, shown
from backend.invoices.parties import party
from backend.invoices.totals import payable
from backend.invoices.ubl import CREDIT_NOTE, INVOICE, every, required, text, value
from backend.invoices.xmltree import Node, parse

_NUMBER = both("BT-1", "发票号码 BT-1")
_ISSUE_DATE = both("BT-2", "开票日期 BT-2")
_CURRENCY = both("BT-5", "币种 BT-5")

_LINES = {INVOICE: "cac:InvoiceLine", CREDIT_NOTE: "cac:CreditNoteLine"}

# UNTDID 1001 types that give money back, for an Invoice that is a credit note all the same.
_CREDIT_TYPES = frozenset(map(str, [81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 502, 503, 532]))


def read_invoice(document: bytes) -> Invoice:
    """The facts of a UBL 2.1 Invoice or CreditNote in the shape of EN 16931 (Peppol BIS Billing 3).

    `payable` is in minor units of the currency. Raises InvoiceUnreadable when the bytes are not such
    a document or try something (a document type, an inclusion), and InvalidInput with the field when
    a fact is missing, doubled, malformed or contradicts another: invoice.kind, invoice.seller,
    invoice.buyer, invoice.number, invoice.issueDate, invoice.dueDate, invoice.currency,
    invoice.payable, invoice.totals, invoice.originalNumber. Whether the parties are known to the
    platform, and whether the invoice was seen before, is for the caller to ask.
    """
    root = parse(decode(document))
    if root.tag not in _LINES:
        reason = both(
            "the root element is {tag}, not a UBL 2.1 Invoice or CreditNote",
            "根元素是 {tag},不是 UBL 2.1 的发票 (Invoice) 或红字发票 (CreditNote)",
            tag=quoted(root.tag),
        )
        raise InvoiceUnreadable(field="invoice", reason=reason)
    kind = _kind(root)
    seller = party(root, "cac:AccountingSupplierParty", "invoice.seller")
    buyer = party(root, "cac:AccountingCustomerParty", "invoice.buyer")
    number = shown(required(root, "cbc:ID", "invoice.number", _NUMBER))
    issued = day(required(root, "cbc:IssueDate", "invoice.issueDate", _ISSUE_DATE), "invoice.issueDate")
    due = _due_date(root, issued)
    money = currency(required(root, "cbc:DocumentCurrencyCode", "invoice.currency", _CURRENCY))
    amount = payable(root, _LINES[root.tag], money)
    return Invoice(
        kind=kind,
        seller=seller,
        buyer=buyer,
        number=number,
        issue_date=issued,
        due_date=due,
        currency=money.code,
        payable=amount,
        document_hash=document_hash(document),
        fingerprint=fingerprint(seller.identifier, buyer.identifier, number, issued, money.code, amount),
        original_number=_original_number(root) if kind == "credit-note" else None,
    )


def _kind(root: Node) -> Kind:
    """Credit note by its root, or by its type code (BT-3); an invoice otherwise (380, 389, ...)."""
    code = text(root, "cbc:InvoiceTypeCode", "invoice.kind")
    if root.tag == CREDIT_NOTE or (code is not None and code.strip() in _CREDIT_TYPES):
        return "credit-note"
    return "invoice"


def _due_date(root: Node, issued: date) -> date | None:
    """BT-9: cbc:DueDate, else PaymentMeans/PaymentDueDate, else PaymentTerms/PaymentDueDate."""
    field = "invoice.dueDate"
    written = text(root, "cbc:DueDate", field)
    candidates = [written] if written is not None else _payment_dates(root, field)
    days = sorted({day(candidate, field) for candidate in candidates})
    if len(days) > 1:
        reason = both(
            "there is more than one due date: {days}",
            "到期日不止一个:{days}",
            days=listed(found.isoformat() for found in days),
        )
        raise InvalidInput(field=field, reason=reason)
    if not days:
        return None
    if days[0] < issued:
        reason = both(
            "{due} is before the issue date {issued}", "到期日 {due} 早于开票日期 {issued}", due=days[0], issued=issued
        )
        raise InvalidInput(field=field, reason=reason)
    return days[0]


def _payment_dates(root: Node, field: str) -> list[str]:
    for group in ("cac:PaymentMeans", "cac:PaymentTerms"):
        written = [value(node, field) for node in every(root, group, "cbc:PaymentDueDate")]
        seen = [one_date for one_date in written if shown(one_date)]
        if seen:
            return seen
    return []


def _original_number(root: Node) -> str | None:
    """BT-25: the number of the invoice a credit note corrects; of several the first."""
    field = "invoice.originalNumber"
    for node in every(root, "cac:BillingReference", "cac:InvoiceDocumentReference"):
        written = text(node, "cbc:ID", field)
        if written is not None:
            return shown(written)
    return None
