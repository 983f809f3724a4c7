"""Who sells and who buys: one canonical identifier for each legal entity."""

from __future__ import annotations

import re
from collections.abc import Callable

from backend.errors import InvalidInput, both
from backend.invoices.model import Party
from backend.invoices.normalise import identifier, identifier_key, listed, normalise, quoted, shown
from backend.invoices.ubl import code, every, few, one, text, value
from backend.invoices.xmltree import Node

MAX_OF_A_KIND = 20
"""Identifiers of one kind, and names, that a party may have."""

_BUYER = "cac:AccountingCustomerParty"
_VALUE_ADDED = {"vat", "gst"}
_CREDIT_CODE = re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")


def party(root: Node, role: str, field: str) -> Party:
    """The party in `role` ("cac:AccountingSupplierParty", the seller BG-4, or
    "cac:AccountingCustomerParty", the buyer BG-7).

    The identifier is the first of these that is there:

    1. PartyLegalEntity/CompanyID, the legal registration (BT-30, BT-47);
    2. PartyTaxScheme/CompanyID of the tax scheme VAT or GST (BT-31, BT-48), or of any scheme when it
       has the form of a Chinese unified social credit code;
    3. PartyIdentification/ID (BT-29, BT-46) other than a SEPA creditor id (BT-90); of several the
       smallest, so that their order does not matter;
    4. EndpointID (BT-34, BT-49);
    5. PartyTaxScheme/CompanyID of another scheme (BT-32), when it has a digit;
    6. for a buyer, to whom EN 16931 leaves every identifier optional: "NAME:" and its name in the
       same form. No register has such a value, so it never passes for a registered party.

    It is the bare value in the form of `backend.invoices.normalise.identifier`, without its
    schemeID: leaving that attribute out is an ordinary thing to do, moving a credit code from 1 to 2
    as well, and neither may make a second party. Two registers can give the same value to two
    parties; for that to matter, the other party, the number, the day, the currency and the amount
    would have to be the same too.

    The name is PartyLegalEntity/RegistrationName (BT-27, BT-44), else PartyName/Name (BT-28, BT-45).

    Raises InvalidInput on `field` when the party, its identifier or its name is missing, or when it
    has two different identifiers of kind 1, 2 or 4.
    """
    holder = one(root, role, field)
    body = one(holder, "cac:Party", field) if holder else None
    if body is None:
        reason = both("{role}/cac:Party is missing", "缺少参与方 {role}/cac:Party", role=role)
        raise InvalidInput(field=field, reason=reason)
    name = _name(body, field)
    found = _identifier(body, field)
    if found is None and role == _BUYER:
        found = identifier(f"name:{name}")
    if found is None:
        reason = both(
            "no identifier: neither a legal registration, a VAT number, an identification nor an endpoint",
            "没有标识符:既无法定登记号、增值税税号,也无其他识别号或电子地址",
        )
        raise InvalidInput(field=field, reason=reason)
    return Party(identifier=found, name=name)


def require_own_payee(root: Node) -> None:
    """Refuses an invoice to be paid to somebody else than its seller (BG-10, rule R12).

    A payee is the seller where all identifiers that it gives are the seller's, or, without any, its name is. EN 16931
    has a name for every other payee (BR-17), so that one without either says nothing. Raises InvalidInput on
    invoice.payee.
    """
    field = "invoice.payee"
    payee = one(root, "cac:PayeeParty", field)
    seller = one(root, "cac:AccountingSupplierParty", field)
    body = one(seller, "cac:Party", field) if seller else None
    if payee is None or body is None:
        return
    if given := _keys(payee, field):
        known = _keys(body, "invoice.seller")
    else:
        given, known = _names(payee, field), _names(body, "invoice.seller")
    if given <= known:
        return
    reason = both(
        "the invoice is to be paid to {payee}, not to its seller: the claim belongs to somebody else already",
        "该发票应付给 {payee} 而非卖方:债权已属于他人",
        payee=quoted(min(_names(payee, field) or given)),
    )
    raise InvalidInput(field=field, reason=reason)


