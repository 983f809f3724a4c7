"""The explorer (rules G30 to G34)."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from sqlalchemy import insert, select
from web3.types import RPCEndpoint

from backend.chain import transactions as chain
from backend.chain.node import GAS_LIMIT
from backend.chain.signing import sign
from backend.chain.transactions import read_call
from backend.errors import ChainUnavailable, both
from backend.projections import tables
from backend.queries.pages import EXAMINED
from backend.sdk import OperationFailed, Party
from backend.testing import Network
from backend.web.pages.explorer.values import Reading
from tests.waiting import eventually

from .browser import Browser
from .test_pages import UGLY

BARE = "You are no party to this transaction"
WORTH = "1,234,567.00"


@pytest.fixture
def operator(feiqian: Network) -> Browser:
    browser = Browser(feiqian)
    browser.post("/door/key", {"key": feiqian.world.settings.operator_api_key})
    return browser


def enter(feiqian: Network, party: Party, **headers: str) -> Browser:
    return Browser(feiqian, **headers).enter_as(party.account)


def tx_of(browser: Browser, thing: str, event: str) -> str:
    """The transaction of an event on the page of a thing."""
    found = re.search(rf"<br>{event}</th>.*?(/explorer/transactions/0x[0-9a-f]{{64}})", browser.get(thing).text, re.S)
    assert found is not None, event
    return found[1]


def everything(feiqian: Network) -> list[Any]:
    """All events, the first first."""
    found: list[Any] = []
    after = {}
    while True:
        page = feiqian.operator.get("/events", limit=500, **after)
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def send(feiqian: Network, sender: str, data: str, contract: str = "Receivables", status: str = "0x0") -> str:
    """Puts a call into a block that nobody tried before; its transaction, which ends so."""
    system = feiqian.world.system
    node, account = system.node, system.keystore.account(sender)
    signed = sign(
        account, nonce=node.transaction_count(sender), gas_price=node.gas_price(node.head()), gas=GAS_LIMIT // 10,
        to=system.contracts.address(contract), data=data, chain_id=node.chain_id,
    )  # fmt: skip
    # Ganache says no to what fails, and puts it into a block all the same.
    node._provider.make_request(RPCEndpoint("eth_sendRawTransaction"), ["0x" + signed.raw.hex()])
    assert mined(feiqian, signed.tx_hash)["status"] == status
    return signed.tx_hash


def mined(feiqian: Network, tx_hash: str) -> Any:
    """The receipt, once there is one: Anvil answers before its block is there."""
    return eventually(lambda: feiqian.world.system.node.rpc("eth_getTransactionReceipt", tx_hash))


# ---- G30


def test_blocks_and_contracts_are_as_the_node_has_them(feiqian: Network, operator: Browser) -> None:
    feiqian.confirmed()
    contracts = feiqian.world.system.contracts
    head = contracts.node.rpc("eth_getBlockByNumber", "latest", False)
    number = int(head["number"], 16)
    page = operator.get(f"/explorer/blocks/{number}").text
    for fact in (head["hash"], head["parentHash"], str(int(head["gasUsed"], 16))):
        assert fact in page
    assert f"/explorer/blocks/{number}" in operator.get("/explorer").text
    older = re.findall(
        r'<th scope="row"><a href="/explorer/blocks/(\d+)"', operator.get(f"/explorer?below={number}").text
    )
    assert [int(one) for one in older] == list(range(number - 1, number - 11, -1))
    page = operator.get("/explorer/contracts/Receivables").text
    deployment = contracts.deployment
    for fact in (contracts.address("Receivables"), deployment.code_hashes["Receivables"], "endorse", "NonceUsed"):
        assert fact in page
    for nowhere in (
        f"blocks/{number + 10**6}",
        "transactions/0x" + 64 * "0",
        "transactions/1",
        "contracts/None",
        "addresses/0x1",
    ):
        assert operator.get(f"/explorer/{nowhere}").status_code == 404


@pytest.mark.parametrize("path", ["/explorer/events?after=x", "/explorer/events?kind=word", "/explorer?below=-1"])
def test_a_place_that_is_none_is_refused(operator: Browser, path: str) -> None:
    assert operator.get(path).status_code == 422


def test_without_a_chain_its_pages_say_so_and_others_stand(
    feiqian: Network, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, _ = feiqian.confirmed()
    tx = tx_of(operator, f"/receivables/{claim}", "ReceivableConfirmed")

    def silence(*_: Any, **__: Any) -> Any:
        raise ChainUnavailable(reason=both("the node gave no answer", "节点没有应答"))

    provider = type(feiqian.world.system.node._provider)
    monkeypatch.setattr(provider, "make_request", silence)
    monkeypatch.setattr(provider, "make_batch", silence)
    for path in ("/explorer", tx, "/explorer/blocks/1", "/explorer/search?q=0x" + 64 * "1"):
        answer = operator.get(path)
        assert answer.status_code == 503 and "the node gave no answer" in answer.text and "<html" in answer.text
    for path in ("/desks/operator", f"/receivables/{claim}", "/explorer/events", "/explorer/contracts/Receivables"):
        assert operator.get(path).status_code == 200
    assert "Chain: the node gave no answer" in operator.get("/desks/operator").text


# ---- G31


def test_who_is_no_party_learns_that_it_happened(feiqian: Network, operator: Browser) -> None:
    """Rule G31."""
    claim, note = feiqian.confirmed(amount=1_234_567_00)
    feiqian.tier1.endorse(note, feiqian.tier2, 5_000_00)
    tx = tx_of(operator, f"/notes/{note}", "NoteEndorsed")
    stranger, holder = enter(feiqian, feiqian.bank_a), enter(feiqian, feiqian.tier2)
    page = stranger.get(tx).text
    assert BARE in page and "Receivables</a>.endorse" in page and tx.rpartition("/")[2] in page
    for secret in ("tier1", "tier2", "5,000.00", "noteId", feiqian.tier1.account, "note.endorse"):
        assert secret not in page, secret
    block = re.search(r'href="(/explorer/blocks/\d+)"', page)
    assert block is not None
    assert "endorse" in stranger.get(block[1]).text and "tier1" not in stranger.get(block[1]).text
    for reader in (operator, holder):
        page = reader.get(tx).text
        assert BARE not in page
        for fact in ("5,000.00", "tier2", f'href="/notes/{note}"'):
            assert fact in page, fact
        assert "tier1" in reader.get(block[1]).text
    assert "NoteEndorsed" not in stranger.get("/explorer/events").text
    assert "NoteEndorsed" not in stranger.get("/explorer/contracts/Receivables").text
    assert "NoteEndorsed" in holder.get("/explorer/events").text
    assert "There are none" in stranger.get(f"/explorer/events?kind=receivable&number={claim}").text
    address = f"/explorer/addresses/{feiqian.tier1.account}"
    assert "Latest operations" not in holder.get(address).text, "what tier1 asked for is its own business"
    assert "There are none" in stranger.get(address).text


def test_of_many_acts_each_sees_its_own(feiqian: Network, operator: Browser) -> None:
    """Rule G31: one transaction pays two that have nothing to do with each other."""
    issues = [
        {"currency": "CNY", "to": feiqian.tier1.account, "amountFen": "11100"},
        {"currency": "CNY", "to": feiqian.tier2.account, "amountFen": "22200"},
    ]
    operation = feiqian.operator.act("/bulk/issues", {"items": issues})
    tx = f"/explorer/transactions/{operation['tx']}"
    page = operator.get(tx).text
    assert page.count("111.00") >= 2 and page.count("222.00") >= 2, "in the call and in the event"
    page = enter(feiqian, feiqian.tier1).get(tx).text
    assert "111.00" in page and "222.00" not in page and "tier2" not in page
    assert "more than concerns you" in page


def test_bytes_that_nobody_can_read_may_be_of_others(
    feiqian: Network, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule G31: a wallet that is a contract may have had many acts done in one call of its own."""
    _, note = feiqian.confirmed(amount=1_234_567_00)
    feiqian.tier1.endorse(note, feiqian.tier2, 5_000_00)
    tx = tx_of(operator, f"/notes/{note}", "NoteEndorsed")
    data = feiqian.world.system.node.rpc("eth_getTransactionByHash", tx.rpartition("/")[2])["input"]
    monkeypatch.setattr(chain, "read_call", lambda *_: None)
    for party, sees in ((feiqian.tier1, True), (feiqian.tier2, False)):
        page = enter(feiqian, party).get(tx).text
        assert "NoteEndorsed" in page and (data[:200] in page) == sees
    assert data[:200] in operator.get(tx).text


