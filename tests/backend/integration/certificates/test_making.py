"""What a certificate says of each kind of thing, and what is certified to nobody (rules Z1 to Z3, Z7)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from web3.exceptions import Web3RPCError

from backend.certificates import making
from backend.certificates.checking import check, failures
from backend.chain.node import Node
from backend.errors import Conflict, KeyNotHeld, NotFound
from backend.sdk import Party
from backend.testing import Network
from tests.backend.integration.api.driver import Raw
from tests.backend.integration.api.test_loans import feed_of, lent

from .maker import made, parsed, wrong


def test_a_receivable(feiqian: Network) -> None:
    """Rule Z1: the same as the read model says, with its invoice by its fingerprint."""
    claim = feiqian.registered(amount=1_000_000)
    feiqian.car_maker.confirm(claim, 900_000)
    feiqian.car_maker.repay(claim, 100_000)
    certificate = parsed(made(feiqian, "receivable", claim))
    shown = feiqian.tier1.receivable(claim)
    facts = certificate["facts"]
    for name in (
        "supplier",
        "obligor",
        "currency",
        "faceValueFen",
        "confirmedFen",
        "repaidFen",
        "reducedFen",
        "disputedFen",
        "status",
        "documentHash",
        "fingerprint",
        "setOffWaived",
    ):
        assert facts[name] == shown[name], name
    assert (facts["maturityAt"], facts["owedFen"]) == (str(shown["maturityAt"]), "800000")
    assert certificate["documents"]["number"] == shown["invoice"]["number"]
    assert certificate["names"] == {
        feiqian.tier1.account: "tier1",
        feiqian.car_maker.account: "car_maker",
    }
    assert wrong(made(feiqian, "receivable", claim)) == []


def test_a_note_and_what_was_endorsed_out_of_it(feiqian: Network) -> None:
    claim, root = feiqian.confirmed(amount=1_000_000)
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 400_000)["result"]["noteId"])
    facts = parsed(made(feiqian, "note", child))["facts"]
    assert (facts["holder"], facts["valueFen"]) == (feiqian.tier2.account, "400000")
    assert (facts["parentId"], facts["endorser"], facts["withRecourse"]) == (str(root), feiqian.tier1.account, True)
    assert facts["receivableId"] == str(claim)
    rest = parsed(made(feiqian, "note", root))["facts"]
    assert rest["valueFen"] == "600000" and "endorser" not in rest


def test_a_note_that_waits_to_be_accepted_says_until_when(feiqian: Network) -> None:
    _, root = feiqian.confirmed(amount=1_000_000)
    feiqian.tier2.want_acceptance()
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 400_000)["result"]["noteId"])
    file = made(feiqian, "note", child)
    assert parsed(file)["facts"]["acceptBy"] == str(feiqian.tier2.lineage(child)["note"]["acceptBy"])
    assert wrong(file) == []
    feiqian.tier2.accept_note(child)
    assert "acceptBy" not in parsed(made(feiqian, "note", child))["facts"]


def test_what_a_dispute_locks(feiqian: Network) -> None:
    claim, note = feiqian.confirmed(amount=1_000_000)
    feiqian.car_maker.dispute(claim, 250_000, "short")
    facts = parsed(made(feiqian, "note", note))["facts"]
    assert (facts["status"], facts["lockedFen"]) == ("disputed", "250000")
    assert parsed(made(feiqian, "receivable", claim))["facts"]["disputedFen"] == "250000"


def test_a_warehouse_receipt(feiqian: Network) -> None:
    _, receipt = feiqian.stored("1250.75")
    certificate = parsed(made(feiqian, "receipt", receipt))
    facts = certificate["facts"]
    assert (facts["quantity"], facts["unit"], facts["commodity"]) == ("1250.750", "BBL", "BRENT")
    assert (facts["holder"], facts["custodian"]) == (feiqian.tier1.account, feiqian.warehouse.account)
    assert certificate["documents"]["location"] == "Yangshan Port, Tank 7"
    assert wrong(made(feiqian, "receipt", receipt)) == []


def test_a_loan_and_what_stands_for_it(feiqian: Network) -> None:
    feed_of(feiqian)
    loan, _, receipt = lent(feiqian, 250_000_00)
    file = made(feiqian, "loan", loan)
    facts = parsed(file)["facts"]
    assert (facts["lender"], facts["borrower"]) == (feiqian.bank_a.account, feiqian.tier1.account)
    assert (facts["principalFen"], facts["status"], facts["rateBps"]) == ("25000000", "live", "600")
    assert (facts["collateral"], facts["titles"]) == ("receipt", [str(receipt)])
    assert wrong(file) == []
    pledged = parsed(made(feiqian, "receipt", receipt))
    assert pledged["names"][pledged["facts"]["holder"]] == "Collateral"


def test_what_nobody_confirmed_is_not_certified(feiqian: Network) -> None:
    """Rule Z3."""
    claim = feiqian.registered()
    with pytest.raises(Conflict, match="only what its obligor confirmed"):
        made(feiqian, "receivable", claim)
    feiqian.tier1.withdraw(claim)
    with pytest.raises(Conflict, match="withdrawn"):
        made(feiqian, "receivable", claim)


def test_what_is_spent_is_not_certified(feiqian: Network) -> None:
    """Rule Z3: a note that gave all away keeps its place with value 0."""
    _, note = feiqian.confirmed(amount=1_000_000)
    feiqian.tier1.endorse(note, feiqian.tier2, 1_000_000)
    with pytest.raises(Conflict, match=f"nothing is left of note {note}"):
        made(feiqian, "note", note)


@pytest.mark.parametrize("kind", ["receivable", "note", "receipt", "loan"])
def test_what_is_not_there_is_not_certified(feiqian: Network, kind: str) -> None:
    with pytest.raises(NotFound):
        made(feiqian, kind, 4711)


def test_a_chain_that_gives_no_proofs_certifies_nothing(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule Z3: there is no certificate without proofs."""
    _, note = feiqian.confirmed()
    asked = Node.rpc

    def rpc(self: Node, method: str, *params: Any) -> Any:
        if method == "eth_getProof":
            raise Web3RPCError("the method eth_getProof does not exist")
        return asked(self, method, *params)

    monkeypatch.setattr(Node, "rpc", rpc)
    with pytest.raises(Conflict, match="gives no proofs") as refusal:
        made(feiqian, "note", note)
    assert "eth_getProof" in refusal.value.describe("zh")


