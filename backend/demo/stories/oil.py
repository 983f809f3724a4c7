"""Oil: a thousand barrels pledged on 2 January 2020, and the real prices of the 120 trading days that followed. Once
the trader cures what it is called for; once it does not."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.config import DAY, HOUR
from backend.demo import why
from backend.demo.cast import Cast, Newcomer
from backend.demo.stage import Stage
from backend.errors import both
from backend.loan_arithmetic import cure_amount
from backend.money import format_amount
from backend.replay import Series, brent
from backend.sdk import Party

TITLE = both("oil in a falling market", "油价下跌中的原油质押")
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
CAST = Cast(
    currency=CURRENCY,
    funds=FUNDS_CENTS,
    payers=("trader", "bank", "refiner", "broker"),
    people={
        "trader": Newcomer("Zhoushan Oil Trading 舟山石油贸易", "91330900MA6TRADE01", ["supplier"]),
        "bank": Newcomer("Bank of the River 江河银行", "91110000MA4BANK00A", ["financier"]),
        "refiner": Newcomer("East Sea Refining 东海炼化", "91310000MA7REFIN01", ["supplier"]),
        "broker": Newcomer("Lotus Commodities 莲花商品", "91440300MA8BROKE01", ["supplier"]),
        "tank_farm": Newcomer("Yangshan Tank Farm 洋山油库", "91310000MA9TANKS01", ["custodian"]),
        "oracle": Newcomer("Port Price Service 港口价格服务", "91310000MA1PRICE01", ["oracle"]),
    },
)


def play(stage: Stage) -> None:
    """Both runs, one after the other, over the same prices."""
    oracle = stage.parties["oracle"]
    feed = stage.operator.assign_feed(oracle, "BRENT", "CRUDE", "BBL", CURRENCY)
    stage.note(both("First run: the trader answers every call", "第一轮:贸易商每次都补仓"))
    _Run(stage, feed, stage.unlike("TANK-7"), answers=True).play()
    stage.note(
        both("Second run: the same oil, the same prices, and nobody answers", "第二轮:同样的油、同样的价格,无人补仓")
    )
    stage.travel(1)
    _Run(stage, feed, stage.unlike("TANK-8"), answers=False).play()


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
            both(
                "After {days} trading days the trader pays all: {owed}; the oil is its own again",
                "{days} 个交易日后贸易商还清 {owed},原油归还",
                days=TRADING_DAYS,
                owed=format_amount(owed),
            ),
            self.trader.name,
            lambda: self.trader.repay_loan(self.loan, owed),
            why.LOAN_PAID,
        )
        self._record(TRADING_DAYS, "repaid")

    def _borrow(self) -> None:
        trader, bank, tank_farm, stage = self.trader, self.bank, self.tank_farm, self.stage
        receipt = self._store(BARRELS, self.lot)
        if self.answers:
            self.spare = self._store(SPARE, f"{self.lot}-B")
        stage.play(
            both(
                "Asks for a loan over {barrels} barrels at {price}",
                "以 {barrels} 桶原油(每桶 {price})申请贷款",
                barrels=BARRELS,
                price=format_amount(self._price(0)),
            ),
            trader.name,
            lambda: trader.ask_for_loan("receipt", receipt, LOAN_CENTS, [bank]),
            why.ASK_LOAN,
        )
        request = bank.loan_requests()[0]["id"]
        maturity = stage.operator.now() + TENOR_DAYS * DAY
        quote = stage.play(
            both(
                "Signs a quote: {loan} at 6 % a year, 60 % of the value, called at 70 %",
                "签署报价:{loan},年化 6 %,融资比例 60 %,补仓线 70 %",
                loan=format_amount(LOAN_CENTS),
            ),
            bank.name,
            lambda: bank.quote_loan(request, LOAN_CENTS, maturity_at=maturity, **TERMS),
            why.QUOTE_LOAN,
        )["quoteId"]
        stage.play(
            both("Counts the oil and takes note of the pledge", "盘点原油并确认质押"),
            tank_farm.name,
            lambda: tank_farm.count(receipt, BARRELS, bank),
            why.COUNT,
        )
        taken = stage.play(
            both(
                "Takes the loan: title into escrow and cash to the trader in one transaction",
                "提款:货权进入托管、资金支付贸易商,同一笔交易完成",
            ),
            trader.name,
            lambda: trader.take_loan(quote, LOAN_CENTS),
            why.TAKE_LOAN,
        )
        self.loan = int(taken["loanId"])
        stage.refuse(
            both("Tries to pledge the same receipt once more", "试图将同一仓单再次质押"),
            trader.name,
            lambda: trader.ask_for_loan("receipt", receipt, LOAN_CENTS, [bank]),
            why.TWICE,
        )
        self._record(0, "drawn")

    def _store(self, barrels: str, lot: str) -> int:
        until = self.stage.operator.now() + 2 * 365 * DAY
        stored = self.stage.play(
            both("Takes {barrels} barrels in: lot {lot}", "入库 {barrels} 桶:批次 {lot}", barrels=barrels, lot=lot),
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
            why.TAKE_IN,
        )
        return int(stored["receiptId"])

    def _is_over(self, day: int) -> bool:
        """What the day's price leads to; whether the loan has ended."""
        shown = self.bank.loan(self.loan)
        ltv = shown["ltvBps"]
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
            both(
                "{date}: oil at {price}, LTV {ltv}: margin is called",
                "{date}:油价 {price},质押率 {ltv},发出补仓通知",
                date=self._date(day),
                price=format_amount(self._price(day)),
                ltv=_percent(ltv),
            ),
            self.bank.name,
            lambda: self.bank.call_margin(self.loan),
            why.CALL,
        )
        self._record(day, "called")

    def _cure(self, day: int) -> None:
        if self.spare:
            receipt, self.spare = self.spare, 0
            self.stage.play(
                both("Counts the other {barrels} barrels", "盘点另外 {barrels} 桶", barrels=SPARE),
                self.tank_farm.name,
                lambda: self.tank_farm.count(receipt, SPARE, self.bank),
                why.COUNT,
            )
            self.stage.play(
                both("Tops up with {barrels} barrels", "追加质押 {barrels} 桶", barrels=SPARE),
                self.trader.name,
                lambda: self.trader.top_up(self.loan, receipt),
                why.TOP_UP,
            )
            self._record(day, "topped up")
        shown = self.trader.loan(self.loan)
        if shown["callBy"]:
            missing = cure_amount(int(shown["owedFen"]), int(shown["collateralFen"]), TERMS["advance_bps"])
            self.stage.play(
                both(
                    "Pays down {amount}, to 60 % again", "还款 {amount},质押率回到 60 %", amount=format_amount(missing)
                ),
                self.trader.name,
                lambda: self.trader.repay_loan(self.loan, missing),
                why.PAY_DOWN,
            )
            self._record(day, "paid down")

    def _pay_down(self, day: int, shown: dict[str, Any]) -> None:
        """The price has recovered: the trader pays a third and takes oil out."""
        self.released = True
        part = int(shown["owedFen"]) // 3
        self.stage.play(
            both(
                "{date}: oil at {price}; pays {part} down",
                "{date}:油价 {price};部分还款 {part}",
                date=self._date(day),
                price=format_amount(self._price(day)),
                part=format_amount(part),
            ),
            self.trader.name,
            lambda: self.trader.repay_loan(self.loan, part),
            why.PAY_DOWN,
        )
        token = next(title["tokenId"] for title in shown["titles"] if title["value"].startswith(BARRELS))
        self.stage.play(
            both("and has {barrels} barrels released", "并解押 {barrels} 桶", barrels=RELEASED),
            self.trader.name,
            lambda: self.trader.release(self.loan, token, RELEASED),
            why.RELEASE,
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
            both(
                "{date}: the call has passed, LTV {ltv}: the bank opens a sale for a day",
                "{date}:补仓期限已过,质押率 {ltv},银行启动为期一天的处置",
                date=self._date(day),
                ltv=_percent(ltv),
            ),
            self.bank.name,
            lambda: self.bank.open_sale(self.loan),
            why.OPEN_SALE,
        )
        self._record(day, "default")
        for role, percent in (("broker", 90), ("refiner", 97)):
            self._bid(self.stage.parties[role], self._price(day) * int(BARRELS) * percent // 100)
        self.stage.travel(1, seconds=60)
        sold = self.stage.play(
            both(
                "The sale is closed: storage, then the bank, then the trader", "处置结束:依次支付仓储费、银行、贸易商"
            ),
            self.bank.name,
            lambda: self.bank.close_sale(self.loan),
            why.CLOSE_SALE,
        )
        self._record(day, "sold", sold=int(sold["priceFen"]), shortfall=int(sold["shortfallFen"]))
        return True

    def _bid(self, bidder: Party, amount: int) -> None:
        self.stage.play(
            both("Bids {amount}", "出价 {amount}", amount=format_amount(amount)),
            bidder.name,
            lambda: bidder.bid(self.loan, amount),
            why.BID,
        )

    def _wait_for(self, day: int) -> None:
        """Until as many days after the beginning as there were between the prices, less an hour: the loan's days begin
        just after, and what is owed must not grow between a look and the payment."""
        at = self.began + (self.series.days[self.first + day] - BEGIN).days * DAY - HOUR
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
            ltvBps=shown["ltvBps"] or 0,
            owedCents=int(shown["owedFen"]),
            traderCents=self.stage.operator.cash(self.trader, CURRENCY),
            bankCents=self.stage.operator.cash(self.bank, CURRENCY),
            what=what,
            **more,
        )


def _percent(bps: int) -> str:
    return f"{bps // 100}.{bps % 100:02d} %"
