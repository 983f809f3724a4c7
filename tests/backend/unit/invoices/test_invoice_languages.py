"""Every refusal of an invoice is said in English and in Chinese, with the same values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from string import Formatter

import pytest

from backend.errors import FeiqianError
from backend.invoices import currency, fingerprint, read_invoice

from .documents import (
    CURRENCY,
    DUE,
    ISSUED,
    LINES_TOTAL,
    NUMBER,
    PAYABLE,
    PLAIN,
    ROOT,
    SELLER_ID,
    SELLER_NAME,
    WITH_TAX,
    edited,
)

SOURCES = {path.name: path.read_text("utf-8") for path in (ROOT / "backend" / "invoices").rglob("*.py")}
TREES = {name: ast.parse(source) for name, source in SOURCES.items()}
CHINESE = re.compile("[\u4e00-\u9fff]")


def is_name(node: ast.expr | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def calls(tree: ast.AST, function: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_name(node.func, function):
            yield node


PHRASING = {"both"} | {
    node.name
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef) and is_name(node.returns, "Phrase")
}


def is_phrase(given: ast.expr, scope: ast.AST) -> bool:
    """Is it a call that gives a Phrase, a parameter that must be one, or a variable that is only ever one?"""
    if isinstance(given, ast.Call):
        return isinstance(given.func, ast.Name) and given.func.id in PHRASING
    if not isinstance(given, ast.Name):
        return False
    assigned = [
        is_phrase(node.value, scope)
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and any(is_name(target, given.id) for target in node.targets)
    ]
    taken = [
        is_name(node.annotation, "Phrase")
        for node in ast.walk(scope)
        if isinstance(node, ast.arg) and node.arg == given.id
    ]
    return bool(assigned + taken) and all(assigned + taken)


def reasons(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Each `reason=` with the function around it."""
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef):
            for node in ast.walk(scope):
                if isinstance(node, ast.keyword) and node.arg == "reason":
                    yield node.value, scope


def in_one_language(tree: ast.AST) -> list[int]:
    """The lines with a `reason=` that is no Phrase."""
    return [given.lineno for given, scope in reasons(tree) if not is_phrase(given, scope)]


@pytest.mark.parametrize("name", sorted(TREES))
def test_every_reason_is_in_both_languages(name: str) -> None:
    assert in_one_language(TREES[name]) == []
    written = [node for node in ast.walk(TREES[name]) if isinstance(node, ast.keyword) and node.arg == "reason"]
    assert len(written) <= len(list(reasons(TREES[name])))  # none stands outside of a function


def test_there_are_reasons_to_look_at() -> None:
    assert sum(len(list(reasons(tree))) for tree in TREES.values()) > 20


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("def f(x): raise E(reason='plain')", False),
        ("def f(x): raise E(reason=f'{x}')", False),
        ("def f(x): raise E(reason=str(x))", False),
        ("def f(x): raise E(reason=x)", False),
        ("def f(x: str): raise E(reason=x)", False),
        ("def f(x):\n  y = both('a', '甲')\n  y = 'a'\n  raise E(reason=y)", False),
        ("def f(x: Phrase): raise E(reason=x)", True),
        ("def f(x): raise E(reason=both('a', '甲'))", True),
        ("def f(x):\n  y = both('a', '甲')\n  raise E(reason=y)", True),
    ],
)
def test_a_reason_in_one_language_would_be_seen(source: str, passes: bool) -> None:
    assert (in_one_language(ast.parse(source)) == []) is passes


@pytest.mark.parametrize("name", sorted(TREES))
def test_both_sentences_are_constant_and_name_the_same_values(name: str) -> None:
    for call in calls(TREES[name], "both"):
        sentences = [node.value for node in call.args if isinstance(node, ast.Constant)]
        assert len(sentences) == len(call.args) == 2, f"{name}:{call.lineno}"
        english, chinese = map(str, sentences)
        assert not CHINESE.search(english) and CHINESE.search(chinese), f"{name}:{call.lineno}"
        given = {keyword.arg for keyword in call.keywords}
        for sentence in (english, chinese):
            named = {value for _, value, _, _ in Formatter().parse(sentence) if value is not None}
            assert named == given, f"{name}:{call.lineno}"


