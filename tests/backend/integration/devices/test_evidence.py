"""Evidence from the scale to the lock, through the API and the chain (rules E, W8, B7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from backend.chain.outbox import operations
from backend.config import DAY
from backend.devices.documents import Domain
from backend.devices.simulator import Fault, SimulatedDevice
from backend.reconcile import reconcile
from backend.sdk import Feiqian, Party, Refused
from backend.testing import Network
from tests.waiting import eventually

HOUR = 3_600
QUANTITY = "1000"
BASE_UNITS = 1_000_000
"""Of three decimals."""


def refusal(act: Any, *args: Any, **kwargs: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value


@dataclass
class Watched:
    """A watched lot of tier1 in the warehouse, with one simulated scale."""

    network: Network
    lot: int
    receipt: int
    scale: SimulatedDevice

    def device(self, seed: str, kind: Any = "weight", owner: Party | None = None, **more: Any) -> SimulatedDevice:
        """Another simulated device at the lot, registered."""
        net = self.network
        made = SimulatedDevice(seed, kind, self.lot, Domain.of(net.world.system.contracts), quantity=BASE_UNITS, **more)
        until = net.operator.now() + 100 * DAY
        (owner or net.warehouse).register_device(self.lot, made.address, kind, calibrated_until=until, simulated=True)
        net.operator.travel(seconds=10)
        return made

    def read(self, device: SimulatedDevice | None = None) -> dict[str, Any]:
        """What a device says now."""
        self.network.operator.travel(seconds=10)
        message = (device or self.scale).read(self.network.operator.now())
        assert message is not None
        return message

    def handed_in(self, count: int = 1, device: SimulatedDevice | None = None) -> list[dict[str, Any]]:
        """Readings that were taken in."""
        found = [self.read(device) for _ in range(count)]
        for message in found:
            self.network.warehouse.hand_in(message)
        return found

    def anchored(self, device: SimulatedDevice | None = None) -> dict[str, Any]:
        """Has a device's next batch anchored; the batch."""
        asked = device or self.scale
        sealed = self.network.warehouse.anchor(asked.address, asked.key)
        assert sealed is not None
        last = int(sealed["result"]["lastSequence"])
        eventually(lambda: self.network.warehouse.device(asked.address)["lastSequence"] == last)
        return dict(sealed["result"])

    def lose_weight(self) -> None:
        """From now on, three tenths are gone."""
        self.scale.faults[Fault.WEIGHT_LOSS] = 0


@pytest.fixture
def watched(feiqian: Network) -> Watched:
    lot, receipt = feiqian.stored(QUANTITY)
    feiqian.warehouse.watch(lot, tolerance_bps=200, max_silence=2 * HOUR)
    scale = SimulatedDevice("scale", "weight", lot, Domain.of(feiqian.world.system.contracts), quantity=BASE_UNITS)
    until = feiqian.operator.now() + 100 * DAY
    feiqian.warehouse.register_device(lot, scale.address, "weight", calibrated_until=until, simulated=True)
    feiqian.operator.travel(seconds=10)
    return Watched(feiqian, lot, receipt, scale)


def test_the_main_flow(watched: Watched) -> None:
    """Honest readings are anchored; a loss of weight locks the lot; nothing is pledged or delivered until the regulator
    unlocks it; and whatever a simulator said carries its mark to the end."""
    net, scale = watched.network, watched.scale
    order = net.tier1.order_delivery(watched.receipt, "1", "truck")["result"]["deliveryOrderId"]
    watched.handed_in(3)
    batch = watched.anchored()
    assert (batch["firstSequence"], batch["lastSequence"]) in ((1, 3), ("1", "3"))
    assert net.warehouse.anchor(scale.address, scale.key) is None, "nothing waits"
    seen = net.tier1.readings(scale.address)
    assert [(one["sequence"], one["simulated"], one["batchRoot"]) for one in seen] == [
        (n, True, batch["root"]) for n in (1, 2, 3)
    ]
    assert all(one["anchoredAt"] for one in seen)
    honest = refusal(net.tier1.contradict_from_store, scale.address, 2)
    assert honest.error == "NoContradiction"
    assert net.tier1.contradictions(watched.lot) == []

    watched.lose_weight()
    watched.handed_in()
    watched.anchored()
    net.tier1.contradict_from_store(scale.address, 4)
    assert net.tier1.receipt(watched.receipt)["lotLocked"]
    (told,) = net.tier1.contradictions(watched.lot)
    assert (told["device"], told["kind"], told["simulated"]) == (scale.address, "weight", True)
    assert int(told["value"]) < int(told["limit"]) == 980_000

    pledge = refusal(_pledge, watched)
    assert (pledge.error, pledge.arguments["lotId"]) == ("LotIsLocked", str(watched.lot))
    net.operator.issue_cash(net.tier1, 100_000)
    assert refusal(net.warehouse.deliver, order).error == "LotIsLocked"

    net.operator.unlock_lot(watched.lot, "order 7")
    net.tier1.pay_storage(watched.receipt)
    net.warehouse.deliver(order)
    assert net.tier1.receipt(watched.receipt)["quantity"] == "999.000"
    assert net.operator.evidence(watched.lot)["devices"][0]["simulated"] is True
    assert reconcile(net.world.system).findings == []


