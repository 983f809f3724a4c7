"""F2: one thing, one token, whoever registers it and wherever."""

import pytest

from tests.contracts.world import DAY, NOTHING, ZERO, at, digest, now, refused

THING = digest("invoice 7 of somebody to somebody")


@pytest.fixture
def assets(fingerprints, admin, MockAsset):
    """Two other kinds of title."""
    made = [MockAsset.deploy({"from": admin}) for _ in range(2)]
    for asset in made:
        fingerprints.admit(asset, {"from": admin})
    return made


def test_a_claim_is_recorded(fingerprints, assets, admin):
    """F2: who holds it can be asked; nobody, for what nobody claimed."""
    tx = assets[0].claim(fingerprints, THING, 2**96 - 1, {"from": admin})
    assert dict(tx.events["FingerprintClaimed"]) == {
        "fingerprint": "0x" + THING.hex(),
        "assetContract": assets[0],
        "id": 2**96 - 1,
    }
    assert fingerprints.holderOf(THING) == (assets[0], 2**96 - 1)
    assert fingerprints.holderOf(digest("other")) == (ZERO, 0)


def test_the_second_claim_is_refused(fingerprints, assets, admin):
    """F2: by the same contract or another, and it names the first."""
    assets[0].claim(fingerprints, THING, 5, {"from": admin})
    for asset in assets:
        with refused("FingerprintTaken", THING, assets[0], 5):
            asset.claim(fingerprints, THING, 6, {"from": admin})


def test_a_fallen_thing_gives_its_place(fingerprints, assets, admin):
    """F2: and once another stands there, it stands."""
    assets[0].claim(fingerprints, THING, 5, {"from": admin})
    assets[0].fell(5, {"from": admin})
    assets[1].claim(fingerprints, THING, 8, {"from": admin})
    assert fingerprints.holderOf(THING) == (assets[1], 8)
    with refused("FingerprintTaken", THING, assets[1], 8):
        assets[0].claim(fingerprints, THING, 9, {"from": admin})


def test_no_fingerprint_no_claim(fingerprints, assets, admin):
    """F2: zero would be shared by everything that forgot its fingerprint."""
    with refused("FingerprintMissing"):
        assets[0].claim(fingerprints, NOTHING, 1, {"from": admin})


def test_a_receivable_and_other_titles_share_the_registry(world, fingerprints, receivables, assets, admin):
    """F2: an invoice is not also a purchase order."""
    receivable = world.register(fingerprint=THING)
    with refused("FingerprintTaken", THING, receivables, receivable):
        assets[0].claim(fingerprints, THING, 1, {"from": admin})


def test_another_supplier_cannot_register_the_invoice_again(world, receivables, thief):
    """F2: double financing, the oldest trick: refused while the first is submitted, confirmed or paid."""
    first = world.register(fingerprint=THING)
    for go_on in (
        lambda: world.confirm(first),
        lambda: world.repay(first),
        lambda: None,
    ):
        for supplier in (thief, world.supplier):
            with refused("FingerprintTaken", THING, receivables, first):
                world.register(supplier=supplier, fingerprint=THING)
        go_on()


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_what_was_refused_can_be_registered_again(world, receivables, fingerprints, end):
    """F2: a rejected or withdrawn receivable has fallen."""
    first = world.register(fingerprint=THING)
    if end == "reject":
        receivables.reject(first, "wrong amount", {"from": world.obligor})
    else:
        receivables.withdraw(first, {"from": world.supplier})
    second = world.register(fingerprint=THING)
    assert fingerprints.holderOf(THING) == (receivables, second)


def test_an_unconfirmed_one_stands_to_its_last_second(world, receivables):
    """F2, R5: it falls with its time, whether or not anybody has called expire."""
    first = world.register(fingerprint=THING)
    confirm_by = receivables.receivableOf(first).dict()["confirmBy"]
    later = {"fingerprint": THING, "maturityAt": now() + 200 * DAY}
    with at(confirm_by), refused("FingerprintTaken", THING, receivables, first):
        world.register(**later)
    with at(confirm_by + 1):
        second = world.register(**later)
    assert [receivables.isLive(receivable) for receivable in (first, second, 99)] == [False, True, False]


def test_a_fallen_one_never_rises(world, receivables):
    """F2: after another took its place, the first can be neither confirmed nor brought back."""
    first = world.register(fingerprint=THING)
    old = world.confirmation(first, deadline=now() + 60 * DAY)
    confirm_by = receivables.receivableOf(first).dict()["confirmBy"]
    with at(confirm_by + 1):
        world.register(supplier=world.thief, fingerprint=THING, maturityAt=now() + 200 * DAY)
    with refused("ConfirmationTooLate", first, confirm_by):
        receivables.confirm(*old, {"from": world.supplier})
    receivables.expire(first, {"from": world.stranger})
