"""500 leaves of one receivable paid in one settlement run with a shortfall of a third, the backend killed twice with
SIGKILL in the middle (rules M4, M8): the result is the one that a calculator gives.

The chain lives in this process, so that only the backend dies. The seed is printed; SEED repeats it.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx

from backend.config import DAY
from backend.invoices.minimal import make_invoice
from backend.sdk import Feiqian, Party
from tests.torture.stage import new_dice, staged
from tests.torture.verdict import judge

LEAVES = int(os.environ.get("LEAVES", "500"))
PAYEES = 8
AT_ONCE = 25
FACE = 900_000_007
WAIT = 240


def test_500_leaves_are_paid_to_the_fen_though_the_backend_is_killed_twice(tmp_path: Path) -> None:
    dice = new_dice()
    with staged(tmp_path, max_notes=LEAVES + 1, levy_bps=0) as stage:
        backend, operator = stage.run_well(), stage.operator(wait=WAIT)
        maker, payees, claim, due_at = _claim(operator)
        values = _endorse_all(operator, claim, payees, dice)
        assert len(values) == LEAVES and sum(values.values()) == FACE
        paid_in = FACE * 2 // 3
        operator.travel(seconds=due_at - operator.now() + 1)
        before = {payee.account: operator.cash(payee) for payee in payees}
        maker.repay(claim, paid_in)

        day = time.strftime("%Y-%m-%d", time.gmtime(due_at))
        backend.kill()
        for point in ("settlement-run.sent", "sender.stored"):
            backend = stage.run(point)
            with contextlib.suppress(httpx.HTTPError, AssertionError):  # it may be dead before it answers
                backend.await_health()
                operator.act("/settlement-runs", {"day": day}, key="the-run")
            assert backend.was_killed_within(60)
        stage.run_well()
        run_id = str(operator.act("/settlement-runs", {"day": day}, key="the-run")["result"]["runId"])
        print(f"killed twice with {operator.settlement_run(run_id)['notesLeft']} notes left")
        assert _await_end(operator, run_id)["state"] == "done"

        holders = {int(note["id"]): note["holder"] for note in operator.notes(claim)}
        left = {int(note["id"]): int(note["valueFen"]) for note in operator.notes(claim)}
        expected = largest_remainder(paid_in, values)
        assert {note: value - left[note] for note, value in values.items()} == expected
        for payee in payees:
            own = sum(share for note, share in expected.items() if holders[note] == payee.account)
            assert operator.cash(payee) - before[payee.account] == own
        assert sum(expected.values()) == paid_in
        assert all(share <= values[note] for note, share in expected.items())

        stage.await_quiet(30)
        stage.kill_all()
        judge(stage, [])


def largest_remainder(pot: int, weights: dict[int, int]) -> dict[int, int]:
    """Hamilton's method with fractions, written without a look at the contract: the odd units to the largest
    remainders, among equals to the lower number."""
    total = sum(weights.values())
    quotas = {number: Fraction(pot * weight, total) for number, weight in weights.items()}
    shares = {number: quota.numerator // quota.denominator for number, quota in quotas.items()}
    order = sorted(quotas, key=lambda number: (shares[number] - quotas[number], number))
    for number in order[: pot - sum(shares.values())]:
        shares[number] += 1
    return shares


def _claim(operator: Feiqian) -> tuple[Party, list[Party], int, int]:
    maker = operator.register("Maker", "MAKER-1", ["obligor"], limits={"CNY": 10**12})
    supplier = operator.register("Supplier", "SUPPLIER-1", ["supplier"])
    others = [operator.register(f"Payee {n}", f"PAYEE-{n}", ["supplier"]) for n in range(PAYEES - 1)]
    operator.issue_cash(maker, 10**10)
    now = operator.now()
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    due = time.strftime("%Y-%m-%d", time.gmtime(now + 90 * DAY))
    invoice = make_invoice(
        amount=FACE, issued=day, due=due, number="RUN-1", currency="CNY", seller="SUPPLIER-1", buyer="MAKER-1"
    )
    claim = int(supplier.hand_over(invoice)["result"]["receivableId"])
    maker.confirm(claim, FACE)
    return maker, [supplier, *others], claim, int(operator.receivable(claim)["maturityAt"])


def _endorse_all(operator: Feiqian, claim: int, payees: list[Party], dice: random.Random) -> dict[int, int]:
    """All of the root but one unit, in leaves of random value, the supplier's own root the last of them."""
    supplier = payees[0]
    root = int(operator.notes(claim)[0]["id"])
    left = FACE
    count = LEAVES - 1
    while count:
        batch: list[tuple[Party | str, int, bool]] = []
        for _ in range(min(AT_ONCE, count)):
            value = 1 if dice.random() < 0.05 else dice.randint(1, 2 * (left // (count + 1)))
            batch.append((dice.choice(payees), value, dice.random() < 0.5))
            left -= value
            count -= 1
        supplier.endorse_many(root, batch)
    return {int(note["id"]): int(note["valueFen"]) for note in operator.notes(claim)}


def _await_end(operator: Feiqian, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 300
    while (run := operator.settlement_run(run_id))["state"] == "open":
        assert time.monotonic() < deadline, "the settlement run does not come on"
        time.sleep(0.05)
    return run
