"""The contracts count what the model counts, to the fen: whole lives of loans and claims, divisions, prices.

SEED and SCHEDULES repeat or lengthen it; `make differential` plays a million in as many processes as there are cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .lives import compare, loans
from .lives.bench import Bench

SEED = int(os.environ.get("SEED", "7"))
SCHEDULES = int(os.environ.get("SCHEDULES", "10000"))
NEVER_REFUSED = {
    *[("loans", act) for act in ("wait", "proceeds arrive", "sell to nobody")],
    *[("claims", act) for act in ("wait", "redeem")],
}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Bench() as made:
        yield made


def test_contracts_count_what_the_model_counts(bench: Bench) -> None:
    """Rules D5, L6, K4 to K8, K12 to K18, J5 to J8, M1 to M5, M7 and M9."""
    print(f"seed {SEED}")
    tally = compare.compare(bench, SEED, SCHEDULES)
    print(dict(tally.lives), f"{tally.numbers} words")
    if SCHEDULES < 10_000:
        return
    assert tally.lives.keys() == compare.KINDS.keys()
    acts = {(kind, act) for kind, act, _ in tally.acts}
    assert not {act for act in acts if not tally.acts[*act, True]}, "never carried out"
    assert not {act for act in acts - NEVER_REFUSED if not tally.acts[*act, False]}, "never refused"


def test_a_fen_too_much_is_found_and_made_small(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself, against a model that rounds what is due up."""
    honest = loans.Loan.due

    def rounded_up(loan: loans.Loan) -> dict[str, int]:
        due = honest(loan)
        return due | {"interest": due["interest"] + (due["interest"] > 1_000)}

    monkeypatch.setattr(loans.Loan, "due", rounded_up)
    with pytest.raises(compare.Differ, match=r"(?s)^loans, seed 7: .*steps=\(\).*  2: contract 0x") as found:
        compare.compare(bench, 7, 1_000)
    print(found.value)
