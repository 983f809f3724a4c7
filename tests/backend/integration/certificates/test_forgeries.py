"""What a forger could put into a certificate who signs it himself, or who has the registrar's key and no chain
(rules Z2, Z5)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from eth_account import Account

from backend.certificates import canonical
from backend.certificates.headers import header_of
from backend.testing import Network

from .maker import made, names, parsed, signed, wrong


@pytest.fixture
def pair(feiqian: Network) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two notes of the same block: of tier1, and of tier2."""
    _, root = feiqian.confirmed(amount=1_000_000)
    child = int(feiqian.tier1.endorse(root, feiqian.tier2, 400_000)["result"]["noteId"])
    return parsed(made(feiqian, "note", root)), parsed(made(feiqian, "note", child))


Pair = tuple[dict[str, Any], dict[str, Any]]


def test_the_same_again_holds(feiqian: Network, pair: Pair) -> None:
    assert wrong(signed(feiqian, pair[0])) == []


def test_another_signer_is_no_registrar(feiqian: Network, pair: Pair) -> None:
    """Rule Z5: who has the proofs may write another name beside an account, and sign it: as nobody."""
    certificate, _ = pair
    certificate["names"][feiqian.tier1.account] = "Somebody else"
    forged = signed(feiqian, certificate, Account.create())
    assert names(wrong(forged)) == ["issuer", "slots"], "the registrar's own word of storage is left over"


def test_a_signature_of_another_is_not_the_issuers(feiqian: Network, pair: Pair) -> None:
    certificate, other = pair
    certificate["signature"] = other["signature"]
    assert names(wrong(canonical.write(certificate))) == ["signature"]


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("valueFen", "600001"),
        ("valueFen", "0600000"),
        ("holder", "0x" + "11" * 20),
        ("currency", "USD"),
        ("status", "repaid"),
        ("withRecourse", True),
        ("surprise", "x"),
        ("valueFen", True),
        ("titles", ["1"]),
    ],
)
def test_a_fact_that_the_chain_has_not(feiqian: Network, pair: Pair, fact: str, value: Any) -> None:
    """Rule Z2: even the registrar cannot state it."""
    certificate, _ = pair
    certificate["facts"][fact] = value
    assert f"facts.{fact}" in names(wrong(signed(feiqian, certificate)))


def test_a_fact_that_is_left_out(feiqian: Network, pair: Pair) -> None:
    certificate, _ = pair
    del certificate["facts"]["lockedFen"]
    assert names(wrong(signed(feiqian, certificate))) == ["facts.lockedFen"]


def test_the_facts_of_another_note(feiqian: Network, pair: Pair) -> None:
    """Rule Z2: proofs of other slots prove nothing of this one."""
    certificate, other = pair
    moved = {**certificate, "id": other["id"]}
    assert "facts" in names(wrong(signed(feiqian, moved)))
    moved = {**certificate, "contracts": other["contracts"]}
    assert "facts" in names(wrong(signed(feiqian, moved)))


def test_more_than_is_needed(feiqian: Network, pair: Pair) -> None:
    certificate, other = pair
    slots = certificate["contracts"]["Receivables"]["slots"]
    slots.append(next(one for one in other["contracts"]["Receivables"]["slots"] if one not in slots))
    assert names(wrong(signed(feiqian, certificate))) == ["slots"]


def test_a_contract_of_which_nothing_is_needed(feiqian: Network, pair: Pair) -> None:
    certificate, _ = pair
    contracts = certificate["contracts"]
    contracts["Guarantee"] = {**contracts["Receivables"], "slots": []}
    assert names(wrong(signed(feiqian, certificate))) == ["slots"]


def test_another_contract(feiqian: Network, pair: Pair) -> None:
    """Rule Z2: the account is proven with its address."""
    certificate, _ = pair
    contracts = certificate["contracts"]
    swapped = copy.deepcopy(certificate)
    swapped["contracts"]["Receivables"]["address"] = contracts["Participants"]["address"]
    assert "proof" in names(wrong(signed(feiqian, swapped)))
    swapped = copy.deepcopy(certificate)
    swapped["contracts"]["Receivables"] = contracts["Participants"]
    assert "facts" in names(wrong(signed(feiqian, swapped)))
    swapped = copy.deepcopy(certificate)
    swapped["contracts"]["Authority"] = contracts["Receivables"]
    assert "issuer" in names(wrong(signed(feiqian, swapped))), "it is not the authority that the register obeys"
    swapped = copy.deepcopy(certificate)
    swapped["contracts"]["Authority"] = {**contracts["Authority"], "address": "0x" + "11" * 20}
    assert "proof" in names(wrong(signed(feiqian, swapped)))


