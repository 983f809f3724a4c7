"""One plain invoice, one credit note, and ways to write them differently."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.errors import FeiqianError
from backend.invoices import Invoice, read_invoice

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = ROOT / "samples" / "invoices"

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"

PLAIN = f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{_UBL}Invoice-2" xmlns:cac="{_UBL}CommonAggregateComponents-2" \
xmlns:cbc="{_UBL}CommonBasicComponents-2">
<cbc:ID>INV-2026-7</cbc:ID>
<cbc:IssueDate>2026-01-15</cbc:IssueDate>
<cbc:DueDate>2026-03-16</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party>
<cac:PartyLegalEntity><cbc:RegistrationName>Seller Ltd</cbc:RegistrationName>\
<cbc:CompanyID schemeID="0002">SELLER-001</cbc:CompanyID></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
<cac:PartyLegalEntity><cbc:RegistrationName>Buyer Ltd</cbc:RegistrationName>\
<cbc:CompanyID schemeID="0002">BUYER002</cbc:CompanyID></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:TaxTotal><cbc:TaxAmount currencyID="CNY">130.00</cbc:TaxAmount></cac:TaxTotal>
<cac:LegalMonetaryTotal>
<cbc:LineExtensionAmount currencyID="CNY">1000.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="CNY">1000.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="CNY">1130.00</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="CNY">1130.00</cbc:PayableAmount>
</cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID>\
<cbc:LineExtensionAmount currencyID="CNY">600.00</cbc:LineExtensionAmount></cac:InvoiceLine>
<cac:InvoiceLine><cbc:ID>2</cbc:ID>\
<cbc:LineExtensionAmount currencyID="CNY">400.00</cbc:LineExtensionAmount></cac:InvoiceLine>
</Invoice>
"""

CREDIT_NOTE = (
    PLAIN.replace("Invoice-2", "CreditNote-2")
    .replace("<Invoice ", "<CreditNote ")
    .replace("</Invoice>", "</CreditNote>")
    .replace("InvoiceLine>", "CreditNoteLine>")
    .replace(
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
        "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
    )
    .replace("<cbc:DueDate>2026-03-16</cbc:DueDate>\n", "")
)

# Parts of PLAIN that tests take out or write differently.
NUMBER = "<cbc:ID>INV-2026-7</cbc:ID>"
ISSUED = "<cbc:IssueDate>2026-01-15</cbc:IssueDate>"
DUE = "<cbc:DueDate>2026-03-16</cbc:DueDate>"
CURRENCY = "<cbc:DocumentCurrencyCode>CNY</cbc:DocumentCurrencyCode>"
SELLER_ID = '<cbc:CompanyID schemeID="0002">SELLER-001</cbc:CompanyID>'
BUYER_ID = '<cbc:CompanyID schemeID="0002">BUYER002</cbc:CompanyID>'
SELLER_NAME = "<cbc:RegistrationName>Seller Ltd</cbc:RegistrationName>"
BUYER_NAME = "<cbc:RegistrationName>Buyer Ltd</cbc:RegistrationName>"
TAX = '<cac:TaxTotal><cbc:TaxAmount currencyID="CNY">130.00</cbc:TaxAmount></cac:TaxTotal>'
LINES_TOTAL = '<cbc:LineExtensionAmount currencyID="CNY">1000.00</cbc:LineExtensionAmount>'
WITHOUT_TAX = '<cbc:TaxExclusiveAmount currencyID="CNY">1000.00</cbc:TaxExclusiveAmount>'
WITH_TAX = '<cbc:TaxInclusiveAmount currencyID="CNY">1130.00</cbc:TaxInclusiveAmount>'
PAYABLE = '<cbc:PayableAmount currencyID="CNY">1130.00</cbc:PayableAmount>'


def edited(*edits: tuple[str, str], document: str = PLAIN) -> str:
    """`document` after replacing each text, which must be there exactly once."""
    for old, new in edits:
        assert document.count(old) == 1, f"{old!r} is there {document.count(old)} times"
        document = document.replace(old, new)
    return document


def read(document: str) -> Invoice:
    """The invoice in a document given as text, sent as UTF-8."""
    return read_invoice(document.encode("utf-8"))


def refused(kind: type[FeiqianError], field: str, document: str | bytes) -> str:
    """The reason for which `document` is refused with exactly this class and field."""
    body = document.encode("utf-8") if isinstance(document, str) else document
    with pytest.raises(FeiqianError) as caught:
        read_invoice(body)
    assert (type(caught.value), caught.value.field) == (kind, field)
    return str(caught.value.params["reason"])
