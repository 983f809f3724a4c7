"""Who plays, and what they begin with."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from backend.config import ROOT
from backend.sdk import Feiqian, Party

SAMPLE = ROOT / "samples" / "invoices" / "demo-battery-cny.xml"
FUNDS_FEN = 50_000_000_00
CAST = {
    "car_maker": ("Huaxia Motors 华夏汽车", "91310000MA1AUTO001", ["obligor"]),
    "tier1": ("Ningbo Lithium Cells 宁波锂电芯", "91330200MA2CELL001", ["supplier"]),
    "tier2": ("Suzhou Cathode 苏州正极材料", "91320500MA3CATH001", ["supplier"]),
    "bank_a": ("Bank of the River 江河银行", "91110000MA4BANK00A", ["financier"]),
    "bank_b": ("Bank of the Lake 湖泊银行", "91440300MA5BANK00B", ["financier"]),
}
TENOR_DAYS = 90
TENOR_SECONDS = 60
"""Of a claim whose maturity comes while one watches."""


def take_in(operator: Feiqian) -> dict[str, Party]:
    """Registers the cast and gives the payers their cash."""
    operator.attest_reserve(10 * FUNDS_FEN, "statement of the reserve account at the opening")
    parties = {}
    for role, (name, identifier, roles) in CAST.items():
        limits = {"CNY": FUNDS_FEN} if role == "car_maker" else {}
        parties[role] = operator.register(name, identifier, roles, limits=limits)
        if role in ("car_maker", "bank_a", "bank_b"):
            operator.issue_cash(parties[role], FUNDS_FEN)
    return parties


def dated_today(invoice: str, now: int, *, says_when_due: bool) -> bytes:
    """The sample invoice, issued on the chain's today, and due at the end of the tenor or without a due date."""
    today = datetime.fromtimestamp(now, UTC).date()
    due = today + timedelta(days=TENOR_DAYS)
    written = f"<cbc:DueDate>{due.isoformat()}</cbc:DueDate>" if says_when_due else ""
    invoice = re.sub(r"(<cbc:IssueDate>)[^<]*", rf"\g<1>{today.isoformat()}", invoice, count=1)
    return re.sub(r"<cbc:DueDate>[^<]*</cbc:DueDate>", written, invoice, count=1).encode()
