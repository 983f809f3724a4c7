"""D1, N2, N3: how a settlement moves a note: what is delivered must be what was named."""

import pytest

from tests.contracts.world import FACE, digest, refused


@pytest.fixture
def sold(world, receivables):
    """receivable, root note and the document that stands behind them."""
    receivable = world.register(documentHash=digest("the invoice"))
    return receivable, world.confirm(receivable), digest("the invoice")


def test_the_whole_note_itself(receivables, sold, supplier, bank):
    """N3: without recourse, the same token changes hands."""
    receivable, note, document = sold
    tx = receivables.deliver(note, receivable, document, supplier, bank, FACE, False, {"from": supplier})
    assert tx.return_value == note
    assert receivables.ownerOf(note) == bank
    assert "NoteEndorsed" not in tx.events


@pytest.mark.parametrize(("value", "recourse"), [(FACE, True), (1, False), (FACE - 1, True)])
def test_a_part_or_recourse_makes_a_child(receivables, sold, supplier, bank, value, recourse):
    """N2: a claim on the endorser needs its own arrow in the tree."""
    receivable, note, document = sold
    tx = receivables.deliver(note, receivable, document, supplier, bank, value, recourse, {"from": supplier})
    child = receivables.noteOf(tx.events["NoteEndorsed"]["childId"]).dict()
    assert (child["parentId"], child["holder"], child["value"], child["withRecourse"]) == (note, bank, value, recourse)
    assert receivables.ownerOf(note) == supplier


def test_not_for_a_thief(receivables, sold, supplier, thief):
    """D1: only the holder and whom it approved."""
    receivable, note, document = sold
    with refused("NotAuthorised", note, thief):
        receivables.deliver(note, receivable, document, supplier, thief, FACE, False, {"from": thief})


@pytest.mark.parametrize(("value", "recourse"), [(FACE, False), (FACE, True), (1, False)])
def test_from_the_named_seller(receivables, sold, supplier, mill, thief, value, recourse):
    """D1: an operator of one holder does not deliver for another, neither the whole nor a part."""
    receivable, note, document = sold
    with refused("WrongHolder", note, supplier, mill):
        receivables.deliver(note, receivable, document, mill, thief, value, recourse, {"from": supplier})


def test_of_the_named_claim(world, receivables, sold, supplier, bank):
    """D1: neither another receivable nor another document; the refusal says what the note really is."""
    receivable, note, document = sold
    other = world.register()
    with refused("WrongClaim", note, receivable, document):
        receivables.deliver(note, other, document, supplier, bank, FACE, False, {"from": supplier})
    with refused("WrongClaim", note, receivable, document):
        receivables.deliver(note, receivable, digest("x"), supplier, bank, FACE, False, {"from": supplier})


def test_not_more_nor_nothing(receivables, sold, supplier, bank):
    """N2: a value beyond the note, and none."""
    receivable, note, document = sold
    with refused("InsufficientValue", note, FACE, FACE + 1):
        receivables.deliver(note, receivable, document, supplier, bank, FACE + 1, False, {"from": supplier})
    with refused("InvalidAmount", 0, FACE):
        receivables.deliver(note, receivable, document, supplier, bank, 0, False, {"from": supplier})


def test_not_a_spent_note_for_nothing(world, receivables, sold, supplier, mill, bank):
    """N3: zero of zero is not the whole."""
    receivable, note, document = sold
    world.endorse(note, supplier, mill, FACE)
    with refused("InsufficientValue", note, 0, 1):
        receivables.deliver(note, receivable, document, supplier, bank, 0, False, {"from": supplier})


def test_an_unknown_note(receivables, sold, supplier, bank):
    """D1."""
    receivable, _, document = sold
    with refused("UnknownNote", 33):
        receivables.deliver(33, receivable, document, supplier, bank, 1, False, {"from": supplier})
