"""Documents that parties sign with their own wallets: the right ones work, and each wrong one is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3

from backend.chain.node import Node
from backend.chain.typed import Confirmation, Quote, Resolution, SetOff
from backend.sdk import Party, Refused
from backend.testing import LIMIT_FEN, Network
from tests.waiting import eventually

from .driver import FACE, nothing_changes, own_wallet, written

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OBLIGOR = "91310000MA1OWN000B"
Document = dict[str, Any]


def signature_of(wallet: LocalAccount, document: Document) -> str:
    return "0x" + bytes(wallet.sign_typed_data(full_message=document).signature).hex()


def changed(document: Document, part: str, **values: Any) -> Document:
    return {**document, part: {**document[part], **values}}


def malleable(signature: str) -> str:
    raw = bytes.fromhex(signature[2:])
    return "0x" + (raw[:32] + (ORDER - int.from_bytes(raw[32:64])).to_bytes(32) + bytes([55 - raw[64]])).hex()


def odd_v(signature: str, shift: int) -> str:
    raw = bytes.fromhex(signature[2:])
    return "0x" + (raw[:64] + bytes([raw[64] + shift])).hex()


class Desk:
    """One wallet's document, and the way to hand it over."""

    def __init__(self, network: Network, wallet: LocalAccount, document: Document, offer: Callable[..., Any]) -> None:
        self.network = network
        self.wallet = wallet
        self.document = document
        self.offer = offer

    def own(self, signature: str | None = None, **values: Any) -> Document:
        message = self.document["message"]
        return {
            "signature": signature or signature_of(self.wallet, self.document),
            "nonce": str(message["nonce"]),
            "deadline": message["deadline"],
        } | values


@pytest.fixture
def confirmation(feiqian: Network) -> Desk:
    """A claim of tier1 on an obligor with its own wallet."""
    party, wallet = own_wallet(feiqian, "obligor", OBLIGOR, limits={"CNY": LIMIT_FEN})
    claim = feiqian.registered(amount=FACE, buyer=OBLIGOR)
    facts = feiqian.operator.receivable(claim)
    document = Confirmation(
        claim, feiqian.tier1.account, facts["documentHash"], FACE, facts["maturityAt"], FACE, True, 7,
        feiqian.operator.now() + 3600,
    ).typed(feiqian.world.system.contracts)  # fmt: skip

    def offer(own: Document, **more: Any) -> Any:
        return party.act(f"/receivables/{claim}/confirmations", {"amountFen": str(FACE), "own": own} | more)

    return Desk(feiqian, wallet, document, offer)


@pytest.fixture
def quote(feiqian: Network) -> Desk:
    """A claim of tier1 that a bank with its own wallet was asked about."""
    party, wallet = own_wallet(feiqian, "financier", "91110000MA4OWN000A")
    claim, _ = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, FACE, [party])
    contracts = feiqian.world.system.contracts
    document = Quote(
        party.account, feiqian.tier1.account, contracts.address("Receivables"), claim,
        feiqian.operator.receivable(claim)["documentHash"], FACE, contracts.deployment.tokens["CNY"], FACE - 1000,
        False, 7, feiqian.operator.now() + 3600,
    ).typed(contracts)  # fmt: skip

    def offer(own: Document, **more: Any) -> Any:
        body = {"receivableId": claim, "seller": feiqian.tier1.account, "valueFen": str(FACE),
                "priceFen": str(FACE - 1000), "own": own} | more  # fmt: skip
        return party.act("/quotes", body)

    return Desk(feiqian, wallet, document, offer)


@dataclass
class Contested:
    """A claim of a supplier with its own wallet on the car maker, which may set off and disputes 100.00 of it."""

    network: Network
    party: Party
    wallet: LocalAccount
    claim: int


@pytest.fixture
def contested(feiqian: Network) -> Contested:
    identifier = "91330200MA2OWN000G"
    party, wallet = own_wallet(feiqian, "supplier", identifier)
    with pytest.raises(Refused) as refusal:
        party.hand_over(feiqian.invoice(amount=FACE, seller=identifier))
    feiqian.world.system.node.prepare_accounts(wallet.address)
    send(feiqian.world.system.node, wallet, refusal.value.problem["transaction"])
    feiqian.world.system.indexer.catch_up()
    [claim] = party.receivables()
    feiqian.car_maker.confirm(claim["id"], FACE, set_off_waived=False)
    feiqian.car_maker.dispute(claim["id"], 100_00, "short delivery 短少")
    return Contested(feiqian, party, wallet, claim["id"])


