"""XML is not made to do anything: no entities, no inclusion, no fetching, bounded work."""

from __future__ import annotations

import gzip
import random
import socket
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import FeiqianError, InvalidInput, InvoiceUnreadable
from backend.invoices import MAX_DOCUMENT_BYTES, read_invoice
from backend.invoices.xmltree import MAX_DEPTH, MAX_ELEMENTS, parse

from .documents import NUMBER, PLAIN, edited, read, refused
from .effort import MUCH, effort

BODY = PLAIN.partition("\n")[2]
AFTER_NUMBER = NUMBER + "<cbc:Note>{}</cbc:Note>"


def laughs() -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    return f"<!DOCTYPE Invoice [{entities}]>" + edited((NUMBER, "<cbc:ID>&a11;</cbc:ID>"), document=BODY)


TYPES = {
    "empty": "<!DOCTYPE Invoice>",
    "internal entity": '<!DOCTYPE Invoice [<!ENTITY x "INV-1">]>',
    "external entity": '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
    "remote entity": '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter entity": '<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    "external subset": '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd">',
    "public subset": '<!DOCTYPE Invoice PUBLIC "-//X//EN" "http://127.0.0.1:9/x.dtd">',
    "default attribute": '<!DOCTYPE Invoice [<!ATTLIST Invoice x CDATA "y">]>',
    "notation": '<!DOCTYPE Invoice [<!NOTATION n SYSTEM "x"><!ENTITY u SYSTEM "u" NDATA n>]>',
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the reader opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("name", TYPES)
def test_a_document_type_is_refused(name: str) -> None:
    assert "document type" in refused(InvoiceUnreadable, "invoice", TYPES[name] + BODY)
    used = edited((NUMBER, "<cbc:ID>&x;</cbc:ID>"), document=BODY)
    assert "document type" in refused(InvoiceUnreadable, "invoice", TYPES[name] + used)


def test_an_external_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("INV-SECRET")
    declared = f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    reason = refused(InvoiceUnreadable, "invoice", declared + BODY.replace("INV-2026-7", "&x;"))
    assert "SECRET" not in reason


def test_a_billion_laughs_are_refused_at_once() -> None:
    assert "document type" in refused(InvoiceUnreadable, "invoice", laughs())
    assert effort(laughs()) < MUCH


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    document = (declared + TYPES["internal entity"] + BODY).encode(encoding)
    assert "document type" in refused(InvoiceUnreadable, "invoice", document)


@pytest.mark.parametrize("reference", ["&nbsp;", "&x;", "&#0;", "&#xFFFE;", "&#x1F;", "&#55296;"])
def test_an_unknown_entity_or_character_is_refused(reference: str) -> None:
    document = edited((NUMBER, f"\n<cbc:ID>INV{reference}1</cbc:ID>"))
    assert "line 4" in refused(InvoiceUnreadable, "invoice", document)


@pytest.mark.parametrize("place", [NUMBER, "</Invoice>"])
def test_an_xinclude_is_refused(place: str) -> None:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    assert "XInclude" in refused(InvoiceUnreadable, "invoice", edited((place, include + place)))


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (b"this is no XML", 1),
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", 1),
        (b'{"invoice": 1}', 1),
        (gzip.compress(PLAIN.encode()), 1),
        (b"PK\x03\x04" + b"\0" * 30, 1),
        (PLAIN.encode()[:-12], 22),
        (PLAIN.replace("</cbc:DueDate>", "</cbc:Due>").encode(), 5),
        (PLAIN.encode() + b"<more/>", 24),
        (b"\n" + PLAIN.encode(), 2),
        (PLAIN.replace("<cbc:ID>INV", "<cbc:ID>\nINV\x01").encode(), 4),
        (PLAIN.replace("<cbc:ID>INV", "<zzz:ID>INV").encode(), 3),
        (PLAIN.replace("<cbc:IssueDate>", '<cbc:IssueDate a="1" a="2">').encode(), 4),
        (PLAIN.replace("<cbc:ID>INV", "<cbc:ID>\n\nINV\xff").encode("latin-1"), 5),
        (PLAIN.encode("utf-8").replace(b"Seller Ltd", b"Seller \xc0\xafLtd"), 9),
        (PLAIN.encode("utf-8").replace(b"Seller Ltd", b"Seller \xed\xa0\x80Ltd"), 9),
    ],
    ids=range(15),
)
def test_what_is_not_xml_is_refused_with_its_line(document: bytes, line: int) -> None:
    assert f"line {line}" in refused(InvoiceUnreadable, "invoice", document)


@pytest.mark.parametrize("document", [b"", b"  \n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"<!-- nothing -->", b"<?xml?>"])
def test_nothing_is_refused(document: bytes) -> None:
    refused(InvoiceUnreadable, "invoice", document)


def padded(length: int) -> bytes:
    document = PLAIN.encode()
    return document + b" " * (length - len(document))


def test_the_size_is_bounded() -> None:
    assert read_invoice(padded(MAX_DOCUMENT_BYTES)).payable == 113000
    reason = refused(InvoiceUnreadable, "invoice", padded(MAX_DOCUMENT_BYTES + 1))
    assert str(MAX_DOCUMENT_BYTES) in reason
    assert MAX_DOCUMENT_BYTES == 5 * 1024 * 1024


def nested(depth: int) -> str:
    """An invoice with elements nested to `depth`; root and note are two of them."""
    inner = "<x>" * (depth - 2) + "</x>" * (depth - 2)
    return edited((NUMBER, AFTER_NUMBER.format(inner)))


def test_the_depth_is_bounded() -> None:
    assert read(nested(MAX_DEPTH)).number == "INV-2026-7"
    assert "deep" in refused(InvoiceUnreadable, "invoice", nested(MAX_DEPTH + 1))
    assert "deep" in refused(InvoiceUnreadable, "invoice", nested(300_000))


def test_the_number_of_elements_is_bounded() -> None:
    assert len(parse("<a>" + "<b/>" * (MAX_ELEMENTS - 1) + "</a>").children) == MAX_ELEMENTS - 1
    with pytest.raises(InvoiceUnreadable, match=f"{MAX_ELEMENTS} elements"):
        parse("<a>" + "<b/>" * MAX_ELEMENTS + "</a>")


def test_many_combining_marks_do_not_take_long() -> None:
    """Normalising takes the square of the length: the long value is refused before."""
    marks = "\u0301\u0316" * 600_000
    document = edited((NUMBER, f"<cbc:ID>{marks}</cbc:ID>"))
    refused(InvalidInput, "invoice.number", document)
    assert effort(document) < MUCH


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    with pytest.raises(FeiqianError):
        read_invoice(document)


@given(st.integers(0, 2**32))
def test_a_damaged_invoice_is_read_or_refused(seed: int) -> None:
    """No damage makes another kind of error than a refusal."""
    chance = random.Random(seed)
    damaged = bytearray(PLAIN.encode())
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    try:
        found = read_invoice(bytes(damaged))
    except FeiqianError as error:
        reason = (error.field, error.params["reason"])
    else:
        reason = (found.number, found.payable > 0)
    assert all(reason)