def test_a_word_that_is_not_in_the_trie(feiqian: Network, pair: Pair) -> None:
    certificate, _ = pair
    for change in ({"value": "0x" + "00" * 32}, {"value": "0x" + "ff" * 32}, {"key": "0x" + "11" * 32}, {"proof": []}):
        forged = copy.deepcopy(certificate)
        forged["contracts"]["Receivables"]["slots"][0] |= change
        assert "proof" in names(wrong(signed(feiqian, forged))), change


@pytest.mark.parametrize(
    "node",
    ["0x", "0x80", "0xc0", "0xf8", "0xc180", "0x" + "ff" * 40, "0x" + "c1" * 3000 + "80"],
    ids=lambda node: node[:8],
)
def test_nodes_that_are_none_break_nothing(feiqian: Network, pair: Pair, node: str) -> None:
    certificate, _ = pair
    for place in (0, -1):
        forged = copy.deepcopy(certificate)
        forged["contracts"]["Receivables"]["proof"][place] = node
        assert "proof" in names(wrong(signed(feiqian, forged)))
        forged = copy.deepcopy(certificate)
        forged["contracts"]["Receivables"]["slots"][0]["proof"][place] = node
        assert "proof" in names(wrong(signed(feiqian, forged)))


def test_a_header_of_another_block(feiqian: Network, pair: Pair) -> None:
    certificate, _ = pair
    node = feiqian.world.system.node
    earlier = header_of(node.rpc("eth_getBlockByNumber", "0x1", False))
    assert names(wrong(signed(feiqian, {**certificate, "block": {**certificate["block"], "header": earlier}}))) == [
        "header"
    ]
    for change in ({"stateRoot": "0x" + "11" * 32}, {"number": "0x01"}, {"surprise": "0x"}, {"timestamp": "0x00"}):
        block = {**certificate["block"], "header": certificate["block"]["header"] | change}
        assert names(wrong(signed(feiqian, {**certificate, "block": block}))) == ["header"], change


def test_an_earlier_block_that_knows_nothing_of_it(feiqian: Network, pair: Pair) -> None:
    """A whole block, and not the one of the proofs."""
    certificate, _ = pair
    found = feiqian.world.system.node.rpc("eth_getBlockByNumber", "0x1", False)
    block = {"number": "1", "hash": found["hash"], "header": header_of(found)}
    assert "proof" in names(wrong(signed(feiqian, {**certificate, "block": block})))


def test_words_that_make_another_hash(feiqian: Network) -> None:
    """Rule Z2: the invoice is told by its fingerprint, the goods by the hash of their documents."""
    claim, _ = feiqian.confirmed()
    _, receipt = feiqian.stored()
    for kind, number, word in (("receivable", claim, "number"), ("receivable", claim, "payableFen")):
        certificate = parsed(made(feiqian, kind, number))
        certificate["documents"][word] = "4711"
        assert names(wrong(signed(feiqian, certificate))) == ["documents"], word
    for word, value in (("location", "Elsewhere"), ("insurance", "NONE")):
        certificate = parsed(made(feiqian, "receipt", receipt))
        certificate["documents"][word] = value
        assert names(wrong(signed(feiqian, certificate))) == ["documents"], word
    certificate["documents"] = {"payableFen": "9" * 5_000, "invoiceCurrency": "CNY"}
    assert names(wrong(signed(feiqian, certificate))) == ["documents"]
    certificate["documents"] = {"anything": "else"}
    assert names(wrong(signed(feiqian, certificate))) == ["documents"]
    certificate = parsed(made(feiqian, "receivable", claim))
    certificate["facts"]["fingerprint"] = "0x" + "11" * 32
    assert "facts" in names(wrong(signed(feiqian, certificate)))


def test_numbers_beyond_all_measure(feiqian: Network, pair: Pair) -> None:
    certificate, _ = pair
    huge = "9" * 78
    for change in ({"id": huge}, {"chainId": huge}, {"block": {**certificate["block"], "number": huge}}):
        assert wrong(signed_or_not(feiqian, certificate | change)), change


def test_goods_that_are_insured_for_ever(feiqian: Network) -> None:
    """A custodian may write any time that fits: its certificate holds, and shows the number as it is."""
    _, receipt = feiqian.stored(insured_until=2**40 - 1, expires_at=2**40 - 1)
    assert wrong(made(feiqian, "receipt", receipt)) == []


def test_a_name_of_somebody_who_is_no_party(feiqian: Network, pair: Pair) -> None:
    certificate, _ = pair
    certificate["names"]["0x" + "11" * 20] = "Guarantor Bank"
    assert names(wrong(signed(feiqian, certificate))) == ["names"]


def signed_or_not(network: Network, certificate: dict[str, Any]) -> bytes:
    """Signed where a wallet would take such numbers, as it was otherwise."""
    try:
        return signed(network, certificate)
    except Exception:
        return canonical.write(certificate)
