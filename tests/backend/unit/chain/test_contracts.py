"""What calls, logs and reverts mean; and that nothing anyone writes on the chain stops its reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi import encode
from web3 import Web3
from web3.exceptions import ContractCustomError, ContractLogicError, Web3RPCError

from backend.chain.compile import artifacts
from backend.chain.contracts import (
    Arguments,
    Call,
    Contracts,
    Deployment,
    contract_refused,
    decode_revert,
    is_revert,
    plain,
    readable,
    refused,
    revert_data,
)
from backend.chain.node import GAS_LIMIT, Block, Node
from backend.config import Settings
from backend.errors import ChainUnavailable, ContractRefused, SetupIncomplete

NAMES = ("Authority", "Participants", "Policy", "Fingerprints", "Receivables", "Settlement")
SOMEONE = Web3.to_checksum_address("0x" + 19 * "00" + "aa")


def address(number: int) -> str:
    return Web3.to_checksum_address(f"0x{number:040x}")


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    deployment = Deployment(
        chain_id=1337,
        block=1,
        contracts={name: address(number) for number, name in enumerate(NAMES, 1)},
        tokens={"CNY": address(100), "EUR": address(101)},
        roles={},
    )
    return Contracts(Node("http://127.0.0.1:9", 1), deployment)


def rpc_error(message: str, **more: Any) -> Web3RPCError:
    return Web3RPCError(message, rpc_response={"error": {"message": message, **more}})  # type: ignore[typeddict-item]


def custom(signature: str, *values: Any) -> str:
    types = signature[signature.index("(") + 1 : -1]
    selector = Web3.keccak(text=signature)[:4]
    return "0x" + (selector + encode(types.split(",") if types else [], values)).hex()


# ---- names and calls


def test_names_and_addresses(contracts: Contracts) -> None:
    assert contracts.address("Receivables") == address(5)
    assert contracts.address(contracts.token("EUR")) == address(101)
    assert contracts.names[address(100)] == "SettlementToken:CNY"
    assert contracts.at("Receivables") is contracts.at("Receivables")


def test_call_data(contracts: Contracts) -> None:
    call = contracts.call_data("SettlementToken:CNY", "mint", SOMEONE, 5)
    assert (call.contract, call.function, call.to) == ("SettlementToken:CNY", "mint", address(100))
    assert call.data == custom("mint(address,uint256)", SOMEONE, 5)
    overloaded = contracts.call_data("Receivables", "transferFrom(address,address,uint256)", SOMEONE, SOMEONE, 1)
    assert overloaded.data.startswith("0x23b872dd")


# ---- reverts


@pytest.mark.parametrize(
    ("data", "name", "arguments"),
    [
        (custom("Error(string)", "no"), "Error", {"message": "no"}),
        (custom("Panic(uint256)", 17), "Panic", {"code": 17}),
        (custom("ExceedsCap(uint256,uint256)", 2**255, 7), "ExceedsCap", {"supply": 2**255, "cap": 7}),
        (custom("FingerprintMissing()"), "FingerprintMissing", {}),
        (custom("Frozen(address)", SOMEONE), "Frozen", {"account": SOMEONE}),
        (
            custom("PolicyRefused(bytes32,uint256,uint256)", b"tenor.max".ljust(32, b"\0"), 1, 2),
            "PolicyRefused",
            {"clause": "tenor.max", "value": 1, "limit": 2},
        ),
    ],
)
def test_a_revert_has_a_name_and_values(data: str, name: str, arguments: dict[str, Any]) -> None:
    assert decode_revert(data) == (name, arguments)


@pytest.mark.parametrize(
    "data",
    [
        "0xdeadbeef",
        "0xdead",
        custom("Error(string)", "no")[:40],
        "0x08c379a0" + 64 * "f",
        custom("ExceedsCap(uint256,uint256)", 1, 2)[:-2],
        "0x08c379a0" + encode(["uint256", "uint256"], [2**255, 5]).hex(),
        "0xzz",
    ],
)
def test_a_revert_that_cannot_be_read_is_unknown(data: str) -> None:
    assert decode_revert(data) == ("UnknownError", {"data": data})


def test_text_that_is_no_text_is_still_read() -> None:
    data = "0x08c379a0" + encode(["bytes"], [b"bad \xff\xfe and \0"]).hex()
    assert decode_revert(data) == ("Error", {"message": "bad \ufffd\ufffd and \ufffd"})


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"data": "0x08c379a0"}, "0x08c379a0"),
        ({"data": {"result": "0x08c379a0", "hash": None}}, "0x08c379a0"),
        ({"data": {"data": "0x08c379a0"}}, "0x08c379a0"),
        ({"data": {"return": "0x08c379a0"}}, "0x08c379a0"),
        ({"data": "0x"}, None),
        ({"data": "Reverted"}, None),
        ({"data": {}}, None),
        ({}, None),
    ],
)
def test_where_nodes_put_the_bytes(more: dict[str, Any], found: str | None) -> None:
    assert revert_data(rpc_error("execution reverted", **more)) == found


@pytest.mark.parametrize(
    ("error", "is_contracts"),
    [
        (rpc_error("execution reverted"), True),
        (rpc_error("VM Exception while processing transaction: revert"), True),
        (rpc_error("VM Exception while processing transaction: invalid opcode"), True),
        (rpc_error("gas required exceeds allowance (30000000)"), True),
        (rpc_error("out of gas"), True),
        (rpc_error("weird", code=3), True),
        (rpc_error("weird", data="0x08c379a0"), True),
        (rpc_error("insufficient funds for gas * price + value", code=-32003), False),
        (rpc_error("Method not found", code=-32601), False),
        (rpc_error("header not found", code=-32000), False),
        (Web3RPCError("without a response"), False),
        (Web3RPCError("odd", rpc_response={"error": "a string"}), False),  # type: ignore[typeddict-item]
    ],
)
def test_who_says_no(error: Web3RPCError, is_contracts: bool) -> None:
    assert is_revert(error) is is_contracts
    assert isinstance(refused(error, "Policy"), ContractRefused if is_contracts else ChainUnavailable)


def test_a_refusal_names_contract_error_and_values() -> None:
    refusal = contract_refused(
        rpc_error("revert", data=custom("ExceedsCap(uint256,uint256)", 9, 7)), "SettlementToken:CNY"
    )
    assert refusal.params["contract"] == "SettlementToken:CNY"
    assert str(refusal) == "ExceedsCap(supply=9, cap=7)"
    bare = contract_refused(rpc_error("execution reverted"), "Policy")
    assert (bare.params["error"], bare.params["arguments"]) == ("Reverted", {"message": "execution reverted"})
    assert f"{Arguments(a=1, b=2):>12}" == "    a=1, b=2"


def test_values_as_people_write_them() -> None:
    assert readable({"type": "bytes32"}, b"word".ljust(32, b"\0")) == "word"
    assert readable({"type": "bytes32"}, b"\x01".ljust(32, b"\0")) == "0x01" + 62 * "0"
    assert readable({"type": "bytes32"}, bytes(32)) == "0x" + 64 * "0"
    assert readable({"type": "address"}, SOMEONE.lower()) == SOMEONE
    assert plain((b"\x01", [b"\x02", "a\0b"], 5)) == ["0x01", ["0x02", "a\ufffdb"], 5]


# ---- logs


def raw_log(contract: str, signature: str, topics: list[str], data: bytes = b"") -> dict[str, Any]:
    return {
        "address": contract.lower(),
        "topics": [Web3.keccak(text=signature).to_0x_hex(), *topics],
        "data": "0x" + data.hex(),
        "blockNumber": "0x7",
        "blockHash": "0x" + 64 * "b",
        "transactionHash": "0x" + 64 * "c",
        "transactionIndex": "0x0",
        "logIndex": "0x2",
    }


def word(number: int) -> str:
    return f"0x{number:064x}"


def test_a_log_is_decoded(contracts: Contracts) -> None:
    log = contracts.decode_log(
        raw_log(
            address(100), "Transfer(address,address,uint256)", [word(1), word(0xAA)], encode(["uint256"], [2**256 - 1])
        )
    )
    assert log is not None
    assert (log.contract, log.name, log.address) == ("SettlementToken:CNY", "Transfer", address(100))
    assert log.args == {"from": address(1), "to": SOMEONE, "value": 2**256 - 1}
    assert (log.block_number, log.log_index, log.tx_hash) == (7, 2, "0x" + 64 * "c")


def test_the_same_event_means_what_its_contract_says(contracts: Contracts) -> None:
    log = contracts.decode_log(raw_log(address(5), "Transfer(address,address,uint256)", [word(1), word(2), word(3)]))
    assert log is not None
    assert log.args == {"from": address(1), "to": address(2), "tokenId": 3}


def test_text_in_a_log_may_be_anything(contracts: Contracts) -> None:
    signature = "ReceivableRejected(uint256,address,string)"
    log = contracts.decode_log(raw_log(address(5), signature, [word(1), word(0xAA)], encode(["bytes"], [b"\xff\0 no"])))
    assert log is not None
    assert log.args["reason"] == "\ufffd\ufffd no"
    json.dumps(log.args).encode()


def test_a_tuple_keeps_its_names(contracts: Contracts) -> None:
    members = "uint64,uint16,uint16,uint16,uint16,uint16,uint8,uint8,uint8,uint16,uint16,uint8,uint8"
    signature = f"LimitsScheduled(uint256,({members}))"
    log = contracts.decode_log(
        raw_log(
            address(3), signature, [word(9)], encode(["uint256"] * 13, [10, 1, 366, 30, 20, 5, 1, 3, 4, 6, 50, 96, 24])
        )
    )
    assert log is not None
    assert log.args["limits"] == {
        "maxFaceValue": 10,
        "minTenorDays": 1,
        "maxTenorDays": 366,
        "confirmationDays": 30,
        "maxDepth": 20,
        "maxNotes": 5,
        "cutOffDays": 1,
        "acceptanceDays": 3,
        "graceDays": 4,
        "penaltyBpsPerDay": 6,
        "levyBps": 50,
        "priceAgeHours": 96,
        "countAgeHours": 24,
    }


def test_what_is_not_ours_is_passed_over(contracts: Contracts) -> None:
    ours = raw_log(address(100), "Transfer(address,address,uint256)", [word(1), word(2)], bytes(32))
    assert contracts.decode_log(ours | {"address": address(999)}) is None
    assert contracts.decode_log(ours | {"topics": [word(5)]}) is None
    assert contracts.decode_log(ours | {"topics": []}) is None


@pytest.mark.parametrize("name", [*NAMES, "SettlementToken"])
def test_every_event_of_every_contract_is_decoded(contracts: Contracts, name: str) -> None:
    """With values made up from the ABI: what goes in comes out."""
    samples: dict[str, Any] = {
        "address": SOMEONE,
        "bool": True,
        "string": "文字 text",
        "bytes32": b"\x07" * 32,
        "bytes4": b"\x01\x02\x03\x04",
        "bytes": b"\x05",
    }

    def sample(item: dict[str, Any]) -> Any:
        if item["type"] == "tuple":
            return tuple(sample(part) for part in item["components"])
        return samples.get(item["type"], 3)

    def abi_type(item: dict[str, Any]) -> str:
        if item["type"] != "tuple":
            return str(item["type"])
        return "(" + ",".join(abi_type(part) for part in item["components"]) + ")"

    place = contracts.address("SettlementToken:CNY" if name == "SettlementToken" else name)
    events = [item for item in artifacts()[name].abi if item["type"] == "event"]
    assert events
    for event in events:
        inputs = event["inputs"]
        topics = ["0x" + encode([abi_type(i)], [sample(i)]).hex() for i in inputs if i["indexed"]]
        rest = [i for i in inputs if not i["indexed"]]
        signature = f"{event['name']}({','.join(abi_type(i) for i in inputs)})"
        data = encode([abi_type(i) for i in rest], [sample(i) for i in rest])
        log = contracts.decode_log(raw_log(place, signature, topics, data))
        assert log is not None, signature
        assert log.name == event["name"]
        for item in inputs:
            expected = sample(item)
            if item["type"] == "tuple":
                assert list(log.args[item["name"]].values()) == list(expected)
            else:
                assert log.args[item["name"]] == plain(expected), signature


# ---- gas and views


class Estimates:
    """A node that says what gas to send with, and counts how often it is asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked = 0

    def gas_limits(self, transactions: list[dict[str, str]]) -> list[Any]:
        self.asked += len(transactions)
        return [self.answer] * len(transactions)