def test_what_a_claim_was_sold_for_is_for_its_two_sides(feiqian: Network, operator: Browser) -> None:
    """Rules B51 and G31: the obligor sees that a note of its claim went to the bank, and not the terms."""
    claim, note = feiqian.confirmed(amount=1_234_567_00)
    feiqian.tier1.ask_for_quotes(claim, 450_000_00, [feiqian.bank_a])
    feiqian.bank_a.quote(claim, feiqian.tier1, 450_000_00, rate_bps=520)
    feiqian.tier1.accept(feiqian.tier1.quotes(claim)[0]["id"])
    tx = tx_of(operator, f"/notes/{note}", "NoteEndorsed")
    for party, sees in ((feiqian.tier1, True), (feiqian.bank_a, True), (feiqian.car_maker, False)):
        page = enter(feiqian, party).get(tx).text
        assert "NoteEndorsed" in page and "450,000.00" in page
        assert [word in page for word in ("<dt>price</dt>", "<dt>deadline</dt>", "Settled")] == [sees] * 3, party


def test_who_is_no_participant_has_no_explorer(feiqian: Network) -> None:
    from tests.backend.integration.api.test_sign_in import Door

    browser, door = Browser(feiqian), Door(feiqian)
    message = door.message()
    browser.post("/door/wallet", {"message": message, "signature": door.sign(message)})
    assert browser.get("/explorer").status_code == 403
    assert Browser(feiqian).get("/explorer").status_code == 303


