"""Plays a plan through the API: every act by the party whose act it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.config import DAY
from backend.invoices.minimal import make_invoice
from backend.region import assumptions as a
from backend.region.cast import Cast, issue, take_in
from backend.region.crew import Act, Crew, act
from backend.region.plan import Claim, Plan, rate_bps
from backend.sdk import Feiqian, Party
from backend.sdk.client import children

Json = dict[str, Any]

GRACE_DAYS = 4
"""Days after the last maturity on which grace is over."""


@dataclass
class Played:
    """What came of the plan: numbers on the chain by numbers in the plan."""

    cast: Cast
    receivables: list[int] = field(default_factory=list)
    notes: list[list[int]] = field(default_factory=list)
    """Of each claim, the note of each part."""
    loans: list[int] = field(default_factory=list)


def play(operator: Feiqian, crew: Crew, plan: Plan) -> Played:
    """The whole life of the region. `operator` does not wait for its acts (Feiqian(wait=0))."""
    cast = take_in(operator, crew, plan)
    return _Life(plan, cast, crew).live()


class _Life:
    def __init__(self, plan: Plan, cast: Cast, crew: Crew) -> None:
        self.plan, self.cast, self.crew = plan, cast, crew
        self.played = Played(cast)
        self.began = cast.operator.now()

    def live(self) -> Played:
        self._hand_over()
        self._confirm()
        self._endorse()
        self._sell()
        self._pledge()
        self._dispute()
        self._repay_loans()
        self._enforce_loans()
        for days in sorted({claim.days for claim in self.plan.claims}):
            self._mature(days)
        self._default()
        return self.played

    def _supplier(self, claim: Claim) -> Party:
        return self.cast.suppliers[claim.supplier]

    def _core(self, claim: Claim) -> Party:
        return self.cast.cores[claim.core]

    # ---- from the invoice to the notes

    def _hand_over(self) -> None:
        done = self.crew.play(
            "Invoices are handed over · 提交发票",
            [act(self._supplier(claim).hand_over, self._invoice(n, claim)) for n, claim in enumerate(self.plan.claims)],
        )
        self.played.receivables = [int(result["receivableId"]) for result in done]

    def _invoice(self, number: int, claim: Claim) -> bytes:
        issued = datetime.fromtimestamp(self.began, UTC).date()
        return make_invoice(
            amount=claim.face,
            issued=issued.isoformat(),
            due=(issued + timedelta(days=claim.days)).isoformat(),
            number=f"RG-{number + 1:05d}",
            currency="CNY",
            seller=self.plan.suppliers[claim.supplier].identifier,
            buyer=self.plan.cores[claim.core].identifier,
        )

    def _confirm(self) -> None:
        done = self.crew.bulk(
            "Core enterprises confirm · 核心企业确权",
            "receivable.confirm",
            [
                (self._core(claim), {"receivableId": receivable, "amountFen": str(claim.confirmed)})
                for claim, receivable in zip(self.plan.claims, self.played.receivables, strict=True)
            ],
        )
        self.played.notes = [
            [int(result["noteId"])] + [0] * (len(claim.parts) - 1)
            for claim, result in zip(self.plan.claims, done, strict=True)
        ]

    def _endorse(self) -> None:
        """Tier after tier: nobody passes on what it does not have yet."""
        for tier in range(1, a.TIERS):
            acts: list[Act] = []
            places: list[tuple[int, list[int]]] = []
            for number, claim in enumerate(self.plan.claims):
                for parent, part in enumerate(claim.parts):
                    if self.plan.suppliers[part.holder].tier != tier:
                        continue
                    passed = [place for place, child in enumerate(claim.parts) if child.parent == parent]
                    if passed:
                        note = self.played.notes[number][parent]
                        payees = [self._payee(claim, place) for place in passed]
                        acts.append(act(self.cast.suppliers[part.holder].endorse_list, note, payees))
                        places.append((number, passed))
            done = self.crew.play(f"Tier {tier} pays tier {tier + 1} · 背书转让至第{tier + 1}级", acts)
            for (number, passed), result in zip(places, done, strict=True):
                for place, note in zip(passed, children(result), strict=True):
                    self.played.notes[number][place] = note

    def _payee(self, claim: Claim, place: int) -> tuple[Party, int, bool]:
        part = claim.parts[place]
        return self.cast.suppliers[part.holder], part.value, part.with_recourse

    # ---- cash before maturity

    def _sell(self) -> None:
        """Every seller asks two banks, both sign a firm price, the seller takes the better one."""
        sales = [
            (number, place, part)
            for number, claim in enumerate(self.plan.claims)
            for place, part in enumerate(claim.parts)
            if part.sold
        ]
        receivables, banks = self.played.receivables, self.cast.banks
        self.crew.play(
            "Suppliers apply for financing · 申请融资",
            [
                act(
                    self.cast.suppliers[part.holder].ask_for_quotes,
                    receivables[number],
                    part.sold,
                    [banks[bank] for bank in part.banks],
                    with_recourse=part.sold_with_recourse,
                )
                for number, _, part in sales
            ],
        )
        offers = [(sale, bank) for sale in sales for bank in sale[2].banks]
        quoted = self.crew.play(
            "Banks sign quotes · 资金方报价",
            [
                act(
                    banks[bank].quote,
                    receivables[number],
                    self.cast.suppliers[part.holder],
                    part.sold,
                    rate_bps=rate_bps(
                        self.plan.cores[self.plan.claims[number].core].grade,
                        with_recourse=part.sold_with_recourse,
                        bank=bank,
                    ),
                    with_recourse=part.sold_with_recourse,
                )
                for (number, _, part), bank in offers
            ],
        )
        best: dict[tuple[int, int], Json] = {}
        for ((number, place, _), _), quote in zip(offers, quoted, strict=True):
            known = best.get((number, place))
            if known is None or int(quote["priceFen"]) > int(known["priceFen"]):
                best[number, place] = quote
        self.crew.play(
            "Suppliers take the better price: title against cash · 券款对付",
            [
                act(
                    self.cast.suppliers[part.holder].accept,
                    best[number, place]["quoteId"],
                    self.played.notes[number][place],
                )
                for number, place, part in sales
            ],
        )

    def _pledge(self) -> None:
        """Goods into a warehouse, their receipt into escrow, cash to the borrower."""
        plan, cast, crew = self.plan, self.cast, self.crew
        self._publish_price()
        now = cast.operator.now()
        stored = crew.play(
            "Goods are taken in, receipts issued · 货物入库出单",
            [
                act(
                    cast.custodians[pledge.custodian].take_in,
                    cast.suppliers[pledge.borrower],
                    commodity=a.COMMODITY,
                    grade=a.GRADE,
                    unit=a.UNIT,
                    quantity=str(pledge.tonnes),
                    location=f"Store {pledge.custodian + 1}",
                    lot=f"LOT-{number + 1:04d}",
                    inspection=f"inspection of lot {number + 1}",
                    insurance=f"policy for lot {number + 1}",
                    insured_until=now + 365 * DAY,
                    expires_at=now + 365 * DAY,
                    storage=a.STORAGE_MILLI_FEN,
                )
                for number, pledge in enumerate(plan.pledges)
            ],
        )
        self.receipts = [int(result["receiptId"]) for result in stored]
        pledged = list(zip(plan.pledges, self.receipts, strict=True))
        limits = [pledge.tonnes * a.TONNE_FEN * (a.ADVANCE_BPS - 100) // 10_000 for pledge in plan.pledges]
        crew.play(
            "Borrowers apply for loans · 申请质押贷款",
            [
                act(cast.suppliers[pledge.borrower].ask_for_loan, "receipt", receipt, limit, [cast.banks[pledge.bank]])
                for (pledge, receipt), limit in zip(pledged, limits, strict=True)
            ],
        )
        asked = {row["tokenId"]: row["id"] for bank in cast.banks for row in bank.loan_requests()}
        quoted = crew.play(
            "Banks sign loan quotes · 贷款报价",
            [
                act(
                    cast.banks[pledge.bank].quote_loan,
                    asked[receipt],
                    limit,
                    rate_bps=a.LOAN_BPS,
                    penalty_bps=a.LOAN_PENALTY_BPS,
                    maturity_at=now + a.LOAN_DAYS * DAY,
                    grace_days=a.LOAN_GRACE_DAYS,
                    advance_bps=a.ADVANCE_BPS,
                    call_bps=a.CALL_BPS,
                    liquidation_bps=a.LIQUIDATION_BPS,
                    cure_seconds=3 * DAY,
                    reserve_price=a.TONNE_FEN * a.DISTRESS_BPS[0] // 10_000,
                )
                for (pledge, receipt), limit in zip(pledged, limits, strict=True)
            ],
        )
        crew.play(
            "Custodians count · 保管人盘点",
            [
                act(cast.custodians[pledge.custodian].count, receipt, str(pledge.tonnes), cast.banks[pledge.bank])
                for pledge, receipt in pledged
            ],
        )
        done = crew.play(
            "Loans: receipt into escrow, cash out · 仓单质押放款",
            [
                act(cast.suppliers[pledge.borrower].take_loan, quote["quoteId"], limit)
                for pledge, quote, limit in zip(plan.pledges, quoted, limits, strict=True)
            ],
        )
        self.played.loans = [int(result["loanId"]) for result in done]

    def _publish_price(self) -> None:
        operator, oracle = self.cast.operator, self.cast.oracle
        goods = {"commodity": a.COMMODITY, "grade": a.GRADE, "unit": a.UNIT, "currency": "CNY"}
        (named,) = self.crew.play(
            "The oracle is named · 指定价格源", [act(operator.act, "/feeds", {**goods, "oracle": oracle.account})]
        )
        self.crew.play(
            "The oracle publishes a price · 发布价格",
            [act(oracle.publish_price, named["feed"], a.TONNE_FEN, observed_at=operator.now())],
        )

    # ---- what goes wrong before maturity

    def _dispute(self) -> None:
        plan, played = self.plan, self.played
        disputed = [
            (claim, claim.dispute, receivable)
            for claim, receivable in zip(plan.claims, played.receivables, strict=True)
            if claim.dispute is not None
        ]
        self.crew.play(
            "Core enterprises dispute · 提出争议",
            [
                act(self._core(claim).dispute, receivable, dispute.amount, "quality of the delivery 货物质量")
                for claim, dispute, receivable in disputed
            ],
        )
        proposed = self.crew.play(
            "Suppliers propose how it ends · 提出解决方案",
            [act(self._supplier(claim).propose, receivable, dispute.upheld) for claim, dispute, receivable in disputed],
        )
        self.crew.play(
            "Core enterprises sign the same · 双方签署解决",
            [
                act(self._core(claim).agree, str(result["resolutionId"]))
                for (claim, _, _), result in zip(disputed, proposed, strict=True)
            ],
        )
        self._make_good([(claim, receivable) for claim, _, receivable in disputed])

    def _make_good(self, disputed: list[tuple[Claim, int]]) -> None:
        """What the supplier's own notes did not absorb it owes to the other holders, and pays."""
        owed = [(claim, receivable, self.cast.operator.due(receivable)["supplier"]) for claim, receivable in disputed]
        owing = [row for row in owed if row[2]]
        self._bring_cash([(self._supplier(claim), amount) for claim, _, amount in owing])
        self.crew.play(
            "Suppliers make good what they no longer hold · 供应商补足",
            [act(self._supplier(claim).make_good, receivable, amount) for claim, receivable, amount in owing],
        )

    def _bring_cash(self, payments: list[tuple[Party, int]]) -> None:
        """Who must pay more than it has brings the rest from its bank."""
        wanted: dict[str, int] = {}
        for party, amount in payments:
            wanted[party.account] = wanted.get(party.account, 0) + amount
        missing = [(account, amount - self.cast.operator.cash(account)) for account, amount in wanted.items()]
        needed = [(account, amount) for account, amount in missing if amount > 0]
        issue(self.crew, self.cast.operator, "Cash is brought in · 追加资金", needed)

    # ---- loans: their ends

    def _loans(self, *, failing: bool) -> list[tuple[int, int]]:
        """Places in the plan, and loans."""
        return [
            (place, loan)
            for place, (pledge, loan) in enumerate(zip(self.plan.pledges, self.played.loans, strict=True))
            if (pledge.sale_bps is not None) == failing
        ]

    def _repay_loans(self) -> None:
        plan, cast, crew = self.plan, self.cast, self.crew
        self._travel_to(a.LOAN_DAYS - 1)
        sound = self._loans(failing=False)
        owed = [cast.operator.owed(loan) for _, loan in sound]
        borrowers = [cast.suppliers[plan.pledges[place].borrower] for place, _ in sound]
        self._bring_cash(list(zip(borrowers, owed, strict=True)))
        crew.play(
            "Loans are repaid, receipts come back · 还款解押",
            [act(who.repay_loan, loan, due) for who, (_, loan), due in zip(borrowers, sound, owed, strict=True)],
        )
        receipts = [self.receipts[place] for place, _ in sound]
        storage = [int(cast.operator.receipt(receipt)["storageDueFen"]) for receipt in receipts]
        self._bring_cash(list(zip(borrowers, storage, strict=True)))
        crew.play(
            "Storage is paid · 支付仓储费",
            [act(who.pay_storage, receipt) for who, receipt in zip(borrowers, receipts, strict=True)],
        )
        ordered = crew.play(
            "Delivery is ordered · 提货申请",
            [
                act(who.order_delivery, receipt, str(plan.pledges[place].tonnes), who.name)
                for who, receipt, (place, _) in zip(borrowers, receipts, sound, strict=True)
            ],
        )
        crew.play(
            "Goods are delivered · 货物出库",
            [
                act(cast.custodians[plan.pledges[place].custodian].deliver, str(order["deliveryOrderId"]))
                for (place, _), order in zip(sound, ordered, strict=True)
            ],
        )

    def _enforce_loans(self) -> None:
        plan, cast, crew = self.plan, self.cast, self.crew
        failed = self._loans(failing=True)
        if not failed:
            return
        self._travel_to(a.LOAN_DAYS + a.LOAN_GRACE_DAYS + 1)
        lenders = [cast.banks[plan.pledges[place].bank] for place, _ in failed]
        crew.play(
            "Goods of failed borrowers are put up for sale · 违约处置",
            [act(bank.open_sale, loan, window=DAY) for bank, (_, loan) in zip(lenders, failed, strict=True)],
        )
        crew.play(
            "A trader bids · 竞价",
            [act(cast.trader.bid, loan, self._bid(place)) for place, loan in failed],
        )
        self._travel_to(a.LOAN_DAYS + a.LOAN_GRACE_DAYS + 3)
        crew.play(
            "Sales are closed · 成交清偿",
            [act(bank.close_sale, loan) for bank, (_, loan) in zip(lenders, failed, strict=True)],
        )
        short = [(bank, loan) for bank, (_, loan) in zip(lenders, failed, strict=True) if cast.operator.owed(loan)]
        crew.play("Lenders give up the rest · 核销不足部分", [act(bank.waive, loan) for bank, loan in short])

    def _bid(self, place: int) -> int:
        pledge = self.plan.pledges[place]
        assert pledge.sale_bps is not None
        return pledge.tonnes * a.TONNE_FEN * pledge.sale_bps // 10_000

    # ---- maturity

    def _mature(self, days: int) -> None:
        """The day after: obligors pay, those in default a part, and the settlement run pays every current holder."""
        self._travel_to(days + 1)
        due = [
            (claim, receivable)
            for claim, receivable in zip(self.plan.claims, self.played.receivables, strict=True)
            if claim.days == days
        ]
        payments: list[tuple[Feiqian, Json]] = []
        for claim, receivable in due:
            principal = claim.confirmed - (claim.dispute.upheld if claim.dispute else 0)
            pays = principal * self.plan.cores[claim.core].pays_bps // 10_000
            payments.append((self._core(claim), {"receivableId": receivable, "amountFen": str(pays)}))
        self.crew.bulk(f"Day {days}: obligors pay · 到期付款", "receivable.repay", payments)
        day = (datetime.fromtimestamp(self.began, UTC) + timedelta(days=days)).strftime("%Y-%m-%d")
        (run,) = self.crew.each(
            f"Day {days}: every holder is paid · 清分兑付", [lambda: self.cast.operator.settle_day(day)]
        )
        assert run["state"] == "done", f"the settlement run of {day} is {run['state']}: {run['reason']}"

    def _default(self) -> None:
        """After grace: holders turn to endorsers, these to theirs; the reserve covers; the rest is written off."""
        failed = [
            receivable
            for claim, receivable in zip(self.plan.claims, self.played.receivables, strict=True)
            if self.plan.cores[claim.core].defaults
        ]
        if not failed:
            return
        self._travel_to(max(claim.days for claim in self.plan.claims) + GRACE_DAYS + 1)
        parties = self.cast.by_account()
        for depth in range(a.TIERS + 1, 0, -1):  # from below, so that each endorser is asked once, for all
            self._recourse(failed, depth, parties)
        self._cover(failed, parties)
        left = [note for note in self._unpaid(failed) if note["holder"] in parties]
        self.crew.play(
            "What is left is written off · 核销",
            [act(parties[note["holder"]].write_off, int(note["id"])) for note in left],
        )

    def _recourse(self, failed: list[int], depth: int, parties: dict[str, Party]) -> None:
        claimed = [note for note in self._unpaid(failed) if note["withRecourse"] and note["depth"] == depth]
        self.crew.play(
            f"Recourse, {depth} endorsements down: holders turn to endorsers · 追索",
            [act(parties[note["holder"]].claim_recourse, int(note["id"])) for note in claimed],
        )
        self._bring_cash([(parties[note["endorser"]], int(note["valueFen"])) for note in claimed])
        self.crew.play(
            f"Recourse, {depth} endorsements down: endorsers pay · 回购",
            [act(parties[note["endorser"]].buy_back, int(note["id"])) for note in claimed],
        )

    def _cover(self, failed: list[int], parties: dict[str, Party]) -> None:
        """The reserve pays for what is insured, in the order of the notes, as long as it has anything."""
        operator = self.cast.operator
        reserve = next(row["account"] for row in operator.participants() if row["name"] == "Reserve")
        left = operator.cash(reserve)
        whole: list[Act] = []
        rest: list[Act] = []
        for note in self._unpaid(failed):
            asked = min(int(note["valueFen"]), int(note["insuredFen"]))
            if asked and left and note["holder"] != reserve:
                (whole if asked <= left else rest).append(act(parties[note["holder"]].cover, int(note["id"])))
                left -= min(asked, left)
        self.crew.play("The reserve covers · 风险准备金代偿", whole)
        self.crew.play("The reserve covers, with its last · 风险准备金代偿(余额)", rest)

    def _unpaid(self, failed: list[int]) -> list[Json]:
        """Notes with value, of receivables in default."""
        return [note for claim in failed for note in self.cast.operator.notes(claim) if int(note["valueFen"])]

    def _travel_to(self, days: int) -> None:
        """Until `days` after the beginning."""
        left = self.began + days * DAY - self.cast.operator.now()
        if left > 0:
            self.cast.operator.travel(seconds=left)