def _pledge(watched: Watched) -> Any:
    """Asks for a loan on the receipt, has it quoted and counted, and takes it."""
    net = watched.network
    feed = net.operator.assign_feed(net.oracle, "BRENT", "CRUDE", "BBL")
    net.oracle.publish_price(feed, 500_00, observed_at=net.operator.now() - 5)
    net.tier1.ask_for_loan("receipt", watched.receipt, 10_000_000, [net.bank_a])
    request = net.bank_a.loan_requests()[0]["id"]
    quote = net.bank_a.quote_loan(
        request,
        10_000_000,
        rate_bps=500,
        penalty_bps=500,
        maturity_at=net.operator.now() + 60 * DAY,
        grace_days=3,
        advance_bps=6_000,
        call_bps=7_500,
        liquidation_bps=8_500,
        cure_seconds=DAY,
        reserve_price=300_00,
    )["result"]["quoteId"]
    net.warehouse.count(watched.receipt, QUANTITY, net.bank_a)
    return net.tier1.take_loan(quote, 1_000_000)


def test_the_lender_sees_what_watches_over_its_collateral(watched: Watched) -> None:
    """B7: the lender of a loan over the lot, and nobody who lent nothing."""
    net, scale = watched.network, watched.scale
    watched.handed_in()
    assert refusal(net.bank_a.evidence, watched.lot).status == 404
    _pledge(watched)
    assert net.bank_a.evidence(watched.lot)["devices"][0]["device"] == scale.address
    assert net.tier1.evidence(watched.lot)["watch"]["toleranceBps"] == 200
    assert [one["value"] for one in net.bank_a.readings(scale.address)]
    for stranger in (net.bank_b, net.tier2):
        for ask in (stranger.evidence, stranger.contradictions):
            assert refusal(ask, watched.lot).status == 404
        assert refusal(stranger.readings, scale.address).status == 404
        assert refusal(stranger.report_silence, scale.address).status == 404
    watched.lose_weight()
    net.bank_a.contradict(watched.read())
    assert net.bank_a.contradictions(watched.lot)[0]["simulated"] is True


def test_a_single_reading_that_nobody_anchored_locks_the_lot(watched: Watched) -> None:
    net = watched.network
    watched.lose_weight()
    message = watched.read()
    forged = refusal(net.tier1.contradict, message | {"value": "1"})
    assert (forged.status, forged.field) == (422, "signature")
    net.tier1.contradict(message)
    assert net.warehouse.lot(watched.lot)["locked"]
    again = refusal(net.tier1.contradict, message)
    assert again.error == "SequenceUsed"
    assert "序号" in _chinese(net.tier1, message)


def _chinese(party: Party, message: dict[str, Any]) -> str:
    """What a Chinese client is told."""
    settings = party._settings | {"language": "zh"}
    refused = refusal(Feiqian(settings.pop("url"), party.token, **settings).act, "/contradictions", message)
    return str(refused.problem["detail"])


def test_a_stored_reading_speaks_before_its_batch_is_anchored(watched: Watched) -> None:
    watched.lose_weight()
    watched.handed_in()
    watched.network.tier1.contradict_from_store(watched.scale.address, 1)
    assert watched.network.tier1.lot(watched.lot)["locked"]
    assert refusal(watched.network.tier1.contradict_from_store, watched.scale.address, 9).status == 404


def test_a_revoked_device_says_nothing_more(watched: Watched) -> None:
    net, scale = watched.network, watched.scale
    watched.handed_in(2)
    document = net.warehouse.get(f"/devices/{scale.address}/next-batch")["document"]
    net.warehouse.revoke_device(scale.address)
    assert net.tier1.device(scale.address)["revoked"] is True
    watched.lose_weight()
    message = watched.read()
    assert refusal(net.warehouse.hand_in, message).field == "device"
    assert refusal(net.tier1.contradict, message).error == "DeviceIsRevoked"
    assert refusal(net.tier1.contradict_from_store, scale.address, 2).error == "DeviceIsRevoked"
    assert refusal(net.warehouse.anchor, scale.address, scale.key).error == "DeviceIsRevoked"
    assert refusal(net.warehouse.calibrate, scale.address, net.operator.now() + 300 * DAY).error == "DeviceIsRevoked"
    assert document["message"]["lastSequence"] == "2"
    other = watched.device("other")
    net.operator.revoke_by_order(other.address, "order 8")
    assert net.warehouse.device(other.address)["revoked"] is True
    assert not net.tier1.lot(watched.lot)["locked"]