# ---- G32


def test_a_thing_leads_to_its_transactions_and_back(feiqian: Network, operator: Browser) -> None:
    claim, note = feiqian.confirmed(amount=1_234_567_00)
    supplier = enter(feiqian, feiqian.tier1)
    page = supplier.get(f"/receivables/{claim}").text
    for event in ("ReceivableRegistered", "ReceivableConfirmed"):
        assert event in page
    tx = tx_of(supplier, f"/receivables/{claim}", "ReceivableConfirmed")
    page = supplier.get(tx).text
    assert f'href="/receivables/{claim}"' in page and f'href="/notes/{note}"' in page
    assert f'href="/participants/{feiqian.car_maker.account}"' in page
    said = [one["name"] for one in everything(feiqian) if one["args"].get("receivableId") == claim]
    shown = supplier.get(f"/explorer/events?kind=receivable&number={claim}").text
    assert [shown.count(f"<br>{name}</th>") for name in set(said)] == [said.count(name) for name in set(said)]


def test_lists_go_on_where_they_stopped(feiqian: Network, operator: Browser) -> None:
    seen: list[str] = []
    path: str | None = "/explorer/events"
    while path is not None:
        page = operator.get(path).text
        seen += re.findall(r"<br>(\w+)</th>", page)
        further = re.search(r'href="(/explorer/events)?(\?after=[\d-]+)"', page)
        path = f"/explorer/events{further[2]}" if further else None
    assert seen == [one["name"] for one in everything(feiqian)][::-1] and len(seen) > 40


def test_ones_own_is_found_behind_much_that_is_others(feiqian: Network) -> None:
    """So many events are looked at for a page; it may then be empty, and leads on."""
    claim, _ = feiqian.confirmed()
    head, events = feiqian.world.system.node.head(), tables.events
    with feiqian.world.system.database.begin() as db:
        row = dict(db.execute(select(events).where(events.c.name == "ReserveAttested")).mappings().first() or {})
        here = {"block_number": head.number, "block_hash": head.hash}
        db.execute(insert(events), [row | here | {"log_index": 1_000 + one} for one in range(EXAMINED)])
    browser = enter(feiqian, feiqian.tier1)
    page = browser.get("/explorer/events").text
    assert "There are none" in page
    further = re.search(r'href="(\?after=[\d-]+)"', page)
    assert further is not None
    page = browser.get(f"/explorer/events{further[1]}").text
    assert "ReceivableConfirmed" in page and f'href="/receivables/{claim}"' in page


