"""The pytest plugin in a project that is not this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = """
def test_the_holder_is_paid(feiqian):
    claim, note = feiqian.confirmed(amount=1_000_000)
    feiqian.operator.travel(days=90)
    feiqian.car_maker.repay(claim, 1_000_000)
    feiqian.tier1.redeem(note)
    assert feiqian.operator.cash(feiqian.tier1) == 1_000_000


def test_time_and_money_are_back(feiqian):
    assert feiqian.operator.cash(feiqian.tier1) == 0
    claim, note = feiqian.confirmed(amount=5, number="AGAIN")
    assert feiqian.operator.receivable(claim)["status"] == "confirmed"


def test_a_check_that_must_fail(feiqian):
    assert feiqian.operator.cash(feiqian.tier1) == 1
"""


def test_a_users_project_gets_a_network_for_each_test(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(PROJECT)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:pytest-brownie", "-p", "no:cacheprovider", "-q", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV_")},
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
