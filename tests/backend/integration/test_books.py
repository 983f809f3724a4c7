"""The books of everything that can happen: they balance, what only passes through is empty again, and somebody else's
checker agrees (rules B6, B11)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.books import beancount
from backend.chain.logs import LogSource
from backend.cli import main
from backend.database import open_database
from backend.migrations import migrate
from backend.projections import ledger
from backend.projections.indexer import Indexer
from backend.reconcile import reconcile
from backend.sdk import Party, Refused
from backend.testing import Network

FACE = 1_000_000_00
DAYS = 90
GRACE_DAYS = 3

POSTING_EVENTS = {
    "Transfer",
    "ReceivableConfirmed",
    "NoteEndorsed",
    "NotePlaceTaken",
    "Settled",
    "NoteInsured",
    "ReceivableRepaid",
    "DilutionMadeGood",
    "NoteRedeemed",
    "LeftPenaltyPaid",
    "PaymentWithheld",
    "WithheldPaid",
    "ReceivableDiluted",
    "DilutionAbsorbed",
    "NoteBoughtBack",
    "NoteCovered",
    "NoteWrittenOff",
    "StoragePaid",
    "InsurancePaid",
}
POSTINGS = re.compile(r"^  ((?:Assets|Liabilities|Equity|Income|Expenses):\S+)  (\S+) ([A-Z]{3})$", re.MULTILINE)


class Flow:
    """A network in which every kind of posting was made. `outside` is what was given for notes outside of it."""

    def __init__(self, network: Network) -> None:
        self.net = network
        self.outside: dict[str, int] = defaultdict(int)
        self._claims: dict[str, int] = {}
        self._before_maturity()
        network.operator.travel(days=DAYS + 1)
        self._at_maturity()
        network.operator.travel(days=GRACE_DAYS + 10)
        self._after_grace()
        self._goods()
        network.bank_a.redeem_cash(1_234_567_89, "to our account at the bank")

    def _before_maturity(self) -> None:
        net = self.net
        car_maker, tier1, tier2, bank_a, bank_b = net.car_maker, net.tier1, net.tier2, net.bank_a, net.bank_b
        net.operator.issue_cash(tier2, 10 * FACE)
        whole = net.registered(amount=FACE)
        car_maker.confirm(whole, FACE, carry=False)
        self._sell(whole, tier1, bank_b, FACE, None)
        bank_b.repay(whole, FACE)  # for the car maker
        self._redeem_all(whole)

        late, root = self._confirmed("late")
        self._pay(tier2, root, 300_000_01)
        self._sell(late, tier1, bank_a, 500_000_00, root, with_recourse=True)

        disputed, root = self._confirmed("disputed")
        self._pay(tier2, root, 900_000_00)
        car_maker.dispute(disputed, 250_000_07, "short delivery")
        net.operator.order(disputed, 150_000_00, "order 7")
        tier1.make_good(disputed, 50_000_00)

        credited, _ = self._confirmed("credited")
        tier1.credit(credited, self._credit_note(123_456_78))
        submitted = net.registered(amount=FACE)
        tier1.credit(submitted, self._credit_note(1_00))

        number = net.registered(amount=FACE)
        car_maker.confirm(number, FACE, set_off_waived=False)
        now = net.operator.now()
        counterclaim = tier1.acknowledge(number, 77_777_77, "damaged pallets", arisen_at=now, due_at=now)
        car_maker.set_off(counterclaim["result"]["counterclaimId"])
        self._claims["set off"] = number

        direct, _ = self._confirmed("direct")
        car_maker.pay_assignor(direct, 400_000_00)
        tier1.absorb(direct)

        default, root = self._confirmed("default")
        child = self._pay(tier2, root, 450_000_00)
        self._sell(default, tier2, bank_a, 350_000_00, child, with_recourse=True)
        self._sell(default, tier1, bank_b, FACE - 450_000_00, root)

        _, root = self._confirmed("left")
        tier2.want_acceptance()
        awaited = self._pay(tier2, root, 100_000_00)
        tier2.decline_note(awaited)
        self._note_outside(tier1, tier2, -100_000_00)

    def _at_maturity(self) -> None:
        for name in ("disputed", "credited", "set off", "direct"):
            self._repay_due(name)
            self._redeem_all(self._claims[name])
        late = self._claims["late"]
        self.net.car_maker.repay(late, 333_333_33)
        self.net.tier1.allot(late)
        self._redeem_all(late)

    def _after_grace(self) -> None:
        net = self.net
        default, left = self._claims["default"], self._claims["left"]
        self._repay_due("late")
        net.tier1.allot(self._claims["late"])
        self._redeem_all(self._claims["late"])

        held = {note["holder"]: int(note["id"]) for note in net.operator.notes(default) if int(note["valueFen"])}
        net.bank_a.claim_recourse(held[net.bank_a.account])
        net.tier2.buy_back(held[net.bank_a.account])
        net.bank_b.cover(held[net.bank_b.account])
        net.bank_b.write_off(held[net.bank_b.account])
        net.operator.freeze(net.bank_b, "order 8")
        self._repay_due("default")
        net.tier1.allot(default)
        self._redeem_all(default)
        net.operator.unfreeze(net.bank_b, "order 9")
        net.bank_b.take_withheld()

        net.tier1.credit(left, self._credit_note(FACE))
        self._repay_due("left")
        net.tier1.allot(left)

    def _goods(self) -> None:
        """Storage that reaches the custodian and storage that has to wait, a sale of goods, and insurance."""
        net = self.net
        _, receipt = net.stored("10")
        net.tier1.ask_for_receipt_quotes(receipt, "4", [net.bank_a])
        sold = net.tier1.sell_receipt(net.bank_a.quote_receipt(receipt, "4", 2_000_00)["result"]["quoteId"])["result"]
        net.operator.travel(seconds=60)
        net.tier1.pay_storage(receipt)
        net.operator.freeze(net.warehouse, "order 10")
        net.bank_a.pay_storage(int(sold["receiptId"]))
        assert net.operator.position(net.warehouse)["withheld"] == [{"currency": "CNY", "amountFen": "20"}]
        assert reconcile(net.world.system).findings == []
        net.operator.unfreeze(net.warehouse, "order 11")
        net.warehouse.take_withheld()
        net.warehouse.pay_insurance(receipt, 7)

    def _confirmed(self, name: str) -> tuple[int, int]:
        number, root = self.net.confirmed(FACE, days=DAYS)
        self._claims[name] = number
        return number, root

    def _credit_note(self, amount: int) -> bytes:
        return self.net.invoice(amount=amount).replace(b">380<", b">381<")

    def _sell(self, claim: int, seller: Party, bank: Party, value: int, note: int | None, **more: Any) -> None:
        seller.ask_for_quotes(claim, value, [bank], **more)
        quote = bank.quote(claim, seller, value, rate_bps=520, **more)["result"]["quoteId"]
        seller.accept(quote, note)

    def _pay(self, payee: Party, note: int, value: int) -> int:
        """Tier 1 pays a supplier of its own with a part of a note: what for is outside of the platform."""
        self._note_outside(self.net.tier1, payee, value)
        return int(self.net.tier1.endorse(note, payee, value)["result"]["noteId"])

    def _note_outside(self, giver: Party, taker: Party, value: int) -> None:
        self.outside[giver.account] += value
        self.outside[taker.account] -= value

    def _repay_due(self, name: str) -> None:
        """All that is due; what is more is not taken (rule M1)."""
        self.net.car_maker.repay(self._claims[name], 2 * FACE)

    def _redeem_all(self, claim: int) -> None:
        for note in self.net.operator.notes(claim):
            if int(note["valueFen"]):
                self.net.tier1.redeem(int(note["id"]))


def bean_check(folder: Path, text: str, name: str = "books.beancount") -> subprocess.CompletedProcess[str]:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return subprocess.run(
        [str(Path(sys.executable).parent / "bean-check"), "--no-cache", str(file)],
        capture_output=True,
        text=True,
        timeout=120,
    )


def balances(network: Network, book: str) -> dict[tuple[str, str], int]:
    """What every participant and contract has in a book, where it has anything."""
    found = {}
    for party in network.operator.participants():
        for row in network.operator.position(party["account"])["books"]:
            if row["book"] == book:
                found[party["account"], row["currency"]] = int(row["amountFen"])
    return found


@pytest.fixture
def flow(feiqian: Network) -> Flow:
    return Flow(feiqian)


def test_somebody_elses_checker_agrees_and_sees_one_altered_byte(flow: Flow, tmp_path: Path) -> None:
    """B11."""
    text = flow.net.operator.books()
    assert set(re.findall(r'^\S+ \* "[^"]+" "(\w+)"', text, re.MULTILINE)) == POSTING_EVENTS
    agreed = bean_check(tmp_path, text)
    assert (agreed.returncode, agreed.stdout, agreed.stderr) == (0, "", "")

    postings = list(POSTINGS.finditer(text))
    for number, chosen in enumerate((postings[0], postings[len(postings) // 2], postings[-1])):
        at = chosen.end(2) - 1
        digit = "1" if text[at] != "1" else "2"
        altered = bean_check(tmp_path, text[:at] + digit + text[at + 1 :], f"altered-{number}.beancount")
        assert altered.returncode != 0 and "does not balance" in altered.stderr, chosen[0]
    assertion = next(re.finditer(r" balance Assets:Cash:\S+  (\S+)", text))
    at = assertion.end(1) - 1
    altered = bean_check(tmp_path, text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :], "balance.beancount")
    assert altered.returncode != 0 and "Balance failed" in altered.stderr


def test_the_same_chain_gives_the_same_bytes(flow: Flow, tmp_path: Path) -> None:
    system = flow.net.world.system
    first = "".join(beancount(system.database))
    fresh = open_database(f"sqlite:///{tmp_path / 'again.db'}")
    try:
        migrate(fresh)
        again = Indexer(fresh, LogSource(system.contracts))
        while again.catch_up() < system.indexer.position():
            pass
        assert "".join(beancount(fresh)) == first
    finally:
        fresh.dispose()


def test_what_only_passes_through_is_empty_again(flow: Flow) -> None:
    """B6. Cash met its reason; a title met its price, or was given for something outside; nothing is left unpaid."""
    net = flow.net
    assert balances(net, ledger.SETTLEMENTS) == {}
    outside = {(account, "CNY"): value for account, value in flow.outside.items() if value}
    assert balances(net, ledger.CONSIDERATION) == outside
    for book in (ledger.ANSWERED, ledger.WITHHELD, ledger.OWED_TO_HOLDERS, ledger.ALLOWANCE, ledger.NOTES):
        assert balances(net, book) == {}, book
    losses = balances(net, ledger.LOSSES)
    assert losses == {}, "what was written off came in after all"


def test_a_statement_in_pages_is_the_whole_one(flow: Flow) -> None:
    """B11."""
    net = flow.net
    for party in (net.tier1, net.bank_b):
        whole = party.statement(party)
        assert whole["opening"] == []
        books = net.operator.position(party)["books"]
        assert whole["closing"] == sorted(books, key=lambda row: (row["currency"], row["book"]))
        for limit in (1, 7):
            items: list[Any] = []
            page: dict[str, Any] = {"next": "", "closing": []}
            while page["next"] is not None:
                before = page["closing"]
                page = party.get(f"/participants/{party.account}/statement", limit=limit, after=page["next"] or None)
                assert page["opening"] == before
                assert 0 < len(page["items"]) <= limit
                items += page["items"]
            assert (items, page["closing"]) == (whole["items"], whole["closing"])
        for item in whole["items"]:
            assert sum(int(line["amountFen"]) for line in item["lines"]) == 0, "an event was cut in two"
        places = [(item["block"], item["logIndex"]) for item in whole["items"]]
        assert places == sorted(set(places))
    sold = next(item for item in net.tier2.statement(net.tier2)["items"] if item["event"] == "Settled")
    assert sold["receivableId"] == flow._claims["default"] and sold["noteId"] is not None
    assert net.operator.statement(net.tier1, currency="EUR")["items"] == []


def test_notes_are_counted_by_their_currency(feiqian: Network) -> None:
    limit = {"currency": "EUR", "limitFen": "100000000"}
    feiqian.operator.act(f"/participants/{feiqian.car_maker.account}/confirmation-limits", limit)
    for amount, currency in ((100_00, "CNY"), (250_00, "EUR"), (50_00, "EUR")):
        feiqian.confirmed(amount, currency=currency)
    found = feiqian.tier1.position(feiqian.tier1)["notes"]
    assert sorted(found, key=lambda row: str(row["currency"])) == [
        {"currency": "CNY", "count": 1, "valueFen": "10000"},
        {"currency": "EUR", "count": 2, "valueFen": "30000"},
    ]


def test_a_statement_is_its_owners_business(feiqian: Network) -> None:
    """B7."""
    for call in (lambda: feiqian.tier2.statement(feiqian.tier1), feiqian.tier1.books):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.status == 403
    with pytest.raises(Refused) as refused:
        feiqian.operator.statement("0x" + "1" * 40)
    assert refused.value.status == 404
    with pytest.raises(Refused) as refused:
        feiqian.operator.statement(feiqian.tier1, currency="XXX")
    assert (refused.value.status, refused.value.field) == (422, "currency")
    assert feiqian.operator.statement(feiqian.tier1)["items"] == []


def shown(feiqian: Network, monkeypatch: pytest.MonkeyPatch, *command: str) -> str:
    """What the command line says of the network's books."""
    monkeypatch.setenv("DATABASE_URL", feiqian.world.settings.database)
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_long_statement_is_shown_to_its_end(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """B11: line by line, each once, however many pages that is inside."""
    to = feiqian.operator.register("Many Small Ones", "SMALL-1", ["supplier"])
    amounts = range(1, 131)
    items = [{"to": to.account, "amountFen": str(amount), "currency": "CNY"} for amount in amounts]
    feiqian.operator.bulk("issues", items)
    head, _, closing = shown(feiqian, monkeypatch, "statement", to.account).partition("\nclosing")
    lines = [line.split() for line in head.splitlines() if line.startswith("  CNY cash")]
    assert [line[2] for line in lines] == [f"{amount / 100:.2f}" for amount in amounts]
    assert lines[-1][3] == "85.15" and "CNY cash 85.15" in " ".join(closing.split())


def test_a_lineage_shows_what_became_of_a_note_and_what_was_put_into_it(
    feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N10."""
    claim, root = feiqian.confirmed(FACE)
    first, second = (
        int(feiqian.tier1.endorse(root, feiqian.tier2, value)["result"]["noteId"]) for value in (300_00, 200_00)
    )
    feiqian.tier2.merge(second, first)
    title, *lines = shown(feiqian, monkeypatch, "lineage", str(root)).splitlines()
    assert title == f"note {root} of receivable {claim}"
    assert [line[: len(line) - len(line.lstrip())] + line.split()[0] for line in lines] == [
        str(root), f"  {first}", f"  {second}",
    ]  # fmt: skip
    last = shown(feiqian, monkeypatch, "lineage", str(first)).splitlines()[-1]
    assert last.startswith("merged at 20") and last.endswith(f"Z: 200.00 CNY of note {second}")


def test_a_note_written_off_and_then_absorbed_is_lost_once(feiqian: Network) -> None:
    """X5, J7. The supplier's own note is gone, so nothing of it is left to be doubtful."""
    claim, root = feiqian.confirmed(FACE, days=DAYS)
    feiqian.operator.travel(days=DAYS + GRACE_DAYS + 2)
    feiqian.tier1.write_off(root)
    feiqian.tier1.credit(claim, feiqian.invoice(amount=FACE).replace(b">380<", b">381<"))
    for book in (ledger.NOTES, ledger.ALLOWANCE, ledger.LOSSES, ledger.ANSWERED):
        assert balances(feiqian, book) == {}, book
