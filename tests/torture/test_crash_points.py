"""SIGKILL at every named place (rules B1, B2, B4, M8): the next process goes on from there, each act happens once.

A place that the scenario never comes to fails the test. Anvil, whatever chain the other tests run on: it can hold blocks
back and reorganise. The seed is printed; SEED repeats it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from backend.config import DAY
from backend.crashpoints import POINTS
from backend.invoices.minimal import make_invoice
from backend.sdk import Party
from tests.torture.clients import Act, Crowd, draw
from tests.torture.stage import Backend, Stage, new_dice, rounds, staged
from tests.torture.verdict import await_recovery, judge

ACTS = 30
FACE = 1_000_003
LEAVES = 6
DEAR = 10**11
"""Wei for each unit of gas: more than anybody offers as long as gas is cheap."""


@dataclass
class Scene:
    """A network whose backend dies again and again; its chain lives on."""

    stage: Stage
    dice: random.Random
    acts: list[Act] = field(default_factory=list)
    claims: int = 0

    def draw(self, count: int) -> list[Act]:
        new = draw(self.stage, count)
        self.acts += new
        return new


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with staged(tmp_path_factory.mktemp("crashes"), "anvil", levy_bps=0) as stage:
        yield Scene(stage, new_dice())


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(scene: Scene, point: str) -> None:
    for _ in range(rounds(1)):
        _SCENARIOS.get(point, _acts)(scene, point)
        scene.stage.kill_all()
        judge(scene.stage, scene.acts)


def _acts(scene: Scene, point: str) -> None:
    """Acts in three lanes; it dies at one of the first times that it comes there."""
    dies = scene.stage.run(f"{point}:{scene.dice.randint(1, 4)}")
    crowd = Crowd(scene.stage, scene.draw(ACTS))
    _recover(scene, dies, point, crowd)


def _reorganised(scene: Scene, point: str) -> None:
    """Blocks with acts in them vanish under it."""
    dies = scene.stage.run(point)
    crowd = Crowd(scene.stage, scene.draw(ACTS))
    crowd.await_done(ACTS // 2)
    scene.stage.reorganise(scene.dice.randint(1, 12))
    _recover(scene, dies, point, crowd)


def _not_mined(scene: Scene, point: str) -> None:
    """No block takes what was sent at the price that was right then."""
    dies, node = scene.stage.run(point), scene.stage.node
    dies.await_health()
    node.rpc("evm_setAutomine", False)
    try:
        crowd = Crowd(scene.stage, scene.draw(ACTS))
        deadline = time.monotonic() + 30
        # Gas is dear from here on: what is signed later offers enough, so something must lie there already.
        while int(node.rpc("txpool_status")["pending"], 16) == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        while not dies.was_killed_within(0.2) and time.monotonic() < deadline:
            node.rpc("anvil_setNextBlockBaseFeePerGas", hex(DEAR))
            node.rpc("evm_mine")
    finally:
        node.rpc("evm_setAutomine", True)
    _recover(scene, dies, point, crowd)


def _settlement(scene: Scene, point: str) -> None:
    """A claim in several hands comes due, two thirds of it are paid in, and a settlement run pays the holders."""
    stage = scene.stage
    first = stage.run_well()
    operator = stage.operator()
    maker, claim = _claim(scene)
    maturity = int(operator.receivable(claim)["maturityAt"])
    operator.travel(seconds=maturity - operator.now() + DAY + 1)
    maker.repay(claim, FACE * 2 // 3)
    stage.await_quiet(30)
    first.kill()

    dies = stage.run(point)
    dies.await_health()
    day = time.strftime("%Y-%m-%d", time.gmtime(maturity))
    run_id = str(operator.act("/settlement-runs", {"day": day})["result"]["runId"])
    crowd = Crowd(stage, scene.draw(ACTS))
    _recover(scene, dies, point, crowd)
    stage.run_well()
    operator = stage.operator()
    deadline = time.monotonic() + 30
    while (run := operator.settlement_run(run_id))["state"] == "open" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (run["state"], run["notesLeft"]) == ("done", 0), run
    assert sum(int(note["valueFen"]) for note in operator.notes(claim)) == FACE - FACE * 2 // 3
    stage.await_quiet(30)


_SCENARIOS: dict[str, Callable[[Scene, str], None]] = {
    "sender.replaced": _not_mined,
    "indexer.rewound": _reorganised,
    "settlement-run.sent": _settlement,
    "settlement-run.ended": _settlement,
}


def _recover(scene: Scene, dies: Backend, point: str, crowd: Crowd) -> None:
    """It dies there, another takes over, and every client is told."""
    assert dies.was_killed_within(30), f"it never came to {point}:\n" + "\n".join(scene.stage.last_words())
    scene.stage.backends.remove(dies)
    scene.stage.run_well()
    since = time.monotonic()
    crowd.join()
    await_recovery(scene.stage, since, of=point)


def _claim(scene: Scene) -> tuple[Party, int]:
    """A confirmed claim in LEAVES notes; whoever owes it, and its number."""
    operator, number = scene.stage.operator(), scene.claims
    scene.claims += 1
    maker = operator.register(f"Maker {number}", f"MAKER-{number}", ["obligor"], limits={"CNY": 10**12})
    supplier = operator.register(f"Supplier {number}", f"SUPPLIER-{number}", ["supplier"])
    operator.issue_cash(maker, FACE)
    now = operator.now()
    invoice = make_invoice(
        amount=FACE, issued=_day(now), due=_day(now + 90 * DAY), number=f"RUN-{number}", currency="CNY",
        seller=f"SUPPLIER-{number}", buyer=f"MAKER-{number}",
    )  # fmt: skip
    claim = int(supplier.hand_over(invoice)["result"]["receivableId"])
    maker.confirm(claim, FACE)
    root = int(operator.notes(claim)[0]["id"])
    supplier.endorse_many(root, [(scene.stage.bank[1], FACE // LEAVES - n, True) for n in range(LEAVES - 1)])
    return maker, claim


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))
