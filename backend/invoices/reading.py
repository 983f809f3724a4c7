"""From the bytes of a UBL 2.1 Invoice or CreditNote to an `Invoice`."""

from __future__ import annotations

from datetime import date

from backend.errors import InvalidInput, InvoiceUnreadable, both
from backend.invoices.currencies import currency
from backend.invoices.dates import day
from backend.invoices.encoding import decode
from backend.invoices.hashing import document_hash, fingerprint
from backend.invoices.kinds import kind_of
from backend.invoices.model import Invoice
from backend.invoices.normalise import listed, quoted, shown
from backend.invoices.parties import party, require_own_payee
from backend.invoices.totals import payable
from backend.invoices.ubl import CREDIT_NOTE, INVOICE, few, required, text, value
from backend.invoices.xmltree import Node, parse

_NUMBER = both("BT-1", "发票号码 BT-1")
_ISSUE_DATE = both("BT-2", "开票日期 BT-2")
_CURRENCY = both("BT-5", "币种 BT-5")

_LINES = {INVOICE: "cac:InvoiceLine", CREDIT_NOTE: "cac:CreditNoteLine"}

MAX_DATES = 100
MAX_REFERENCES = 100

# Where UBL has a due date (BT-9 is the first); a discount's own end is not among them.
_DUE_DATES = [
    ("cbc:DueDate",),
    ("cac:PaymentMeans", "cbc:PaymentDueDate"),
    ("cac:PaymentTerms", "cbc:PaymentDueDate"),
    ("cac:PaymentTerms", "cbc:InstallmentDueDate"),
]


def read_invoice(document: bytes) -> Invoice:
    """The facts of a UBL 2.1 Invoice or CreditNote in the shape of EN 16931 (Peppol BIS Billing 3).

    `payable` is in minor units of the currency. Raises InvoiceUnreadable when the bytes are not such
    a document or try something (a document type, an inclusion), and InvalidInput with the field when
    a fact is missing, doubled, malformed or contradicts another: invoice.kind, invoice.seller,
    invoice.buyer, invoice.payee, invoice.number, invoice.issueDate, invoice.dueDate, invoice.currency,
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
    kind = kind_of(root)
    seller = party(root, "cac:AccountingSupplierParty", "invoice.seller")
    buyer = party(root, "cac:AccountingCustomerParty", "invoice.buyer")
    require_own_payee(root)
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


def _due_date(root: Node, issued: date) -> date | None:
    """The one due date that the document names, in as many places as it likes (rule R7)."""
    field = "invoice.dueDate"
    text(root, "cbc:DueDate", field)  # at most one
    nodes = [node for path in _DUE_DATES for node in few(MAX_DATES, root, field, *path)]
    written = [value(node, field) for node in nodes]
    days = sorted({day(candidate, field) for candidate in written if shown(candidate)})
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


def _original_number(root: Node) -> str | None:
    """BT-25: the number of the invoice a credit note corrects; of several the first."""
    field = "invoice.originalNumber"
    for node in few(MAX_REFERENCES, root, field, "cac:BillingReference", "cac:InvoiceDocumentReference"):
        written = text(node, "cbc:ID", field)
        if written is not None:
            return shown(written)
    return None
