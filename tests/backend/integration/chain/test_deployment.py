"""What deploying leaves on the chain: every power with a key of its own, and none with the deployer."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from web3 import Web3

from backend.chain import deploy as deploying
from backend.chain.contracts import Contracts
from backend.chain.deploy import ADMIN_ROLE, POWERS, ROLES, Deployer, deploy
from backend.chain.keystore import Keystore
from backend.chain.node import LocalChain, Node
from backend.config import Settings
from backend.errors import ChainUnavailable, ContractRefused, FeiqianError, InvalidInput, SetupIncomplete
from backend.testing import Network
from backend.world import World, find_or_deploy


@pytest.fixture
def contracts(feiqian: Network) -> Contracts:
    return feiqian.world.system.contracts


def holders(contracts: Contracts, role: int) -> set[str]:
    """Everyone who has `role`, from the whole history of grants and revocations."""
    authority, node = contracts.at("Authority"), contracts.node
    raw = node.rpc("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest", "address": authority.address})
    found: set[str] = set()
    for log in filter(None, (contracts.decode_log(entry) for entry in raw)):
        if log.name == "RoleGranted" and log.args["roleId"] == role:
            found.add(log.args["account"])
        if log.name == "RoleRevoked" and log.args["roleId"] == role:
            found.discard(log.args["account"])
    return found


def test_every_power_has_one_key_and_every_key_one_power(contracts: Contracts) -> None:
    roles = contracts.deployment.roles
    assert len(set(roles.values())) == len(roles) == len(ROLES) + 1
    numbers = {"admin": ADMIN_ROLE, **ROLES}
    for name, number in numbers.items():
        assert holders(contracts, number) == {roles[name]}
        for other, account in roles.items():
            is_member, _delay = contracts.read("Authority", "hasRole", number, account)
            assert is_member is (other == name), (name, other)


def test_the_deployer_keeps_nothing(feiqian: Network, contracts: Contracts) -> None:
    creation = contracts.node.rpc("eth_getBlockByNumber", hex(contracts.deployment.block), True)
    deployer = Web3.to_checksum_address(creation["transactions"][0]["from"])
    assert deployer not in contracts.deployment.roles.values()
    for number in (ADMIN_ROLE, *ROLES.values()):
        assert contracts.read("Authority", "hasRole", number, deployer)[0] is False
    for name, signature, *arguments in (
        ("SettlementToken:CNY", "mint(address,uint256)", deployer, 1),
        ("SettlementToken:CNY", "setCap(uint64)", 1),
        ("Policy", "setSettlementToken(uint16,address)", 1, deployer),
        ("Fingerprints", "admit(address)", deployer),
        ("Participants", "freeze(address,bytes32)", deployer, b"\1" * 32),
        ("Authority", "grantRole(uint64,address,uint32)", ADMIN_ROLE, deployer, 0),
    ):
        call = contracts.call_data(name, signature, *arguments)
        with pytest.raises(ContractRefused, match="AccessManagedUnauthorized|AccessManagerUnauthorized"):
            contracts.gas_limit(deployer, call, contracts.node.head())


def test_powers_reach_what_they_should_and_no_further(contracts: Contracts) -> None:
    every: set[tuple[str, str]] = set()
    for role, number in ROLES.items():
        for contract, signatures in POWERS[role]:
            names = [contract] if contract != "SettlementToken" else map(contracts.token, contracts.deployment.tokens)
            for name in names:
                for signature in signatures:
                    selector = bytes(Web3.keccak(text=signature)[:4])
                    found = contracts.read("Authority", "getTargetFunctionRole", contracts.address(name), selector)
                    assert found == number, (role, name, signature)
                    assert (name, signature) not in every, "nobody shares a power"
                    every.add((name, signature))


def test_the_admin_waits(feiqian: Network, contracts: Contracts) -> None:
    admin = contracts.deployment.roles["admin"]
    assert contracts.read("Authority", "hasRole", ADMIN_ROLE, admin) == [
        True,
        feiqian.world.settings.admin_delay_seconds,
    ]
    call = contracts.call_data("SettlementToken:CNY", "setCap", 1)
    with pytest.raises(ContractRefused, match="AccessManagerNotScheduled|RequiredDelay"):
        contracts.gas_limit(admin, call, contracts.node.head())


def test_the_record_says_where_and_what(feiqian: Network, contracts: Contracts) -> None:
    deployment = contracts.deployment
    file = feiqian.world.settings.deployments_folder / f"{deployment.chain_id}.json"
    assert json.loads(file.read_text())["contracts"] == deployment.contracts
    assert deployment.tokens.keys() == set(feiqian.world.settings.currencies.split(","))
    assert deployment.code_hashes.keys() == deployment.places.keys() == deployment.created.keys()
    for name, digest in deployment.code_hashes.items():
        code = contracts.node.rpc("eth_getCode", contracts.address(name), "latest")
        assert Web3.keccak(hexstr=code).to_0x_hex() == digest


def test_nothing_of_a_deployment_is_before_its_first_block(feiqian: Network, tmp_path: Path) -> None:
    """Its blocks say so: a development chain keeps the states of its last ones alone."""
    node = feiqian.world.system.node
    start = node.head().number
    settings = feiqian.world.settings.model_copy(update={"home": tmp_path, "deployments": tmp_path})
    deployment = deploy(node, Keystore(settings), settings)
    made: dict[str, int] = {}
    for number in range(start, node.head().number + 1):
        for tx in node.rpc("eth_getBlockByNumber", hex(number), False)["transactions"]:
            created = node.rpc("eth_getTransactionReceipt", tx)["contractAddress"]
            made |= {Web3.to_checksum_address(created): number} if created else {}
    assert set(deployment.contracts.values()) <= made.keys()
    assert min(made.values()) == deployment.block > start


def test_a_contract_that_refuses_to_be_made(feiqian: Network, tmp_path: Path) -> None:
    world = feiqian.world
    keystore = Keystore(world.settings.model_copy(update={"home": tmp_path}))
    deployer = Deployer(world.system.node, keystore, keystore.create())
    world.system.node.prepare_accounts(deployer.address)
    authority = world.system.contracts.address("Authority")
    with pytest.raises(ContractRefused, match="InvalidLimits"):
        deployer.create("Policy", authority, (0,) * 13)
    assert deployer.gas_used == 0


def test_a_network_where_the_deployer_has_no_funds(
    feiqian: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = feiqian.world
    settings = world.settings.model_copy(update={"home": tmp_path, "deployments": tmp_path})
    monkeypatch.setattr(Node, "prepare_accounts", lambda *_: None)
    with pytest.raises((ChainUnavailable, ContractRefused), match="(?i)funds|gas"):
        deploy(world.system.node, Keystore(settings), settings)
    assert not list(tmp_path.glob("*.json"))


def own_settings(home: Path, currencies: str) -> Settings:
    """Of a chain of the test's own."""
    chain = os.environ.get("CHAIN", "ganache")
    return Settings.from_env(
        {}, home=home, deployments=home, chain=chain, rpc_port=0, keystore_rounds=2, currencies=currencies
    )


