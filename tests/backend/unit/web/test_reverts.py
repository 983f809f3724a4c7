"""What the contracts' errors say to people."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from backend.chain.compile import artifacts
from backend.chain.deploy import CIRCLE
from backend.web.reverts import CLAUSES, SENTENCES, sentence

SPEAKING = ["Authority", "Participants", "Policy", "Fingerprints", "SettlementToken", *CIRCLE]
"""Everything that is deployed."""
ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def declared() -> dict[str, set[str]]:
    """The errors of all contracts that are deployed, with the names of their values."""
    return {
        item["name"]: {value["name"] for value in item["inputs"]}
        for name in SPEAKING
        for item in artifacts()[name].abi
        if item["type"] == "error" and item["name"] != "PolicyRefused"
    }


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_every_error_of_a_contract_has_a_sentence() -> None:
    assert set(declared()) - set(SENTENCES) == set(), "write a sentence for each in backend/web/reverts.py"


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_a_sentence_uses_values_that_the_error_has(name: str) -> None:
    english, zh = SENTENCES[name]
    known = {"Error": {"message"}, "Panic": {"code"}, "Cancelled": set()} | declared()
    assert fields(english) == fields(zh)
    assert fields(english) <= known[name]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh)


@pytest.mark.parametrize("clause", sorted(CLAUSES))
def test_a_clause_of_the_policy_is_named(clause: str) -> None:
    source = Path("contracts/Policy.sol").read_text(encoding="utf-8")
    assert f'"{clause}"' in source
    said = sentence("PolicyRefused", {"clause": clause, "value": 5, "limit": 7})
    assert clause in said and clause in said.zh


@pytest.mark.parametrize(
    ("error", "arguments", "english", "zh"),
    [
        ("WrongStatus", {"receivableId": 4, "status": 6}, "receivable 4 is repaid", "应收账款 4 已还款"),
        ("WrongStatus", {"receivableId": "4", "status": "1"}, "receivable 4 is submitted", "应收账款 4 待确权"),
        ("WrongStatus", {"receivableId": 4, "status": 77}, "receivable 4 is 77", "应收账款 4 77"),
        ("RoleMissing", {"account": ACCOUNT, "role": 2}, f"{ACCOUNT} is no obligor", f"{ACCOUNT} 不是付款人"),
        ("AfterCutOff", {"receivableId": 4, "cutOffAt": 0},
         "notes of receivable 4 could move until 1970-01-01 00:00:00 UTC",
         "应收账款 4 的凭证转让截止于 1970-01-01 00:00:00 UTC"),
        ("NoticeWasGiven", {"receivableId": 4, "noticeAt": 60},
         "the obligor of receivable 4 had notice of assignment at 1970-01-01 00:01:00 UTC",
         "应收账款 4 的付款人已于 1970-01-01 00:01:00 UTC 收到转让通知"),
        ("CounterclaimTooLate", {"receivableId": 4, "at": 60, "limit": 0},
         "the counterclaim is of 1970-01-01 00:01:00 UTC, and for receivable 4 it may be no later than "
         "1970-01-01 00:00:00 UTC",
         "反债权时间为 1970-01-01 00:01:00 UTC,对应收账款 4 不得晚于 1970-01-01 00:00:00 UTC"),
        ("InvalidAmount", {"amount": 60, "limit": 5}, "the amount 60 must be more than zero and at most 5",
         "金额 60 须大于零且不超过 5"),
        ("NotAbsorbed", {"noteId": 3, "owed": 7}, "the supplier owes 7 for dilution, and its note 3 has to absorb it first",
         "供应商因稀释尚欠 7,须先以其凭证 3 抵减"),
        ("AcceptancePending", {"noteId": 3, "acceptBy": 0},
         "note 3 waits for its payee's acceptance until 1970-01-01 00:00:00 UTC",
         "凭证 3 在 1970-01-01 00:00:00 UTC 前待收票人签收"),
        ("SignatureExpired", {"deadline": 2**256 - 1, "nowAt": 5},
         f"the signed document was valid until {2**256 - 1}", f"签名文件的有效期至 {2**256 - 1}"),
        ("WrongReading", {"device": ACCOUNT, "lotId": 4, "kind": 3},
         f"device {ACCOUNT} does not measure a temperature at lot 4", f"设备 {ACCOUNT} 不在批次 4 测量温度"),
        ("NotSilent", {"device": ACCOUNT, "allowedUntil": 60},
         f"device {ACCOUNT} may be silent until 1970-01-01 00:01:00 UTC",
         f"设备 {ACCOUNT} 在 1970-01-01 00:01:00 UTC 前允许无数据"),
        ("PolicyRefused", {"clause": "tenor.min", "value": 0, "limit": 86_400},
         "the policy's clause tenor.min refuses: maturity 1970-01-01 00:00:00 UTC is before 1970-01-02 00:00:00 UTC",
         "政策条款 tenor.min 拒绝:到期日 1970-01-01 00:00:00 UTC 早于 1970-01-02 00:00:00 UTC"),
        ("PolicyRefused", {"clause": "concentration", "value": 5, "limit": 4},
         "the policy's clause concentration refuses: 5 against a limit of 4", "政策条款 concentration 拒绝:5,限额 4"),
        ("NeverSeen", {"a": 1, "b": "x"}, "NeverSeen(a=1, b=x)", "合约拒绝:NeverSeen(a=1, b=x)"),
        ("ERC7943CannotTransfer", {"from": "a", "to": "b", "amount": 3}, "3 may not move from a to b",
         "3 不能由 a 转给 b"),
        ("Error", {"message": "{braces}"}, "{braces}", "合约报错:{braces}"),
    ],
)  # fmt: skip
def test_what_people_read(error: str, arguments: dict[str, object], english: str, zh: str) -> None:
    said = sentence(error, arguments)
    assert (said, said.zh) == (english, zh)
