"""The regulator's desk, trails and participants (rules G50 to G53, G55)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert

from backend.chain.outbox import operation_history, operations
from backend.queries import network as figures
from backend.queries import suspicions
from backend.queries.books import trial_balance
from backend.sdk import Party, Refused
from backend.testing import FUNDS_FEN, LIMIT_FEN, Network
from tests.backend.integration.api.driver import make_scene
from tests.backend.integration.api.test_sign_in import Door

from .browser import Browser
from .test_goods import UGLY, enter, section

FACE = 3_000_000_00


def regulator_of(network: Network) -> Party:
    return network.operator.register("CSRC 监管局", "REG-0001", ["regulator"])


def in_yuan(network: Network) -> dict[str, Any]:
    found = figures.figures(network.world.system.database, network.operator.now())
    return next(one for one in found if one["currency"] == "CNY")


def at_the_desk(network: Network, **headers: str) -> Browser:
    return Browser(network, **headers).enter_as(regulator_of(network).account)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_network_in_figures(feiqian: Network, language: str) -> None:
    """Rule G51: the figures are those that the API's own lists add up to."""
    make_scene(feiqian)
    desk = at_the_desk(feiqian, **{"Accept-Language": language})
    page = desk.get("/desks/regulator").text
    cny = in_yuan(feiqian)
    notes = [note for note in feiqian.operator.notes() if int(note["valueFen"])]
    assert cny["notes"] == {"count": len(notes), "valueFen": sum(int(note["valueFen"]) for note in notes)}
    by_status = {row["status"]: row["count"] for row in cny["receivables"]}
    claims = feiqian.operator.receivables()
    assert by_status == {status: sum(c["status"] == status for c in claims) for status in {c["status"] for c in claims}}
    assert cny["cash"] == {"supplyFen": 3 * FUNDS_FEN, "reserveFen": 10 * FUNDS_FEN}
    (loan,) = feiqian.operator.loans()
    assert cny["loans"] == [{"state": "live", "count": 1, "principalFen": int(loan["due"]["principalFen"])}]
    assert f"{3 * FUNDS_FEN / 100:,.2f}" in page and f"{cny['notes']['valueFen'] / 100:,.2f}" in page
    balance = section(desk.get("/desks/regulator/books").text, "balance")
    assert {"en": "balances", "zh": "平衡"}[language] in balance and "bg-red-lt" not in balance
    for row in trial_balance(feiqian.world.system.database):
        assert f"{row['debitFen'] / 100:,.2f}" in balance
    feiqian.operator.travel(days=40)
    assert [row["state"] for row in in_yuan(feiqian)["loans"]] == ["default"]


def test_disputes_and_freezes_wait_for_orders(feiqian: Network) -> None:
    """Rule G50."""
    scene = make_scene(feiqian)
    desk = at_the_desk(feiqian)
    page = desk.get("/desks/regulator").text
    assert f"/acts/order-resolution/{scene.contested}" in section(page, "disputes")
    assert "short delivery 短少" in section(page, "disputes")
    assert f"/acts/freeze-participant/{feiqian.tier1.account}" in section(page, "people")
    assert "without end" in section(page, "people"), "what a contract's identification has"
    feiqian.operator.freeze(feiqian.tier2, "order 1")
    feiqian.operator.freeze_receipt(scene.receipt, "order 2")
    feiqian.warehouse.report(scene.lot, "damage", "0", "burst")
    page = desk.get("/desks/regulator").text
    assert f"/acts/unfreeze-participant/{feiqian.tier2.account}" in section(page, "frozen")
    assert f"/acts/unfreeze-receipt/{scene.receipt}" in section(page, "frozen")
    assert f"/acts/unlock-lot/{scene.lot}" in section(page, "locked")


