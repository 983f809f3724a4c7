"""N3: the whole token changes hands (ERC-721): assignment without recourse; claims on earlier endorsers go along."""

import pytest

from tests.contracts.world import CUT_OFF, DAY, FACE, ZERO, Role, Status, at, digest, now, refused

WHOLE = "address,address,uint256"


@pytest.fixture
def wallet(world, supplier, MockWallet):
    """A participant with code."""
    made = MockWallet.deploy(supplier, {"from": supplier})
    world.admit(made, Role.SUPPLIER, "wallet")
    return made


def test_the_note_changes_hands_as_it_is(world, receivables, supplier, mill, bank):
    """N3: number, value, parent and recourse stay."""
    _, root = world.note()
    note = world.endorse(root, supplier, mill, 70, recourse=True)
    before = receivables.noteOf(note).dict()
    tx = receivables.transferFrom[WHOLE](mill, bank, note, {"from": mill})
    assert dict(tx.events["Transfer"]) == {"from": mill, "to": bank, "tokenId": note}
    assert receivables.noteOf(note).dict() == before | {"holder": bank}
    assert [receivables.balanceOf["address"](party) for party in (mill, bank)] == [0, 1]


@pytest.mark.parametrize("caller", ["thief", "stranger", "obligor"])
def test_nobody_moves_anothers_note(world, receivables, supplier, thief, caller):
    """N3: in no one's name."""
    _, note = world.note()
    account = getattr(world, caller)
    for name in (WHOLE,):
        with refused("NotAuthorised", note, account):
            receivables.transferFrom[name](supplier, thief, note, {"from": account})
    with refused("NotAuthorised", note, account):
        receivables.safeTransferFrom[WHOLE](supplier, thief, note, {"from": account})
    with refused("NotAuthorised", note, account):
        receivables.safeTransferFrom["address,address,uint256,bytes"](supplier, thief, note, b"", {"from": account})


def test_from_its_holder_alone(world, receivables, supplier, mill, thief):
    """N3: the holder cannot be misnamed, not even by itself."""
    _, note = world.note()
    with refused("WrongHolder", note, supplier, mill):
        receivables.transferFrom[WHOLE](mill, thief, note, {"from": supplier})


def test_a_spent_note_is_no_gift(world, receivables, supplier, mill):
    """N3: a number without value would pass for a note."""
    _, note = world.note()
    world.endorse(note, supplier, mill, FACE)
    with refused("InsufficientValue", note, 0, 1):
        receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})


def test_an_unknown_note(receivables, supplier, mill):
    """N3."""
    with refused("UnknownNote", 9):
        receivables.transferFrom[WHOLE](supplier, mill, 9, {"from": supplier})


@pytest.mark.parametrize("to", ["stranger", "nobody"])
def test_only_participants_take_notes(world, receivables, supplier, to):
    """N3, P5: not even the zero address, so nothing is burnt."""
    _, note = world.note()
    account = ZERO if to == "nobody" else world.stranger
    with refused("UnknownParticipant", account):
        receivables.transferFrom[WHOLE](supplier, account, note, {"from": supplier})


@pytest.mark.parametrize("party", ["supplier", "mill"])
def test_neither_from_nor_to_the_frozen(world, receivables, supplier, mill, party):
    """N3, P3."""
    _, note = world.note()
    account = getattr(world, party)
    world.freeze(account)
    with refused("Frozen", account):
        receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})


def test_an_expired_holder_gives_nothing(world, receivables, supplier, mill, newcomer):
    """N3, P5."""
    _, note = world.note()
    valid_until = now() + DAY
    world.admit(newcomer, Role.SUPPLIER, "short", valid_until)
    child = world.endorse(note, supplier, newcomer, 10)
    with at(valid_until + 1), refused("KycExpired", newcomer, valid_until):
        receivables.transferFrom[WHOLE](newcomer, mill, child, {"from": newcomer})


@pytest.mark.parametrize("late", [False, True])
def test_title_moves_until_the_cut_off(world, receivables, supplier, mill, late):
    """N1: two days before maturity; in the last second before it, and not in its second."""
    receivable, note = world.note()
    cut_off = world.maturity(receivable) - CUT_OFF
    if late:
        with at(cut_off), refused("AfterCutOff", receivable, cut_off):
            receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})
    else:
        with at(cut_off - 1):
            receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})


def test_a_paid_note_no_longer_moves(world, receivables, supplier, mill):
    """N1."""
    receivable, note = world.repaid()
    with refused("WrongStatus", receivable, Status.REPAID):
        receivables.transferFrom[WHOLE](supplier, mill, note, {"from": supplier})


