"""The custodian's desk, receipts and lots: what they show is what the API says, to whom it concerns (rules G8, G54)."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest

from backend.config import DAY
from backend.devices.documents import Domain, KindName
from backend.devices.simulator import Fault, SimulatedDevice
from backend.testing import Network
from tests.backend.integration.api.device_cases import watch_over
from tests.backend.integration.api.driver import make_scene

from .browser import Browser

UGLY = "<script>alert(1)</script>\"'&{{7*7}}"


def enter(network: Network, name: str, **headers: str) -> Browser:
    """A browser that came in as a party of the cast, or by key as the operator."""
    browser = Browser(network, **headers)
    if name == "operator":
        browser.post("/door/key", {"key": network.world.settings.operator_api_key or ""})
        return browser
    return browser.enter_as(getattr(network, name).account)


def section(page: str, name: str) -> str:
    """The part of a page whose table is called so; empty where there is none."""
    found = re.search(rf'aria-labelledby="{name}-title".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_desk_has_what_waits_for_the_custodian(feiqian: Network, language: str) -> None:
    """Rule G54."""
    scene = make_scene(feiqian)
    feiqian.tier1.ask_for_loan("receipt", scene.receipt, 10_000_00, [feiqian.bank_b], "100")
    desk = enter(feiqian, "warehouse", **{"Accept-Language": language}).get("/desks/custodian")
    assert desk.status_code == 200
    page = desk.text
    assert f"/acts/deliver/{scene.order}" in section(page, "orders")
    assert "truck 沪A·12345" in section(page, "orders")
    waiting = section(page, "intakes")
    assert f"/acts/issue-receipt/{scene.intake}" in waiting and f"/acts/cancel-intake/{scene.intake}" in waiting
    wanted = section(page, "wanted")
    assert f"/acts/count/{scene.receipt}?pledgee={feiqian.bank_b.account}&amp;quantity=" in wanted
    assert "bank_b" in wanted and "10,000.00" not in wanted, "what was asked for is not its business"
    (lot,) = feiqian.warehouse.lots()
    lots = section(page, "lots")
    assert all(str(lot[name]) in lots for name in ("counted", "delivered", "lost", "live"))
    assert "bank_a" in section(page, "counts")
    assert {"en": "Receipts out", "zh": "流通仓单"}[language] in page


def test_what_is_due_runs_out_and_alarms(feiqian: Network) -> None:
    """Rule G54."""
    scene = make_scene(feiqian)
    browser = enter(feiqian, "warehouse")
    page = browser.get("/desks/custodian").text
    assert section(page, "ending") == section(page, "alarms") == ""
    feiqian.operator.travel(days=340)
    page = browser.get("/desks/custodian").text
    assert f"/acts/extend/{scene.lot}" in section(page, "ending")
    alarms = section(page, "alarms")
    assert "silent for too long" in alarms and "calibration has ended" in alarms
    assert f"/acts/report-silence/{scene.device}" in alarms
    due = int(feiqian.warehouse.receipt(scene.receipt)["storageDueFen"])
    assert due and f"{due / 100:,.2f}" in section(page, "receipts")
    feiqian.warehouse.report(scene.lot, "contamination", "0", "water in it")
    assert "The lot is locked." in section(browser.get("/desks/custodian").text, "alarms")


@pytest.mark.parametrize("who", ["tier1", "bank_a", "car_maker", "operator"])
def test_the_desk_is_for_custodians(feiqian: Network, who: str) -> None:
    assert enter(feiqian, who).get("/desks/custodian").status_code == 403


def test_a_receipt_says_what_the_api_says(feiqian: Network) -> None:
    scene = make_scene(feiqian)
    child = int(feiqian.tier1.split(scene.receipt, "200")["result"]["receiptId"])
    page = enter(feiqian, "tier1").get(f"/receipts/{scene.receipt}").text
    known = feiqian.tier1.receipt(scene.receipt)
    for word in (known["quantity"], known["unit"], known["commodity"], known["documentHash"], "warehouse"):
        assert word in page, word
    assert f"/acts/sell-receipt/{scene.receipt_quote}" in section(page, "quotes")
    assert f"/acts/take-loan/{scene.loan_quote}" in section(page, "offers")
    assert f"/receipts/{child}" in section(page, "family")
    assert f"/acts/cancel-delivery-order/{scene.order}" in section(page, "orders")
    for act in ("ask-loan-on-receipt", "order-delivery", "ask-receipt-quotes", "transfer-receipt", "split-receipt"):
        assert f"/acts/{act}/{scene.receipt}" in page, act
    assert "/acts/freeze-receipt" not in page and "/acts/count" not in page, "acts of others"
    part = enter(feiqian, "tier1").get(f"/receipts/{child}").text
    assert f"/receipts/{scene.receipt}" in section(part, "family")


def test_a_pledged_receipt_names_its_loan(feiqian: Network) -> None:
    scene = make_scene(feiqian)
    page = enter(feiqian, "bank_a").get(f"/receipts/{scene.pledged}").text
    assert f'<a href="/loans/{scene.loan}">loan {scene.loan}</a>' in page
    assert "pledged" in section(page, "loans")
    for act in ("transfer-receipt", "order-delivery", "ask-replacement"):
        assert f"/acts/{act}/" not in page, act


def test_acts_follow_the_state_and_the_role(feiqian: Network) -> None:
    lot, receipt = feiqian.stored()
    path = f"/receipts/{receipt}"
    keeper, regulator = enter(feiqian, "warehouse"), enter(feiqian, "operator")
    assert all(f"/acts/{act}/{receipt}" in keeper.get(path).text for act in ("count", "ask-replacement"))
    assert f"/acts/freeze-receipt/{receipt}" in regulator.get(path).text
    feiqian.operator.freeze_receipt(receipt, "order 12")
    frozen = enter(feiqian, "tier1").get(path).text
    assert "frozen" in frozen and "/acts/transfer-receipt" not in frozen
    assert f"/acts/unfreeze-receipt/{receipt}" in regulator.get(path).text
    feiqian.operator.unfreeze_receipt(receipt, "order 13")
    feiqian.warehouse.request_replacement(receipt, feiqian.tier2, "lost key")
    page = enter(feiqian, "tier1").get(path).text
    assert "replacement under way" in page and f"/acts/object-replacement/{receipt}" in page
    assert "/acts/replace-receipt" not in page, "the waiting time is not over"
    feiqian.operator.travel(days=31)
    assert f"/acts/replace-receipt/{receipt}" in keeper.get(path).text
    order = feiqian.tier1.order_delivery(receipt, "1000", "all of it")["result"]["deliveryOrderId"]
    feiqian.operator.issue_cash(feiqian.tier1, 1_000_000)
    feiqian.tier1.pay_storage(receipt)
    feiqian.warehouse.deliver(order)
    ended = enter(feiqian, "tier1").get(path).text
    assert "ended" in ended and "all of it" in section(ended, "history") and "/acts/transfer-receipt" not in ended
    assert f"/lots/{lot}" in ended


def test_a_lot_says_what_the_api_says(feiqian: Network) -> None:
    scene = make_scene(feiqian)
    feiqian.warehouse.report(scene.lot, "shortage", "10", "evaporated")
    page = enter(feiqian, "warehouse").get(f"/lots/{scene.lot}").text
    known = feiqian.warehouse.lot(scene.lot)
    for name in ("counted", "delivered", "lost", "live", "unit", "location", "lot", "inspection", "fingerprint"):
        assert known[name] in page, name
    reading = feiqian.warehouse.readings(scene.device)[-1]
    assert f"{int(reading['value']) / 1000:g}" in section(page, "devices")
    assert 'role="img"' in page and "data-picture" in page
    assert "shortage" in section(page, "misfortunes")
    for act in ("report-misfortune", "extend", "watch-lot", "register-device"):
        assert f"/acts/{act}/{scene.lot}" in page, act
    assert f"/acts/revoke-device/{scene.device}" in page
    lender = enter(feiqian, "bank_a").get(f"/lots/{scene.lot}")
    assert lender.status_code == 200 and "data-picture" in lender.text


@pytest.mark.parametrize(
    ("kind", "fault", "said", "drawn"),
    [
        ("weight", None, r"99\d\.\d{3} BBL|100\d\.\d{3} BBL", 1_000),
        ("position", Fault.MOVED, r"2500\d m from its place", 25_000),
        ("door", None, "shut", 0),
        ("door", Fault.DOOR_OPENED, "open", 1),
        ("temperature", None, r"[34]\.\d{1,2} °C", 4),
        ("temperature", Fault.TOO_WARM, r"1[56]\.\d{1,2} °C", 16),
    ],
)
def test_what_a_device_measured_is_said_in_its_own_unit(
    feiqian: Network, kind: KindName, fault: Fault | None, said: str, drawn: float
) -> None:
    """In the table and in the picture alike; what contradicts the receipts, beside its limit."""
    lot, _ = feiqian.stored("1000")
    feiqian.warehouse.watch(lot, tolerance_bps=200, max_silence=DAY, max_milli_kelvin=283_150, max_metres=100)
    faults = {} if fault is None else {fault: 0}
    domain = Domain.of(feiqian.world.system.contracts)
    device = SimulatedDevice(f"{kind} {fault}", kind, lot, domain, quantity=1_000_000, faults=faults)
    until = feiqian.operator.now() + 100 * DAY
    feiqian.warehouse.register_device(lot, device.address, kind, calibrated_until=until, simulated=True)
    feiqian.operator.travel(seconds=10)
    message = device.read(feiqian.operator.now())
    assert message is not None
    feiqian.warehouse.hand_in(message)
    page = enter(feiqian, "warehouse").get(f"/lots/{lot}").text
    assert re.search(rf"<td[^>]*>({said})</td>", section(page, "devices"))
    (picture,) = re.findall(r'data-picture="([^"]*)"', page)
    ((_, value),) = json.loads(html.unescape(picture))["points"]
    assert value == pytest.approx(drawn, rel=0.3)
    assert "10.0 °C" in page, "the warmest that it may be"
    assert "There are none." in section(page, "contradictions")
    if fault is not None:
        feiqian.operator.travel(days=2)  # in which no delivery came that would explain an open door
        feiqian.tier1.contradict_from_store(device.address, 1)
        page = section(enter(feiqian, "warehouse").get(f"/lots/{lot}").text, "contradictions")
        limit = {"position": "100 m from its place", "door": "–", "temperature": "10.0 °C"}[kind]
        assert re.search(rf'<td class="text-end">({said})</td><td class="text-end">{limit}</td>', page)


def test_of_a_silence_the_moments_are_said(feiqian: Network) -> None:
    lot, _ = feiqian.stored("1000")
    device, _ = watch_over(feiqian, lot)
    feiqian.operator.travel(days=2)
    feiqian.tier1.report_silence(device)
    page = section(enter(feiqian, "warehouse").get(f"/lots/{lot}").text, "contradictions")
    (told,) = feiqian.warehouse.contradictions(lot)
    for moment in (told["value"], told["limit"]):
        assert f'datetime="{datetime.fromtimestamp(int(moment), UTC).isoformat()}"' in page


def test_a_lender_sees_the_evidence_and_not_the_papers(feiqian: Network) -> None:
    """Whose business the evidence alone is."""
    scene = make_scene(feiqian)
    feiqian.tier1.transfer(scene.receipt, feiqian.tier2)
    page = enter(feiqian, "bank_a").get(f"/lots/{scene.lot}").text
    assert "data-picture" in page and "Yangshan Port" not in page
    assert feiqian.tier2.name not in section(page, "receipts")


@pytest.mark.parametrize("who", ["tier2", "bank_b", "car_maker"])
def test_strangers_learn_nothing(feiqian: Network, who: str) -> None:
    """Rule G8: what is somebody else's looks like what is not there."""
    lot, receipt = feiqian.stored()
    browser = enter(feiqian, who)
    assert browser.get(f"/receipts/{10**30}").status_code == 404
    hidden = {browser.get(path).text.replace(path, "") for path in (f"/receipts/{receipt}", f"/lots/{lot}")}
    absent = {browser.get(path).text.replace(path, "") for path in ("/receipts/4711", "/lots/4711")}
    assert [
        browser.get(f"/{kind}/{number}").status_code for kind, number in (("receipts", receipt), ("lots", lot))
    ] == [
        403,
        403,
    ]
    assert {_without_tokens(one) for one in hidden} == {_without_tokens(one) for one in absent}


