"""W1, W2: a custodian signs the intake of a lot, and the depositor gets one receipt for the whole of it."""

import pytest

from tests.contracts.world import CNY, DAY, EUR, FAR, GOODS, INTAKE, NOTHING, TARIFF, Role, at, clause, now, refused


def test_issued(world, warehousereceipts, fingerprints, custodian, supplier, stranger):
    """W1, F2: carried by anyone."""
    intake, signature = world.intake()
    tx = warehousereceipts.issue(intake, signature, {"from": stranger})
    lot, receipt = tx.events["LotTakenIn"]["lotId"], tx.events["LotTakenIn"]["receiptId"]
    assert (lot, receipt, tx.events["LotTakenIn"]["custodian"]) == (1, 1, custodian)
    assert dict(tx.events["ReceiptIssued"]) == {
        "receiptId": receipt, "lotId": lot, "holder": supplier, "quantity": GOODS,
    }  # fmt: skip
    words = dict(zip(INTAKE, intake, strict=True))
    view = warehousereceipts.lotOf(lot).dict()
    assert view["counted"] == GOODS
    for name in ("custodian", "decimals", "insuredUntil", "expiresAt", "currency", "milliPerUnitDay"):
        assert view[name] == words[name]
    for name in ("commodity", "grade", "unit", "placeHash", "documentHash"):
        assert view[name] == "0x" + words[name].hex()
    assert (view["delivered"], view["lost"], view["locked"], view["lastDeliveryAt"]) == (0, 0, False, 0)
    assert warehousereceipts.receiptOf(receipt) == (supplier, lot, GOODS, now(), False)
    assert (warehousereceipts.ownerOf(receipt), warehousereceipts.balanceOf(supplier)) == (supplier, 1)
    assert (warehousereceipts.lotCount(), warehousereceipts.receiptCount()) == (1, 1)
    assert fingerprints.holderOf(words["fingerprint"]) == (warehousereceipts, lot)


def test_what_a_lender_sees(world, warehousereceipts, custodian):
    """K2: the earlier of insurance and expiry covers the goods."""
    ends = now() + 30 * DAY
    lot, receipt = world.receipt(insuredUntil=ends)
    goods = warehousereceipts.goodsOf(receipt).dict()
    assert goods == {
        "lotId": lot, "quantity": GOODS, "decimals": 3, "currency": CNY, "feed": "0x" + world.feed().hex(),
        "custodian": custodian, "coveredUntil": ends, "free": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commodity", NOTHING), ("grade", NOTHING), ("unit", NOTHING), ("decimals", 19), ("quantity", 0),
        ("quantity", 2**63), ("placeHash", NOTHING), ("fingerprint", NOTHING), ("documentHash", NOTHING),
        ("insuredUntil", 1), ("expiresAt", 1), ("currency", EUR),
    ],
)  # fmt: skip
def test_incomplete(world, field, value):
    """W1: each field is refused by its name."""
    with refused("InvalidIntake", clause(field)):
        world.receipt(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"), [("decimals", 0), ("decimals", 18), ("quantity", 1), ("quantity", 2**63 - 1)]
)
def test_the_least_and_the_most(world, warehousereceipts, field, value):
    """W1."""
    lot, receipt = world.receipt(**{field: value})
    assert warehousereceipts.lotOf(lot).dict()["counted" if field == "quantity" else field] == value
    assert warehousereceipts.storageOf(receipt) == (0, now())


@pytest.mark.parametrize("field", ["insuredUntil", "expiresAt"])
def test_the_last_second_of_cover(world, warehousereceipts, stranger, field):
    """W1: insurance and expiry are inclusive."""
    second = now() + 500
    signed = world.intake(**{field: second})
    with at(second):
        warehousereceipts.issue(*signed, {"from": stranger})
    signed = world.intake(**{field: second})
    with at(second + 1), refused("InvalidIntake", clause(field)):
        warehousereceipts.issue(*signed, {"from": stranger})


@pytest.mark.parametrize("party", ["supplier", "bank", "carrier", "thief"])
def test_a_custodian_it_must_be(world, party):
    """W1, P5: whoever signs for goods that it keeps."""
    account = getattr(world, party)
    with refused("RoleMissing", account, Role.CUSTODIAN):
        world.receipt(custodian=account)


@pytest.mark.parametrize("party", ["custodian", "supplier"])
def test_not_the_frozen(world, party):
    """W1, P3: neither custodian nor depositor."""
    account = getattr(world, party)
    world.freeze(account)
    with refused("Frozen", account):
        world.receipt()


