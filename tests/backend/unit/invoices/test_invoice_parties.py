"""Which identifier stands for a party, and which name."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput
from backend.invoices import Party, fingerprint

from .documents import BUYER_ID, BUYER_NAME, SELLER_ID, SELLER_NAME, edited, read, refused

SELLER = f"<cac:PartyLegalEntity>{SELLER_NAME}{SELLER_ID}</cac:PartyLegalEntity>"
BUYER = f"<cac:PartyLegalEntity>{BUYER_NAME}{BUYER_ID}</cac:PartyLegalEntity>"
NAME = f"<cac:PartyLegalEntity>{SELLER_NAME}</cac:PartyLegalEntity>"
LEGAL = f"<cac:PartyLegalEntity>{SELLER_NAME}<cbc:CompanyID>legal-1</cbc:CompanyID></cac:PartyLegalEntity>"


def tax(number: str, scheme: str | None) -> str:
    inner = "" if scheme is None else f"<cac:TaxScheme><cbc:ID>{scheme}</cbc:ID></cac:TaxScheme>"
    return f"<cac:PartyTaxScheme><cbc:CompanyID>{number}</cbc:CompanyID>{inner}</cac:PartyTaxScheme>"


def known(number: str, scheme: str = "") -> str:
    attribute = f' schemeID="{scheme}"' if scheme else ""
    return f"<cac:PartyIdentification><cbc:ID{attribute}>{number}</cbc:ID></cac:PartyIdentification>"


def endpoint(address: str) -> str:
    return f'<cbc:EndpointID schemeID="EM">{address}</cbc:EndpointID>'


def seller(*parts: str) -> Party:
    return read(edited((SELLER, "".join(parts)))).seller


VAT, LOCAL, ID, END = tax("DE123", "VAT"), tax("123/456", "FC"), known("id-1"), endpoint("a@b")


@pytest.mark.parametrize(
    ("parts", "identifier"),
    [
        ([END, ID, VAT, LOCAL, LEGAL], "LEGAL-1"),
        ([END, ID, LOCAL, VAT, NAME], "DE123"),
        ([END, ID, tax("201812345K", "GST"), NAME], "201812345K"),
        ([END, ID, tax("DE123", " vat\n"), NAME], "DE123"),
        ([END, ID, LOCAL, NAME], "ID-1"),
        ([END, LOCAL, NAME], "A@B"),
        ([LOCAL, NAME], "123/456"),
        ([tax("123/456", None), NAME], "123/456"),
        ([END, tax("Godkänd för F-skatt", "TAX"), NAME], "A@B"),
        ([END, known("DE98ZZZ099", "SEPA"), NAME], "A@B"),
        ([known("DE98ZZZ099", "SEPA"), known("7", "0088"), NAME], "7"),
        ([ID, tax("91430100MA4PACK007", "whatever"), NAME], "91430100MA4PACK007"),
        ([ID, tax("91430100ma4pack007", None), NAME], "91430100MA4PACK007"),
        ([VAT, NAME, "<cac:PartyLegalEntity><cbc:CompanyID/></cac:PartyLegalEntity>"], "DE123"),
        ([VAT, LEGAL.replace("legal-1", " - ")], "DE123"),
        ([VAT, tax("DE 123", "VAT"), NAME], "DE123"),
    ],
)
def test_the_identifier_is_the_first_in_order(parts: list[str], identifier: str) -> None:
    assert seller(*parts).identifier == identifier
    assert seller(*reversed(parts)).identifier == identifier


@pytest.mark.parametrize(
    "parts",
    [
        [NAME],
        [NAME, known("DE98ZZZ099", "SEPA")],
        [NAME, tax("Godkänd för F-skatt", "TAX")],
        [NAME, known(" "), endpoint("")],
        [LEGAL, LEGAL.replace("legal-1", "legal-2")],
        [VAT, tax("DE124", "VAT"), NAME],
        [END, endpoint("c@d"), NAME],
        [VAT],
        [VAT, "<cac:PartyName><cbc:Name> </cbc:Name></cac:PartyName>"],
    ],
)
def test_no_identifier_two_of_a_kind_or_no_name_is_refused(parts: list[str]) -> None:
    refused(InvalidInput, "invoice.seller", edited((SELLER, "".join(parts))))


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ([LEGAL, "<cac:PartyName><cbc:Name>Trading</cbc:Name></cac:PartyName>"], "Seller Ltd"),
        (["<cac:PartyName><cbc:Name>Trading</cbc:Name></cac:PartyName>", VAT], "Trading"),
        (
            [
                "<cac:PartyName><cbc:Name>Trading</cbc:Name></cac:PartyName>",
                "<cac:PartyLegalEntity><cbc:RegistrationName> </cbc:RegistrationName></cac:PartyLegalEntity>",
                VAT,
            ],
            "Trading",
        ),
    ],
)
def test_the_name_is_the_registered_one_else_the_trading_one(parts: list[str], name: str) -> None:
    assert seller(*parts).name == name


def test_a_buyer_without_identifier_is_its_name_and_matches_no_register() -> None:
    found = read(edited((BUYER_ID, "")))
    assert found.buyer == Party(identifier="NAME:BUYERLTD", name="Buyer Ltd")
    again = read(edited((BUYER_ID, ""), (BUYER_NAME, BUYER_NAME.replace("Buyer Ltd", " BUYER  ltd "))))
    assert again.fingerprint == found.fingerprint
    assert read(edited((BUYER_ID, ""), (BUYER_NAME, BUYER_NAME.replace("Ltd", "Inc")))).fingerprint != found.fingerprint
    assert read(edited((BUYER_ID, BUYER_ID.replace("BUYER002", "BUYERLTD")))).fingerprint != found.fingerprint


def test_the_buyer_follows_the_same_order() -> None:
    moved = read(edited((BUYER, VAT + f"<cac:PartyLegalEntity>{BUYER_NAME}</cac:PartyLegalEntity>")))
    assert moved.buyer == Party(identifier="DE123", name="Buyer Ltd")


def test_the_fingerprint_is_of_the_identifiers_read() -> None:
    found = read(edited())
    again = fingerprint(
        found.seller.identifier,
        found.buyer.identifier,
        found.number,
        found.issue_date,
        found.currency,
        found.payable,
    )
    assert found.fingerprint == again