# ---- G33


def test_signed_documents_stand_with_the_call_that_spent_them(feiqian: Network, operator: Browser) -> None:
    claim = feiqian.registered(amount=1_234_567_00)
    feiqian.car_maker.confirm(claim, 1_234_567_00, carry=False)
    feiqian.tier1.ask_for_quotes(claim, 450_000_00, [feiqian.bank_a])
    feiqian.bank_a.quote(claim, feiqian.tier1, 450_000_00, rate_bps=520)
    feiqian.tier1.accept(feiqian.tier1.quotes(claim)[0]["id"])
    page = operator.get(tx_of(operator, f"/receivables/{claim}", "ReceivableConfirmed")).text
    assert "Signed document: Confirmation" in page and "Signed document: Quote" in page
    quote = page[page.index("Signed document: Quote") :]
    assert "450,000.00" in quote and "5.20 %" in quote and f'href="/participants/{feiqian.bank_a.account}"' in quote
    assert WORTH in page


def test_bytes_that_nobody_can_read_are_shown_shortened(feiqian: Network, operator: Browser) -> None:
    for data in ("0xdeadbeef" + 4_000 * "ab", "0x", _selector(feiqian, "endorse") + "ff" * 3):
        page = operator.get(f"/explorer/transactions/{send(feiqian, feiqian.tier1.account, data)}")
        assert page.status_code == 200 and "refused" in page.text
        assert len(page.text) < 9_000
        assert data[:60] in page.text


def test_of_many_acts_one_that_nobody_can_read_is_shown_as_such(feiqian: Network, operator: Browser) -> None:
    contracts, account = feiqian.world.system.contracts, feiqian.tier1.account
    known = contracts.call_data("Receivables", "cancelNonce", 5).data
    acts = [bytes.fromhex(known[2:]), b"\xde\xad\xbe\xef"]
    tx = send(feiqian, account, contracts.call_data("Receivables", "bulk", acts).data)
    for browser in (operator, enter(feiqian, feiqian.tier1)):
        page = browser.get(f"/explorer/transactions/{tx}").text
        assert "Receivables.cancelNonce" in page and "<code>BulkItemWithoutReason</code>" in page
        assert page.count("A call that nobody here can read.") == 1


def test_a_nonce_that_is_spent_without_a_document_shows_none(feiqian: Network, operator: Browser) -> None:
    """Rule G33: whoever cancels says nothing that was signed."""
    call = feiqian.world.system.contracts.call_data("Receivables", "cancelNonce", 5)
    path = f"/explorer/transactions/{send(feiqian, feiqian.tier1.account, call.data, status='0x1')}"
    eventually(lambda: "NonceUsed" in operator.get(path).text)
    assert "Signed document" not in operator.get(path).text


def test_the_terms_of_a_loan_are_read(feiqian: Network, operator: Browser) -> None:
    _, note = feiqian.confirmed(amount=1_234_567_00)
    feiqian.tier1.ask_for_loan("note", note, 200_000_00, [feiqian.bank_a])
    request = feiqian.bank_a.loan_requests()[0]["id"]
    terms = {
        "rate_bps": 730, "penalty_bps": 950, "maturity_at": feiqian.operator.now() + 30 * 86_400, "grace_days": 3,
        "advance_bps": 8_000, "call_bps": 8_500, "liquidation_bps": 9_500, "cure_seconds": 86_400, "reserve_price": 100_00,
    }  # fmt: skip
    quote = feiqian.bank_a.quote_loan(request, 200_000_00, **terms)["result"]["quoteId"]
    loan = feiqian.tier1.take_loan(str(quote), 100_000_00)["result"]["loanId"]
    page = operator.get(tx_of(operator, f"/loans/{loan}", "LoanOriginated")).text
    call, _, papers = page.partition("Signed document: LoanQuote")
    for part in (call, papers[: papers.index("</section>")]):
        assert "200,000.00" in part and "7.30 %" in part and f'href="/participants/{feiqian.bank_a.account}"' in part
    assert "cannot be read" not in page


