"""The smallest UBL invoice there is: what tests and simulations hand over."""

from __future__ import annotations


def make_invoice(*, amount: int, issued: str, due: str, number: str, currency: str, seller: str, buyer: str) -> bytes:
    """A UBL 2.1 invoice; dates as YYYY-MM-DD, amount in minor units of a two-decimal currency."""
    money = f"{amount // 100}.{amount % 100:02d}"

    def party(role: str, identifier: str) -> str:
        return (
            f"<cac:Accounting{role}Party><cac:Party><cac:PartyLegalEntity>"
            f"<cbc:RegistrationName>{role} {identifier}</cbc:RegistrationName>"
            f"<cbc:CompanyID>{identifier}</cbc:CompanyID>"
            f"</cac:PartyLegalEntity></cac:Party></cac:Accounting{role}Party>"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"'
        ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
        ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{issued}</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>"
        f"<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
        f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>"
        f"{party('Supplier', seller)}{party('Customer', buyer)}"
        f'<cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="{currency}">{money}</cbc:PayableAmount>'
        "</cac:LegalMonetaryTotal></Invoice>"
    ).encode()