def test_large_payments_say_who_what_and_how_much(feiqian: Network) -> None:
    """Rule G51."""
    receivable, note = feiqian.confirmed(FACE)
    feiqian.tier1.ask_for_quotes(receivable, FACE, [feiqian.bank_a])
    price = 2_900_000_00
    quote = feiqian.bank_a.quote(receivable, feiqian.tier1, FACE, price=price)["result"]["quoteId"]
    feiqian.tier1.accept(quote, note)
    desk = at_the_desk(feiqian)
    large = section(desk.get("/desks/regulator").text, "large")
    assert "bank_a" in large and "tier1" in large and f"/trails/{receivable}" in large
    assert "sold against cash" in large
    small = section(desk.get("/desks/regulator?threshold=2,950,000").text, "large")
    assert "tier1" not in small and "bank_a" in small, "its funds came by an issue of more"
    assert desk.get("/desks/regulator?threshold=-1").status_code == 422
    assert desk.get("/desks/regulator?threshold=x").status_code == 422


def test_what_is_suspicious_has_its_reason(feiqian: Network) -> None:
    """Rule G53: each rule finds what it is for, and nothing before."""
    engine, net = feiqian.world.system.database, feiqian
    assert suspicions.suspicions(engine, 100) == []
    invoice = net.invoice()
    net.tier1.hand_over(invoice)
    refused(lambda: net.tier1.hand_over(invoice))
    net.stored(lot="THE-LOT")
    refused(lambda: net.stored(lot="THE-LOT"))
    _, note = net.confirmed(FACE)
    child = int(net.tier1.endorse(note, net.tier2, 100_00)["result"]["noteId"])
    net.tier2.endorse(child, net.tier1, 50_00)
    net.operator.freeze(net.tier2, "order 9")
    refused(lambda: net.tier2.endorse(child, net.tier1, 1_00))
    found = suspicions.suspicions(engine, 100)
    rules = [one["rule"] for one in found]
    assert sorted(rules) == ["circle", "frozen", "twice", "twice"]
    circle = found[rules.index("circle")]
    assert (circle["parties"], circle["amountFen"]) == ([net.tier2.account, net.tier1.account], 50_00)
    page = section(at_the_desk(net).get("/desks/regulator").text, "suspicions")
    assert "brought a second time" in page and "came back to somebody" in page and "frozen" in page
    assert "/lots/1" in page and "/receivables/1" in page and f"/participants/{net.tier2.account}" in page


def test_what_failed_in_its_block_is_found_too(feiqian: Network) -> None:
    """Rule G53: behind other acts of the same sender nothing is tried, so it is sent, and fails."""
    net, engine = feiqian, feiqian.world.system.database
    _, receipt = net.stored()
    net.operator.freeze_receipt(receipt, "order 3")
    ended = {"state": "failed", "kind": "receipt.transfer", "actor": net.tier1.account, "replacements": 0}
    error = {"error": "ReceiptIsFrozen", "arguments": {"receiptId": str(receipt)}, "contract": "WarehouseReceipts"}
    ordinary = {"error": "Cancelled", "arguments": {}, "contract": ""}
    lost = {"fingerprint": "0x" + 64 * "1", "id": "4711"}
    gone = {"error": "FingerprintTaken", "arguments": lost, "contract": "Fingerprints"}
    with engine.begin() as db:
        for number, why in enumerate((error, ordinary, gone)):
            db.execute(insert(operations).values(id=f"{number:032x}", error=why, **ended))
            told = {"operation_id": f"{number:032x}", "state": "failed", "at": net.operator.now()}
            db.execute(insert(operation_history).values(**told))
    found = {one["rule"]: one for one in suspicions.suspicions(engine, 100)}
    assert found.keys() == {"frozen", "twice"}
    assert (found["frozen"]["page"], found["frozen"]["parties"]) == (f"/receipts/{receipt}", [net.tier1.account])
    assert (found["twice"]["page"], found["twice"]["parties"]) == ("", [net.tier1.account]), "the first is no more"