def bulk_of(feiqian: Network, inner: bytes, count: int) -> bytes:
    """A bulk of `count` acts that all are the same bytes: each offset leads to them."""
    selector = bytes.fromhex(feiqian.world.system.contracts.call_data("Receivables", "bulk", []).data[2:])[:4]
    words = (32, count, *[32 * count] * count, len(inner))
    return selector + b"".join(each.to_bytes(32, "big") for each in words) + inner + b"\0" * (-len(inner) % 32)


def test_calls_that_unfold_into_millions_are_not_read(feiqian: Network, operator: Browser) -> None:
    """Rule G38: 20 calls in 20 calls in 20, and so on, and one long act a thousand times."""
    contracts = feiqian.world.system.contracts
    to, unfolding, nested = contracts.address("Receivables"), b"\xde\xad\xbe\xef", b"\xde\xad\xbe\xef"
    for _ in range(40):
        unfolding, nested = bulk_of(feiqian, unfolding, 20), bulk_of(feiqian, nested, 1)
    began = time.process_time()
    for data in (unfolding, bulk_of(feiqian, b"\xab" * 50_000, 1_000)):
        read = read_call(contracts, to, "0x" + data.hex())
        assert read is not None and read.arguments is None
    assert time.process_time() - began < 2
    for data, status, says in ((unfolding, "0x0", "Its arguments cannot be read"), (nested, "0x1", "and 1 more")):
        tx = send(feiqian, feiqian.tier1.account, "0x" + data.hex(), status=status)
        assert says in operator.get(f"/explorer/transactions/{tx}").text
    for acts in ([bytes([one % 256]) * 300 for one in range(300)], [b""] * 300):
        read = read_call(contracts, to, contracts.call_data("Receivables", "bulk", acts).data)
        assert read is not None and read.arguments is not None and (len(read.within), read.more) == (20, 280)


def test_what_an_authority_is_told_to_have_done_is_read_like_any_call(feiqian: Network) -> None:
    """Rule G38: the call in it is for its target."""
    contracts = feiqian.world.system.contracts
    inner = contracts.call_data("SettlementToken:CNY", "setCap", 7_000)
    outer = contracts.call_data("Authority", "schedule", inner.to, bytes.fromhex(inner.data[2:]), 0)
    read = read_call(contracts, outer.to, outer.data)
    assert read is not None and (read.contract, read.function, read.carries_others) == ("Authority", "schedule", True)
    (within,) = read.within
    assert within is not None and (within.contract, within.function) == ("SettlementToken:CNY", "setCap")
    assert within.arguments == {"newCap": 7_000}
    stranger = contracts.call_data("Authority", "execute", feiqian.tier1.account, b"\xde\xad")
    read = read_call(contracts, stranger.to, stranger.data)
    assert read is not None and read.within == (None,), "it is none of our contracts"


def test_a_call_that_is_too_long_is_not_read(feiqian: Network) -> None:
    """Rule G38."""
    contracts = feiqian.world.system.contracts
    long, short = (contracts.call_data("Receivables", "bulk", [bytes(size)]) for size in (chain.MOST_DATA, 1_000))
    read = read_call(contracts, long.to, long.data)
    assert read is not None and (read.function, read.arguments, read.within) == ("bulk", None, ())
    read = read_call(contracts, short.to, short.data)
    assert read is not None and read.arguments is not None and read.within == (None,)


def test_numbers_that_no_table_has_are_shown_as_they_are(feiqian: Network) -> None:
    names = ("participantId", "receivableId", "loanId", "amount", "maturityAt", "rateBps")
    with feiqian.world.app.test_request_context():
        for number in (-1, 0, 2**31, 2**63, 2**255, 2**256 - 1):
            args = dict.fromkeys(names, number)
            assert len(Reading([("", args)]).shown("", args)) == len(args)


