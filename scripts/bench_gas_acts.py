"""Every act once, in the order in which time allows them."""

from __future__ import annotations

from bench_gas_world import CNY, FACE, HOLDERS, MATURITY, MOST_AT_ONCE, NOW, SUPPLIER, Measured, World, batches
from eth_utils.crypto import keccak

from backend.config import DAY, Settings

FEW, MANY, MOST = 10, 100, 500
"""Notes of a receivable. MOST is the limit of a fresh deployment."""

PART = FACE // 3
"""Of an amount that equal notes cannot share without odd units."""

ASSIGN = "transferFrom(address,address,uint256)"
MERGE = "transferFrom(uint256,uint256,uint256)"


def measure(world: World, settings: Settings) -> list[Measured]:
    _cash_and_participants(world)
    _claims(world)
    _title(world)
    _sales(world)
    _payment_of_the_whole(world)
    _notice_and_dilution(world)
    _disputes(world)
    spread = {notes: world.spread(notes) for notes in (FEW, MANY, MOST)}
    _dispute_of_the_largest(world, *spread[MOST])
    in_default = _claims_to_default(world)

    waiting = world.registered()
    world.travel_to(NOW + (settings.confirmation_days + 1) * DAY)
    world.act("expire", "", "bank", "Receivables", "expire", waiting)

    world.travel_to(MATURITY)
    _allotments(world, spread)
    world.travel_to(MATURITY + settings.grace_days * DAY + 3 * DAY // 2)
    _default(world, in_default)
    _late_allotment(world, *spread[MOST])
    return world.measured


def _cash_and_participants(world: World) -> None:
    bank, supplier = world.accounts["bank"], world.accounts["supplier"]
    world.act("participant_register", "a name of 3 bytes", "registrar", *world.admission("new", SUPPLIER))
    world.act("want_acceptance", "", "new", "Participants", "wantAcceptance", True)
    world.act("mint", "", "issuer", world.cash, "mint", bank, 1_000_00)
    world.act("cash_transfer", "", "bank", world.cash, "transfer", supplier, 1_000_00)


def _claims(world: World) -> None:
    world.act("register", "", "supplier", *world.registration())
    confirmation = world.confirmation(world.last_receivable())
    world.act("confirm", "the whole face value", "supplier", "Receivables", "confirm", *confirmation)
    reason = "goods never received"
    world.act("reject", "a reason of 20 bytes", "obligor", "Receivables", "reject", world.registered(), reason)
    world.act("withdraw", "", "supplier", "Receivables", "withdraw", world.registered())


def _title(world: World) -> None:
    accounts = world.accounts
    _, root = world.confirmed()
    endorsement = (root, accounts["supplier2"], FACE // 4, True)
    world.act("endorse", "part of a note, with recourse (a split)", "supplier", "Receivables", "endorse", *endorsement)
    sale = (accounts["supplier2"], accounts["bank"], root + 1)
    world.act("transfer", "a whole note (ERC-721)", "supplier2", "Receivables", ASSIGN, *sale)
    shares = [(accounts[name], FACE // 10, True) for name in HOLDERS[:5]]
    world.act("endorse_many_5", "with recourse", "supplier", "Receivables", "endorseMany", root, shares, notes=5)

    _, child = world.endorsed("bank")
    world.send("supplier", "Receivables", "endorse", child - 1, accounts["bank"], FACE // 4, False)
    merge = (child, child + 1, FACE // 4)
    world.act("merge", "all the value of a note into another", "bank", "Receivables", MERGE, *merge)

    _, child = world.endorsed("careful")
    world.act("accept", "", "careful", "Receivables", "accept", child)
    _, child = world.endorsed("careful")
    world.act("decline", "the value goes back to its note", "careful", "Receivables", "decline", child)


def _sales(world: World) -> None:
    whole = ("whole note, without recourse", FACE, False)
    part = ("part of a note, with recourse", FACE // 4, True)
    for act, (how, value, recourse) in (("confirm_and_settle", whole), ("confirm_and_settle_part", part)):
        receivable = world.registered()
        documents = (*world.confirmation(receivable), *world.quote(receivable, value, recourse))
        world.act(act, f"{how}, with levy", "supplier", "Settlement", "confirmAndSettle", *documents)
    for act, (how, value, recourse) in (("settle", whole), ("settle_part", part)):
        receivable, root = world.confirmed()
        quote = world.quote(receivable, value, recourse)
        world.act(act, f"{how}, with levy", "supplier", "Settlement", "settle", *quote, root)
    world.act("cancel_nonce", "", "bank", "Settlement", "cancelNonce", world.next_nonce())


def _payment_of_the_whole(world: World) -> None:
    receivable, root = world.confirmed()
    world.act("repay_part", "a part, in time", "obligor", "Repayments", "repay", receivable, PART)
    receivable, root = world.confirmed()
    world.act("repay", "the whole, in time", "obligor", "Repayments", "repay", receivable, FACE)
    world.act("redeem", "a note's whole value", "supplier", "Repayments", "redeem", root)


def _notice_and_dilution(world: World) -> None:
    _, child = world.endorsed("bank")
    world.act("give_notice", "", "supplier", "Adjustments", "giveNotice", child)

    receivable, root = world.confirmed()
    world.act("pay_assignor", "a part", "obligor", "Adjustments", "payAssignor", receivable, PART)
    world.act("absorb", "part of one note", "bank", "Adjustments", "absorb", receivable, [root])

    credit_note = (PART, keccak(text="credit note"), keccak(text="credit note fingerprint"))
    receivable, root = world.confirmed()
    world.act("dilute", "absorbed by one note", "supplier", "Adjustments", "dilute", receivable, *credit_note, [root])
    early = (world.registered(), PART, keccak(text="early credit note"), keccak(text="early fingerprint"), [])
    world.act("dilute_submitted", "before the confirmation", "supplier", "Adjustments", "dilute", *early)

    receivable, root = world.confirmed(waived=False)
    document = world.set_off(receivable, PART)
    world.act("set_off", "absorbed by one note", "obligor", "Adjustments", "setOff", *document, [root])

    receivable, _ = world.endorsed("bank", FACE)
    world.send("obligor", "Adjustments", "payAssignor", receivable, PART)
    world.act("make_good", "a part", "supplier", "Repayments", "makeGood", receivable, PART // 2)


def _disputes(world: World) -> None:
    receivable, notes = world.spread(FEW)
    dispute = (receivable, FACE // 2, "half was damaged ...", notes)
    how = f"{FEW} notes, a reason of 20 bytes"
    world.act("dispute_10", how, "obligor", "Adjustments", "dispute", *dispute, notes=FEW)
    documents = world.resolution(receivable, FACE // 20)
    how = "a tenth upheld, absorbed by one note"
    world.act("resolve", how, "bank", "Adjustments", "resolve", *documents, notes[:1])

    receivable, root = world.confirmed()
    world.send("obligor", "Adjustments", "dispute", receivable, FACE // 2, "damaged", [root])
    order = (FACE // 20, keccak(text="order"), [root])
    world.act("resolve_by_order", how, "regulator", "Adjustments", "resolveByOrder", receivable, *order)


def _dispute_of_the_largest(world: World, receivable: int, notes: list[int]) -> None:
    how = f"{MOST} notes, a reason of 20 bytes"
    dispute = (receivable, FACE // 2, "half was damaged ...", notes)
    world.act("dispute_500", how, "obligor", "Adjustments", "dispute", *dispute, notes=MOST)
    world.send("regulator", "Adjustments", "resolveByOrder", receivable, 0, keccak(text="order"), [])


def _allotments(world: World, spread: dict[int, tuple[int, list[int]]]) -> None:
    for count, (receivable, notes) in spread.items():
        world.send("obligor", "Repayments", "repay", receivable, PART)
        how = f"a part among {count} notes"
        world.act(f"allot_{count}", how, "bank", "Repayments", "allot", receivable, notes, notes=count)
    _, notes = spread[FEW]
    world.act("redeem_share", "a share of an allotment", "bank", "Repayments", "redeem", notes[1])
    frozen, order = world.accounts[HOLDERS[1]], keccak(text="order")
    world.send("regulator", "Participants", "freeze", frozen, order)
    world.act("redeem_withheld", "the share of a frozen holder", "bank", "Repayments", "redeem", notes[2])
    world.send("regulator", "Participants", "unfreeze", frozen, order)
    world.act("pay_withheld", "", "bank", "Repayments", "payWithheld", frozen, CNY)
    _, notes = spread[MANY]
    how = "shares of an allotment, each of another holder"
    world.act("redeem_many_100", how, "bank", "Repayments", "redeemMany", notes, notes=MANY)


def _claims_to_default(world: World) -> dict[str, tuple[int, int]]:
    """Number and note of what nobody will pay in time, by the act it is for."""
    receivable, root = world.confirmed()
    world.send("supplier", "Settlement", "settle", *world.quote(receivable, FACE, False), root)
    return {
        "repay_late": world.confirmed(),
        "buy_back": world.endorsed("bank", recourse=True),
        "write_off": world.endorsed("bank"),
        "cover": (receivable, root),
    }


def _default(world: World, claims: dict[str, tuple[int, int]]) -> None:
    receivable, _ = claims["repay_late"]
    how = "the whole and two days of penalty"
    world.act("repay_late", how, "obligor", "Repayments", "repay", receivable, 2 * FACE)
    _, note = claims["buy_back"]
    world.act("claim_recourse", "on the last endorser", "bank", "Repayments", "claimRecourse", note, 0)
    how = "by the last endorser, into the note it endorsed"
    world.act("buy_back", how, "supplier", "Repayments", "buyBack", note, 0)
    _, note = claims["write_off"]
    world.act("write_off", "", "bank", "Repayments", "writeOff", note)
    _, note = claims["cover"]
    world.act("cover", "98 % of a note", "bank", "Reserve", "cover", note)


def _late_allotment(world: World, receivable: int, notes: list[int]) -> None:
    for batch in batches(notes, MOST_AT_ONCE):
        world.send("bank", "Repayments", "redeemMany", batch)
    world.send("obligor", "Repayments", "repay", receivable, PART)
    how = f"a part and penalty among {MOST} notes"
    world.act("allot_500_late", how, "bank", "Repayments", "allot", receivable, notes, notes=MOST)
