"""The whole story, as a supplier, its customer and two banks live it."""

from __future__ import annotations

from backend.testing import Network


def test_from_confirmation_to_repayment(feiqian: Network) -> None:
    claim = feiqian.registered(amount=1_000_000_00)
    feiqian.car_maker.confirm(claim, 950_000_00, carry=False)
    feiqian.tier1.ask_for_quotes(claim, 450_000_00, [feiqian.bank_a, feiqian.bank_b])
    feiqian.bank_a.quote(claim, feiqian.tier1, 450_000_00, rate_bps=520)
    feiqian.bank_b.quote(claim, feiqian.tier1, 450_000_00, rate_bps=480)
    best = feiqian.tier1.quotes(claim)[0]
    assert best["financier"] == feiqian.bank_b.account
    feiqian.tier1.accept(best["id"])
    price = int(best["priceFen"])
    levy = (price * feiqian.world.settings.levy_bps + 5_000) // 10_000
    assert levy > 0
    assert feiqian.operator.cash(feiqian.tier1) == price - levy


def test_next_one_sees_nothing_of_it(feiqian: Network) -> None:
    assert feiqian.operator.receivables() == []
    assert feiqian.operator.cash(feiqian.tier1) == 0