def test_a_full_block_is_paged(feiqian: Network, operator: Browser) -> None:
    node = feiqian.world.system.node
    if feiqian.world.settings.chain != "anvil":
        pytest.skip("Ganache makes a block for each transaction")
    account, call = feiqian.tier1.account, feiqian.world.system.contracts.call_data("Receivables", "cancelNonce", 5)
    signer, first = feiqian.world.system.keystore.account(account), node.transaction_count(account)
    node.rpc("evm_setAutomine", False)
    try:
        for nonce in range(first, first + 30):
            signed = sign(
                signer, nonce=nonce, gas_price=node.gas_price(node.head()), gas=100_000, to=call.to, data=call.data,
                chain_id=node.chain_id,
            )  # fmt: skip
            node.rpc("eth_sendRawTransaction", "0x" + signed.raw.hex())
        waiting = operator.get(f"/explorer/transactions/{signed.tx_hash}").text
        assert "waits for its block" in waiting and 'hx-trigger="every 1s"' in waiting
        node.rpc("evm_mine")
    finally:
        node.rpc("evm_setAutomine", True)
    number = int(mined(feiqian, signed.tx_hash)["blockNumber"], 16)
    page = operator.get(f"/explorer/blocks/{number}").text
    assert page.count('<th scope="row"><a href="/explorer/transactions/') == 25
    assert "every 1s" not in operator.get(f"/explorer/transactions/{signed.tx_hash}").text
    rest = operator.get(f"/explorer/blocks/{number}?from=25").text
    assert rest.count('<th scope="row"><a href="/explorer/transactions/') == 5 and "?from=50" not in rest


def _selector(feiqian: Network, function: str) -> str:
    return feiqian.world.system.contracts.call_data("Receivables", function, 1, feiqian.tier2.account, 1, True).data[
        :10
    ]


# ---- G34


@pytest.mark.parametrize(("language", "says"), [("en", "there is no note 999"), ("zh", "凭证 999")])
def test_a_failed_transaction_says_why(feiqian: Network, language: str, says: str) -> None:
    call = feiqian.world.system.contracts.call_data("Receivables", "endorse", 999, feiqian.tier2.account, 1, True)
    tx = send(feiqian, feiqian.tier1.account, call.data)
    page = enter(feiqian, feiqian.tier1, **{"Accept-Language": language}).get(f"/explorer/transactions/{tx}").text
    assert says in page and re.search(r"<code>\w+</code>", page)
    bare = enter(feiqian, feiqian.bank_a).get(f"/explorer/transactions/{tx}").text
    assert BARE in bare and "noteId" not in bare and "refused" not in bare


def test_where_the_node_cannot_say_why_the_page_says_that(feiqian: Network, operator: Browser) -> None:
    """What made no contract, and what would succeed before its block and after it."""
    if feiqian.world.settings.chain != "anvil":
        pytest.skip("Ganache makes a block for each transaction")
    node, keys, contracts = (getattr(feiqian.world.system, name) for name in ("node", "keystore", "contracts"))
    giver, taker = feiqian.tier1.account, feiqian.tier2.account
    for party in (giver, taker):
        feiqian.operator.issue_cash(party, 100_00)
    nonces = {account: node.transaction_count(account) for account in (giver, taker)}

    def put(account: str, to: str | None, data: str, price: int) -> str:
        sent = {"chainId": node.chain_id, "nonce": nonces[account], "gas": 300_000, "gasPrice": price, "value": 0}
        signed = keys.account(account).sign_transaction(sent | {"data": data} | ({"to": to} if to else {}))
        nonces[account] += 1
        return str(node.rpc("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex()))

    def pay(account: str, to: str, price: int) -> str:
        call = contracts.call_data("SettlementToken:CNY", "transfer", to, 100_00)
        return put(account, call.to, call.data, price)

    price = node.gas_price(node.head())
    node.rpc("evm_setAutomine", False)
    try:
        pay(giver, taker, 3 * price)
        failed = pay(giver, taker, 3 * price)
        made_nothing = put(giver, None, "0xfe", 2 * price)
        pay(taker, giver, price)
        node.rpc("evm_mine")
    finally:
        node.rpc("evm_setAutomine", True)
    assert feiqian.operator.cash(feiqian.tier1) == feiqian.operator.cash(feiqian.tier2) == 100_00
    for tx in (failed, made_nothing):
        assert int(mined(feiqian, tx)["status"], 16) == 0
        assert "the node does not say why" in operator.get(f"/explorer/transactions/{tx}").text


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "note 1 has a value of 90000, and 500000 is needed"), ("zh", "凭证 1 的金额为 90000,需要 500000")],
)
def test_an_act_that_was_refused_among_many_says_why(feiqian: Network, language: str, says: str) -> None:
    """Rule U2."""
    _, note = feiqian.confirmed(amount=1_000_00)
    assert note == 1
    acts = [{"noteId": note, "to": feiqian.tier2.account, "valueFen": value} for value in ("10000", "500000")]
    operation = feiqian.tier1.act("/bulk/endorsements", {"items": acts})
    browser = Browser(feiqian, **{"Accept-Language": language})
    browser.post("/door/key", {"key": feiqian.world.settings.operator_api_key or ""})
    page = browser.get(f"/explorer/transactions/{operation['tx']}").text
    assert page.count("<br>BulkItem</th>") == 2 and page.count(says) == 1