def test_what_people_wrote_is_text(feiqian: Network) -> None:
    """Rule G4."""
    lot, receipt = feiqian.stored(location=UGLY, lot=UGLY)
    feiqian.tier1.order_delivery(receipt, "1", UGLY)
    keeper = enter(feiqian, "warehouse")
    for path in ("/desks/custodian", f"/lots/{lot}", f"/receipts/{receipt}"):
        page = keeper.get(path).text
        assert "<script>alert" not in page, path
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in keeper.get(f"/lots/{lot}").text


@pytest.mark.parametrize("path", ["/desks/custodian?lots=x", "/desks/custodian?orders=1"])
def test_a_place_that_is_none_is_refused(feiqian: Network, path: str) -> None:
    assert enter(feiqian, "warehouse").get(path).status_code == 422


def test_the_list_of_lots_goes_on(feiqian: Network) -> None:
    for _ in range(21):
        feiqian.stored()
    keeper = enter(feiqian, "warehouse")
    further = re.search(r'href="(\?lots=\d+)"', keeper.get("/desks/custodian").text)
    assert further is not None
    assert section(keeper.get(f"/desks/custodian{further[1]}").text, "lots").count('<th scope="row">') == 1


def _without_tokens(page: str) -> str:
    return re.sub(r'value="[0-9a-f]{40,}"|data-feed="\d+"', "", page)
