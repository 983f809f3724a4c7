"""The report: one HTML page that needs nothing else, each figure with the way to derive it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.money import format_amount
from backend.reconcile import Reconciliation
from backend.region import assumptions as a
from backend.region import pictures
from backend.region.crew import Phase
from backend.region.measures import Funds, Measures, Waits
from backend.region.plan import Plan

_TEMPLATES = Path(__file__).parent
_percent, _millions = pictures.percent, pictures.millions


@dataclass(frozen=True)
class Run:
    """How it went: where, from which command, how long in seconds of the host, with how much memory."""

    command: str
    chain: str
    chain_id: int
    plan: Plan
    phases: list[Phase]
    proof: Reconciliation
    played_seconds: float
    proof_seconds: float
    total_seconds: float
    memory_mb: int
    proof_memory_mb: int

    @property
    def acts(self) -> int:
        return sum(phase.acts for phase in self.phases)


@dataclass(frozen=True)
class Figure:
    """One number with its two names, and how anyone finds it again."""

    name: str
    name_zh: str
    value: str
    how: str


def headline(found: Measures, run: Run) -> list[Figure]:
    """What stands on top, and in the terminal."""
    funds, losses = found.all_funds, found.losses
    largest = found.concentration
    return [
        Figure("Claims", "应收账款", f"{found.claims:,}", "rows of GET /receivables"),
        Figure(
            "Confirmed",
            "确权金额",
            f"{_millions(found.confirmed)} M CNY",
            "Σ confirmedFen of GET /receivables",
        ),
        Figure("Notes", "凭证", f"{found.notes:,}", "rows of GET /notes"),
        Figure(
            "Passed on",
            "背书转让",
            f"{found.endorsements:,}",
            "NoteEndorsed events of GET /events whose endorsee is a supplier",
        ),
        Figure(
            "Financed",
            "融资",
            f"{funds.sales:,} · {_millions(funds.value)} M CNY",
            "Settled events of GET /events: their number, Σ value",
        ),
        Figure(
            "Cost of funds before",
            "之前资金成本",
            _percent(funds.before_bps),
            "Σ(cash × days × the tier's own rate) / Σ(cash × days)",
        ),
        Figure(
            "Cost of funds after",
            "之后资金成本",
            _percent(funds.after_bps),
            "Σ(value − price + levy) × 360 / Σ(cash × days); cash = price − levy",
        ),
        Figure(
            "Saved against the baseline",
            "相对基准节约",
            f"{_millions(funds.saved)} M CNY",
            "Σ(cash × days × the tier's own rate) / 360 − Σ(value − price + levy)",
        ),
        Figure(
            "Largest obligor, five largest",
            "最大/前五付款人",
            f"{_percent(largest.top(1))} · {_percent(largest.top(5))}",
            "confirmedFen by obligor / Σ",
        ),
        Figure("HHI", "赫芬达尔指数", f"{largest.hhi:,}", "Σ(share of an obligor)² × 10,000"),
        Figure(
            "Losses",
            "损失",
            f"{_millions(losses.total)} M CNY",
            "Σ valueFen of notes of claims past grace, and principal of loans given up",
        ),
        Figure(
            "Transactions",
            "交易",
            f"{found.transactions:,}",
            "transactions with events in GET /events, those of the deployment among them",
        ),
        Figure(
            "Acts through the API",
            "API 操作",
            f"{run.acts:,} · {run.acts / run.played_seconds:.0f}/s",
            "sum of the phases below / seconds played",
        ),
        Figure(
            "Time",
            "用时",
            f"{run.total_seconds:.0f} s",
            f"of the host: all; played {run.played_seconds:.0f} s, proof {run.proof_seconds:.0f} s",
        ),
        Figure(
            "Memory of the backend",
            "后端内存",
            f"{run.memory_mb} MB · {run.proof_memory_mb} MB",
            "sum of the peak resident sets of API and players, sender, and indexer (getrusage, VmHWM): while all was "
            "played, and with what counts and proves it afterwards",
        ),
    ]


def write(path: Path, found: Measures, run: Run) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(found, run), encoding="utf-8")


def page(found: Measures, run: Run) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"m": _millions, "percent": _percent, "seconds": _seconds}
    drawn = {
        "flows": pictures.flows(found.flows),
        "concentration": pictures.concentration(found.concentration),
        "cost": pictures.cost_of_funds(found.funds),
        "time": pictures.to_cash(found.to_cash),
        "losses": pictures.losses(found.losses),
    }
    return environment.get_template("report.html").render(
        run=run,
        found=found,
        figures=headline(found, run),
        pictures=drawn,
        funds=_rows(found),
        dearer=[words for words, funds, _ in _rows(found)[:-1] if funds.saved < 0],
        assumed=_assumed(),
        acts_each=format_amount(found.acts_to_cash),
        a=a,
    )


def _rows(found: Measures) -> list[tuple[str, Funds, Waits]]:
    rows = [(pictures.tier_words(tier), funds, found.to_cash[tier]) for tier, funds in found.funds.items()]
    waits = found.to_cash.values()
    whole = Waits(sum(one.count for one in waits), 0, 0, max((one.longest for one in waits), default=0))
    return [*rows, ("all · 合计", found.all_funds, whole)]


def _seconds(seconds: int) -> str:
    return f"{seconds:,} s"


def _assumed() -> list[tuple[str, str, str]]:
    """What nobody measured: in English, in Chinese, the value."""
    tiers = range(1, a.TIERS + 1)
    return [
        *(
            (
                f"A supplier of tier {tier} alone, unsecured",
                f"{' 一二三四五'[tier]}级供应商自行无抵押融资",
                f"{_percent(a.ALONE_BPS[tier - 1])} a year, cash after {a.ALONE_DAYS[tier - 1]} days",
            )
            for tier in tiers
        ),
        *(
            (
                f"Discount on a claim on an obligor of grade {grade}",
                f"{grade} 级付款人应收账款的贴现率",
                f"{_percent(rate)} with recourse, +{a.NO_RECOURSE_BPS} bps without, ±{a.BANK_SPREAD_BPS} by bank",
            )
            for grade, (_, rate) in a.CREDIT.items()
        ),
        (
            "Loan on a warehouse receipt",
            "仓单质押贷款",
            f"{_percent(a.LOAN_BPS)} a year, {a.LOAN_DAYS} days, up to {_percent(a.ADVANCE_BPS)} of the value",
        ),
        (
            "A defaulting obligor pays in time",
            "违约付款人按期支付",
            f"{_percent(a.PAID_IN_DEFAULT_BPS[0])} to {_percent(a.PAID_IN_DEFAULT_BPS[1])} of each claim",
        ),
        (
            "Goods sold after a borrower's default bring",
            "借款人违约后货物变现",
            f"{_percent(a.DISTRESS_BPS[0])} to {_percent(a.DISTRESS_BPS[1])} of their price",
        ),
    ]