def _keys(body: Node, field: str) -> set[str]:
    """What is compared of every identifier of a party."""
    paths = [("cac:PartyLegalEntity", "cbc:CompanyID"), ("cbc:EndpointID",), ("cac:PartyTaxScheme", "cbc:CompanyID")]
    found = [one_value for path in paths for one_value in _values(few(MAX_OF_A_KIND, body, field, *path), field)]
    return set(map(identifier_key, found + _identifications(body, field)))


def _names(body: Node, field: str) -> set[str]:
    paths = [("cac:PartyLegalEntity", "cbc:RegistrationName"), ("cac:PartyName", "cbc:Name")]
    found = {normalise(value(node, field)) for path in paths for node in few(MAX_OF_A_KIND, body, field, *path)}
    return found - {""}


def _identifier(body: Node, field: str) -> str | None:
    for kind in _KINDS:
        found = kind(body, field)
        if found is not None:
            return found
    return None


def _legal(body: Node, field: str) -> str | None:
    return _only(_values(few(MAX_OF_A_KIND, body, field, "cac:PartyLegalEntity", "cbc:CompanyID"), field), field)


def _value_added(body: Node, field: str) -> str | None:
    found = [
        company
        for scheme, company in _registrations(body, field)
        if scheme in _VALUE_ADDED or _CREDIT_CODE.fullmatch(company)
    ]
    return _only(found, field)


def _identification(body: Node, field: str) -> str | None:
    return min(_identifications(body, field), default=None)


def _identifications(body: Node, field: str) -> list[str]:
    nodes = few(MAX_OF_A_KIND, body, field, "cac:PartyIdentification", "cbc:ID")
    return _values([node for node in nodes if normalise(code(node, "schemeID", field)) != "sepa"], field)


def _endpoint(body: Node, field: str) -> str | None:
    return _only(_values(few(MAX_OF_A_KIND, body, field, "cbc:EndpointID"), field), field)


def _other_tax(body: Node, field: str) -> str | None:
    found = [company for _, company in _registrations(body, field) if any(map(str.isdigit, company))]
    return min(found, default=None)


_KINDS: list[Callable[[Node, str], str | None]] = [
    _legal,
    _value_added,
    _identification,
    _endpoint,
    _other_tax,
]


def _registrations(body: Node, field: str) -> list[tuple[str, str]]:
    """(normalised tax scheme or "", identifier) of each PartyTaxScheme with an identifier."""
    pairs = []
    few(MAX_OF_A_KIND, body, field, "cac:PartyTaxScheme", "cbc:CompanyID")
    for registration in few(MAX_OF_A_KIND, body, field, "cac:PartyTaxScheme"):
        scheme = one(registration, "cac:TaxScheme", field)
        name = text(scheme, "cbc:ID", field) if scheme else None
        for company in _values(every(registration, "cbc:CompanyID"), field):
            pairs.append((normalise(name or ""), company))
    return pairs


def _values(nodes: list[Node], field: str) -> list[str]:
    """The canonical identifiers in `nodes`, without those that have no letter or digit."""
    written = [value(node, field) for node in nodes]
    return [identifier(one_value) for one_value in written if identifier_key(one_value)]


def _only(values: list[str], field: str) -> str | None:
    distinct = {identifier_key(found): found for found in sorted(values)}
    if len(distinct) > 1:
        reason = both(
            "there is more than one identifier of the same kind: {found}",
            "同类标识符不止一个:{found}",
            found=listed(map(quoted, sorted(distinct.values()))),
        )
        raise InvalidInput(field=field, reason=reason)
    return next(iter(distinct.values()), None)


def _name(body: Node, field: str) -> str:
    for path in (("cac:PartyLegalEntity", "cbc:RegistrationName"), ("cac:PartyName", "cbc:Name")):
        for node in few(MAX_OF_A_KIND, body, field, *path):
            name = shown(value(node, field))
            if name:
                return name
    raise InvalidInput(
        field=field,
        reason=both(
            "neither RegistrationName nor PartyName/Name is given",
            "既未给出登记名称 RegistrationName,也未给出名称 PartyName/Name",
        ),
    )
