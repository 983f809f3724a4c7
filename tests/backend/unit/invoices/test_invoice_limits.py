"""No document within the size limit takes long (rule F4), whatever it repeats and however that is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backend.errors import FeiqianError, InvalidInput
from backend.invoices import read_invoice
from backend.invoices.parties import MAX_OF_A_KIND as MAX_IDENTIFIERS
from backend.invoices.reading import MAX_DATES, MAX_REFERENCES
from backend.invoices.totals import MAX_OF_A_KIND as MAX_SUMS
from backend.invoices.xmltree import MAX_NAME

from .documents import (
    CREDIT_NOTE,
    CURRENCY,
    DUE,
    NUMBER,
    PLAIN,
    SELLER_ID,
    SELLER_NAME,
    TAX,
    edited,
    read,
    refused,
)
from .effort import FIRST_LINE, MUCH, effort, repeated

END_OF_SELLER = "</cac:Party></cac:AccountingSupplierParty>"

WITHOUT_ID = edited((SELLER_ID, ""))
WITHOUT_NAME = edited((SELLER_NAME, ""))
WITHOUT_DUE = edited((DUE, ""))

SPELLINGS = {
    "one character that stands for eighteen": "\ufdfa" * 999,
    "as many of them as fit": "\ufdfa" * 55,
    "marks in the wrong order": "\u0345" * 333 + "\u0301" * 333 + "\u0323" * 333,
    "marks in turns": "\u0301\u0316" * 499,
    "nothing to be seen": "\u200b" * 999,
    "letters": "A" * 999,
    "characters without a fast way": "⟦" * 999,
}

REPEATED: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "identifications": (
        WITHOUT_ID,
        END_OF_SELLER,
        lambda text: f"<cac:PartyIdentification><cbc:ID>{text}</cbc:ID></cac:PartyIdentification>",
    ),
    "schemes": (
        WITHOUT_ID,
        END_OF_SELLER,
        lambda text: f'<cac:PartyIdentification><cbc:ID schemeID="{text[:20]}"/></cac:PartyIdentification>',
    ),
    "registrations": (
        WITHOUT_ID,
        END_OF_SELLER,
        lambda text: (
            f"<cac:PartyTaxScheme><cbc:CompanyID>{text}</cbc:CompanyID>"
            f"<cac:TaxScheme><cbc:ID>{text}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        ),
    ),
    "endpoints": (WITHOUT_ID, END_OF_SELLER, lambda text: f"<cbc:EndpointID>{text}</cbc:EndpointID>"),
    "names": (
        WITHOUT_NAME,
        END_OF_SELLER,
        lambda text: f"<cac:PartyName><cbc:Name>{text}</cbc:Name></cac:PartyName>",
    ),
    "payee": (
        edited((CURRENCY, f"{CURRENCY}<cac:PayeeParty></cac:PayeeParty>")),
        "</cac:PayeeParty>",
        lambda text: f"<cac:PartyIdentification><cbc:ID>{text}</cbc:ID></cac:PartyIdentification>",
    ),
    "dates": (
        WITHOUT_DUE,
        TAX,
        lambda text: f"<cac:PaymentMeans><cbc:PaymentDueDate>{text}</cbc:PaymentDueDate></cac:PaymentMeans>",
    ),
    "charges": (
        PLAIN,
        TAX,
        lambda text: (
            f"<cac:AllowanceCharge><cbc:ChargeIndicator>{text[:990]}true</cbc:ChargeIndicator>"
            '<cbc:Amount currencyID="CNY">0</cbc:Amount></cac:AllowanceCharge>'
        ),
    ),
    "taxes": (
        PLAIN,
        TAX,
        lambda text: f'<cac:TaxTotal><cbc:TaxAmount currencyID="{text[:20]}">0</cbc:TaxAmount></cac:TaxTotal>',
    ),
    "lines": (
        PLAIN,
        FIRST_LINE,
        lambda text: (
            f'<cac:InvoiceLine><cbc:LineExtensionAmount currencyID="CNY{text[:17]}">0'
            "</cbc:LineExtensionAmount></cac:InvoiceLine>"
        ),
    ),
    "references": (
        CREDIT_NOTE,
        TAX,
        lambda text: (
            f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{text}</cbc:ID>"
            "</cac:InvoiceDocumentReference></cac:BillingReference>"
        ),
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("what", REPEATED)
def test_what_fills_the_document_takes_no_time(what: str, spelling: str) -> None:
    document, place, piece = REPEATED[what]
    assert effort(repeated(document, place, piece(SPELLINGS[spelling]))) < MUCH


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nor_does_as_much_as_is_read(spelling: str) -> None:
    text = SPELLINGS[spelling]
    document = WITHOUT_ID.encode()
    for what, most in [("identifications", MAX_IDENTIFIERS), ("registrations", 20), ("endpoints", 20)]:
        document = repeated(document.decode(), END_OF_SELLER, REPEATED[what][2](text), most)
    for what, most in [("charges", MAX_SUMS), ("taxes", MAX_SUMS - 1), ("dates", MAX_DATES)]:
        document = repeated(document.decode(), TAX, REPEATED[what][2](text), most)
    assert effort(document) < MUCH


def test_a_namespace_is_not_copied_into_every_element() -> None:
    long = f'<a xmlns="{"u" * 100_000}">' + "<b/>" * 200_000 + "</a>"
    prefixed = f'<p:a xmlns:p="{"u" * 100_000}">' + '<b p:c=""/>' * 100_000 + "</p:a>"
    for many in (long, prefixed, f'<a p:c="" xmlns:p="{"u" * MAX_NAME}"/>'):
        document = edited((TAX, many + TAX)).encode()
        assert effort(document) < MUCH
        with pytest.raises(FeiqianError, match=f"more than {MAX_NAME} characters"):
            read_invoice(document)


def test_a_character_counts_for_what_it_stands_for() -> None:
    def numbered(text: str) -> str:
        return edited((NUMBER, f"<cbc:ID>{text}</cbc:ID>"))

    assert read(numbered("\ufdfa" * 55)).number == "\ufdfa" * 55
    assert "1008 characters" in refused(InvalidInput, "invoice.number", numbered("\ufdfa" * 56))


@pytest.mark.parametrize(
    ("what", "most", "text", "field"),
    [
        ("identifications", MAX_IDENTIFIERS, "ID-1", "invoice.seller"),
        ("registrations", MAX_IDENTIFIERS, "DE1", "invoice.seller"),
        ("endpoints", MAX_IDENTIFIERS, "a@b", "invoice.seller"),
        ("names", MAX_IDENTIFIERS, "Seller Ltd", "invoice.seller"),
        ("payee", MAX_IDENTIFIERS, "SELLER-001", "invoice.payee"),
        ("dates", MAX_DATES, "2026-03-16", "invoice.dueDate"),
        ("charges", MAX_SUMS, "", "invoice.totals"),
        ("taxes", MAX_SUMS - 1, "CNY", "invoice.totals"),
        ("references", MAX_REFERENCES, "INV-1", "invoice.originalNumber"),
    ],
)
def test_as_many_are_read_and_one_more_is_refused(what: str, most: int, text: str, field: str) -> None:
    document, place, piece = REPEATED[what]
    assert read_invoice(repeated(document, place, piece(text), most)).payable == 113000
    with pytest.raises(FeiqianError, match="at most") as refusal:
        read_invoice(repeated(document, place, piece(text), most + 1))
    assert refusal.value.field == field
    assert "最多读取" in refusal.value.describe("zh")