def test_a_quick_sale_is_suspicious_for_its_rate_alone(feiqian: Network) -> None:
    """Rule G53."""
    engine, net = feiqian.world.system.database, feiqian

    def sell(price: int) -> None:
        receivable, note = net.confirmed(1_000_000_00)
        net.tier1.ask_for_quotes(receivable, 1_000_000_00, [net.bank_a])
        quote = net.bank_a.quote(receivable, net.tier1, 1_000_000_00, price=price)["result"]["quoteId"]
        net.tier1.accept(quote, note)

    sell(900_000_00)
    assert suspicions.suspicions(engine, 100) == [], "one sale makes no rate usual"
    for _ in range(4):
        sell(990_000_00)
    (found,) = suspicions.suspicions(engine, 100)
    assert (found["rule"], found["amountFen"]) == ("quick", 1_000_000_00)
    assert 4_000 < found["rateBps"] < 5_500
    assert found["parties"] == [net.tier1.account, net.bank_a.account]


def test_a_contradicted_pledge_is_suspicious(feiqian: Network) -> None:
    """Rule G53."""
    scene = make_scene(feiqian)
    engine = feiqian.world.system.database
    assert suspicions.suspicions(engine, 100) == []
    feiqian.operator.travel(days=3)
    feiqian.tier1.report_silence(scene.device)
    (found,) = suspicions.suspicions(engine, 100)
    assert (found["rule"], found["page"]) == ("contradicted", f"/lots/{scene.lot}")
    assert found["parties"] == [feiqian.tier1.account, feiqian.bank_a.account, feiqian.warehouse.account]


def test_a_note_is_followed_to_the_root_and_its_money_by_the_books(feiqian: Network) -> None:
    """Rule G52."""
    receivable, note = feiqian.confirmed(FACE)
    other, _ = feiqian.confirmed(FACE)
    child = int(feiqian.tier1.endorse(note, feiqian.tier2, 1_000_000_00)["result"]["noteId"])
    feiqian.tier2.ask_for_quotes(receivable, 400_000_00, [feiqian.bank_b])
    quote = feiqian.bank_b.quote(receivable, feiqian.tier2, 400_000_00, price=390_000_00)["result"]["quoteId"]
    leaf = int(feiqian.tier2.accept(quote, child)["result"]["noteId"])
    feiqian.car_maker.repay(receivable, FACE)
    feiqian.car_maker.repay(other, 1_234_567_89)
    desk = at_the_desk(feiqian)
    answer = desk.get(f"/trails?kind=note&what={leaf}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/trails/{receivable}?note={leaf}#note-{leaf}")
    page = desk.get(answer.headers["Location"]).text
    tree, money = section(page, "tree"), section(page, "money")
    assert [int(found) for found in re.findall(r'id="note-(\d+)" class="table-active"', tree)] == [note, child, leaf]
    whole = section(desk.get(f"/trails/{receivable}?note={note}").text, "tree")
    assert whole.count('class="table-active"') == 3, "all that came from the root"
    assert "388,050.00" in money and "1,950.00" in money and "3,000,000.00" in money and "bank_b" in money
    assert "NonceUsed" not in money and f'href="?note={leaf}#note-{leaf}"' in money, "what was sold, not what it was of"
    assert "1,234,567.89" not in money, "that is another claim's"
    assert desk.get(f"/trails?kind=receivable&what={receivable}").headers["Location"] == f"/trails/{receivable}"


def test_a_participant_is_found_by_name(feiqian: Network) -> None:
    """Rule G52."""
    desk = at_the_desk(feiqian)
    answer = desk.get("/trails?kind=participant&what=CAR_mak")
    assert answer.headers["Location"] == f"/participants/{feiqian.car_maker.account}"
    several = desk.get("/trails?kind=participant&what=tier").text
    assert feiqian.tier1.account in several and feiqian.tier2.account in several
    assert "There are none." in desk.get("/trails?kind=participant&what=%25").text, "a sign of LIKE is a sign"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/trails", 422), ("/trails?kind=loan&what=1", 422), ("/trails?kind=note&what=x", 422),
        ("/trails?kind=note&what=4711", 403), ("/trails/4711", 403), ("/trails?kind=note&what=١", 422),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_refused(feiqian: Network, path: str, status: int) -> None:
    assert at_the_desk(feiqian).get(path).status_code == status


