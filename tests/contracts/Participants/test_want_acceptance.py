"""P7: a participant says itself whether it wants to be asked before an endorsement to it stands."""

from tests.contracts.world import refused


def test_it_says_so_and_takes_it_back(participants, mill, supplier):
    """P7: for itself alone."""
    number = participants.participantOf(mill)[0]
    for wanted in (True, True, False):
        tx = participants.wantAcceptance(wanted, {"from": mill})
        assert dict(tx.events["AcceptanceWanted"]) == {"participantId": number, "wanted": wanted}
        assert participants.wantsAcceptance(mill) is wanted
        assert participants.wantsAcceptance(supplier) is False


def test_not_a_stranger(participants, stranger):
    """P7: who is no participant gets no note anyway."""
    with refused("UnknownParticipant", stranger):
        participants.wantAcceptance(True, {"from": stranger})
    assert participants.wantsAcceptance(stranger) is False


def test_it_outlives_an_examination_and_a_freeze(world, participants, registrar, mill):
    """P2, P7: neither changes the wish."""
    participants.wantAcceptance(True, {"from": mill})
    participants.renew(mill, 1, 2**40 - 1, {"from": registrar})
    world.freeze(mill)
    world.unfreeze(mill)
    assert participants.wantsAcceptance(mill) is True