def test_an_act_that_failed_behind_another_says_what_was_written_down_then(feiqian: Network) -> None:
    """Rule G34: in its block, both repayments of a claim that one pays."""
    claim, _ = feiqian.confirmed(amount=1_000_00)
    feiqian.world.system.engine.stop()
    path = f"/receivables/{claim}/repayments"
    acts = [feiqian.car_maker.act(path, {"amountFen": "100000"}, wait=0) for _ in range(2)]
    feiqian.world.system.engine.start()
    assert feiqian.car_maker.finish(acts[0])["state"] == "succeeded"
    with pytest.raises(OperationFailed) as failed:
        feiqian.car_maker.finish(acts[1])
    page = enter(feiqian, feiqian.car_maker).get(f"/explorer/transactions/{failed.value.operation['tx']}").text
    assert f"receivable {claim} is repaid" in page and "<code>WrongStatus</code>" in page


# ---- search


def test_what_is_looked_for_is_found(feiqian: Network, operator: Browser) -> None:
    claim, _ = feiqian.confirmed()
    tx = tx_of(operator, f"/receivables/{claim}", "ReceivableConfirmed")
    account, hash_ = feiqian.tier1.account, tx.rpartition("/")[2]
    first = feiqian.world.system.node.rpc("eth_getBlockByNumber", "0x1", False)["hash"]
    address = feiqian.world.system.contracts.address("Receivables")
    for text, there in [
        ("1", "/explorer/blocks/1"), (first, "/explorer/blocks/1"), (hash_.upper().replace("0X", "0x"), tx),
        (account.lower(), f"/explorer/addresses/{account}"), ("receivables", "/explorer/contracts/Receivables"),
        (" car_maker ", f"/explorer/addresses/{feiqian.car_maker.account}"), (account[:12], f"/explorer/addresses/{account}"),
    ]:  # fmt: skip
        answer = operator.get("/explorer/search", query_string={"q": text})
        assert (answer.status_code, answer.headers.get("Location")) == (303, there), text
    assert operator.get(f"/explorer/addresses/{address}").headers["Location"] == "/explorer/contracts/Receivables"
    page = operator.get("/explorer/search", query_string={"q": "tier"}).text
    assert "tier1" in page and "tier2" in page
    for text in ("", "%", "nobody", UGLY, "0x12345678", "//evil.example"):
        answer = operator.get("/explorer/search", query_string={"q": text})
        assert answer.status_code == 200 and "<script>alert" not in answer.text and "There are none" in answer.text


def test_what_people_wrote_is_text(feiqian: Network, operator: Browser) -> None:
    """Rule G4."""
    ugly = feiqian.operator.register(UGLY, "UGLY-9", ["supplier"])
    claim, _ = feiqian.confirmed(amount=1_000_00)
    feiqian.car_maker.dispute(claim, 10_00, UGLY)
    tx = tx_of(operator, f"/receivables/{claim}", "ReceivableDisputed")
    for path in ("/explorer", f"/receivables/{claim}", tx, f"/explorer/addresses/{ugly.account}", "/desks/operator"):
        page = operator.get(path).text
        assert "<script>alert" not in page and "49" not in re.findall(r"&amp;(\d+)", page)
    assert "&lt;script&gt;alert" in operator.get(tx).text