@pytest.mark.parametrize("who", ["tier1", "bank_a", "warehouse"])
@pytest.mark.parametrize(
    "path", ["/desks/regulator", "/desks/regulator/books", "/desks/regulator/books.beancount", "/trails/1", "/trails"]
)
def test_it_is_for_the_regulator_and_the_operator(feiqian: Network, who: str, path: str) -> None:
    """Rule G50."""
    feiqian.confirmed(FACE)
    assert enter(feiqian, who).get(path).status_code == 403
    assert enter(feiqian, "operator").get(path).status_code == (422 if path == "/trails" else 200)


def test_the_books_are_exported(feiqian: Network) -> None:
    feiqian.confirmed(FACE)
    answer = at_the_desk(feiqian).get("/desks/regulator/books.beancount")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.text.splitlines()[5:] == feiqian.operator.books().splitlines()[5:]


def test_what_a_participant_has_is_its_own_business(feiqian: Network) -> None:
    """Rule G55."""
    feiqian.confirmed(FACE)
    path = f"/participants/{feiqian.car_maker.account}"
    for browser in (enter(feiqian, "car_maker"), enter(feiqian, "operator"), at_the_desk(feiqian)):
        page = browser.get(path).text
        assert f"{LIMIT_FEN / 100:,.2f}" in section(page, "limits")
        assert f"{FACE / 100:,.2f}" in section(page, "limits") and "receivable confirmed" in section(page, "statement")
    assert f"/acts/set-limit/{feiqian.car_maker.account}" in enter(feiqian, "operator").get(path).text
    stranger = enter(feiqian, "tier2").get(path)
    assert stranger.status_code == 200
    assert "car_maker" in stranger.text and f"{LIMIT_FEN / 100:,.2f}" not in stranger.text
    assert section(stranger.text, "statement") == "" and "/acts/" not in stranger.text
    browser, door = Browser(feiqian), Door(feiqian)
    message = door.message()
    browser.post("/door/wallet", {"message": message, "signature": door.sign(message)})
    assert browser.get(path).status_code == 403, "whoever is no participant sees none"
    for wrong in ("/participants/0x00", f"/participants/0x{'11' * 20}"):
        assert enter(feiqian, "tier2").get(wrong).status_code == 403


def test_a_statement_goes_on_and_is_no_others(feiqian: Network) -> None:
    for _ in range(21):
        feiqian.confirmed(FACE)
    mine = f"/participants/{feiqian.tier1.account}"
    browser = enter(feiqian, "operator")
    further = re.search(r'href="(\?statement=[^"]*)"', browser.get(mine).text)
    if further is None:
        pytest.fail("a statement of more than a page has no next")
    assert section(browser.get(mine + further[1]).text, "statement")
    assert browser.get(f"/participants/{feiqian.tier2.account}{further[1]}").status_code == 422
    assert browser.get(f"{mine}?statement=x").status_code == 422


def test_names_are_text(feiqian: Network) -> None:
    """Rule G4."""
    ugly = feiqian.operator.register(UGLY, "UGLY-1", ["supplier"])
    feiqian.operator.freeze(ugly, "order 1")
    desk = at_the_desk(feiqian)
    for path in ("/desks/regulator", f"/participants/{ugly.account}", "/trails?kind=participant&what=<script"):
        page = desk.get(path, follow_redirects=True).text
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page, path


def refused(act: object) -> None:
    with pytest.raises(Refused):
        act()  # type: ignore[operator]


@pytest.mark.parametrize("place", ["1-2", "1-2-3-4", "x", "1-2-"])
def test_a_place_in_the_list_of_payments_has_three_numbers(feiqian: Network, place: str) -> None:
    browser = Browser(feiqian)
    browser.post("/door/key", {"key": str(feiqian.world.settings.operator_api_key)})
    assert browser.get(f"/desks/regulator?large={place}").status_code == 422
    assert browser.get("/desks/regulator?large=1-2-3").status_code == 200
