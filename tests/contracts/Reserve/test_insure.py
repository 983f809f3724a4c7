"""V1 and V2: a levy on each sale by quote feeds the reserve, and the note is insured up to its price."""

import pytest

from tests.contracts.world import EUR, FACE, ZERO, levy_on, refused


def test_a_sale_feeds_it(world, reserve, cash, settlement, supplier, bank):
    """V1, V2, D6: the seller has the rest; the financier pays the price and no more."""
    receivable, note = world.note()
    before = cash.balanceOf(bank)
    tx = settlement.settle(*world.quote(receivable, price=90_000_00), note, {"from": supplier})
    assert dict(tx.events["NoteInsured"]) == {"noteId": note, "cash": cash, "amount": 90_000_00, "levy": 450_00}
    assert tx.events["Settled"]["levy"] == 450_00
    assert (cash.balanceOf(reserve), cash.balanceOf(supplier)) == (450_00, 90_000_00 - 450_00)
    assert (before - cash.balanceOf(bank), reserve.insuredOf(note)) == (90_000_00, 90_000_00)


@pytest.mark.parametrize(("price", "levy"), [(0, 0), (1, 0), (99, 0), (100, 1), (299, 1), (300, 2), (FACE, 5_000_00)])
def test_the_levy_is_rounded_half_up(world, reserve, cash, policy, price, levy):
    """L6: 50 bps; insured up to the price whatever the levy came to."""
    _, note = world.note()
    assert (policy.levyOn(price), levy_on(price)) == (levy, levy)
    world.sale(note, price=price)
    assert (cash.balanceOf(reserve), reserve.insuredOf(note)) == (levy, price)


def test_the_child_and_not_the_rest(world, reserve, supplier):
    """V2: of a part, the part."""
    _, note = world.note()
    child = world.sale(note, value=100, price=80)
    assert [reserve.insuredOf(number) for number in (note, child)] == [0, 80]


def test_a_sale_again_counts_anew(world, receivables, cash, reserve, settlement, bank, fund):
    """V2: up to that price: the last one; a gift by quote insures nothing."""
    _, note = world.note()
    world.sale(note, price=1_000)
    receivables.setApprovalForAll(settlement, True, {"from": bank})
    world.sale(note, seller=bank, financier=fund, price=600)
    assert (reserve.insuredOf(note), cash.balanceOf(reserve)) == (600, 5 + 3)
    receivables.setApprovalForAll(settlement, True, {"from": fund})
    world.sale(note, seller=fund, price=0)
    assert reserve.insuredOf(note) == 0


def test_an_assignment_takes_it_along(world, receivables, reserve, bank, fund):
    """V2, N3: who holds the note holds its cover; an endorsement's child has none."""
    _, note = world.note()
    world.sale(note, price=1_000)
    child = world.endorse(note, bank, fund, 10)
    receivables.transferFrom["address,address,uint256"](bank, fund, note, {"from": bank})
    assert [reserve.insuredOf(number) for number in (note, child)] == [1_000, 0]


def test_in_other_money_not(world, reserve, settlement, supplier, bank, admin, MockCash):
    """V2: the levy is taken in the price's money, and what is owed in another is not insured."""
    receivable, note = world.note()
    euro = MockCash.deploy(EUR, {"from": admin})
    euro.print(bank, 1_000, {"from": admin})
    euro.approve(settlement, 1_000, {"from": bank})
    tx = settlement.settle(*world.quote(receivable, cash=euro, price=1_000), note, {"from": supplier})
    assert dict(tx.events["NoteInsured"]) == {"noteId": note, "cash": euro, "amount": 0, "levy": 5}
    assert (euro.balanceOf(reserve), euro.balanceOf(supplier), reserve.insuredOf(note)) == (5, 995, 0)


def test_a_price_beyond_all_faces(world, reserve, settlement, supplier, bank, admin, MockCash):
    """V2: what is insured is capped by the field, never cut to its low bits."""
    world.policy.setSettlementToken(EUR, money := MockCash.deploy(EUR, {"from": admin}), {"from": admin})
    world.limit(world.obligor, FACE, EUR)
    receivable, note = world.note(currency=EUR)
    price = 2**64 + 5
    money.print(bank, price, {"from": admin})
    money.approve(settlement, price, {"from": bank})
    settlement.settle(*world.quote(receivable, cash=money, price=price), note, {"from": supplier})
    assert reserve.insuredOf(note) == 2**64 - 1


def test_without_a_levy(world, reserve, cash, supplier):
    """L1, V2: a house may do without; the cover is then as good as the reserve is."""
    world.change_limits(levyBps=0)
    _, note = world.note()
    world.sale(note, price=1_000)
    assert (cash.balanceOf(reserve), cash.balanceOf(supplier), reserve.insuredOf(note)) == (0, 1_000, 1_000)


def test_another_kind_of_title_bears_none(world, reserve, cash, settlement, supplier, admin, MockAsset):
    """V1: notes only."""
    receivable, _ = world.note()
    asset = MockAsset.deploy({"from": admin})
    tx = settlement.settle(*world.quote(receivable, asset=asset, price=1_000), 1, {"from": supplier})
    assert tx.events["Settled"]["levy"] == 0
    assert "NoteInsured" not in tx.events
    assert (cash.balanceOf(reserve), cash.balanceOf(supplier)) == (0, 1_000)


@pytest.mark.parametrize("caller", ["thief", "bank", "admin", "stranger"])
def test_nobody_insures_itself(world, reserve, cash, caller):
    """V2: by a sale alone."""
    receivable, note = world.note()
    account = getattr(world, caller)
    with refused("NotSettlement", account):
        reserve.insure(note, receivable, cash, FACE, 0, {"from": account})
    assert reserve.settlement() == world.settlement
    assert reserve.settlement() != ZERO


def test_an_endorsement_is_no_sale(world, reserve, cash, supplier, bank):
    """V1: nothing is paid, nothing is levied."""
    _, note = world.note()
    child = world.endorse(note, supplier, bank, 10)
    assert (cash.balanceOf(reserve), reserve.insuredOf(child)) == (0, 0)
