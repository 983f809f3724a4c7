"""From bytes to characters: one declared encoding, believed only when the bytes agree."""

from __future__ import annotations

import codecs
import re

from backend.errors import InvoiceUnreadable, Phrase, both
from backend.invoices.normalise import quoted

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024

_UTF_16 = {"utf-16", "utf-16le", "utf-16be", "iso-10646-ucs-2"}

# Encodings without state and without two ways to write markup; UTF-7 and ISO-2022 are not here.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "latin1": "iso-8859-1",
    **{f"iso-8859-{part}": f"iso-8859-{part}" for part in (*range(1, 12), *range(13, 17))},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    **dict.fromkeys(["gb18030", "gbk", "gb2312", "cp936"], "gb18030"),
    "big5": "big5",
    "big5-hkscs": "big5hkscs",
    **dict.fromkeys(["shift-jis", "windows-31j"], "cp932"),
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
}

_DECLARATION = re.compile(r"<\?xml\s[^>]*?\sencoding\s*=\s*([\"'])([^\"'>]*)\1")
_DECLARATION_LENGTH = 400


def decode(document: bytes) -> str:
    """The characters of a document of at most MAX_DOCUMENT_BYTES bytes, without byte order mark.

    The encoding is that of the mark, else of the declaration, else UTF-8. Raises InvoiceUnreadable
    when the document is empty or too long, the encoding is not one of those read, the mark and the
    declaration disagree, or the bytes are not in the encoding.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise _unreadable(
            both(
                "the document has {count} bytes, at most {limit} are read",
                "文件有 {count} 字节,最多读取 {limit} 字节",
                count=len(document),
                limit=MAX_DOCUMENT_BYTES,
            )
        )
    if not document.strip():
        raise _unreadable(both("the document is empty", "文件为空"))
    codec, body = _codec_of(document)
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise _unreadable(
            both(
                "not XML: line {line} has bytes that are not {codec}",
                "不是 XML:第 {line} 行含有不属于 {codec} 编码的字节",
                line=line,
                codec=codec,
            )
        ) from None
    nul = text.find("\0")  # at the start, it would make expat guess another encoding
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise _unreadable(
            both(
                "not XML: line {line} has a character that XML does not allow",
                "不是 XML:第 {line} 行含有 XML 不允许的字符",
                line=line,
            )
        )
    return text


def _codec_of(document: bytes) -> tuple[str, bytes]:
    """The Python codec of the document and its bytes without byte order mark."""
    if document.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _unreadable(both("the encoding UTF-32 is not read; use UTF-8", "不支持 UTF-32 编码;请使用 UTF-8"))
    for mark, name in _MARKS:
        if document.startswith(mark):
            body = document[len(mark) :]
            return _agreed(name, _declared(body, name)), body
    for name, start in _STARTS:
        if document.startswith(start):
            return _agreed(name, _declared(document, name)), document
    return _named(_declared(document, "latin-1")), document


_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_STARTS = [(name, "<".encode(name)) for name in ("utf-16-le", "utf-16-be")]


def _declared(body: bytes, codec: str) -> str | None:
    head = body[:_DECLARATION_LENGTH].decode(codec, errors="replace")
    match = _DECLARATION.match(head)
    return match[2].strip().lower().replace("_", "-") if match else None


def _agreed(codec: str, declared: str | None) -> str:
    """`codec`, which the first bytes show, unless the declaration says something else."""
    allowed = {"utf-8", "utf8"} if codec == "utf-8" else _UTF_16
    if declared is None or declared in allowed - {_opposite(codec)}:
        return codec
    raise _unreadable(
        both(
            "the document declares the encoding {declared} but is written in {codec}",
            "文件声明的编码为 {declared},实际编码为 {codec}",
            declared=quoted(declared),
            codec=codec,
        )
    )


def _opposite(codec: str) -> str:
    return {"utf-16-le": "utf-16be", "utf-16-be": "utf-16le"}.get(codec, "")


def _named(declared: str | None) -> str:
    if declared is None:
        return "utf-8"
    if declared in _UTF_16:
        raise _unreadable(
            both(
                "the document declares the encoding {declared} but is not written in it",
                "文件声明的编码为 {declared},但实际编码并非如此",
                declared=quoted(declared),
            )
        )
    if declared not in _CODECS:
        raise _unreadable(
            both(
                "the encoding {declared} is not read; use UTF-8",
                "不支持 {declared} 编码;请使用 UTF-8",
                declared=quoted(declared),
            )
        )
    return _CODECS[declared]


def _unreadable(reason: Phrase) -> InvoiceUnreadable:
    return InvoiceUnreadable(field="invoice", reason=reason)