def over(contracts: Contracts, node: Any) -> Contracts:
    made = Contracts(contracts.node, contracts.deployment)
    made.node = node
    return made


def head(number: int) -> Block:
    return Block(number, word(number), word(number - 1), 100, None)


def test_gas_is_asked_for_once_a_state(contracts: Contracts) -> None:
    call = contracts.call_data("SettlementToken:CNY", "mint", SOMEONE, 5)
    node = Estimates(21_000)
    asking = over(contracts, node)
    assert [asking.gas_limit(SOMEONE, call, head(1)), asking.gas_limit(SOMEONE, call, head(1))] == [21_000, 21_000]
    assert node.asked == 1
    asking.gas_limit(SOMEONE, call, head(2))
    asking.gas_limit(address(3), call, head(2))
    assert node.asked == 3
    for number in range(3, 1_100):
        asking.gas_limit(SOMEONE, call, head(number))
    assert len(asking._gas) <= 1_000, "it does not grow without end"


def test_a_contract_that_wants_gas_at_hand_gets_it(contracts: Contracts) -> None:
    """Enforcement does not go on with less than 2,500,000 left, most of which it does not use."""
    call = Call("Enforcement", "declareDefault", SOMEONE, "0x")
    assert over(contracts, Estimates(21_000)).gas_limit(SOMEONE, call, head(1)) == 3_021_000
    assert over(contracts, Estimates(GAS_LIMIT - 1)).gas_limit(SOMEONE, call, head(1)) == GAS_LIMIT


