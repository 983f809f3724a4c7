"""Each refusal, with its class, its field and the words that help."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput, InvoiceUnreadable

from .documents import (
    BUYER_ID,
    BUYER_NAME,
    CREDIT_NOTE,
    CURRENCY,
    DUE,
    ISSUED,
    NUMBER,
    PAYABLE,
    SELLER_ID,
    SELLER_NAME,
    edited,
    read,
    refused,
)


def empty(element: str) -> str:
    start, _, rest = element.partition(">")
    return f"{start}>{rest[rest.rindex('<') :]}"


def doubled(element: str) -> str:
    return element + element


MISSING = [
    (NUMBER, "invoice.number", "BT-1"),
    (ISSUED, "invoice.issueDate", "BT-2"),
    (CURRENCY, "invoice.currency", "BT-5"),
    (PAYABLE, "invoice.payable", "BT-115"),
    (SELLER_ID, "invoice.seller", "no identifier"),
    (SELLER_NAME, "invoice.seller", "RegistrationName"),
    (BUYER_NAME, "invoice.buyer", "RegistrationName"),
]


@pytest.mark.parametrize(("element", "field", "word"), MISSING)
def test_a_missing_fact_is_refused(element: str, field: str, word: str) -> None:
    assert word in refused(InvalidInput, field, edited((element, "")))


@pytest.mark.parametrize(("element", "field"), [(element, field) for element, field, _ in MISSING])
def test_an_empty_fact_is_refused(element: str, field: str) -> None:
    refused(InvalidInput, field, edited((element, empty(element))))


@pytest.mark.parametrize("blank", [" ", "\n\t", "\u3000", "\u200b", "\u00ad\ufeff", "<!-- INV-1 -->", "&#x2060;"])
def test_a_number_of_which_nothing_is_seen_is_empty(blank: str) -> None:
    assert "empty" in refused(InvalidInput, "invoice.number", edited((NUMBER, f"<cbc:ID>{blank}</cbc:ID>")))


@pytest.mark.parametrize(
    ("role", "field"),
    [("AccountingSupplierParty", "invoice.seller"), ("AccountingCustomerParty", "invoice.buyer")],
)
def test_a_missing_or_doubled_party_is_refused(role: str, field: str) -> None:
    document = edited()
    start, end = document.index(f"<cac:{role}>"), document.index(f"</cac:{role}>") + len(f"</cac:{role}>")
    whole = document[start:end]
    assert role in refused(InvalidInput, field, edited((whole, "")))
    assert "2" in refused(InvalidInput, field, edited((whole, whole + whole)))
    inner = whole.removeprefix(f"<cac:{role}>").removesuffix(f"</cac:{role}>")
    refused(InvalidInput, field, edited((whole, f"<cac:{role}>{inner}{inner}</cac:{role}>")))


@pytest.mark.parametrize(
    ("element", "field"),
    [
        (NUMBER, "invoice.number"),
        (ISSUED, "invoice.issueDate"),
        (DUE, "invoice.dueDate"),
        (CURRENCY, "invoice.currency"),
        (PAYABLE, "invoice.payable"),
        ("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "invoice.kind"),
    ],
)
def test_a_second_element_where_one_is_allowed_is_refused(element: str, field: str) -> None:
    """Even an equal one, or an empty one: two readers could take different ones."""
    assert "2" in refused(InvalidInput, field, edited((element, doubled(element))))
    refused(InvalidInput, field, edited((element, element + empty(element))))


def test_a_second_group_of_totals_is_refused() -> None:
    second = f"<cac:LegalMonetaryTotal>{PAYABLE}</cac:LegalMonetaryTotal>"
    refused(InvalidInput, "invoice.totals", edited(("</Invoice>", second + "</Invoice>")))


def test_without_any_totals_the_amount_is_missing() -> None:
    document = edited()
    start, end = document.index("<cac:LegalMonetaryTotal>"), document.index("<cac:InvoiceLine><cbc:ID>1")
    refused(InvalidInput, "invoice.payable", document[:start] + document[end:])


def test_two_legal_registrations_are_refused_unless_they_are_one() -> None:
    other = SELLER_ID.replace("SELLER-001", "OTHER-9")
    assert "OTHER-9" in refused(InvalidInput, "invoice.seller", edited((SELLER_ID, SELLER_ID + other)))
    same = SELLER_ID.replace("SELLER-001", "seller 001")
    assert read(edited((SELLER_ID, SELLER_ID + same))).fingerprint == read(edited()).fingerprint


@pytest.mark.parametrize(
    "written",
    [
        "2026-13-01",
        "2026-02-29",
        "15.01.2026",
        "2026-1-5",
        "20260115",
        "2026-01-15T00:00:00",
        "２０２６-01-15",
    ]
    + ["2026-01-15+99:00", "2026-01-15 Z", "-2026-01-15", "0000-01-01", "soon"],
)
@pytest.mark.parametrize(("element", "field"), [(ISSUED, "invoice.issueDate"), (DUE, "invoice.dueDate")])
def test_a_day_that_is_none_is_refused(element: str, field: str, written: str) -> None:
    name = element[1 : element.index(">")]
    assert "is not a date" in refused(InvalidInput, field, edited((element, f"<{name}>{written}</{name}>")))


def test_due_before_issue_is_refused_and_due_on_the_day_is_not() -> None:
    early = DUE.replace("2026-03-16", "2026-01-14")
    assert "before" in refused(InvalidInput, "invoice.dueDate", edited((DUE, early)))
    same_day = DUE.replace("2026-03-16", "2026-01-15")
    assert read(edited((DUE, same_day))).due_date == read(edited()).issue_date


def test_two_different_payment_dates_are_refused() -> None:
    means = "<cac:PaymentMeans><cbc:PaymentDueDate>{}</cbc:PaymentDueDate></cac:PaymentMeans>"
    first, second = means.format("2026-03-01"), means.format("2026-03-02")
    refused(InvalidInput, "invoice.dueDate", edited((DUE, first + second)))
    assert str(read(edited((DUE, first + first))).due_date) == "2026-03-01"


@pytest.mark.parametrize("code", ["XYZ", "RMB", "CNYY", "XXX", "XAU", "156", "C-NY"])
def test_a_currency_that_is_none_is_refused(code: str) -> None:
    document = edited().replace("CNY", code)
    assert code in refused(InvalidInput, "invoice.currency", document)


@pytest.mark.parametrize("other", ["USD", "CNH"])
def test_an_amount_in_another_currency_is_refused(other: str) -> None:
    reason = refused(InvalidInput, "invoice.payable", edited((PAYABLE, PAYABLE.replace("CNY", other))))
    assert other in reason
    assert "CNY" in reason


def test_an_amount_without_currency_is_refused() -> None:
    bare = PAYABLE.replace(' currencyID="CNY"', "")
    assert "currencyID" in refused(InvalidInput, "invoice.payable", edited((PAYABLE, bare)))


@pytest.mark.parametrize(
    "written",
    ["1E3", "1130e0", "NaN", "Infinity", "-Infinity", "+1130.00", "--1130", "1,130.00", "1 130.00", "1_130"]
    + ["１１３０.００", "0x46A", "1130.00.00", ".", "-", "¥1130", "1130\u00a0", "\u0661\u0661", "1" * 41],
)
def test_an_amount_that_is_no_plain_decimal_is_refused(written: str) -> None:
    document = edited((PAYABLE, PAYABLE.replace("1130.00", written)))
    assert "is not a decimal number" in refused(InvalidInput, "invoice.payable", document)


@pytest.mark.parametrize("written", ["0", "0.00", "-0.00", "-1130.00", "-0.01"])
def test_nothing_to_pay_is_refused(written: str) -> None:
    document = edited((PAYABLE, PAYABLE.replace("1130.00", written)))
    assert "above zero" in refused(InvalidInput, "invoice.payable", document)


def test_more_decimals_than_the_currency_has_are_refused() -> None:
    reason = refused(InvalidInput, "invoice.payable", edited((PAYABLE, PAYABLE.replace("1130.00", "1130.001"))))
    assert "1130.001" in reason
    assert "CNY" in reason


def only_payable(currency: str, written: str) -> str:
    document = edited().replace("CNY", currency)
    start, end = document.index("<cac:TaxTotal>"), document.index("</Invoice>")
    amount = f'<cbc:PayableAmount currencyID="{currency}">{written}</cbc:PayableAmount>'
    return f"{document[:start]}<cac:LegalMonetaryTotal>{amount}</cac:LegalMonetaryTotal>{document[end:]}"


@pytest.mark.parametrize(
    ("currency", "written", "minor"),
    [("JPY", "1000", 1000), ("JPY", "1000.00", 1000), ("KRW", "7", 7), ("VND", "25000.0", 25000)]
    + [("KWD", "1.234", 1234), ("KWD", "1.2340", 1234), ("TND", "1", 1000), ("CNY", "0.01", 1)]
    + [("CNY", "100.000", 10000), ("CNY", "100.", 10000), ("CNY", ".5", 50), ("HKD", "0007.10", 710)]
    + [("CLF", "1.2345", 12345), ("CNY", " \n10.00\t", 1000), ("CNY", "9.99" + "0" * 30, 999)]
    + [("CNY", "10000000000000.00", 10**15), ("JPY", "1000000000000000", 10**15)],
)
def test_an_amount_becomes_minor_units(currency: str, written: str, minor: int) -> None:
    assert read(only_payable(currency, written)).payable == minor


@pytest.mark.parametrize(
    ("currency", "written"),
    [
        ("JPY", "1000.5"),
        ("KRW", "0.01"),
        ("KWD", "1.2345"),
        ("CNY", "0.001"),
        ("CNY", "9.99" + "0" * 29 + "1"),
    ],
)
def test_a_fraction_of_a_minor_unit_is_refused(currency: str, written: str) -> None:
    assert "decimals" in refused(InvalidInput, "invoice.payable", only_payable(currency, written))


@pytest.mark.parametrize(
    ("currency", "written"),
    [
        ("CNY", "10000000000000.01"),
        ("JPY", "1000000000000001"),
        ("CNY", "9" * 40),
        ("KWD", "1000000000000.001"),
    ],
)
def test_an_absurd_amount_is_refused(currency: str, written: str) -> None:
    assert "more than any invoice" in refused(InvalidInput, "invoice.payable", only_payable(currency, written))


@pytest.mark.parametrize(
    ("element", "field"),
    [(NUMBER, "invoice.number"), (ISSUED, "invoice.issueDate"), (SELLER_ID, "invoice.seller")]
    + [(BUYER_NAME, "invoice.buyer"), (PAYABLE, "invoice.payable"), (CURRENCY, "invoice.currency")],
)
def test_elements_inside_a_value_are_refused(element: str, field: str) -> None:
    """<ID>INV<x/>-1</ID> is INV to one reader and INV-1 to another."""
    head, _, tail = element.rpartition("</")
    assert "must hold a value" in refused(InvalidInput, field, edited((element, f"{head}<cbc:ID/></{tail}")))


def test_a_value_too_long_to_normalise_quickly_is_refused() -> None:
    def numbered(length: int) -> str:
        return edited((NUMBER, f"<cbc:ID>{'7' * length}</cbc:ID>"))

    assert "1001" in refused(InvalidInput, "invoice.number", numbered(1001))
    assert read(numbered(1000)).number == "7" * 1000
    scheme = SELLER_ID.replace("0002", "x" * 1001)
    legal = f"<cac:PartyIdentification>{scheme.replace('CompanyID', 'ID')}</cac:PartyIdentification>"
    seller = SELLER_NAME + SELLER_ID + "</cac:PartyLegalEntity>"
    swapped = edited((seller, f"{SELLER_NAME}</cac:PartyLegalEntity>{legal}"))
    assert "schemeID" in refused(InvalidInput, "invoice.seller", swapped)


@pytest.mark.parametrize(
    ("root", "seen"),
    [
        ("<html><body/></html>", "html"),
        ('<CrossIndustryInvoice xmlns="urn:un:unece:uncefact"/>', "CrossIndustryInvoice"),
        ('<Invoice xmlns="urn:example:other"/>', "urn:example:other"),
        ("<Invoice/>", '"Invoice"'),
        ('<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "Order-2"),
        ('<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>', "CreditNote"),
    ],
)
def test_another_root_is_unreadable_and_named(root: str, seen: str) -> None:
    assert seen in refused(InvoiceUnreadable, "invoice", root)


def test_facts_in_another_namespace_are_not_facts() -> None:
    foreign = NUMBER.replace("cbc:ID", 'x:ID xmlns:x="urn:example"', 1).replace("/cbc:ID", "/x:ID")
    refused(InvalidInput, "invoice.number", edited((NUMBER, foreign)))


def test_facts_nested_elsewhere_are_not_facts() -> None:
    hidden = f"<cac:OrderReference>{NUMBER}</cac:OrderReference>"
    refused(InvalidInput, "invoice.number", edited((NUMBER, hidden)))


def test_a_credit_note_is_refused_in_the_same_way() -> None:
    refused(InvalidInput, "invoice.number", edited((NUMBER, ""), document=CREDIT_NOTE))
    refused(InvalidInput, "invoice.buyer", edited((BUYER_ID, doubled(BUYER_ID.replace("BUYER", "B")) + BUYER_ID)))


def test_the_sentence_shows_no_control_characters_and_is_short() -> None:
    wild = "\u202e" + "ab\u200b" * 200
    reason = refused(InvalidInput, "invoice.currency", edited((CURRENCY, CURRENCY.replace("CNY", wild))))
    assert "\u202e" not in reason
    assert "\u200b" not in reason
    assert len(reason) < 120