REFUSALS = [
    (
        edited((NUMBER, "")),
        "invoice.number: cbc:ID (BT-1) is missing",
        "invoice.number: 缺少 cbc:ID (发票号码 BT-1)",
    ),
    (
        edited((ISSUED, ISSUED.replace("2026-01-15", ""))),
        "invoice.issueDate: cbc:IssueDate (BT-2) is empty",
        "invoice.issueDate: cbc:IssueDate (开票日期 BT-2) 为空",
    ),
    (
        edited((ISSUED, ISSUED.replace("2026-01-15", "{0} {x}"))),
        'invoice.issueDate: "{0} {x}" is not a date such as 2026-01-15',
        'invoice.issueDate: "{0} {x}" 不是形如 2026-01-15 的日期',
    ),
    (
        edited((DUE, DUE.replace("2026-03-16", "2026-01-14"))),
        "invoice.dueDate: 2026-01-14 is before the issue date 2026-01-15",
        "invoice.dueDate: 到期日 2026-01-14 早于开票日期 2026-01-15",
    ),
    (
        edited((CURRENCY, CURRENCY.replace("CNY", "EUR"))),
        'invoice.payable: PayableAmount is in "CNY", but the document currency (BT-5) is EUR',
        'invoice.payable: PayableAmount 的币种为 "CNY",但发票币种 (BT-5) 为 EUR',
    ),
    (
        edited((PAYABLE, PAYABLE.replace("1130.00", "0.00"))),
        "invoice.payable: the amount payable must be above zero, it is 0.00",
        "invoice.payable: 应付金额必须大于零,实为 0.00",
    ),
    (
        edited((PAYABLE, PAYABLE.replace("1130.00", "1130.001"))),
        "invoice.payable: 1130.001 has more decimals than CNY, which has 2",
        "invoice.payable: 1130.001 的小数位数超过币种 CNY 的 2 位",
    ),
    (
        edited((LINES_TOTAL, LINES_TOTAL.replace("1000.00", "999.00"))),
        "invoice.totals: LineExtensionAmount (BT-106) is 999.00, but the sum of the lines is 1000.00",
        "invoice.totals: LineExtensionAmount (行净额合计 BT-106) 为 999.00,但各行净额之和为 1000.00",
    ),
    (
        edited((WITH_TAX, WITH_TAX + '<cbc:PrepaidAmount currencyID="CNY">30.00</cbc:PrepaidAmount>')),
        "invoice.totals: PayableAmount (BT-115) is 1130.00, "
        "but TaxInclusiveAmount (BT-112) less prepaid plus rounding is 1100.00",
        "invoice.totals: PayableAmount (应付金额 BT-115) 为 1130.00,但价税合计 (BT-112) 减预付金额加舍入金额为 1100.00",
    ),
    (
        edited((SELLER_NAME, "")),
        "invoice.seller: neither RegistrationName nor PartyName/Name is given",
        "invoice.seller: 既未给出登记名称 RegistrationName,也未给出名称 PartyName/Name",
    ),
    (
        edited((SELLER_ID, SELLER_ID + SELLER_ID.replace("SELLER-001", "S{2}"))),
        'invoice.seller: there is more than one identifier of the same kind: "SELLER-001" and "S{2}"',
        'invoice.seller: 同类标识符不止一个:"SELLER-001"、"S{2}"',
    ),
    (
        PLAIN.replace('"UTF-8"', '"UTF-7"'),
        'invoice: the encoding "utf-7" is not read; use UTF-8',
        'invoice: 不支持 "utf-7" 编码;请使用 UTF-8',
    ),
    (
        "<!DOCTYPE Invoice><Invoice/>",
        "invoice: a document type or entity declaration is not allowed",
        "invoice: 不允许文档类型声明或实体声明",
    ),
    (
        '<Order xmlns="urn:x"/>',
        'invoice: the root element is "{urn:x}Order", not a UBL 2.1 Invoice or CreditNote',
        'invoice: 根元素是 "{urn:x}Order",不是 UBL 2.1 的发票 (Invoice) 或红字发票 (CreditNote)',
    ),
]


@pytest.mark.parametrize(("document", "english", "chinese"), REFUSALS, ids=[english for _, english, _ in REFUSALS])
def test_a_refusal_speaks_both_languages(document: str, english: str, chinese: str) -> None:
    with pytest.raises(FeiqianError) as caught:
        read_invoice(document.encode("utf-8"))
    assert caught.value.describe("en") == str(caught.value) == english
    assert caught.value.describe("zh") == chinese
    assert CHINESE.search(chinese)


def test_facts_given_without_a_document_are_refused_in_both_languages() -> None:
    with pytest.raises(FeiqianError) as caught:
        fingerprint("SELLER", "BUYER", "7", date(2026, 1, 15), "CNY", -5)
    assert caught.value.describe("zh") == "invoice.payable: 必须大于零,实为 -5"
    with pytest.raises(FeiqianError) as caught:
        currency("{X}")
    assert caught.value.describe("en") == 'invoice.currency: "{X}" is not an ISO 4217 currency code'
    assert caught.value.describe("zh") == 'invoice.currency: "{X}" 不是 ISO 4217 币种代码'
