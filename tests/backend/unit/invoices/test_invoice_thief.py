"""The same invoice written differently has the same fingerprint; another invoice has another."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidInput
from backend.invoices import Invoice, read_invoice

from .documents import (
    BUYER_ID,
    BUYER_NAME,
    CREDIT_NOTE,
    CURRENCY,
    DUE,
    ISSUED,
    LINES_TOTAL,
    NUMBER,
    PAYABLE,
    PLAIN,
    SELLER_ID,
    SELLER_NAME,
    TAX,
    edited,
    read,
    refused,
)

TRUE = read(PLAIN)
END_OF_BUYER = "</cac:Party></cac:AccountingCustomerParty>"


def number(written: str) -> str:
    return edited((NUMBER, f"<cbc:ID>{written}</cbc:ID>"))


def seller(written: str) -> str:
    return edited((SELLER_ID, f'<cbc:CompanyID schemeID="0002">{written}</cbc:CompanyID>'))


def payable(written: str) -> str:
    return edited((PAYABLE, PAYABLE.replace("1130.00", written)))


def issued(written: str) -> str:
    return edited((ISSUED, ISSUED.replace("2026-01-15", written)))


def prefixed(document: str) -> str:
    """Other prefixes, and one for the root."""
    document = document.replace("cbc:", "b:").replace("xmlns:cbc=", "xmlns:b=")
    document = document.replace("cac:", "aggregate-1:").replace("xmlns:cac=", "xmlns:aggregate-1=")
    document = document.replace("<Invoice xmlns=", "<ubl:Invoice xmlns:ubl=")
    return document.replace("</Invoice>", "</ubl:Invoice>")


def default_namespaces(document: str) -> str:
    """No prefixes at all: every element declares its own namespace."""
    base = "urn:oasis:names:specification:ubl:schema:xsd:Common"
    document = re.sub(r"<cbc:(\w+)", rf'<\1 xmlns="{base}BasicComponents-2"', document)
    document = re.sub(r"<cac:(\w+)", rf'<\1 xmlns="{base}AggregateComponents-2"', document)
    return re.sub(r"</c[ab]c:", "</", document)


def attributes_turned(document: str) -> str:
    swapped = document.replace('<cbc:CompanyID schemeID="0002">', "<cbc:CompanyID schemeAgencyID='9' schemeID='0002'>")
    head, _, tail = swapped.partition("<Invoice ")
    declared, _, rest = tail.partition(">")
    return f"{head}<Invoice {' '.join(reversed(declared.split()))}>{rest}"


def reordered(document: str) -> str:
    lines = document.splitlines()
    return "\n".join([*lines[:2], *lines[3:7], lines[2], *lines[7:]])


def extended(document: str) -> str:
    extension = (
        '<ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:'
        'CommonExtensionComponents-2">'
        "<ext:UBLExtension><ext:ExtensionContent><cbc:ID>OTHER-1</cbc:ID>"
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>'
        "</ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
    )
    signature = "<cac:Signature><cbc:ID>urn:example:signature</cbc:ID></cac:Signature>"
    return edited((NUMBER, extension + NUMBER + signature), document=document)


SAME: dict[str, str] = {
    "other prefixes": prefixed(PLAIN),
    "no prefixes": default_namespaces(PLAIN),
    "attributes turned round": attributes_turned(PLAIN),
    "elements in another order": reordered(PLAIN),
    "extensions and a signature": extended(PLAIN),
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "one line": PLAIN.replace("\n", ""),
    "indented": PLAIN.replace("\n<c", "\n\t    <c"),
    "no declaration": PLAIN.partition("\n")[2],
    "byte order mark": "\ufeff" + PLAIN,
    "instructions": PLAIN.replace("<cbc:ID>INV-2026-7", '<?xml-stylesheet href="x"?><cbc:ID>INV-<?x y?>2026-7'),
    "number: spaces around": number("  INV-2026-7\n"),
    "number: spaces inside": number("INV - 2026 - 7"),
    "number: other spaces": number("INV\u00a0-\u30002026\u2009-\u20287\t"),
    "number: small letters": number("inv-2026-7"),
    "number: full width": number("ＩＮＶ－２０２６－７"),
    "number: other dashes": number("INV\u20132026\u22127"),
    "number: more dashes": number("INV\u20142026\ufe637"),
    "number: non-breaking hyphen": number("INV\u20112026\u20107"),
    "number: zero width": number("I\u200bN\u200cV\u200d-\ufeff2026-\u20607"),
    "number: bidi marks": number("\u202aINV\u200e-2026-7\u202c\u2069"),
    "number: soft hyphen": number("IN\u00adV-2026-7"),
    "number: invisible letters": number("INV\u3164\u115f-\u034f2026\ufe0f-7\U000e0100\u2800"),
    "number: Cyrillic letters": number("\u0406NV-2026-7"),
    "number: Greek letters": number("\u0399\u039dV-2026-7"),
    "number: mathematical letters": number("\U0001d408\U0001d40d\U0001d415-\U0001d7d0026-7"),
    "number: CDATA": number("<![CDATA[INV-2026-7]]>"),
    "number: half CDATA": number("INV<![CDATA[-20]]>26-7"),
    "number: comment inside": number("INV-<!-- 1999 -->2026-7"),
    "number: character references": number("&#73;&#x4E;V&#45;2026-7"),
    "number: with an attribute": edited((NUMBER, NUMBER.replace("<cbc:ID>", '<cbc:ID schemeID="x">'))),
    "seller: no scheme": edited((SELLER_ID, "<cbc:CompanyID>SELLER-001</cbc:CompanyID>")),
    "seller: other scheme": edited((SELLER_ID, SELLER_ID.replace("0002", "0192"))),
    "seller: small letters": seller("seller-001"),
    "seller: spaces": seller(" SELLER - 0 0 1 "),
    "seller: no punctuation": seller("SELLER001"),
    "seller: dots and slashes": seller("SEL.LER/001"),
    "seller: full width": seller("ＳＥＬＬＥＲ００１"),
    "seller: scheme inside the value": seller("0002:SELLER-001"),
    "seller: Peppol form": seller("iso6523-actorid-upis::0002:SELLER-001"),
    "seller: other name": edited((SELLER_NAME, "<cbc:RegistrationName>SELLER (Asia)</cbc:RegistrationName>")),
    "buyer: no scheme": edited((BUYER_ID, "<cbc:CompanyID>buyer 002</cbc:CompanyID>")),
    "buyer: other name": edited((BUYER_NAME, "<cbc:RegistrationName>B</cbc:RegistrationName>")),
    "buyer: an endpoint more": edited((END_OF_BUYER, f"<cbc:EndpointID>b@example</cbc:EndpointID>{END_OF_BUYER}")),
    "amount: no decimals": payable("1130"),
    "amount: one decimal": payable("1130.0"),
    "amount: many decimals": payable("1130.0000000"),
    "amount: zeros before": payable("0001130.00"),
    "amount: a bare point": payable("1130."),
    "amount: spaces": payable(" \n1130.00 "),
    "currency: small letters": PLAIN.replace(">CNY<", ">cny<"),
    "currency: all small letters": PLAIN.replace("CNY", "cny"),
    "currency: mixed": PLAIN.replace(">CNY<", "> Cny\n<").replace('currencyID="CNY">1130', 'currencyID="cNY">1130'),
    "currency: full width": PLAIN.replace(">CNY<", ">ＣＮＹ<"),
    "issued: UTC": issued("2026-01-15Z"),
    "issued: Beijing": issued("2026-01-15+08:00"),
    "issued: west": issued("2026-01-15-14:00"),
    "issued: spaces": issued("\n 2026-01-15 \t"),
    "another due date": edited((DUE, DUE.replace("03-16", "04-16"))),
    "no due date": edited((DUE, "")),
    "a note": edited((NUMBER, NUMBER + "<cbc:Note>second copy</cbc:Note>")),
    "no tax, no lines total": edited((TAX, ""), (LINES_TOTAL, "")),
    "another type": PLAIN.replace(">380<", ">389<"),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_invoice_written_differently_has_the_same_fingerprint(name: str) -> None:
    found = read(SAME[name])
    assert found.document_hash != TRUE.document_hash, "the variant is the plain document"
    assert found.fingerprint == TRUE.fingerprint


def test_the_hash_of_the_document_is_of_its_bytes() -> None:
    hashes = {read(document).document_hash for document in SAME.values()}
    assert len(hashes) == len(SAME)


OTHER: dict[str, str] = {
    "number": number("INV-2026-8"),
    "number without punctuation": number("INV20267"),
    "number with other punctuation": number("INV/2026/7"),
    "number with a zero": number("INV-2026-07"),
    "number with an accent": number("ÍNV-2026-7"),
    "number superscript is the digit": number("INV-2026-7\u00b9"),
    "seller": seller("SELLER-002"),
    "buyer": edited((BUYER_ID, BUYER_ID.replace("BUYER002", "BUYER003"))),
    "issue date": issued("2026-01-16"),
    "amount": edited(
        (TAX, TAX.replace("130.00", "130.01")),
        (
            '<cbc:TaxInclusiveAmount currencyID="CNY">1130.00',
            '<cbc:TaxInclusiveAmount currencyID="CNY">1130.01',
        ),
        ('<cbc:PayableAmount currencyID="CNY">1130.00', '<cbc:PayableAmount currencyID="CNY">1130.01'),
    ),
    "currency": PLAIN.replace("CNY", "USD"),
    "currency without decimals": PLAIN.replace("CNY", "JPY"),
}


@pytest.mark.parametrize("name", OTHER)
def test_another_invoice_has_another_fingerprint(name: str) -> None:
    assert read(OTHER[name]).fingerprint != TRUE.fingerprint


def test_all_the_other_invoices_differ_from_one_another() -> None:
    assert len({read(document).fingerprint for document in OTHER.values()}) == len(OTHER)


def test_seller_and_buyer_do_not_change_places() -> None:
    swapped = edited(("SELLER-001", "@"), ("BUYER002", "SELLER-001"), ("@", "BUYER002"))
    assert read(swapped).fingerprint != TRUE.fingerprint


def test_a_credit_code_is_the_same_party_in_either_place() -> None:
    code = "91330200MA2CELL001"
    tax = (
        "<cac:PartyTaxScheme><cbc:CompanyID>{}</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>{}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
    )
    end = "</cac:Party></cac:AccountingSupplierParty>"
    legal = read(seller(code))
    for scheme in ("VAT", "增值税", "TAX"):
        moved = edited((SELLER_ID, ""), (end, tax.format(code.lower(), scheme) + end))
        assert read(moved).seller == legal.seller
        assert read(moved).fingerprint == legal.fingerprint


def test_the_order_of_identifications_does_not_matter() -> None:
    ids = [f"<cac:PartyIdentification><cbc:ID>{v}</cbc:ID></cac:PartyIdentification>" for v in ("B-2", "A-1", "C-3")]
    end = "</cac:Party></cac:AccountingSupplierParty>"
    one_way = read(edited((SELLER_ID, ""), (end, "".join(ids) + end)))
    other_way = read(edited((SELLER_ID, ""), (end, "".join(reversed(ids)) + end)))
    assert one_way.seller.identifier == other_way.seller.identifier == "A-1"
    assert one_way.fingerprint == other_way.fingerprint


def test_the_shown_values_are_tidy() -> None:
    document = edited(
        (NUMBER, "<cbc:ID>\n INV\u3000 2026\u200b-7\u202e </cbc:ID>"),
        (SELLER_NAME, "<cbc:RegistrationName>  Se\u0301ller\n   Ltd\u202e\ufeff </cbc:RegistrationName>"),
    )
    found = read(document)
    assert found.number == "INV 2026-7"
    assert found.seller.name == "S\u00e9ller Ltd"
    assert found.seller.identifier == "SELLER-001"


def test_a_credit_note_is_read_with_its_date_and_invoice() -> None:
    reference = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID> INV-2025-9 </cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
        "<cac:PaymentMeans><cbc:PaymentDueDate>2026-02-01Z</cbc:PaymentDueDate></cac:PaymentMeans>"
    )
    found = read(edited((CURRENCY, CURRENCY + reference), document=CREDIT_NOTE))
    assert (found.kind, found.original_number, str(found.due_date)) == (
        "credit-note",
        "INV-2025-9",
        "2026-02-01",
    )
    assert found.payable == 113000
    plain = read(CREDIT_NOTE)
    assert (plain.kind, plain.original_number, plain.due_date) == ("credit-note", None, None)


def test_a_credit_note_corrects_the_first_invoice_that_has_a_number() -> None:
    def reference(number: str) -> str:
        inner = f"<cac:InvoiceDocumentReference>{number}</cac:InvoiceDocumentReference>"
        return f"<cac:BillingReference>{inner}</cac:BillingReference>"

    numbers = (
        "<cbc:IssueDate>2025-12-01</cbc:IssueDate>",
        "<cbc:ID>INV-2025-9</cbc:ID>",
        "<cbc:ID>INV-2025-10</cbc:ID>",
    )
    several = "".join(reference(number) for number in numbers)
    assert read(edited((CURRENCY, CURRENCY + several), document=CREDIT_NOTE)).original_number == "INV-2025-9"
    assert read(edited((CURRENCY, CURRENCY + reference("")), document=CREDIT_NOTE)).original_number is None


def test_an_invoice_root_with_a_credit_type_is_a_credit_note() -> None:
    assert read(PLAIN.replace(">380<", ">381<")).kind == "credit-note"
    assert read(PLAIN.replace(">380<", ">384<")).kind == "invoice"
    assert read(edited(("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", ""))).kind == "invoice"


def test_an_invoice_has_no_original_number() -> None:
    reference = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>INV-2025-9</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
    )
    assert read(edited((CURRENCY, CURRENCY + reference))).original_number is None


@pytest.mark.parametrize(
    ("written", "due"),
    [
        (
            "<cac:PaymentMeans><cbc:PaymentDueDate>2026-03-01</cbc:PaymentDueDate></cac:PaymentMeans>",
            "2026-03-01",
        ),
        (
            "<cac:PaymentTerms><cbc:PaymentDueDate>2026-03-02</cbc:PaymentDueDate></cac:PaymentTerms>",
            "2026-03-02",
        ),
        (
            "<cac:PaymentTerms><cbc:InstallmentDueDate>2026-03-04</cbc:InstallmentDueDate></cac:PaymentTerms>",
            "2026-03-04",
        ),
        (
            (
                f"{DUE}<cac:PaymentMeans><cbc:PaymentDueDate>2026-03-16Z</cbc:PaymentDueDate></cac:PaymentMeans>"
                "<cac:PaymentTerms><cbc:PaymentDueDate>2026-03-16</cbc:PaymentDueDate>"
                "<cbc:InstallmentDueDate>2026-03-16</cbc:InstallmentDueDate></cac:PaymentTerms>"
            ),
            "2026-03-16",
        ),
        (
            "<cbc:DueDate/><cac:PaymentMeans><cbc:PaymentDueDate>2026-03-01</cbc:PaymentDueDate></cac:PaymentMeans>",
            "2026-03-01",
        ),
    ],
)
def test_the_due_date_is_found_wherever_it_stands(written: str, due: str) -> None:
    assert str(read(edited((DUE, written))).due_date) == due


MEANS = "<cac:PaymentMeans><cbc:PaymentDueDate>{}</cbc:PaymentDueDate></cac:PaymentMeans>"
TERMS = "<cac:PaymentTerms><cbc:PaymentDueDate>{}</cbc:PaymentDueDate></cac:PaymentTerms>"
INSTALMENT = "<cac:PaymentTerms><cbc:InstallmentDueDate>{}</cbc:InstallmentDueDate></cac:PaymentTerms>"


@pytest.mark.parametrize(
    "written",
    [
        DUE + MEANS.format("2026-03-01"),
        DUE + TERMS.format("2026-04-01"),
        DUE + INSTALMENT.format("2026-04-01"),
        MEANS.format("2026-03-16") + TERMS.format("2026-03-17"),
        INSTALMENT.format("2026-03-16") + INSTALMENT.format("2026-04-16"),
        MEANS.format("2026-03-16") + INSTALMENT.format("2026-04-16"),
    ],
)
def test_one_claim_has_one_maturity(written: str) -> None:
    """Rule R7."""
    assert "more than one due date" in refused(InvalidInput, "invoice.dueDate", edited((DUE, written)))


# --- Rewriting at random -----------------------------------------------------------------------

_FILLERS = [
    " ",
    "\n",
    "\t",
    "\u3000",
    "\u00a0",
    "\u200b",
    "\u00ad",
    "\ufeff",
    "\u2060",
    "\u202e",
    "<!-- x -->",
]
_DASHES = [
    "-",
    "\u2010",
    "\u2011",
    "\u2013",
    "\u2014",
    "\u2212",
    "\uff0d",
    "\ufe63",
    "\u2500",
    "\u2796",
    "\u30fc",
    "\uff70",
]


def _spellings(character: str) -> list[str]:
    if character == "-":
        return _DASHES
    wide = chr(ord(character) + 0xFEE0)
    forms = [character, character.lower(), character.upper(), wide, f"&#{ord(character)};"]
    return [*forms, f"<![CDATA[{character}]]>"]


def rewritten(text: str) -> st.SearchStrategy[str]:
    """`text` with each character spelt in one of its ways and anything invisible between."""
    fillers = st.lists(st.sampled_from(_FILLERS), max_size=2).map("".join)
    parts = [st.tuples(st.sampled_from(_spellings(character)), fillers).map("".join) for character in text]
    return st.tuples(fillers, *parts).map("".join)


_LAYOUTS: list[Callable[[str], str]] = [str, prefixed, default_namespaces, extended, reordered]


@given(
    rewritten("INV-2026-7"),
    rewritten("SELLER-001"),
    rewritten("BUYER002"),
    st.sampled_from(["", "Z", "+08:00", "-05:30"]),
    st.integers(0, 6).flatmap(lambda zeros: st.sampled_from(["1130." + "0" * zeros, "0" * zeros + "1130"])),
    st.sampled_from(_LAYOUTS),
)
def test_an_invoice_rewritten_at_random_has_the_same_fingerprint(
    number_: str, seller_: str, buyer_: str, zone: str, amount: str, layout: Callable[[str], str]
) -> None:
    document = layout(PLAIN)
    for old, new in [("INV-2026-7", number_), ("SELLER-001", seller_), ("BUYER002", buyer_)]:
        assert document.count(old) == 1
        document = document.replace(old, new)
    document = document.replace("2026-01-15", "2026-01-15" + zone)
    head, _, tail = document.rpartition("1130.00")
    found: Invoice = read_invoice((head + amount + tail).encode())
    assert found.fingerprint == TRUE.fingerprint
    assert (found.seller.identifier, found.buyer.identifier) == ("SELLER-001", "BUYER002")


@given(st.text(st.characters(whitelist_categories=["Lu", "Ll", "Nd"], max_codepoint=0x7F), min_size=1, max_size=12))
def test_another_number_at_random_has_another_fingerprint(written: str) -> None:
    same = written.casefold() == "inv-2026-7"
    assert (read(number(written)).fingerprint == TRUE.fingerprint) == same