def test_not_to_a_stranger(world, stranger):
    """W1, P5."""
    with refused("UnknownParticipant", stranger):
        world.receipt(depositor=stranger)


def test_not_out_of_kyc(world, participants, registrar, custodian):
    """W1, P5."""
    ended = now() - 1
    participants.renew(custodian, Role.CUSTODIAN, ended, {"from": registrar})
    with refused("KycExpired", custodian, ended):
        world.receipt()
    participants.renew(custodian, Role.CUSTODIAN, FAR, {"from": registrar})
    world.receipt()


def test_a_lot_once(world, warehousereceipts):
    """W2, F2: the second intake names the first, whoever keeps the goods, whatever they are called."""
    print_ = clause("shed 4, lot 7")
    lot, _ = world.receipt(fingerprint=print_)
    for changed in (
        {}, {"custodian": world.depot}, {"depositor": world.mill}, {"commodity": clause("TIN")},
        {"unit": clause("KGM"), "decimals": 0}, {"quantity": 1}, {"placeHash": clause("elsewhere")},
    ):  # fmt: skip
        with refused("FingerprintTaken", print_, warehousereceipts, lot):
            world.receipt(fingerprint=print_, **changed)


def test_a_lot_again_when_it_is_gone(world, warehousereceipts, custodian):
    """W2: delivered or lost to the last of it, the place can take in a lot of that number again."""
    print_ = clause("shed 4, lot 7")
    first, receipt = world.receipt(fingerprint=print_, milliPerUnitDay=0)
    warehousereceipts.deliverGoods(*world.order(receipt, GOODS - 1), {"from": custodian})
    with refused("FingerprintTaken", print_, warehousereceipts, first):
        world.receipt(fingerprint=print_)
    warehousereceipts.deliverGoods(*world.order(receipt, 1), {"from": custodian})
    second, receipt = world.receipt(fingerprint=print_)
    warehousereceipts.report(second, 3, GOODS, clause("fire"), [receipt], {"from": custodian})
    world.receipt(fingerprint=print_)


def test_signed_by_the_custodian(world, warehousereceipts, custodian, depot, thief):
    """W1, S1: not by its depositor, nor by another custodian."""
    for signer in (depot, thief, world.supplier):
        intake, signature = world.intake(signer=signer)
        with refused("InvalidSignature", custodian, warehousereceipts.intakeDigest.call(intake)):
            warehousereceipts.issue(intake, signature, {"from": signer})


@pytest.mark.parametrize("position", range(1, 16), ids=list(INTAKE)[1:])
def test_nothing_is_changed_on_the_way(world, warehousereceipts, custodian, mill, thief, position, MockCash):
    """W1, S1: every word of an intake is signed."""
    world.euros(MockCash)
    intake, signature = world.intake()
    others = (
        mill.address, clause("GOLD"), clause("AA"), clause("KGM"), 0, GOODS + 1, clause("x"), clause("y"), clause("z"),
        FAR, FAR, EUR, TARIFF + 1, 10**9, FAR,
    )  # fmt: skip
    changed = (*intake[:position], others[position - 1], *intake[position + 1 :])
    with refused("InvalidSignature", custodian, warehousereceipts.intakeDigest.call(changed)):
        warehousereceipts.issue(changed, signature, {"from": thief})


@pytest.mark.parametrize("late", [False, True])
def test_in_time_and_once(world, warehousereceipts, custodian, stranger, late):
    """S1, S2."""
    deadline = now() + 500
    intake, signature = world.intake(deadline=deadline)
    if late:
        with at(deadline + 1), refused("SignatureExpired", deadline, deadline + 1):
            warehousereceipts.issue(intake, signature, {"from": stranger})
        return
    with at(deadline):
        warehousereceipts.issue(intake, signature, {"from": stranger})
    again, signature = world.intake(nonce=intake[14])
    with refused("NonceAlreadyUsed", custodian, intake[14]):
        warehousereceipts.issue(again, signature, {"from": stranger})


def test_an_account_with_code_takes_in(world, warehousereceipts, newcomer, thief, MockWallet):
    """S1: a custodian that signs by ERC-1271."""
    wallet = MockWallet.deploy(newcomer, {"from": newcomer})
    world.admit(wallet, Role.CUSTODIAN, "warehouse company")
    intake, signature = world.intake(signer=thief, custodian=wallet)
    with refused("InvalidSignature", wallet, warehousereceipts.intakeDigest.call(intake)):
        warehousereceipts.issue(intake, signature, {"from": thief})
    lot, _ = world.receipt(signer=newcomer, custodian=wallet)
    assert warehousereceipts.lotOf(lot).dict()["custodian"] == wallet
