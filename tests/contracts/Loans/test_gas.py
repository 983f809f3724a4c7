"""What the two most usual acts may cost."""

from tests.contracts.world import DAY, LENT, TONNE, TOO_MUCH_TO_TRACE, now, wait_until

pytestmark = TOO_MUCH_TO_TRACE


def test_a_loan_over_goods(world, loans, supplier):
    """K2: quote, count, title and cash in one transaction."""
    world.goods_loan(amount=1)
    lot, receipt = world.receipt()
    world.move_price(TONNE)
    signed, count = world.goods_quote(lot), world.count(receipt)
    tx = loans.originate(*signed, receipt, *count, LENT, {"from": supplier})
    assert tx.gas_used <= 450_000, tx.gas_used


def test_a_part_repayment(world, loans, cash, supplier):
    """K8."""
    loan, _ = world.goods_loan()
    cash.approve(loans, LENT, {"from": supplier})
    wait_until(now() + DAY)
    tx = loans.repay(loan, 1_000_000, {"from": supplier})
    assert tx.gas_used <= 120_000, tx.gas_used
