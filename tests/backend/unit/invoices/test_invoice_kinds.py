"""What is a claim to register: the type of the document (rule R11) and who is to be paid (rule R12)."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput
from backend.invoices.kinds import _CREDIT_NOTES, _INVOICES, _REASONS
from backend.invoices.normalise import normalise

from .documents import CREDIT_NOTE, CURRENCY, PLAIN, SELLER_ID, edited, read, refused

TYPE = "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
END_OF_SELLER = "</cac:Party></cac:AccountingSupplierParty>"


def of_type(code: str) -> str:
    return edited((TYPE, TYPE.replace("380", code)))


@pytest.mark.parametrize("code", ["380", "384", "389", "388", "383", "82", "877", " 380\n", "３８０", "3\u200b80"])
def test_a_commercial_invoice_is_one(code: str) -> None:
    assert read(of_type(code)).kind == "invoice"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("393", "factor"),
        ("501", "factor"),
        ("325", "pro forma"),
        ("751", "accounting"),
        ("386", "once more"),
        ("500", "once more"),
        ("326", "once more"),
        ("385", "several"),
        ("395", "nothing is sold"),
        ("130", "not a commercial invoice"),
        ("211", "not a commercial invoice"),
        ("0380", "not a commercial invoice"),
        ("FX", "not a commercial invoice"),
        ("３９３", "factor"),
        ("3\u200b93", "factor"),
    ],
)
def test_what_is_no_claim_is_refused_by_its_code(code: str, why: str) -> None:
    reason = refused(InvalidInput, "invoice.kind", of_type(code))
    assert why in reason
    assert f'"{normalise(code)}"' in reason


@pytest.mark.parametrize("code", ["381", "３８１", "3\u200b81", "\u202e381", " 3 8 1 ", "&#x33;81", "261"])
def test_a_credit_note_is_one_however_its_code_is_spelled(code: str) -> None:
    assert read(of_type(code)).kind == "credit-note"


def test_no_type_is_on_two_lists() -> None:
    assert not _INVOICES & _CREDIT_NOTES
    assert not (_INVOICES | _CREDIT_NOTES) & set(_REASONS)


def payee(*inner: str) -> str:
    return edited((CURRENCY, f"{CURRENCY}<cac:PayeeParty>{''.join(inner)}</cac:PayeeParty>"))


def known(number: str, scheme: str = "0002") -> str:
    return f'<cac:PartyIdentification><cbc:ID schemeID="{scheme}">{number}</cbc:ID></cac:PartyIdentification>'


def legal(number: str) -> str:
    return f"<cac:PartyLegalEntity><cbc:CompanyID>{number}</cbc:CompanyID></cac:PartyLegalEntity>"


def name(written: str) -> str:
    return f"<cac:PartyName><cbc:Name>{written}</cbc:Name></cac:PartyName>"


@pytest.mark.parametrize(
    ("inner", "who"),
    [
        ([name("Factor Bank")], "factorbank"),
        ([name("Factor Bank"), known("FACTOR-1")], "factorbank"),
        ([known("FACTOR-1")], "factor1"),
        ([legal("FACTOR-1")], "factor1"),
        ([name("Seller Ltd"), legal("FACTOR-1")], "sellerltd"),
        ([legal("SELLER-001"), known("FACTOR-1")], "factor1"),
        ([name("Factor Bank"), known("DE98ZZZ099", "SEPA")], "factorbank"),
    ],
)
def test_another_payee_is_refused_by_name(inner: list[str], who: str) -> None:
    reason = refused(InvalidInput, "invoice.payee", payee(*inner))
    assert f'"{who}"' in reason
    assert "somebody else already" in reason


@pytest.mark.parametrize(
    "inner",
    [
        [],
        [name(" ")],
        [name("Seller Ltd")],
        [name(" SELLER\u200b ltd ")],
        [legal("SELLER-001")],
        [known("seller 001"), name("Seller's office")],
        [known("DE98ZZZ099", "SEPA")],
    ],
)
def test_the_seller_may_say_that_it_is_the_payee(inner: list[str]) -> None:
    assert read(payee(*inner)).fingerprint == read(PLAIN).fingerprint


def test_any_identifier_of_the_seller_is_its_own() -> None:
    own = edited(
        (END_OF_SELLER, known("GLN-7") + END_OF_SELLER),
        (CURRENCY, f"{CURRENCY}<cac:PayeeParty>{known('gln 7')}</cac:PayeeParty>"),
    )
    assert read(own).seller.identifier == "SELLER-001"
    assert SELLER_ID in own


def test_two_payees_and_a_credit_notes_payee_are_refused() -> None:
    twice = f"{CURRENCY}<cac:PayeeParty>{name('Seller Ltd')}</cac:PayeeParty><cac:PayeeParty/>"
    assert "2" in refused(InvalidInput, "invoice.payee", edited((CURRENCY, twice)))
    one = f"{CURRENCY}<cac:PayeeParty>{name('Factor')}</cac:PayeeParty>"
    refused(InvalidInput, "invoice.payee", edited((CURRENCY, one), document=CREDIT_NOTE))