def test_another_thread_may_forget_what_was_asked_meanwhile(contracts: Contracts) -> None:
    first, second = (contracts.call_data("SettlementToken:CNY", "mint", SOMEONE, amount) for amount in (5, 6))
    node = Estimates(21_000)
    asking = over(contracts, node)
    asking.gas_limit(SOMEONE, first, head(1))
    node.gas_limits = lambda asked: asking._gas.clear() or [30_000] * len(asked)  # type: ignore
    assert asking.gas_limits([(SOMEONE, first), (SOMEONE, second)], head(1)) == [21_000, 30_000]


def test_gas_of_what_is_refused(contracts: Contracts) -> None:
    call = contracts.call_data("SettlementToken:CNY", "mint", SOMEONE, 5)
    refusing = Estimates(rpc_error("revert", data=custom("ExceedsCap(uint256,uint256)", 9, 7)))
    with pytest.raises(ContractRefused, match="ExceedsCap"):
        over(contracts, refusing).gas_limit(SOMEONE, call, head(1))
    with pytest.raises(Web3RPCError, match="no such method"):
        over(contracts, Estimates(rpc_error("no such method"))).gas_limit(SOMEONE, call, head(1))


class Reading:
    """A bound contract whose views raise."""

    def __init__(self, error: Exception) -> None:
        self.functions = {"noteOf": lambda *_: self}
        self._error = error

    def call(self, **_: Any) -> Any:
        raise self._error