def test_silence_is_told(watched: Watched) -> None:
    net, scale = watched.network, watched.scale
    early = refusal(net.tier1.report_silence, scale.address)
    assert early.error == "NotSilent"
    net.operator.travel(seconds=3 * HOUR)
    net.tier1.report_silence(scale.address)
    (told,) = net.tier1.contradictions(watched.lot)
    assert (told["kind"], told["evidence"], told["simulated"]) == ("silence", None, True)
    assert net.tier1.lot(watched.lot)["locked"]


def test_a_watch_is_made_stricter_by_its_custodian_and_changed_by_the_operator(watched: Watched) -> None:
    net, lot = watched.network, watched.lot
    looser = refusal(net.warehouse.watch, lot, tolerance_bps=300, max_silence=2 * HOUR)
    assert (looser.error, looser.arguments["member"]) == ("WatchLoosened", "toleranceBps")
    net.warehouse.watch(lot, tolerance_bps=100, max_silence=HOUR)
    net.operator.change_watch(lot, tolerance_bps=300, max_silence=5 * HOUR, quorum=2, max_metres=50)
    found = net.tier1.evidence(lot)["watch"]
    assert (found["toleranceBps"], found["maxSilenceSeconds"], found["quorum"]) == (300, 5 * HOUR, 2)
    assert (found["maxMetres"], found["maxMilliKelvin"]) == (50, None)
    assert refusal(net.tier1.watch, lot, tolerance_bps=0, max_silence=1).status == 403
    assert refusal(net.tier1.change_watch, lot, tolerance_bps=0, max_silence=1).status == 403
    assert refusal(net.tier2.watch, lot, tolerance_bps=0, max_silence=1).status == 404
    watched.lose_weight()
    net.tier1.contradict(watched.read())
    assert not net.tier1.lot(lot)["locked"], "two are asked for"


def test_who_owns_devices(watched: Watched) -> None:
    net, scale = watched.network, watched.scale
    until = net.operator.now() + DAY
    for stranger, status in ((net.tier1, 403), (net.tier2, 404)):
        found = refusal(
            stranger.register_device, watched.lot, net.tier2.account, "door", calibrated_until=until, simulated=False
        )
        assert found.status == status
    for act in (
        lambda: net.tier1.revoke_device(scale.address),
        lambda: net.tier1.calibrate(scale.address, until),
        lambda: net.tier1.anchor(scale.address, scale.key),
    ):
        watched.handed_in()
        assert refusal(act).status == 403
    carrier = net.operator.register("Carrier", "91310115MA6CARRY01", ["carrier"])
    door = watched.device("door", "door", carrier)
    assert carrier.device(door.address)["owner"] == carrier.account
    assert carrier.evidence(watched.lot)["watch"] is not None
    net.warehouse.calibrate(scale.address, net.operator.now() + 200 * DAY)
    taken = refusal(
        net.warehouse.register_device, watched.lot, scale.address, "door", calibrated_until=until, simulated=True
    )
    assert taken.error == "DeviceTaken"


def test_a_batch_is_what_waits_and_the_device_signed(watched: Watched) -> None:
    net, scale = watched.network, watched.scale
    watched.handed_in(2)
    document = net.warehouse.get(f"/devices/{scale.address}/next-batch")["document"]
    path = f"/devices/{scale.address}/batches"
    signature = "0x" + bytes(scale.key.sign_typed_data(full_message=document).signature).hex()
    for body, status, field in (
        ({"lastSequence": 2, "signature": "0x" + 65 * "11"}, 422, "signature"),
        ({"lastSequence": 1, "signature": signature}, 422, "signature"),
        ({"lastSequence": 3, "signature": signature}, 409, "lastSequence"),
    ):
        found = refusal(net.warehouse.act, path, body)
        assert (found.status, found.field) == (status, field)
    watched.handed_in()  # it does not spoil what was asked for before
    net.warehouse.act(path, {"lastSequence": 2, "signature": signature})
    eventually(lambda: net.warehouse.device(scale.address)["lastSequence"] == 2)
    watched.anchored()
    assert net.warehouse.device(scale.address)["lastSequence"] == 3


def test_an_engine_that_was_away_anchors_each_batch_once(watched: Watched) -> None:
    net, scale = watched.network, watched.scale
    system = net.world.system
    system.engine.stop()
    for _ in range(2):
        watched.handed_in(2)
        assert net.warehouse.anchor(scale.address, scale.key) is not None
    assert [one["anchoredAt"] for one in net.warehouse.readings(scale.address)] == [None] * 4
    system.engine.start()
    eventually(lambda: net.warehouse.device(scale.address)["lastSequence"] == 4)
    for _ in range(3):
        assert not any(run() for run in system.engine.runs), "nothing is left to do"
    with system.database.connect() as db:
        rows = db.execute(select(operations).where(operations.c.actor == "anchoring")).mappings().all()
    assert [(row["state"], row["signer"]) for row in rows] == [("succeeded", net.warehouse.account)] * 2
