"""Oil: a thousand barrels pledged on 2 January 2020, and the real prices of the 120 trading days that followed. Once
the trader cures what it is called for; once it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.config import DAY
from backend.demo.stage import Stage
from backend.loan_arithmetic import cure_amount
from backend.money import format_amount
from backend.replay import Series, brent
from backend.sdk import Feiqian, Party

TITLE = "oil in a falling market"
CURRENCY = "USD"
BEGIN = date(2020, 1, 2)
TRADING_DAYS = 120
BARRELS, SPARE, RELEASED = "1000", "500", "250"
LOAN_CENTS = 40_000_00
FUNDS_CENTS = 1_000_000_00
TERMS: dict[str, Any] = {
    "rate_bps": 600,
    "penalty_bps": 900,
    "grace_days": 3,
    "advance_bps": 6_000,
    "call_bps": 7_000,
    "liquidation_bps": 9_000,
    "cure_seconds": 3 * DAY,
    "reserve_price": 30_00,
}
TENOR_DAYS = 180
STORAGE_MILLI = 1_000
CAST = {
    "trader": ("Zhoushan Oil Trading 舟山石油贸易", "91330900MA6TRADE01", ["supplier"]),
    "bank": ("Bank of the River 江河银行", "91110000MA4BANK00A", ["financier"]),
    "refiner": ("East Sea Refining 东海炼化", "91310000MA7REFIN01", ["supplier"]),
    "broker": ("Lotus Commodities 莲花商品", "91440300MA8BROKE01", ["supplier"]),
    "tank_farm": ("Yangshan Tank Farm 洋山油库", "91310000MA9TANKS01", ["custodian"]),
    "oracle": ("Port Price Service 港口价格服务", "91310000MA1PRICE01", ["oracle"]),
}


def take_in(operator: Feiqian) -> dict[str, Party]:
    """Registers the cast and gives those that pay their cash."""
    operator.attest_reserve(10 * FUNDS_CENTS, "statement of the dollar account at the opening", CURRENCY)
    parties = {role: operator.register(*who) for role, who in CAST.items()}
    for role in ("trader", "bank", "refiner", "broker"):
        operator.issue_cash(parties[role], FUNDS_CENTS, CURRENCY)
    return parties


def play(stage: Stage) -> None:
    """Both runs, one after the other, over the same prices."""
    oracle = stage.parties["oracle"]
    feed = stage.operator.assign_feed(oracle, "BRENT", "CRUDE", "BBL", CURRENCY)
    stage.note("First run: the trader answers every call")
    _Run(stage, feed, "TANK-7", answers=True).play()
    stage.note("Second run: the same oil, the same prices, and nobody answers")
    stage.travel(1)
    _Run(stage, feed, "TANK-8", answers=False).play()


class _Run:
    def __init__(self, stage: Stage, feed: str, lot: str, *, answers: bool) -> None:
        self.stage, self.feed, self.lot, self.answers = stage, feed, lot, answers
        self.trader, self.bank, self.tank_farm = (stage.parties[role] for role in ("trader", "bank", "tank_farm"))
        self.series: Series = brent()
        self.first = self.series.days.index(BEGIN)
        self.loan = 0
        self.spare = 0
        self.released = False
        self.began = 0

    def play(self) -> None:
        self.began = self.stage.operator.now()
        self._publish(0)
        self._borrow()
        for day in range(1, TRADING_DAYS + 1):
            self._wait_for(day)
            self._publish(day)
            if self._is_over(day):
                return
        owed = self.trader.owed(self.loan)
        self.stage.play(
            f"After {TRADING_DAYS} trading days the trader pays all: {format_amount(owed)}; the oil is its own again",
            self.trader.name,
            lambda: self.trader.repay_loan(self.loan, owed),
        )
        self._record(TRADING_DAYS, "repaid")

    def _borrow(self) -> None:
        trader, bank, tank_farm, stage = self.trader, self.bank, self.tank_farm, self.stage
        receipt = self._store(BARRELS, self.lot)
        if self.answers:
            self.spare = self._store(SPARE, f"{self.lot}-B")
        stage.play(
            f"Asks for a loan over {BARRELS} barrels at {format_amount(self._price(0))}",
            trader.name,
            lambda: trader.ask_for_loan("receipt", receipt, LOAN_CENTS, [bank]),
        )
        request = bank.loan_requests()[0]["id"]
        maturity = stage.operator.now() + TENOR_DAYS * DAY
        quote = stage.play(
            f"Signs a quote: {format_amount(LOAN_CENTS)} at 6 % a year, 60 % of the value, called at 70 %",
            bank.name,
            lambda: bank.quote_loan(request, LOAN_CENTS, maturity_at=maturity, **TERMS),
        )["quoteId"]
        stage.play(
            "Counts the oil and takes note of the pledge",
            tank_farm.name,
            lambda: tank_farm.count(receipt, BARRELS, bank),
        )
        taken = stage.play(
            "Takes the loan: title into escrow and cash to the trader in one transaction",
            trader.name,
            lambda: trader.take_loan(quote, LOAN_CENTS),
        )
        self.loan = int(taken["loanId"])
        stage.refuse(
            "Tries to pledge the same receipt once more",
            trader.name,
            lambda: trader.ask_for_loan("receipt", receipt, LOAN_CENTS, [bank]),
        )
        self._record(0, "drawn")

    def _store(self, barrels: str, lot: str) -> int:
        until = self.stage.operator.now() + 2 * 365 * DAY
        stored = self.stage.play(
            f"Takes {barrels} barrels in: lot {lot}",
            self.tank_farm.name,
            lambda: self.tank_farm.take_in(
                self.trader,
                commodity="BRENT",
                grade="CRUDE",
                unit="BBL",
                quantity=barrels,
                location="Yangshan Port",
                lot=lot,
                inspection=f"inspection of {lot}",
                insurance=f"policy for {lot}",
                insured_until=until,
                expires_at=until,
                storage=STORAGE_MILLI,
                currency=CURRENCY,
            ),
        )
        return int(stored["receiptId"])

    def _is_over(self, day: int) -> bool:
        """What the day's price leads to; whether the loan has ended."""
        shown = self.bank.loan(self.loan)
        ltv = int(shown["ltvBps"])
        if not self.answers:
            return self._enforce(day, shown, ltv)
        if ltv >= TERMS["call_bps"]:
            self._call(day, ltv)
            self._cure(day)
        elif not self.released and self.spare == 0 and day > 90 and ltv < TERMS["advance_bps"]:
            self._pay_down(day, shown)
        else:
            self._record(day, "")
        return False

    def _call(self, day: int, ltv: int) -> None:
        self.stage.play(
            f"{self._date(day)}: oil at {format_amount(self._price(day))}, LTV {_percent(ltv)}: margin is called",
            self.bank.name,
            lambda: self.bank.call_margin(self.loan),
        )
        self._record(day, "called")

    def _cure(self, day: int) -> None:
        if self.spare:
            receipt, self.spare = self.spare, 0
            self.stage.play(
                f"Counts the other {SPARE} barrels",
                self.tank_farm.name,
                lambda: self.tank_farm.count(receipt, SPARE, self.bank),
            )
            self.stage.play(
                f"Tops up with {SPARE} barrels", self.trader.name, lambda: self.trader.top_up(self.loan, receipt)
            )
            self._record(day, "topped up")
        shown = self.trader.loan(self.loan)
        if shown["callBy"]:
            missing = cure_amount(int(shown["owedFen"]), int(shown["collateralFen"]), TERMS["advance_bps"])
            self.stage.play(
                f"Pays down {format_amount(missing)}, to 60 % again",
                self.trader.name,
                lambda: self.trader.repay_loan(self.loan, missing),
            )
            self._record(day, "paid down")

    def _pay_down(self, day: int, shown: dict[str, Any]) -> None:
        """The price has recovered: the trader pays a third and takes oil out."""
        self.released = True
        part = int(shown["owedFen"]) // 3
        self.stage.play(
            f"{self._date(day)}: oil at {format_amount(self._price(day))}; pays {format_amount(part)} down",
            self.trader.name,
            lambda: self.trader.repay_loan(self.loan, part),
        )
        token = next(title["tokenId"] for title in shown["titles"] if title["value"].startswith(BARRELS))
        self.stage.play(
            f"and has {RELEASED} barrels released",
            self.trader.name,
            lambda: self.trader.release(self.loan, token, RELEASED),
        )
        self._record(day, "released")

    def _enforce(self, day: int, shown: dict[str, Any], ltv: int) -> bool:
        if not shown["callBy"] and ltv >= TERMS["call_bps"]:
            self._call(day, ltv)
            return False
        if not shown["callBy"] or shown["callBy"] >= self.stage.operator.now():
            self._record(day, "")
            return False
        self.stage.play(
            f"{self._date(day)}: the call has passed, LTV {_percent(ltv)}: the bank opens a sale for a day",
            self.bank.name,
            lambda: self.bank.open_sale(self.loan),
        )
        self._record(day, "default")
        for role, percent in (("broker", 90), ("refiner", 97)):
            self._bid(self.stage.parties[role], self._price(day) * int(BARRELS) * percent // 100)
        self.stage.travel(1, seconds=60)
        sold = self.stage.play(
            "The sale is closed: storage, then the bank, then the trader",
            self.bank.name,
            lambda: self.bank.close_sale(self.loan),
        )
        self._record(day, "sold", sold=int(sold["priceFen"]), shortfall=int(sold["shortfallFen"]))
        return True

    def _bid(self, bidder: Party, amount: int) -> None:
        self.stage.play(f"Bids {format_amount(amount)}", bidder.name, lambda: bidder.bid(self.loan, amount))

    def _wait_for(self, day: int) -> None:
        """Until as many days after the beginning as there were between the prices."""
        at = self.began + (self.series.days[self.first + day] - BEGIN).days * DAY
        left = at - self.stage.operator.now()
        if left > 0:
            self.stage.operator.travel(seconds=left)

    def _publish(self, day: int) -> None:
        now = self.stage.operator.now()
        self.stage.parties["oracle"].publish_price(self.feed, self._price(day), observed_at=now)

    def _price(self, day: int) -> int:
        return self.series.cents[self.first + day]

    def _date(self, day: int) -> str:
        return self.series.days[self.first + day].isoformat()

    def _record(self, day: int, what: str, **more: int) -> None:
        """A row of what the figure is drawn from."""
        shown = self.bank.loan(self.loan)
        self.stage.record(
            run=self.lot,
            date=self._date(day),
            priceCents=self._price(day),
            ltvBps=int(shown["ltvBps"] or 0),
            owedCents=int(shown["owedFen"]),
            traderCents=self.stage.operator.cash(self.trader, CURRENCY),
            bankCents=self.stage.operator.cash(self.bank, CURRENCY),
            what=what,
            **more,
        )


def _percent(bps: int) -> str:
    return f"{bps // 100}.{bps % 100:02d} %"