@pytest.mark.parametrize(
    ("error", "kind", "match"),
    [
        (ContractCustomError("x", data=custom("UnknownNote(uint256)", 4)), ContractRefused, r"UnknownNote\(noteId=4\)"),
        (ContractLogicError("execution reverted", data=None), ContractRefused, "Reverted"),
        (rpc_error("header not found"), ChainUnavailable, "header not found"),
    ],
)
def test_a_view_that_refuses(contracts: Contracts, error: Exception, kind: type[Exception], match: str) -> None:
    reading = over(contracts, contracts.node)
    reading._bound["Receivables"] = Reading(error)  # type: ignore[assignment]
    with pytest.raises(kind, match=match):
        reading.read("Receivables", "noteOf", 4)


# ---- the record of a deployment


def test_a_deployment_is_written_down_whole(tmp_path: Path, contracts: Contracts) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    file = contracts.deployment.save(settings)
    assert file == tmp_path / "deployments" / "1337.json"
    assert Deployment.load(settings, 1337) == contracts.deployment
    assert [path.name for path in file.parent.iterdir()] == ["1337.json"]


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"chain_id": 1'])
def test_a_deployment_that_is_not_there_or_not_readable(tmp_path: Path, content: str | None) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    if content is not None:
        (tmp_path / "deployments").mkdir()
        (tmp_path / "deployments" / "1337.json").write_text(content)
    with pytest.raises(SetupIncomplete, match="1337") as refusal:
        Deployment.load(settings, 1337)
    assert "部署" in refusal.value.describe("zh")
