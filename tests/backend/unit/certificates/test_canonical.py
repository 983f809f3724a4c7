"""There is one way to write a certificate down (rule Z4)."""

from __future__ import annotations

import pytest

from backend.certificates.canonical import MAX_BYTES, NotCanonical, parse, write
from backend.certificates.checking import check

GOOD = write({"a": "é", "b": {"c": ["x", True]}})


def test_what_is_written_is_read() -> None:
    assert parse(GOOD) == {"a": "é", "b": {"c": ["x", True]}}


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\n",
        b"null\n",
        b"[]\n",
        b'"a"\n',
        GOOD[:-1],
        GOOD + b"\n",
        GOOD + b" ",
        b" " + GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b":", b": ", 1),
        GOOD.replace(b"\n", b"\r\n"),
        '{"a":"e\u0301","a":"é"}\n'.encode(),
        b'{"a":"1","a":"1"}\n',
        b'{"b":"1","a":"1"}\n',
        b'{"a":1}\n',
        b'{"a":1.5}\n',
        b'{"a":1e400}\n',
        b'{"a":NaN}\n',
        b'{"a":Infinity}\n',
        b'{"a":' + b"9" * 5000 + b"}\n",
        b'{"a":null}\n',
        b'{"a":"\\u00e9"}\n',
        b'{"a":"\\/"}\n',
        b'{"a":"\\ud800"}\n',
        b'{"a":"\xff"}\n',
        b'{"a":"\xed\xa0\x80"}\n',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"a":' * 9 + b'"x"' + b"}" * 9 + b"\n",
        b'{"a":"' + b"x" * MAX_BYTES + b'"}\n',
        "x".encode("utf-16"),
    ],
    ids=lambda file: repr(file[:24]),
)
def test_anything_else_is_refused_and_breaks_nothing(file: bytes) -> None:
    """Rule Z4: keys twice, spaces, numbers, escapes, other spellings of a letter, depth and size."""
    with pytest.raises(NotCanonical):
        parse(file)
    (only,) = check(file).checks
    assert (only.name, only.holds) == ("form", False)


def test_a_letter_in_another_form_is_another_text() -> None:
    composed, decomposed = write({"a": "\u00e9"}), write({"a": "e\u0301"})
    assert parse(composed) != parse(decomposed)