def test_a_chain_whose_headers_make_another_hash_certifies_nothing(
    feiqian: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule Z3: as with QBFT, which hashes a header without its seals."""
    _, note = feiqian.confirmed()
    plain = making._block
    monkeypatch.setattr(making, "_block", lambda *args: {**plain(*args), "extraData": "0x1234"})
    with pytest.raises(Conflict, match="does not prove itself"):
        made(feiqian, "note", note)


def test_a_node_that_lies_about_storage_certifies_nothing(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    _, note = feiqian.confirmed()
    asked = Node.rpc

    def rpc(self: Node, method: str, *params: Any) -> Any:
        found = asked(self, method, *params)
        return hex(int(found[2:] or "0", 16) ^ 1 << 170) if method == "eth_getStorageAt" else found

    monkeypatch.setattr(Node, "rpc", rpc)
    with pytest.raises((Conflict, NotFound)):
        made(feiqian, "note", note)


def test_without_the_registrars_key_nothing_is_certified(feiqian: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    _, note = feiqian.confirmed()
    keystore = feiqian.world.system.keystore

    def none(address: str, document: Any) -> str:
        raise KeyNotHeld(address=address)

    monkeypatch.setattr(keystore, "sign_typed", none)
    with pytest.raises(KeyNotHeld):
        made(feiqian, "note", note)


# ---- API


def test_whoever_sees_a_thing_gets_its_certificate_and_nobody_else(feiqian: Network) -> None:
    """Rule Z7."""
    claim, note = feiqian.confirmed()
    _, receipt = feiqian.stored()
    feed_of(feiqian)
    loan, _, _ = lent(feiqian)
    client = Raw(feiqian).client
    things = {"receivable": claim, "note": note, "receipt": receipt, "loan": loan}
    operator = {"Authorization": f"Bearer {feiqian.world.settings.operator_api_key}"}
    for kind, number in things.items():
        for ending in ("", ".pdf"):
            path = f"/api/v1/certificates/{kind}/{number}{ending}"
            answer = client.get(path, headers=_bearer(feiqian.tier1))
            assert answer.status_code == 200, (path, answer.text)
            assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="feiqian-{kind}-{number}-')
            assert client.get(path, headers=_bearer(feiqian.tier2)).status_code == 404
            assert client.get(path).status_code == 401
            assert client.get(path, headers=operator).status_code == 200, "the operator sees all"
            absent = f"/api/v1/certificates/{kind}/4711{ending}"
            assert client.get(absent, headers=operator).status_code == 404
        file = client.get(f"/api/v1/certificates/{kind}/{number}", headers=_bearer(feiqian.tier1)).data
        assert failures(check(file).checks) == []
    assert client.get("/api/v1/certificates/bond/1", headers=_bearer(feiqian.tier1)).status_code == 404


def test_anybody_may_have_one_examined(feiqian: Network) -> None:
    """Rule Z7."""
    _, note = feiqian.confirmed()
    file, client = made(feiqian, "note", note), Raw(feiqian).client
    path, kind = "/api/v1/certificates/verifications", "application/json"
    found = client.post(path, data=file, content_type=kind).get_json()
    assert found["holds"] is True
    assert {"node", "deployment", "contracts"} <= {one["name"] for one in found["checks"]}
    altered = client.post(path, data=file.replace(b'"valueFen":"1', b'"valueFen":"2'), content_type=kind)
    assert altered.get_json()["holds"] is False
    spoken = client.post(path, data=file, content_type=kind, headers={"Accept-Language": "zh"}).get_json()
    assert any("持有人" in one["says"] for one in spoken["checks"])
    pretty = client.post(path, data=json.dumps(json.loads(file), indent=1), content_type=kind).get_json()
    assert [one["holds"] for one in pretty["checks"]] == [False], "the file counts, byte for byte"
    large = file.replace(b'"names":{', b'"names":{"0x' + b"11" * 20 + b'":"' + b"x" * 600_000 + b'",')
    assert client.post(path, data=large, content_type=kind).status_code == 413
    assert client.post(path, data=b'{"a":"b"}', content_type=kind).status_code == 422


def _bearer(party: Party) -> dict[str, str]:
    return {"Authorization": f"Bearer {party.token}"}
