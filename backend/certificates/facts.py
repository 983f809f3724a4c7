"""What a certificate states of each kind of thing, read out of storage: by whoever makes one from the chain, by whoever
checks one from its proofs. Amounts are minor units, times UTC seconds, all of it as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from web3 import Web3

from backend.certificates.layouts import Words, read
from backend.errors import Conflict, NotFound, Phrase, both
from backend.goods.quantities import format_quantity
from backend.goods.words import from_word
from backend.invoices.currencies import code_of
from backend.queries import loans, receivables

Facts = dict[str, Any]

MAIN = {"receivable": "Receivables", "note": "Receivables", "receipt": "WarehouseReceipts", "loan": "Loans"}
"""The contract that each kind of thing is kept in."""
WORDS: dict[str, Phrase] = {
    "receivable": both("receivable", "应收账款"),
    "note": both("note", "凭证"),
    "receipt": both("warehouse receipt", "仓单"),
    "loan": both("loan", "贷款"),
}
REGISTRAR = 1
"""The number of the role in Authority (backend.chain.deploy)."""
PARTIES = ("supplier", "obligor", "holder", "endorser", "custodian", "borrower", "lender")
"""The facts that are accounts."""

_CONFIRMED = ("confirmed", "repaid", "disputed")


def facts_of(kind: str, number: int, words: Words, stated: Mapping[str, Any]) -> Facts:
    """What storage holds of the thing. `stated` are the facts as they are stated, out of which the fingerprint of a
    receivable is taken, for which the registry is then asked. Raises NotFound, and Conflict for what is no claim and
    no title."""
    return _KINDS[kind](number, words, stated)


def is_registrar(words: Words, authority: str, account: str, at: int) -> bool:
    """Whether `account` is a registrar at `at`, by the authority that the register of participants obeys."""
    if read(words, "Participants", "_authority") != int(authority, 16):
        return False
    member = read(words, "Authority", "_roles", REGISTRAR).under(int(account, 16))["members"]
    return bool(0 < member["since"] <= at)


def _receivable(number: int, words: Words, stated: Mapping[str, Any]) -> Facts:
    claim = _confirmed(number, words)
    paid = read(words, "Repayments", "_accounts", number)
    changed = read(words, "Adjustments", "_adjustments", number)
    return {
        **_claim(claim, words),
        "faceValueFen": str(claim["faceValue"]),
        "confirmedFen": str(claim["confirmed"]),
        "reducedFen": str(changed["reduced"]),
        "disputedFen": str(changed["disputed"]),
        "repaidFen": str(paid["repaid"]),
        "owedFen": str(claim["confirmed"] - changed["reduced"] - paid["repaid"]),
        "setOffWaived": bool(claim["setOffWaived"]),
        **_fingerprint(number, words, stated),
    }


def _fingerprint(number: int, words: Words, stated: Mapping[str, Any]) -> Facts:
    """The fingerprint that is stated, where the registry has it for this receivable."""
    fingerprint = stated.get("fingerprint")
    if not isinstance(fingerprint, str) or not re.fullmatch("0x[0-9a-f]{64}", fingerprint):
        return {}
    holder = read(words, "Fingerprints", "holderOf", int(fingerprint, 16))
    mine = holder["assetContract"] == words.address("Receivables") and holder["id"] == number
    return {"fingerprint": fingerprint} if mine else {}


def _note(number: int, words: Words, stated: Mapping[str, Any]) -> Facts:
    note = read(words, "Receivables", "_notes", number)
    _require_there("note", number, note["holder"])
    _require_worth("note", number, note["value"])
    origin = read(words, "Receivables", "_origins", number)
    claim = _confirmed(note["receivableId"], words)
    lock = read(words, "Adjustments", "_locks", number)
    changed = read(words, "Adjustments", "_adjustments", note["receivableId"])
    is_locked = changed["disputed"] and lock["disputeId"] == changed["disputeId"]
    facts = {
        "holder": _address(note["holder"]),
        "valueFen": str(note["value"]),
        "lockedFen": str(lock["amount"] if is_locked else 0),
        "receivableId": str(note["receivableId"]),
        **_claim(claim, words),
    }
    if origin["parentId"]:
        facts |= {
            "parentId": str(origin["parentId"]),
            "endorser": _party(words, origin["endorserId"]),
            "depth": str(origin["depth"]),
            "withRecourse": bool(origin["withRecourse"]),
        }
    if origin["acceptBy"]:
        facts["acceptBy"] = str(origin["acceptBy"])
    return facts


def _receipt(number: int, words: Words, stated: Mapping[str, Any]) -> Facts:
    receipt = read(words, "WarehouseReceipts", "_receipts", number)
    _require_there("receipt", number, receipt["holder"])
    _require_worth("receipt", number, receipt["quantity"])
    lot = read(words, "WarehouseReceipts", "_lots", receipt["lotId"])
    return {
        "holder": _address(receipt["holder"]),
        "custodian": _address(lot["custodian"]),
        "lotId": str(receipt["lotId"]),
        "commodity": from_word(_hash(lot["commodity"])),
        "grade": from_word(_hash(lot["grade"])),
        "quantity": format_quantity(receipt["quantity"], lot["decimals"]),
        "unit": from_word(_hash(lot["unit"])),
        "insuredUntil": str(lot["insuredUntil"]),
        "expiresAt": str(lot["expiresAt"]),
        "storagePaidUntil": str(receipt["chargedUntil"]),
        "frozen": bool(receipt["frozen"]),
        "locked": bool(lot["locked"]),
        "placeHash": _hash(lot["placeHash"]),
        "documentHash": _hash(lot["documentHash"]),
    }


def _loan(number: int, words: Words, stated: Mapping[str, Any]) -> Facts:
    loan = read(words, "Loans", "_loans", number)
    _require_there("loan", number, loan["status"])
    debt = loan["debt"]
    return {
        "lender": _address(loan["lender"]),
        "borrower": _address(loan["borrower"]),
        "status": list(loans.STATUSES)[loan["status"] - 1],
        "currency": code_of(loan["currency"]),
        "limitFen": str(loan["limit"]),
        "undrawnFen": str(debt["undrawn"]),
        "principalFen": str(debt["principal"]),
        "costsFen": str(debt["costs"]),
        "rateBps": str(loan["rateBps"]),
        "penaltyBps": str(loan["penaltyBps"]),
        "startedAt": str(loan["startedAt"]),
        "maturityAt": str(loan["maturityAt"]),
        "graceDays": str(loan["graceDays"]),
        "collateral": "note" if loan["overNotes"] else "receipt",
        "titles": _titles(number, words),
    }


def _titles(number: int, words: Words) -> list[str]:
    """The notes or receipts that stand for a loan. The contract keeps the first beside their count, and each further
    one under its place."""
    pot = read(words, "Collateral", "_pots", number)
    further = [read(words, "Collateral", "_moreTitles", number, place) for place in range(1, pot["titleCount"])]
    return [str(title) for title in ([pot["firstTitle"], *further] if pot["titleCount"] else [])]


def _confirmed(number: int, words: Words) -> Mapping[str, Any]:
    claim: Mapping[str, Any] = read(words, "Receivables", "_receivables", number)
    _require_there("receivable", number, claim["status"])
    if _status(claim) not in _CONFIRMED:
        raise Conflict(
            reason=both(
                "receivable {id} is {status}: only what its obligor confirmed is certified",
                "应收账款 {id} 的状态为{status}:仅对付款人已确权的应收账款出具证书",
                id=number,
                status=receivables.STATUSES[_status(claim)],
            )
        )
    return claim


def _claim(claim: Mapping[str, Any], words: Words) -> Facts:
    return {
        "supplier": _party(words, claim["supplierId"]),
        "obligor": _party(words, claim["obligorId"]),
        "currency": code_of(claim["currency"]),
        "maturityAt": str(claim["maturityAt"]),
        "status": _status(claim),
        "documentHash": _hash(claim["documentHash"]),
    }


def _status(claim: Mapping[str, Any]) -> str:
    return list(receivables.STATUSES)[int(claim["status"]) - 1]


def _require_there(kind: str, number: int, sign: int) -> None:
    if not sign:
        what = WORDS[kind]
        raise NotFound(what=what, id=number)


def _require_worth(kind: str, number: int, worth: int) -> None:
    if not worth:
        raise Conflict(
            reason=both(
                "nothing is left of {what} {id}: there is nothing to certify",
                "{what} {id} 已无余额,无可证明",
                what=WORDS[kind],
                id=number,
            )
        )


def _party(words: Words, number: int) -> str:
    return _address(read(words, "Participants", "accountOf", number))


def _address(number: int) -> str:
    return Web3.to_checksum_address(number.to_bytes(20, "big"))


def _hash(number: int) -> str:
    return f"0x{number:064x}"


_KINDS: dict[str, Callable[[int, Words, Mapping[str, Any]], Facts]] = {
    "receivable": _receivable,
    "note": _note,
    "receipt": _receipt,
    "loan": _loan,
}