def test_to_itself(world, receivables, supplier):
    """N3: changes nothing."""
    _, note = world.note()
    receivables.transferFrom[WHOLE](supplier, supplier, note, {"from": supplier})
    assert receivables.balanceOf["address"](supplier) == 1


def test_depth_and_number_do_not_grow(world, receivables, supplier, mill):
    """N3, L4: passing a note on whole is not an endorsement."""
    receivable, note = world.note()
    for giver, taker in ((supplier, mill), (mill, supplier)) * 4:
        receivables.transferFrom[WHOLE](giver, taker, note, {"from": giver})
    assert receivables.receivableOf(receivable).dict()["noteCount"] == 1
    assert receivables.noteOf(note).dict()["depth"] == 0


@pytest.mark.parametrize("data", [None, b"hello"])
def test_a_careful_transfer_to_a_key(world, receivables, supplier, mill, data):
    """ERC-721: an account without code is not asked."""
    _, note = world.note()
    if data is None:
        receivables.safeTransferFrom[WHOLE](supplier, mill, note, {"from": supplier})
    else:
        receivables.safeTransferFrom["address,address,uint256,bytes"](supplier, mill, note, data, {"from": supplier})
    assert receivables.ownerOf(note) == mill


def test_a_careful_transfer_to_a_contract(world, receivables, supplier, wallet):
    """ERC-721: it is asked, and may refuse; then nothing has moved."""
    _, note = world.note()
    wallet.setPolite(False, {"from": supplier})
    with refused("ERC721InvalidReceiver", wallet):
        receivables.safeTransferFrom[WHOLE](supplier, wallet, note, {"from": supplier})
    assert (receivables.ownerOf(note), wallet.calledBack()) == (supplier, False)
    wallet.setPolite(True, {"from": supplier})
    receivables.safeTransferFrom[WHOLE](supplier, wallet, note, {"from": supplier})
    assert (receivables.ownerOf(note), wallet.calledBack()) == (wallet, True)


def test_a_careful_transfer_to_a_contract_that_knows_nothing(world, receivables, supplier, settlement):
    """ERC-721: a contract that cannot answer would keep the note for ever."""
    _, note = world.note()
    world.admit(settlement, Role.PROTOCOL, "settlement")
    with refused("ERC721InvalidReceiver", settlement):
        receivables.safeTransferFrom[WHOLE](supplier, settlement, note, {"from": supplier})


def test_a_receiver_that_comes_back(world, receivables, supplier, thief, wallet):
    """N3: in the middle of a careful transfer the note is the receiver's already, once; it can pass it on but not
    have it twice."""
    _, note = world.note()
    wallet.arm(receivables, receivables.transferFrom[WHOLE].encode_input(wallet, thief, note), {"from": supplier})
    receivables.safeTransferFrom[WHOLE](supplier, wallet, note, {"from": supplier})
    assert receivables.ownerOf(note) == thief
    holdings = [receivables.balanceOf["address"](party) for party in (supplier, wallet, thief)]
    assert holdings == [0, 0, 1]


def test_a_receiver_that_reaches_for_more(world, receivables, supplier, thief, wallet):
    """N3: the callback has no power over the giver's other notes."""
    _, note = world.note()
    _, other = world.note()
    wallet.arm(receivables, receivables.endorse.encode_input(other, thief, 1, False), {"from": supplier})
    with refused("NotAuthorised", other, wallet):
        receivables.safeTransferFrom[WHOLE](supplier, wallet, note, {"from": supplier})


def test_the_token_describes_itself(receivables):
    """ERC-165, ERC-721, ERC-3525: names, units and the interfaces' own numbers."""
    assert (receivables.name(), receivables.symbol(), receivables.valueDecimals()) == ("Feiqian Notes", "FQN", 0)
    for interface in ("0x01ffc9a7", "0x80ac58cd", "0xd5358140"):
        assert receivables.supportsInterface(interface) is True
    assert receivables.supportsInterface("0xffffffff") is False


def test_slot_and_value(world, receivables):
    """ERC-3525: the slot is the receivable, the value the face."""
    receivable, note = world.note(documentHash=digest("another document"))
    assert (receivables.slotOf(note), receivables.balanceOf["uint256"](note)) == (receivable, FACE)
    for ask in (receivables.slotOf, receivables.balanceOf["uint256"], receivables.ownerOf, receivables.getApproved):
        with refused("UnknownNote", 77):
            ask(77)
    with refused("UnknownNote", 77):
        receivables.allowance(77, ZERO)