def test_a_currency_that_there_is_not_is_refused_before_anything_is_sent(feiqian: Network, tmp_path: Path) -> None:
    node, settings = feiqian.world.system.node, own_settings(tmp_path, "CNY,XXX")
    before = node.head().number
    with pytest.raises(InvalidInput, match='FEIQIAN_CURRENCIES.*"XXX"'):
        deploy(node, Keystore(settings), settings)
    assert node.head().number == before
    assert not (tmp_path / "keystore").exists()


def test_a_new_chain_where_the_record_says_contracts_are(feiqian: Network, tmp_path: Path) -> None:
    """A local chain that lost its blocks is deployed to again; one that others have is left alone."""
    settings, said = own_settings(tmp_path, "CNY"), list[str]()
    record = feiqian.world.system.contracts.deployment
    record.save(settings)
    chain = LocalChain(settings)
    node = chain.start()
    try:
        joined = settings.model_copy(update={"rpc_url": chain.url})
        with pytest.raises(SetupIncomplete, match="has no contract where its deployment says"):
            find_or_deploy(node, joined, said.append)
        assert node.head().number == 0 and said == []
        made = find_or_deploy(node, settings, said.append)
        assert said[0] == "the chain is a new one: deploying again"
        assert set(made.tokens) == {"CNY"} != set(record.tokens)
        assert find_or_deploy(node, joined) == made
    finally:
        chain.stop()


def test_a_start_that_fails_after_its_chain_ends_the_chain_where_it_is_its_own(tmp_path: Path) -> None:
    settings, said = own_settings(tmp_path, "XXX"), list[str]()
    with pytest.raises(FeiqianError, match="XXX"):
        World.start(settings, report=said.append, keep_chain=False)
    (url,) = re.findall(r"http://\S+", said[0])
    assert not Node(url, 2).is_up()
    chain = LocalChain(settings)
    node = chain.start()
    try:
        with pytest.raises(FeiqianError, match="XXX"):
            World.start(settings.model_copy(update={"rpc_url": chain.url}), report=said.append)
        assert node.is_up(), "it is somebody else's"
    finally:
        chain.stop()
    assert list(tmp_path.glob("*.json")) == []


class Stubborn:
    """A node that takes deployment transactions and then fails or forgets them."""

    chain_id = 1337

    def __init__(self, receipt: Any) -> None:
        self.receipt = receipt

    def head(self) -> None: ...

    def gas_price(self, _head: None) -> int:
        return 1

    def gas_limit(self, _transaction: dict[str, str]) -> int:
        return 21_000

    def transaction_count(self, _address: str) -> int:
        return 1

    def rpc(self, method: str, *_: Any) -> Any:
        return "0xfeed" if method == "eth_sendRawTransaction" else self.receipt


ELSEWHERE = {"status": "0x1", "gasUsed": "0x1", "contractAddress": "0x" + 40 * "1"}


@pytest.mark.parametrize(
    ("receipt", "makes", "match"),
    [
        ({"status": "0x0"}, False, "0xfeed failed"),
        (None, False, "no block takes .* 0xfeed"),
        (ELSEWHERE, True, "0xfeed made no contract at 0x"),
    ],
)
def test_a_deployment_transaction_that_is_not_done(
    feiqian: Network, monkeypatch: pytest.MonkeyPatch, receipt: Any, makes: bool, match: str
) -> None:
    monkeypatch.setattr(deploying, "RECEIPT_SECONDS", 0.05)
    keystore = feiqian.world.system.keystore
    sender = feiqian.world.system.contracts.deployment.roles["admin"]
    deployer = Deployer(Stubborn(receipt), keystore, sender)  # type: ignore[arg-type]
    with pytest.raises(ChainUnavailable, match=match):
        deployer.send("Policy", None if makes else sender, "0x")