@pytest.fixture
def counterclaim(contested: Contested) -> Desk:
    network, statement = contested.network, "damaged pallets 托盘损坏"
    now = network.operator.now()
    document = SetOff(
        contested.claim, 50_00, Web3.keccak(text=statement).to_0x_hex(), now - 60, now, 7, now + 3600
    ).typed(network.world.system.contracts)  # fmt: skip

    def offer(own: Document, **more: Any) -> Any:
        body = {"amountFen": "5000", "statement": statement, "arisenAt": now - 60, "dueAt": now, "own": own} | more
        return contested.party.act(f"/receivables/{contested.claim}/counterclaims", body)

    return Desk(network, contested.wallet, document, offer)


@pytest.fixture
def resolution(contested: Contested) -> Desk:
    network = contested.network
    document = Resolution(contested.claim, 1, 40_00, 7, network.operator.now() + 3600).typed(
        network.world.system.contracts
    )

    def offer(own: Document, **more: Any) -> Any:
        body = {"upheldFen": "4000", "own": own} | more
        return contested.party.act(f"/receivables/{contested.claim}/resolutions", body)

    return Desk(network, contested.wallet, document, offer)


@pytest.fixture(params=["confirmation", "quote", "counterclaim", "resolution"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_the_wrong_signatures_change_nothing(desk: Desk) -> None:
    document, wallet = desk.document, desk.wallet
    other = desk.network.world.system.contracts.address("Participants")
    good = signature_of(wallet, document)
    amount = next(name for name in ("amount", "price", "upheld") if name in document["message"])
    ways: list[Document] = [{}, {"carry": False}] if document["primaryType"] == "Confirmation" else [{}]
    wrong = {
        "another signer": signature_of(Account.create(), document),
        "another chain": signature_of(wallet, changed(document, "domain", chainId=1)),
        "another contract": signature_of(wallet, changed(document, "domain", verifyingContract=other)),
        "another name": signature_of(wallet, changed(document, "domain", name="Feiqian")),
        "another version": signature_of(wallet, changed(document, "domain", version="2")),
        "another amount": signature_of(wallet, changed(document, "message", **{amount: 1})),
        "another nonce": signature_of(wallet, changed(document, "message", nonce=8)),
        "another deadline": signature_of(wallet, changed(document, "message", deadline=2**39)),
        "malleable": malleable(good),
        "v of 0 or 1": odd_v(good, -27),
        "v of 37 or 38": odd_v(good, 10),
        "short": good[:-2],
        "long": good + "00",
        "nothing": "0x00",
        "zeros": "0x" + "00" * 65,
        "zeros and a v": "0x" + "00" * 64 + "1b",
        "r out of range": "0x" + "ff" * 32 + "00" * 31 + "011b",
        "ones": "0x" + "ff" * 65,
        "a text": "0x" + b"signed, sealed, delivered".hex(),
    }
    with nothing_changes(desk.network):
        for name, signature in wrong.items():
            for more in ways:
                with pytest.raises(Refused) as refusal:
                    desk.offer(desk.own(signature), **more)
                assert (refusal.value.status, refusal.value.field) == (422, "own.signature"), name
        for nonsense in ("not hex", "0x123", "", good[2:], "0x" + "zz" * 65):
            with pytest.raises(Refused) as refusal:
                desk.offer({**desk.own(), "signature": nonsense})
            assert (refusal.value.status, refusal.value.field) == (422, "own.signature")
        with pytest.raises(Refused) as refusal:
            desk.offer(desk.own(nonce="8"))
        assert refusal.value.field == "own.signature"


def test_an_expired_signature_changes_nothing(desk: Desk) -> None:
    own = desk.own()
    desk.network.operator.travel(seconds=3601)
    with nothing_changes(desk.network), pytest.raises(Refused) as refusal:
        desk.offer(own)
    assert (refusal.value.status, refusal.value.field) == (422, "own.deadline")


def test_a_body_that_says_something_else_than_was_signed_changes_nothing(confirmation: Desk, quote: Desk) -> None:
    with nothing_changes(confirmation.network):
        for offer, own, more in [
            (confirmation.offer, confirmation.own(), {"amountFen": str(FACE - 1)}),
            (confirmation.offer, confirmation.own(), {"setOffWaived": False}),
            (quote.offer, quote.own(), {"priceFen": "1"}),
            (quote.offer, quote.own(), {"valueFen": "1"}),
            (quote.offer, quote.own(), {"withRecourse": True}),
        ]:
            with pytest.raises(Refused) as refusal:
                offer(own, **more)
            assert refusal.value.field == "own.signature"
        for offer, own, more, field in [
            (confirmation.offer, confirmation.own(), {"validSeconds": 60}, "validSeconds"),
            (quote.offer, quote.own(), {"validSeconds": 60}, "validSeconds"),
            (quote.offer, quote.own(), {"priceFen": None, "rateBps": 1}, "rateBps"),
        ]:
            with pytest.raises(Refused) as refusal:
                offer(own, **more)
            assert (refusal.value.status, refusal.value.field) == (422, field)


def test_a_confirmation_signed_in_a_wallet_is_carried_and_cannot_be_replayed(confirmation: Desk) -> None:
    done = confirmation.offer(confirmation.own())
    network = confirmation.network
    assert done["signer"] == network.world.system.contracts.deployment.roles["registrar"]
    assert network.tier1.receivable(int(done["result"]["receivableId"]))["confirmedFen"] == str(FACE)
    with nothing_changes(network):
        for more in ({}, {"carry": False}):
            with pytest.raises(Refused) as refusal:
                confirmation.offer(confirmation.own(), **more)
            assert refusal.value.status == 409


def test_a_confirmation_that_waits_can_be_carried_but_not_kept_twice(confirmation: Desk) -> None:
    kept = confirmation.offer(confirmation.own(), carry=False)
    assert kept["state"] == "succeeded" and kept["tx"] is None
    with nothing_changes(confirmation.network), pytest.raises(Refused) as refusal:
        confirmation.offer(confirmation.own(), carry=False)
    assert (refusal.value.status, refusal.value.field) == (409, "own.nonce")
    assert confirmation.offer(confirmation.own())["state"] == "succeeded"


def test_a_waiting_confirmation_of_a_wallet_is_carried_with_the_sale(confirmation: Desk) -> None:
    network = confirmation.network
    confirmation.offer(confirmation.own(), carry=False)
    claim = confirmation.document["message"]["receivableId"]
    network.tier1.ask_for_quotes(claim, FACE, [network.bank_a])
    given = network.bank_a.quote(claim, network.tier1, FACE, price=FACE - 1)
    network.tier1.accept(given["result"]["quoteId"])
    assert network.bank_a.notes()[0]["valueFen"] == str(FACE)


def test_a_nonce_that_was_spent_on_chain_stands_for_nothing_any_more(confirmation: Desk) -> None:
    network = confirmation.network
    confirmation.offer(confirmation.own())
    second = network.registered(amount=FACE, buyer=OBLIGOR)
    facts = network.operator.receivable(second)
    document = Confirmation(
        second, network.tier1.account, facts["documentHash"], FACE, facts["maturityAt"], FACE, True, 7,
        network.operator.now() + 3600,
    ).typed(network.world.system.contracts)  # fmt: skip
    party = network.operator.sign_in(confirmation.wallet)
    own = confirmation.own(signature_of(confirmation.wallet, document), deadline=document["message"]["deadline"])
    with nothing_changes(network):
        for carry, error in ((False, None), (True, "NonceAlreadyUsed")):
            with pytest.raises(Refused) as refusal:
                party.confirm(second, FACE, carry=carry, own=own)
            assert (refusal.value.status, refusal.value.error) == (409, error)


def test_a_quote_signed_in_a_wallet_stands_once(quote: Desk) -> None:
    network = quote.network
    given = quote.offer(quote.own())
    assert network.tier1.quotes()[0]["id"] == given["result"]["quoteId"]
    with nothing_changes(network), pytest.raises(Refused) as refusal:
        quote.offer(quote.own())
    assert (refusal.value.status, refusal.value.field) == (409, "own.nonce")


def test_agreements_signed_in_a_wallet_stand_once(counterclaim: Desk, resolution: Desk) -> None:
    """Rules J4, J6, S2: both are of one contract, so one nonce does for one of them."""
    network = counterclaim.network
    kept = counterclaim.offer(counterclaim.own())["result"]
    with nothing_changes(network), pytest.raises(Refused) as refusal:
        counterclaim.offer(counterclaim.own())
    assert (refusal.value.status, refusal.value.field) == (409, "own.nonce")
    network.car_maker.set_off(kept["counterclaimId"])
    with nothing_changes(network), pytest.raises(Refused) as refusal:
        resolution.offer(resolution.own())
    assert (refusal.value.status, refusal.value.field) == (409, "own.nonce"), "spent by the counterclaim"


def test_a_body_that_says_something_else_than_the_agreement_changes_nothing(
    counterclaim: Desk, resolution: Desk
) -> None:
    with nothing_changes(counterclaim.network):
        for desk, more, field in [
            (counterclaim, {"amountFen": "5001"}, "own.signature"),
            (counterclaim, {"statement": "other"}, "own.signature"),
            (counterclaim, {"arisenAt": 5}, "own.signature"),
            (counterclaim, {"dueAt": 5}, "own.signature"),
            (counterclaim, {"validSeconds": 60}, "validSeconds"),
            (resolution, {"upheldFen": "3999"}, "own.signature"),
            (resolution, {"upheldFen": "0"}, "own.signature"),
            (resolution, {"validSeconds": 60}, "validSeconds"),
        ]:
            with pytest.raises(Refused) as refusal:
                desk.offer(desk.own(), **more)
            assert (refusal.value.status, refusal.value.field) == (422, field)


def test_a_resolution_signed_in_a_wallet_is_carried_once_the_other_side_signs(resolution: Desk) -> None:
    proposed = resolution.offer(resolution.own())["result"]["resolutionId"]
    network, claim = resolution.network, resolution.document["message"]["receivableId"]
    done = network.car_maker.agree(proposed)
    assert done["signer"] == network.car_maker.account
    assert network.car_maker.receivable(claim)["reducedFen"] == "4000"
    with nothing_changes(network), pytest.raises(Refused) as refusal:
        network.car_maker.agree(proposed)
    assert refusal.value.status == 409


def test_a_wallet_accepts_the_very_document_that_the_other_side_signed(contested: Contested) -> None:
    """Rule J6: one document, one nonce, two signatures; the registrar carries it for the wallet."""
    network, claim = contested.network, contested.claim
    proposed = network.car_maker.propose(claim, 40_00)["result"]
    document = proposed["document"]
    path = f"/resolutions/{proposed['resolutionId']}/acceptances"
    own = {
        "signature": signature_of(contested.wallet, document),
        "nonce": document["message"]["nonce"],
        "deadline": int(document["message"]["deadline"]),
    }
    another = signature_of(contested.wallet, changed(document, "message", upheld="0"))
    with nothing_changes(network):
        for wrong, field in [
            ({"nonce": "8"}, "own.nonce"),
            ({"deadline": own["deadline"] - 1}, "own.nonce"),
            ({"signature": another}, "own.signature"),
            ({"signature": malleable(own["signature"])}, "own.signature"),
            ({"signature": signature_of(Account.create(), document)}, "own.signature"),
        ]:
            with pytest.raises(Refused) as refusal:
                contested.party.act(path, {"own": {**own, **wrong}})
            assert (refusal.value.status, refusal.value.field) == (422, field)
        without_wallet = Party(network.operator, "no wallet at hand", contested.party.account, contested.party.token)
        with pytest.raises(Refused) as refusal:
            without_wallet.agree(proposed["resolutionId"])
        assert refusal.value.problem["document"] == document
    done = contested.party.act(path, {"own": own})
    assert done["signer"] == network.world.system.contracts.deployment.roles["registrar"]
    assert contested.party.receivable(claim)["reducedFen"] == "4000"


def test_the_client_has_the_wallet_sign_agreements(contested: Contested) -> None:
    network, claim = contested.network, contested.claim
    now = network.operator.now()
    kept = contested.party.acknowledge(claim, 10_00, "damaged", arisen_at=now, due_at=now)["result"]
    network.car_maker.set_off(kept["counterclaimId"])
    contested.party.agree(network.car_maker.propose(claim, 0)["result"]["resolutionId"])
    network.car_maker.dispute(claim, 5_00, "again")
    network.car_maker.agree(contested.party.propose(claim, 5_00)["result"]["resolutionId"])
    found = contested.party.receivable(claim)
    assert (found["reducedFen"], found["disputedFen"], found["status"]) == ("1500", "0", "confirmed")


def test_an_agreement_that_ran_out_is_carried_no_more(contested: Contested) -> None:
    network, claim = contested.network, contested.claim
    proposed = network.car_maker.act(f"/receivables/{claim}/resolutions", {"upheldFen": "1", "validSeconds": 60})
    network.operator.travel(seconds=61)
    assert [one["state"] for one in contested.party.receivable(claim)["resolutions"]] == ["expired"]
    with nothing_changes(network), pytest.raises(Refused) as refusal:
        contested.party.agree(proposed["result"]["resolutionId"])
    assert refusal.value.field == "own.deadline"


def test_the_wallet_gets_the_document_that_it_alone_can_sign(confirmation: Desk, feiqian: Network) -> None:
    """The refusal carries the document, the SDK has the wallet sign it, and the act goes through."""
    party = feiqian.operator.sign_in(confirmation.wallet)
    claim = confirmation.document["message"]["receivableId"]
    without_wallet = Party(feiqian.operator, "no wallet at hand", party.account, party.token)
    with nothing_changes(feiqian), pytest.raises(Refused) as refusal:
        without_wallet.confirm(claim, FACE)
    assert (refusal.value.status, refusal.value.type) == (409, "key-not-held")
    document = refusal.value.problem["document"]
    assert document["domain"] == confirmation.document["domain"]
    assert all(not isinstance(value, int) or isinstance(value, bool) for value in document["message"].values())
    assert party.confirm(claim, FACE - 5, validSeconds=60)["state"] == "succeeded"

    bank, _ = own_wallet(feiqian, "financier", "91110000MA4OWN000C")
    feiqian.tier1.ask_for_quotes(claim, 100_00, [bank])
    given = bank.quote(claim, feiqian.tier1, 100_00, rate_bps=400)
    assert given["result"]["priceFen"] == feiqian.tier1.quotes()[0]["priceFen"]
    assert 0 < int(given["result"]["priceFen"]) < 100_00


def test_a_wallet_signs_the_terms_of_a_loan(feiqian: Network) -> None:
    """Their rate is a term of theirs, and not what a price was made from."""
    bank, _ = own_wallet(feiqian, "financier", "91110000MA4OWN000E")
    _, note = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_loan("note", note, FACE // 2, [bank])
    request = bank.loan_requests()[0]["id"]
    maturity = feiqian.operator.now() + 30 * 86_400
    given = bank.quote_loan(
        request, FACE // 2, rate_bps=600, penalty_bps=900, grace_days=3, advance_bps=6_000, call_bps=7_000,
        liquidation_bps=8_500, cure_seconds=86_400, reserve_price=9_000, maturity_at=maturity,
    )  # fmt: skip
    assert feiqian.tier1.loan_quotes()[0]["rateBps"] == 600
    assert given["result"]["quoteId"] == feiqian.tier1.loan_quotes()[0]["id"]


def test_the_wallet_gets_the_transaction_that_it_alone_can_send(feiqian: Network) -> None:
    identifier = "91330200MA2OWN000D"
    party, wallet = own_wallet(feiqian, "supplier", identifier)
    system = feiqian.world.system
    invoice = feiqian.invoice(seller=identifier)
    before = written(feiqian)
    with pytest.raises(Refused) as refusal:
        party.hand_over(invoice)
    assert (refusal.value.status, refusal.value.type) == (409, "key-not-held")
    after = written(feiqian)
    # the invoice stays, so that what the wallet registers has its document
    assert {name for name in before if before[name] != after[name]} == {"invoices"}
    transaction = refusal.value.problem["transaction"]
    assert transaction["to"] == system.contracts.address("Receivables")
    system.node.prepare_accounts(wallet.address)
    send(system.node, wallet, transaction)
    feiqian.operator.act("/cash/attestations", {"currency": "CNY", "reserveFen": "10000000000000", "statement": "s"})
    [claim] = party.receivables()
    assert feiqian.car_maker.confirm(claim["id"], int(claim["faceValueFen"]))["state"] == "succeeded"
    for act in (lambda: party.withdraw(claim["id"]), lambda: party.redeem_cash(1, "x")):
        with pytest.raises(Refused):
            act()


def test_a_wallet_that_has_sent_its_approvals_buys(feiqian: Network) -> None:
    """What the keystore would have sent for the party is in the result of its registration."""
    system, wallet = feiqian.world.system, Account.create()
    registered = feiqian.operator.act(
        "/participants",
        {"name": "Own", "identifier": "91110000MA4OWN000F", "roles": ["financier"], "account": wallet.address},
    )
    approvals = registered["result"]["approvals"]
    # Settlement and Collateral move its notes and receipts; five contracts take its cash.
    assert len(approvals) == 2 + len(system.contracts.deployment.tokens)
    system.node.prepare_accounts(wallet.address)
    for transaction in approvals:
        send(system.node, wallet, transaction)
    feiqian.operator.issue_cash(wallet.address, FACE)
    bank = feiqian.operator.sign_in(wallet)
    claim, _ = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(claim, FACE, [bank])
    feiqian.tier1.accept(bank.quote(claim, feiqian.tier1, FACE, price=FACE - 1)["result"]["quoteId"])
    assert (feiqian.operator.cash(bank), bank.notes()[0]["valueFen"]) == (1, str(FACE))


def test_a_wallet_is_told_what_it_has_not_approved_yet(feiqian: Network) -> None:
    """Rule P8: one after the other until all stand; a party that the keystore acts for has nothing to send."""
    party, wallet = own_wallet(feiqian, "supplier", "91110000MA4OWN000P")
    node, asked = feiqian.world.system.node, []
    node.prepare_accounts(wallet.address)
    while len(asked) < 9:
        try:
            party.give_approvals()
        except Refused as refusal:
            if refusal.type != "key-not-held":
                assert "stand already" in str(refusal)
                break
            asked.append(refusal.problem["transaction"])
            send(node, wallet, asked[-1])
    assert len(asked) == 2 + len(feiqian.world.system.contracts.deployment.tokens), "a bulk for each contract"
    with pytest.raises(Refused, match="stand already"):
        feiqian.tier1.give_approvals()
    with pytest.raises(Refused, match="the party's own"):
        feiqian.tier2.act(f"/participants/{feiqian.tier1.account}/approvals")


def send(node: Node, wallet: LocalAccount, transaction: Document) -> None:
    """As a wallet sends what it was given, without the API."""
    signed = wallet.sign_transaction({
        "to": transaction["to"], "data": transaction["data"], "chainId": transaction["chainId"], "value": 0,
        "gas": 1_000_000, "gasPrice": int(node.rpc("eth_gasPrice"), 16) * 2,
        "nonce": int(node.rpc("eth_getTransactionCount", wallet.address, "latest"), 16),
    })  # fmt: skip
    sent = node.rpc("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())
    eventually(lambda: node.rpc("eth_getTransactionReceipt", sent))


def test_an_account_with_code_signs_through_its_contract(feiqian: Network) -> None:
    """ERC-1271: who has code is asked, and an answer that is no yes is a no."""
    system = feiqian.world.system
    yes = "1626ba7e" + "00" * 28
    cases = {
        # answers the magic value to everything: PUSH32 value, MSTORE at 0, RETURN 32 bytes
        "agrees": ("7f" + yes + "60005260206000f3", True),
        "denies": ("7f" + "ff" * 32 + "60005260206000f3", False),
        "answers too much": ("7f" + "1626ba7e" + "00" * 27 + "01" + "60005260206000f3", False),
        "answers nothing": ("00", False),
        "reverts": ("60006000fd", False),
        "has no such function": ("fe", False),
    }
    for position, (name, (code, valid)) in enumerate(cases.items()):
        account = Account.create().address
        method = (
            "anvil_setCode" if "anvil" in str(system.node.rpc("web3_clientVersion")).lower() else ("evm_setAccountCode")
        )
        system.node.rpc(method, account, "0x" + code)
        identifier = f"91310000MA1CODE00{position}"
        feiqian.operator.register(name, identifier, ["obligor"], account=account, limits={"CNY": LIMIT_FEN})
        token = feiqian.world.app.extensions["feiqian-access"].issue_api_key(account)
        party = Party(feiqian.operator, name, account, token)
        claim = feiqian.registered(amount=FACE, buyer=identifier)
        own = {"signature": "0x1234", "nonce": "1", "deadline": feiqian.operator.now() + 60}
        if valid:
            assert party.confirm(claim, FACE, own=own)["state"] == "succeeded", name
        else:
            with pytest.raises(Refused) as refusal:
                party.confirm(claim, FACE, own=own)
            assert refusal.value.field == "own.signature", name


def test_the_key_of_an_account_with_code_signs_nothing(feiqian: Network) -> None:
    system = feiqian.world.system
    party, wallet = own_wallet(feiqian, "obligor", "91310000MA1OWN000E", limits={"CNY": LIMIT_FEN})
    claim = feiqian.registered(amount=FACE, buyer="91310000MA1OWN000E")
    method = "anvil_setCode" if "anvil" in str(system.node.rpc("web3_clientVersion")).lower() else "evm_setAccountCode"
    system.node.rpc(method, wallet.address, "0x60006000fd")
    with pytest.raises(Refused) as refusal:
        party.confirm(claim, FACE)
    assert refusal.value.field == "own.signature"
