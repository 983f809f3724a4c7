"""Normal forms: idempotent, blind to spelling, not blind to difference."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.invoices.normalise import identifier, identifier_key, normalise, quoted, shown

# Any text, and texts rich in what Unicode makes difficult.
HARD = (
    "ßẞİıſKÅµⅫﬁﬃ㎏ΐ\u0345\u0301\u0307\u0323\u034f\u200b\u200d\ufeff\u00ad"
    "\u3000 \t-\u2212\u2014/\u2044Аа\u1e9b\u0130½㈱１Ａ─➖ー一ㅡサｻﾞ。求"
)
TEXTS = st.text() | st.text(st.sampled_from(HARD), max_size=12)


@given(TEXTS)
def test_normalise_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(TEXTS)
def test_normalise_leaves_nfkc_folded_visible_text(text: str) -> None:
    found = normalise(text)
    assert unicodedata.normalize("NFKC", found) == found
    assert found.casefold() == found
    assert not any(character.isspace() for character in found)
    removed = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
    assert not {unicodedata.category(character) for character in found} & removed
    assert {character for character in found if unicodedata.category(character) == "Pd"} <= {"-"}


@given(TEXTS, TEXTS, st.sampled_from([" ", "\u3000", "\u200b", "\u034f", "\0"]))
@example("\u0345", "ﾞ", "\u200b")  # two marks, which change places where nothing stands between them
def test_spaces_and_invisible_characters_between_change_nothing(left: str, right: str, between: str) -> None:
    assert normalise(left + between + right) == normalise(left + right)


@given(st.text(st.characters(max_codepoint=0x17F, blacklist_categories=["Cc", "Cf", "Zs"])))
def test_letter_case_changes_nothing(text: str) -> None:
    assert normalise(text.casefold()) == normalise(text)


@given(TEXTS)
def test_identifier_and_its_key_are_idempotent(text: str) -> None:
    once = identifier(text)
    assert identifier(once) == once
    assert identifier_key(once) == identifier_key(text)
    key = identifier_key(text)
    assert identifier_key(key) == key


@given(TEXTS)
@example("\u0345\u200bﾞ")
@example("a\u3099\0\u093c\u30fc")  # what is removed kept two marks out of order, and a long mark stands after them
def test_shown_is_idempotent_and_normalises_alike(text: str) -> None:
    once = shown(text)
    assert shown(once) == once
    assert normalise(once) == normalise(text)


def test_normalise_is_idempotent_on_every_character_alone_and_beside_others() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) in ("Cn", "Co", "Lo") and not unicodedata.decomposition(character):
            continue  # nothing is done to these, save the few in test_normal_forms
        for text in (character, f"e{character}\u0301"):
            once = normalise(text)
            assert normalise(once) == once, hex(ord(character))


def test_a_mark_left_behind_by_a_dropped_character_is_composed() -> None:
    assert identifier_key("s-\u0301") == "\u015b"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("INV-1", "inv-1"),
        ("ＩＮＶ－００１", "inv-001"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("İnv", "i\u0307nv"),
        ("\u212b", "å"),
        ("a\u030a", "å"),
        ("发票 第１号", "发票第1号"),
        ("№ 7", "no7"),
        ("a\u2212b\u2013c\u2014d\u2e3ae\u30a0f\u3030g", "a-b-c-d-e-f-g"),
        ("1\u20442\u22153\uff0f4", "1/2/3/4"),
        ("А\u0412Е", "abe"),
        ("a─b➖c━d⎯e۔f", "a-b-c-d-e-f"),
        ("INVー2026ｰ7", "inv-2026-7"),
        ("ー7ー", "-7-"),
        ("1ーー2", "1--2"),
        ("1-ー2", "1--2"),
        ("請求ー2026", "請求-2026"),
        ("サーバー1", "サーバー1"),
        ("ﾃﾞｰﾀ-ー1", "データ--1"),
        ("らーめんー", "らーめんー"),
        ("サ ー", "サー"),
        ("か\u309aー", "か\u309aー"),
        ("A一7", "a-7"),
        ("1⼀2㇐3ㄧ4ㅡ5", "1-2-3-4-5"),
        ("第一号", "第一号"),
        ("一", "一"),
        ("7一", "7一"),
        ("a.b,c;d/e#f(g)", "a.b,c;d/e#f(g)"),
        ("\x00\x1f\x7f\x85\u2028\u2029\u180e\u2066", ""),
        ("\u115f\u1160\u3164\uffa0\u034f\u17b4\ufe0f\U000e0020\U000e0100\u2800", ""),
        ("\ud800x", "x"),
    ],
)
def test_normal_forms(written: str, normal: str) -> None:
    assert normalise(written) == normal


@pytest.mark.parametrize("other", ["INV1", "INV_1", "INV.1", "INV--1", "INV-l", "INV-01", "INV-10", "ÌNV-1", ""])
def test_what_looks_different_stays_different(other: str) -> None:
    assert normalise(other) != normalise("INV-1")


@pytest.mark.parametrize(
    ("written", "kept", "key"),
    [
        ("91330200ma2cell001", "91330200MA2CELL001", "91330200ma2cell001"),
        (" 9133 0200 MA2C ELL001", "91330200MA2CELL001", "91330200ma2cell001"),
        ("CHE-123.456.789", "CHE-123.456.789", "che123456789"),
        ("0088:4012345000009", "4012345000009", "4012345000009"),
        ("iso6523-actorid-upis::0088:4012345000009", "4012345000009", "4012345000009"),
        ("0088:0192:7", "7", "7"),
        ("0088:", "0088:", "0088"),
        ("12345:6", "12345:6", "123456"),
        ("---", "---", ""),
        ("", "", ""),
    ],
)
def test_identifiers(written: str, kept: str, key: str) -> None:
    assert (identifier(written), identifier_key(written)) == (kept, key)


def test_letters_that_stay_apart_by_what_is_no_letter_are_one_key() -> None:
    """Rule F3: what is left of an identifier is looked at again."""
    assert identifier_key("1一。2") == identifier_key("1一2") == identifier_key("1-2") == "12"
    assert identifier_key("サー") != identifier_key("サ")


def test_a_persian_name_keeps_its_joiner_and_loses_its_overrides() -> None:
    assert shown("می\u200cخواهم\u202e") == "می\u200cخواهم"


@pytest.mark.parametrize("text", ["", " ", "\u200d", "\u3000\u00ad", "\u3164"])
def test_what_shows_nothing_is_shown_as_nothing(text: str) -> None:
    assert shown(text) == ""


def test_quotations_are_cut() -> None:
    assert quoted("a" * 60) == '"' + "a" * 60 + '"'
    assert quoted("a" * 61) == '"' + "a" * 60 + '…"'
    assert quoted("a\x1b[31m") == '"a[31m"'
