"""The encoding is the one declared, and only when the bytes are in it."""

from __future__ import annotations

import pytest

from backend.errors import InvoiceUnreadable
from backend.invoices import read_invoice

from .documents import PLAIN, SELLER_NAME, edited, refused

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def named(name: str, declared: str | None) -> str:
    """The plain invoice with a seller of that name, declaring that encoding."""
    declaration = "" if declared is None else f'<?xml version="1.0" encoding="{declared}"?>'
    renamed = f"<cbc:RegistrationName>{name}</cbc:RegistrationName>"
    return edited((DECLARATION, declaration), (SELLER_NAME, renamed)).lstrip("\n")


@pytest.mark.parametrize(
    ("declared", "codec", "name"),
    [
        ("UTF-8", "utf-8", "宁波锂电芯"),
        (None, "utf-8", "宁波锂电芯"),
        ("utf-8", "utf-8-sig", "宁波锂电芯"),
        ("UTF-16", "utf-16", "宁波锂电芯"),
        (None, "utf-16", "宁波锂电芯"),
        ("UTF-16LE", "utf-16-le", "宁波锂电芯"),
        ("utf-16", "utf-16-be", "宁波锂电芯"),
        ("GB18030", "gb18030", "宁波锂电芯㐀"),
        ("gbk", "gbk", "宁波锂電芯"),
        ("GB2312", "gb2312", "宁波锂电芯"),
        ("Big5", "big5", "寧波鋰電"),
        ("Shift_JIS", "shift_jis", "株式会社"),
        ("EUC-JP", "euc_jp", "株式会社"),
        ("EUC-KR", "euc_kr", "주식회사"),
        ("ISO-8859-1", "iso-8859-1", "Société Générale"),
        ("iso-8859-15", "iso-8859-15", "Œuvre €"),
        ("windows-1252", "cp1252", "Café “Zwölf”"),
        ("Windows-1251", "cp1251", "Завод"),
        ("US-ASCII", "ascii", "Plain"),
    ],
)
def test_an_encoding_is_read(declared: str | None, codec: str, name: str) -> None:
    found = read_invoice(named(name, declared).encode(codec))
    assert found.seller.name == name
    assert found.fingerprint == read_invoice(PLAIN.encode()).fingerprint


def test_single_quotes_and_spaces_in_the_declaration() -> None:
    text = named("Société", "ISO-8859-1").replace(
        '<?xml version="1.0" encoding="ISO-8859-1"?>',
        "<?xml version='1.0'\n encoding = 'ISO-8859-1' standalone='yes' ?>",
    )
    assert read_invoice(text.encode("iso-8859-1")).seller.name == "Société"


@pytest.mark.parametrize(
    "declared",
    [
        "UTF-7",
        "UTF-32",
        "ISO-2022-JP",
        "HZ-GB-2312",
        "IBM037",
        "rot13",
        "zlib",
        "base64",
        "idna",
        "unicode_escape",
    ]
    + ["raw-unicode-escape", "punycode", "x-user-defined", "utf-8-sig", "mbcs", "utf_7", "undefined", ""],
)
def test_another_encoding_is_refused(declared: str) -> None:
    assert "encoding" in refused(InvoiceUnreadable, "invoice", named("Plain", declared).encode())


def test_utf_7_hides_no_markup() -> None:
    document = named("Plain", "UTF-7").replace("INV-2026-7", "INV+ADwAIQAtAC0-")
    assert "utf-7" in refused(InvoiceUnreadable, "invoice", document.encode())


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("UTF-16", "utf-8"),
        ("UTF-16", "utf-8-sig"),
        ("ISO-8859-1", "utf-8-sig"),
        ("GB18030", "utf-8-sig"),
        ("UTF-8", "utf-16"),
        ("UTF-16BE", "utf-16"),
        ("UTF-16BE", "utf-16-le"),
        ("UTF-8", "utf-16-be"),
        ("GB18030", "utf-16"),
    ],
)
def test_a_declaration_that_the_bytes_deny_is_refused(declared: str, codec: str) -> None:
    assert "declares" in refused(InvoiceUnreadable, "invoice", named("Plain", declared).encode(codec))


@pytest.mark.parametrize("codec", ["utf-32", "utf-32-le", "utf-32-be"])
def test_utf_32_is_refused(codec: str) -> None:
    refused(InvoiceUnreadable, "invoice", named("Plain", None).encode(codec))


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("UTF-8", "gb18030"), ("GB18030", "cp1252"), ("US-ASCII", "utf-8"), (None, "cp1252")],
)
def test_bytes_that_are_not_in_the_encoding_are_refused_with_their_line(declared: str | None, codec: str) -> None:
    document = named("Œuvre é " if codec == "cp1252" else "宁波", declared).encode(codec)
    line = 8 if declared is None else 9
    assert f"line {line}" in refused(InvoiceUnreadable, "invoice", document)


def test_half_a_character_of_utf_16_is_refused() -> None:
    refused(InvoiceUnreadable, "invoice", named("宁波", "UTF-16").encode("utf-16")[:-1])


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_one_encoding_inside_another_is_refused(codec: str) -> None:
    """Decoded once, this still begins as UTF-16 does; the parser must not decode it again."""
    inner = named("Plain", None).encode(codec).decode("latin-1")
    assert "line 1 " in refused(InvoiceUnreadable, "invoice", inner.encode("utf-8-sig"))
    refused(InvoiceUnreadable, "invoice", inner.encode("utf-16"))
