"""A network that has been lived in: parties with names as people have them, and something in every state that a page
shows. The sweep over all pages and the pictures of them look at it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from backend.config import DAY
from backend.invoices.minimal import make_invoice
from backend.sdk import Party
from backend.testing import Network

MILLION = 1_000_000_00
TERMS = {
    "rate_bps": 620,
    "penalty_bps": 930,
    "grace_days": 3,
    "advance_bps": 6_000,
    "call_bps": 7_000,
    "liquidation_bps": 8_500,
    "cure_seconds": 2 * DAY,
    "reserve_price": 350_00,
}


@dataclass
class LivedIn:
    network: Network
    parties: dict[str, Party]
    paths: dict[str, list[str]] = field(default_factory=dict)
    """What there is to look at, by who may: the name of a party, or `operator`."""


def live_in(net: Network) -> LivedIn:
    operator = net.operator
    people = {
        "obligor": operator.register(
            "Jinhe Motors 锦河汽车", "91310000JH0001", ["obligor"], limits={"CNY": 90 * MILLION}
        ),
        "supplier": operator.register("Anlan Castings 安澜铸造", "91320000AL0002", ["supplier"]),
        "second": operator.register("Muyu Fasteners 沐雨紧固件", "91330000MY0003", ["supplier"]),
        "financier": operator.register("Lakeside Bank 湖畔银行", "91110000LB0004", ["financier"]),
        "rival": operator.register("Harbour Factoring 海港保理", "91310000HF0005", ["financier"]),
        "custodian": operator.register("Yongtai Stores 永泰仓储", "91310000YT0006", ["custodian"]),
        "oracle": operator.register("Quayside Prices 码头报价", "91310000QP0007", ["oracle"]),
        "regulator": operator.register("Office of Finance 金融监管局", "11310000OF0008", ["regulator"]),
    }
    for name in ("obligor", "financier", "rival"):
        operator.issue_cash(people[name], 60 * MILLION)
    operator.issue_cash(people["supplier"], MILLION // 5)
    lived = LivedIn(net, people)
    _claims(lived)
    _goods(lived)
    return lived


def _claims(lived: LivedIn) -> None:
    who = lived.parties
    claims = [_hand_over(lived, number, amount) for number, amount in enumerate((8, 5, 3, 2, 1), 1)]
    paid, traded, disputed, quoted, _waiting = claims
    notes = {claim: int(who["obligor"].confirm(claim, face)["result"]["noteId"])
             for claim, face in ((paid, 8 * MILLION), (traded, 5 * MILLION), (disputed, 3 * MILLION))}  # fmt: skip
    who["supplier"].endorse(notes[traded], who["second"], 2 * MILLION)
    for bank, rate in (("financier", 480), ("rival", 455)):
        who["supplier"].ask_for_quotes(traded, MILLION, [who[bank]])
        who[bank].quote(traded, who["supplier"], MILLION, rate_bps=rate)
    who["supplier"].ask_for_quotes(quoted, 2 * MILLION, [who["financier"], who["rival"]])
    sold = who["second"].notes()[-1]["id"]
    who["second"].ask_for_quotes(traded, MILLION, [who["financier"]])
    offer = who["financier"].quote(traded, who["second"], MILLION, rate_bps=500)["result"]["quoteId"]
    who["second"].accept(offer, sold)
    who["obligor"].dispute(disputed, MILLION // 2, "Forty castings of lot 7 are cracked")
    who["obligor"].repay(paid, 8 * MILLION)
    things = [f"/receivables/{claim}" for claim in claims] + [f"/notes/{notes[traded]}"]
    lived.paths["supplier"] = [*things, f"/acts/endorse/{notes[traded]}", "/acts/hand-over"]
    lived.paths["obligor"] = [f"/receivables/{traded}", f"/acts/confirm/{quoted}"]
    lived.paths["financier"] = [f"/receivables/{traded}", f"/acts/give-quote/{quoted}"]


def _goods(lived: LivedIn) -> None:
    net, who = lived.network, lived.parties
    now = net.operator.now()
    feed = net.operator.assign_feed(who["oracle"], "BRENT", "CRUDE", "BBL")
    net.operator.travel(seconds=1)
    who["oracle"].publish_price(feed, 512_40, observed_at=net.operator.now())
    stored = who["custodian"].take_in(
        who["supplier"], commodity="BRENT", grade="CRUDE", unit="BBL", quantity="12000", location="Tank 7, Yangshan",
        lot="YS-2026-11", inspection="SGS 88021", insurance="PICC 5561", insured_until=now + 300 * DAY,
        expires_at=now + 240 * DAY, storage=900,
    )  # fmt: skip
    lot, receipt = (int(stored["result"][name]) for name in ("lotId", "receiptId"))
    part = int(who["supplier"].split(receipt, "2000")["result"]["receiptId"])
    who["supplier"].order_delivery(part, "250", "Pingan Haulage")
    who["supplier"].ask_for_receipt_quotes(part, "1000", [who["financier"], who["rival"]])
    who["rival"].quote_receipt(part, "1000", 498_000_00)
    who["supplier"].ask_for_loan("receipt", receipt, 2 * MILLION, [who["financier"]])
    request = who["financier"].loan_requests()[0]["id"]
    quote = who["financier"].quote_loan(request, 2 * MILLION, maturity_at=now + 90 * DAY, **TERMS)["result"]["quoteId"]
    who["custodian"].count(receipt, "10000", who["financier"])
    loan = int(who["supplier"].take_loan(str(quote), MILLION)["result"]["loanId"])
    for name in ("supplier", "financier"):
        lived.paths[name] += [f"/loans/{loan}", f"/receipts/{part}"]
    lived.paths["custodian"] = [f"/lots/{lot}", f"/receipts/{receipt}", "/acts/take-in"]
    lived.paths["regulator"] = [f"/lots/{lot}", f"/loans/{loan}", "/receivables/2", "/notes/2"]
    lived.paths["operator"] = [
        "/receivables/2",
        f"/participants/{who['supplier'].account}",
        "/acts/register-participant",
    ]


def _hand_over(lived: LivedIn, number: int, millions: int) -> int:
    today = datetime.datetime.fromtimestamp(lived.network.operator.now(), datetime.UTC).date()
    due = today + datetime.timedelta(days=30 * (1 + number % 4))
    invoice = make_invoice(
        amount=millions * MILLION, issued=today.isoformat(), due=due.isoformat(), number=f"AL-2026-{number:03}",
        currency="CNY", seller="91320000AL0002", buyer="91310000JH0001",
    )  # fmt: skip
    return int(lived.parties["supplier"].hand_over(invoice)["result"]["receivableId"])
