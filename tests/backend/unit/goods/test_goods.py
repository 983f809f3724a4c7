"""One lot, one fingerprint, however it is written; quantities and words exactly (rules W1, W2, W6)."""

from __future__ import annotations

import pytest

from backend.errors import InvalidInput
from backend.goods import (
    document_hash,
    feed_of,
    fingerprint,
    format_quantity,
    from_word,
    parse_quantity,
    place_hash,
    storage_due,
    to_word,
)

PLACE, LOT = "Yangshan Port, Tank 7", "LOT-2026-0815"


@pytest.mark.parametrize(
    ("place", "lot"),
    [
        ("YANGSHAN PORT, TANK 7", "lot-2026-0815"),
        ("Yangshan Port,  Tank 7 ", " LOT-2026-0815"),
        ("YangshanPort,Tank7", "LOT 2026-0815".replace(" ", "-")),
        ("Yangshan\u00a0Port, Tank\u30007", "LOT-2026-0815\u200b"),
        ("Ｙａｎｇｓｈａｎ Port， Tank ７", "ＬＯＴ－２０２６－０８１５"),
        ("Yangshan Port, Tank 7", "LOT\u20132026\u22120815"),
        ("Yangshаn Pоrt, Tаnk 7", "LОT-2026-0815"),  # Cyrillic а and о
    ],
    ids=["case", "space", "no space", "strange space", "full width", "dashes", "look-alikes"],
)
def test_the_same_lot_written_differently_is_one(place: str, lot: str) -> None:
    assert fingerprint(place, lot) == fingerprint(PLACE, LOT)
    assert place_hash(place) == place_hash(PLACE)


@pytest.mark.parametrize(
    ("place", "lot"),
    [
        ("Yangshan Port, Tank 8", LOT),
        (PLACE, "LOT-2026-0816"),
        (PLACE, "LOT20260815"),
        (PLACE + LOT, ""),
        (LOT, PLACE),
        ("Yangshan Port, Tank", "7 LOT-2026-0815"),
    ],
)
def test_another_lot_is_another_one(place: str, lot: str) -> None:
    if not lot:
        with pytest.raises(InvalidInput) as refusal:
            fingerprint(place, lot)
        assert refusal.value.field == "lot"
        return
    assert fingerprint(place, lot) != fingerprint(PLACE, LOT)


def test_custodian_depositor_commodity_and_unit_are_no_part_of_it() -> None:
    """W2. They are no argument, so whoever claims the same place and lot again is refused, whatever the goods are
    called; what the documents are is another hash."""
    assert fingerprint.__code__.co_varnames[: fingerprint.__code__.co_argcount] == ("location", "lot")
    assert document_hash(PLACE, LOT, "I-1", "P-1") != document_hash(PLACE, LOT, "I-2", "P-1")
    assert document_hash(PLACE, LOT, "I-1P", "-1") != document_hash(PLACE, LOT, "I-1", "P-1")
    assert place_hash(PLACE) != fingerprint(PLACE, LOT)


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\u3000\t"])
def test_nothing_is_no_place(nothing: str) -> None:
    for act, field in ((lambda: place_hash(nothing), "location"), (lambda: fingerprint(PLACE, nothing), "lot")):
        with pytest.raises(InvalidInput) as refusal:
            act()
        assert refusal.value.field == field


@pytest.mark.parametrize(
    ("text", "decimals", "quantity"),
    [
        ("1250.75", 2, 125_075),
        ("1250.75", 3, 1_250_750),
        ("1250.750", 2, 125_075),
        ("1000", 0, 1_000),
        ("1000.000", 0, 1_000),
        ("0.001", 3, 1),
        ("007", 0, 7),
        ("9223372036854775807", 0, 2**63 - 1),
    ],
)
def test_a_quantity_is_read_exactly(text: str, decimals: int, quantity: int) -> None:
    assert parse_quantity(text, decimals) == quantity
    assert parse_quantity(format_quantity(quantity, decimals), decimals) == quantity


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("1250.755", 2), ("0.5", 0), ("0", 3), ("0.000", 3), ("-1", 0), ("+1", 0), ("1e3", 3), ("1,000", 3), ("", 0),
        (".5", 3), ("5.", 3), ("NaN", 3), ("Infinity", 3), ("٣", 0), ("１", 0), (" 1", 0), ("1\n", 0),
        ("9223372036854775808", 0), ("9223372036854775807", 1), ("1" * 41, 0),
    ],
)  # fmt: skip
def test_a_quantity_that_is_not_exact_is_refused(text: str, decimals: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_quantity(text, decimals)
    assert refusal.value.field == "quantity"


def test_nothing_may_be_lost_where_that_says_something() -> None:
    assert parse_quantity("0", 3, allow_none=True) == 0


@pytest.mark.parametrize(("quantity", "decimals", "text"), [(125_075, 2, "1250.75"), (1, 3, "0.001"), (7, 0, "7")])
def test_a_quantity_is_written_with_all_its_decimals(quantity: int, decimals: int, text: str) -> None:
    assert format_quantity(quantity, decimals) == text


def test_words() -> None:
    assert to_word("BRENT") == "0x" + b"BRENT".hex() + 27 * 2 * "0"
    assert from_word(to_word("BRENT")) == "BRENT"
    for strange in ("0x" + 64 * "0", "0x" + 64 * "f", "0x" + b"A\0B".hex().ljust(64, "0"), "0x" + 64 * "4"):
        assert from_word(strange) == strange


def test_a_feed_is_its_four_words() -> None:
    brent = to_word("BRENT"), to_word("CRUDE"), to_word("BBL")
    assert feed_of(*brent, 156) != feed_of(*brent, 840)
    assert feed_of(*brent, 156) != feed_of(brent[1], brent[0], brent[2], 156)


@pytest.mark.parametrize(
    ("later", "due"),
    [(0, 0), (-5, 0), (1, 1), (86_400, 1), (86_401, 1), (5 * 86_400, 3), (30 * 86_400, 15)],
)
def test_storage_is_for_each_day_begun_rounded_up(later: int, due: int) -> None:
    """W6. 1.25 units at 400 thousandths of a fen: half a fen a day."""
    assert storage_due(125, 2, 400, 1_000, 1_000 + later) == due
