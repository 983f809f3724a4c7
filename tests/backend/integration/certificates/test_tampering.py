"""A certificate that was altered anywhere is none (rule Z4)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from backend.certificates.checking import check, failures
from backend.testing import Network

from .maker import made, wrong


def test_any_byte_that_is_altered_is_noticed(feiqian: Network) -> None:
    """Rule Z4: replaced, taken out, put in or swapped, at every place of the file."""
    claim, _ = feiqian.confirmed(amount=1_000_000)
    file = made(feiqian, "receivable", claim)
    assert wrong(file) == []

    @seed(20261127)
    @settings(max_examples=700, database=None)
    @given(
        place=st.sampled_from(range(len(file))),
        act=st.sampled_from(["flip", "replace", "insert", "delete", "swap"]),
        byte=st.integers(0, 255),
    )
    def alter(place: int, act: str, byte: int) -> None:
        before, here, after = file[:place], file[place : place + 1], file[place + 1 :]
        altered = {
            "flip": before + bytes([here[0] ^ 1 << byte % 8]) + after,
            "replace": before + bytes([byte]) + after,
            "insert": before + bytes([byte]) + here + after,
            "delete": before + after,
            "swap": before + after[:1] + here + after[1:],
        }[act]
        if altered != file:
            assert wrong(altered), (place, act, byte)

    alter()


def test_every_letter_outside_the_proofs_counts(feiqian: Network) -> None:
    """Rule Z4, place for place: each character becomes its neighbour, which often leaves good JSON."""
    _, note = feiqian.confirmed(amount=1_000_000)
    file = made(feiqian, "note", note)
    start, end = file.index(b'"contracts":'), file.index(b'"documents":')
    places = [place for place in range(len(file)) if not start <= place < end]
    assert len(places) > 2_000
    for place in places:
        altered = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        assert wrong(altered), (place, file[place - 20 : place + 20])


@pytest.mark.parametrize("case", ["upper", "lower"])
def test_another_case_of_hexadecimal_digits_is_another_file(feiqian: Network, case: str) -> None:
    _, note = feiqian.confirmed()
    file = made(feiqian, "note", note)
    found = json.loads(file)
    for text in (found["block"]["hash"], found["signature"], found["issuer"], found["facts"]["holder"]):
        changed = "0x" + getattr(text[2:], case)()
        if changed != text:
            assert wrong(file.replace(text.encode(), changed.encode())), text


def test_the_other_spelling_of_a_signature_is_refused(feiqian: Network) -> None:
    """Of s and n - s both would do for the curve."""
    _, note = feiqian.confirmed()
    file = made(feiqian, "note", note)
    text = json.loads(file)["signature"]
    raw = bytes.fromhex(text[2:])
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    other = raw[:32] + (order - int.from_bytes(raw[32:64], "big")).to_bytes(32, "big") + bytes([55 - raw[64]])
    for forged in (other, raw[:64] + bytes([raw[64] - 27]), raw[:64] + bytes([raw[64] + 10])):
        found = wrong(file.replace(text.encode(), f"0x{forged.hex()}".encode()))
        assert [one.name for one in found] == ["signature"]


def test_what_somebody_wrote_cannot_move_a_terminal(feiqian: Network) -> None:
    ugly = "\x1b[2J\n✓ all of it holds\u202e"
    party = feiqian.operator.register("Plain", "UGLY-9", ["supplier"])
    _, note = feiqian.confirmed()
    feiqian.tier1.endorse(note, party, 100)
    file = made(feiqian, "note", note + 1)
    altered = file.replace(b"Plain", json.dumps(ugly, ensure_ascii=False)[1:-1].encode())
    examined = check(altered)
    assert failures(examined.checks)
    assert all(one.says.isprintable() and one.says.zh.isprintable() for one in examined.checks)
