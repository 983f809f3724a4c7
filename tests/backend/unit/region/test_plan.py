"""The plan of a region: the same from the same seed, whole, and nothing lost on the way down (rules B70, B71)."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from backend.region import assumptions as a
from backend.region.assumptions import Size
from backend.region.plan import Plan, how_many, make_plan, rate_bps, shares

SMALL = Size.of_percent(4)


def plan_of(seed: int = 7, size: Size = SMALL, *, default_bps: int = 400, dispute_bps: int = 300) -> Plan:
    return make_plan(seed, size, default_bps=default_bps, dispute_bps=dispute_bps)


def test_the_same_seed_makes_the_same_plan_and_another_seed_another() -> None:
    assert plan_of(7) == plan_of(7)
    assert plan_of(7).claims != plan_of(8).claims


def test_at_full_scale_it_is_the_region_of_the_readme() -> None:
    plan = plan_of(1, Size())
    assert len(plan.cores) == 50
    assert len(plan.suppliers) == 2_000
    assert Counter(supplier.tier for supplier in plan.suppliers) == {1: 200, 2: 500, 3: 600, 4: 450, 5: 250}
    assert {claim.core for claim in plan.claims} == set(range(50)), "somebody owes nothing"
    assert len({one.identifier for one in (*plan.cores, *plan.suppliers)}) == 2_050


def test_a_scale_has_at_least_one_of_each() -> None:
    assert Size.of_percent(100) == Size()
    assert Size.of_percent(1) == Size(1, (2, 5, 6, 5, 3), 2, 1)


@pytest.mark.parametrize("seed", range(5))
def test_every_supplier_below_tier_one_is_paid_out_of_one_claim_by_its_buyer(seed: int) -> None:
    plan = plan_of(seed)
    paid = Counter(part.holder for claim in plan.claims for part in claim.parts if part.parent is not None)
    assert paid == {number: 1 for number, supplier in enumerate(plan.suppliers) if supplier.tier > 1}
    for claim in plan.claims:
        assert plan.suppliers[claim.supplier].buyer == claim.core
        for place, part in enumerate(claim.parts):
            if part.parent is None:
                assert (place, part.holder) == (0, claim.supplier)
            else:
                assert part.parent < place
                assert plan.suppliers[part.holder].buyer == claim.parts[part.parent].holder


@pytest.mark.parametrize("seed", range(5))
def test_value_is_conserved_down_every_claim(seed: int) -> None:
    for claim in plan_of(seed).claims:
        assert 0 < claim.confirmed <= claim.face
        assert claim.parts[0].value == claim.confirmed
        assert sum(claim.kept(place) for place in range(len(claim.parts))) == claim.confirmed
        for place, part in enumerate(claim.parts):
            assert part.value > 0
            assert 0 <= part.sold <= claim.kept(place)
            assert len(set(part.banks)) == (2 if part.sold else 0)
        if claim.dispute is not None:
            assert 0 <= claim.dispute.upheld <= claim.dispute.amount <= claim.confirmed


def test_no_float_is_anywhere_in_it() -> None:
    def walk(value: Any) -> None:
        assert not isinstance(value, float)
        if is_dataclass(value):
            for one in fields(value):
                walk(getattr(value, one.name))
        elif isinstance(value, (tuple, list)):
            for item in value:
                walk(item)

    walk(plan_of())


def test_rates_decide_how_many_fail_and_the_weakest_fail_first() -> None:
    assert [how_many(50, bps) for bps in (0, 1, 100, 299, 300, 10_000)] == [0, 1, 1, 1, 2, 50]
    assert how_many(0, 500) == 0
    plan = plan_of(3, Size(), default_bps=1_000, dispute_bps=500)
    grades = list(a.CREDIT)
    failing = [core for core in plan.cores if core.defaults]
    assert len(failing) == 5
    weakest = max(grades.index(core.grade) for core in plan.cores if not core.defaults)
    assert min(grades.index(core.grade) for core in failing) >= weakest
    disputed = [claim for claim in plan.claims if claim.dispute]
    assert len(disputed) == how_many(len(plan.claims), 500)
    assert not any(plan.cores[claim.core].defaults for claim in disputed), "a dispute and a default in one claim"
    assert {bool(claim.dispute.upheld) for claim in disputed if claim.dispute} == {True, False}
    sold_up = [pledge for pledge in plan.pledges if pledge.sale_bps is not None]
    assert len(sold_up) == how_many(len(plan.pledges), 1_000)


def test_without_rates_nobody_fails_and_nothing_is_disputed() -> None:
    plan = plan_of(default_bps=0, dispute_bps=0)
    assert not any(core.defaults for core in plan.cores)
    assert not any(claim.dispute for claim in plan.claims)
    assert all(pledge.sale_bps is None for pledge in plan.pledges)


def test_rates_do_not_move_the_claims() -> None:
    """Runs at different rates are told apart by what fails alone."""
    claims = [[claim.parts for claim in plan_of(default_bps=bps, dispute_bps=bps).claims] for bps in (0, 2_000)]
    assert claims[0] == claims[1]


def test_a_rate_follows_the_obligors_credit() -> None:
    middle = 1
    rates = [rate_bps(grade, with_recourse=True, bank=middle) for grade in a.CREDIT]
    assert rates == sorted(rates)
    assert rates == [rate for _, rate in a.CREDIT.values()]
    assert rate_bps("A", with_recourse=False, bank=middle) == rate_bps("A", with_recourse=True, bank=middle) + 40
    assert rate_bps("A", with_recourse=True, bank=0) == rate_bps("A", with_recourse=True, bank=middle) - 30


def test_shares_add_up_to_the_unit() -> None:
    assert shares(100, [1, 1, 1]) == [33, 33, 34]
    assert shares(7, [5, 2]) == [5, 2]
    assert shares(0, []) == []
