"""From nothing to a working set of contracts: deploy, hand every power to its own key, write it down."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import rlp
from eth_utils.crypto import keccak
from web3 import Web3
from web3.exceptions import Web3RPCError

from backend.chain.building import build_record, code_hash
from backend.chain.compile import artifacts
from backend.chain.contracts import Contracts, Deployment, refused
from backend.chain.keystore import Keystore
from backend.chain.node import Node
from backend.config import Settings
from backend.errors import ChainUnavailable, both
from backend.invoices.currencies import currency

ADMIN_ROLE = 0
ROLES = {"registrar": 1, "issuer": 2, "attestor": 3, "regulator": 4}
"""AccessManager role numbers. No key has two of them."""

POWERS: dict[str, list[tuple[str, list[str]]]] = {
    "registrar": [
        (
            "Participants",
            [
                "register(address,bytes32,uint32,uint40,string)",
                "renew(address,uint32,uint40)",
                "setConfirmationLimit(address,uint16,uint64)",
            ],
        ),
        ("Prices", ["assignFeed(bytes32,address)"]),
        ("Attestations", ["changeWatch(uint256,(uint16,uint32,uint8,uint32,uint32))"]),
    ],
    "issuer": [("SettlementToken", ["mint(address,uint256)"])],
    "attestor": [("SettlementToken", ["attestReserve(uint256,bytes32)"])],
    "regulator": [
        ("Participants", ["freeze(address,bytes32)", "unfreeze(address,bytes32)"]),
        ("SettlementToken", ["setFrozenTokens(address,uint256)", "forcedTransfer(address,address,uint256)"]),
        ("Adjustments", ["resolveByOrder(uint256,uint64,bytes32,uint256[])"]),
        ("WarehouseReceipts", ["unlock(uint256,bytes32)", "freeze(uint256,bytes32)", "unfreeze(uint256,bytes32)"]),
        ("Attestations", ["revokeByOrder(address,bytes32)"]),
    ],
}
PROTOCOL_ROLE = 256
NEVER = 2**40 - 1
CAP = 10**18
RECEIPT_SECONDS = 120

Report = Callable[[str], None]


@dataclass
class Deployer:
    """Sends the deployment's transactions with its own key, in order. What is posted need not wait for the block of the
    one before: where there is one every few seconds, a deployment takes a few of them and not one for each step."""

    node: Node
    keystore: Keystore
    address: str
    gas_used: int = 0
    _next: int = 0
    _posted: list[tuple[str, str | None]] = field(default_factory=list)
    """Transactions without a receipt so far, and the address that each is to make."""
    created: dict[str, dict[str, str]] = field(default_factory=dict)
    """By address: the transaction that makes it, and the constructor's arguments."""

    def send(self, contract: str, to: str | None, data: str) -> Any:
        """The receipt. Raises ContractRefused, ChainUnavailable."""
        self.post(contract, to, data)
        return self.settle()

    def post(self, contract: str, to: str | None, data: str) -> str | None:
        """Sends without waiting; the address of what is made, where `to` is None. Raises ContractRefused,
        ChainUnavailable."""
        transaction: dict[str, Any] = {"data": data} | ({"to": to} if to else {})
        nonce = self._nonce()
        try:
            transaction |= {
                "value": 0,
                "chainId": self.node.chain_id,
                "gas": self._gas(transaction),
                "gasPrice": self.node.gas_price(self.node.head()),
                "nonce": nonce,
            }
            signed = self.keystore.account(self.address).sign_transaction(transaction)
            sent = self.node.rpc("eth_sendRawTransaction", signed.raw_transaction.to_0x_hex())
        except Web3RPCError as no:
            raise refused(no, contract) from no
        self._next = nonce + 1
        self._posted.append((sent, None if to else made_by(self.address, nonce)))
        return self._posted[-1][1]

    def settle(self) -> Any:
        """Returns when all that was posted is in blocks; the receipt of the last. Raises ChainUnavailable."""
        receipt = None
        for sent, made in self._posted:
            receipt = self._receipt(sent)
            if int(receipt["status"], 16) != 1:
                raise ChainUnavailable(reason=both("deployment transaction {tx} failed", "部署交易 {tx} 失败", tx=sent))
            if made is not None and Web3.to_checksum_address(receipt["contractAddress"]) != made:
                raise ChainUnavailable(
                    reason=both(
                        "{tx} made no contract at {address}", "{tx} 未在 {address} 创建合约", tx=sent, address=made
                    )
                )
            self.gas_used += int(receipt["gasUsed"], 16)
        self._posted = []
        return receipt

    def _gas(self, transaction: dict[str, Any]) -> int:
        """What it builds on may not be in a block yet: then it is asked again when it is."""
        request = {"from": self.address, **transaction}
        if self._posted:
            try:
                return self.node.gas_limit(request)
            except Web3RPCError:
                self.settle()
        return self.node.gas_limit(request)

    def _nonce(self) -> int:
        return max(self._next, self.node.transaction_count(self.address))

    def _receipt(self, sent: str) -> Any:
        deadline = time.monotonic() + RECEIPT_SECONDS
        while time.monotonic() < deadline:
            if receipt := self.node.rpc("eth_getTransactionReceipt", sent):
                return receipt
            time.sleep(0.02)
        raise ChainUnavailable(
            reason=both("no block takes deployment transaction {tx}", "没有区块收录部署交易 {tx}", tx=sent)
        )

    def foresee(self, count: int) -> list[str]:
        """The addresses of the next `count` contracts that `create` makes."""
        first = self._nonce()
        return [made_by(self.address, nonce) for nonce in range(first, first + count)]

    def create(self, name: str, *args: Any) -> str:
        """Posts it; its address. Raises ContractRefused, ChainUnavailable."""
        bytecode = artifacts()[name].bytecode
        contract = self.node.web3.eth.contract(abi=artifacts()[name].abi, bytecode=bytecode)
        data = str(contract.constructor(*args).data_in_transaction)
        address = str(self.post(name, None, data))
        sent, _ = self._posted[-1]
        self.created[address] = {"transaction": sent, "arguments": "0x" + data.removeprefix(bytecode)}
        return address


def made_by(address: str, nonce: int) -> str:
    """Where the contract stands that the transaction of `address` with that nonce makes."""
    return Web3.to_checksum_address(keccak(rlp.encode([bytes.fromhex(address[2:]), nonce]))[12:])


def deploy(node: Node, keystore: Keystore, settings: Settings, report: Report = lambda line: None) -> Deployment:
    """Deploys everything and saves deployments/<chainId>.json.

    Every power goes to a key of its own; the deployer keeps none. The admin's acts wait
    `admin_delay_seconds`. Raises ChainUnavailable, ContractRefused, and InvalidInput before anything is sent.
    """
    monies = [currency(code.strip(), field="FEIQIAN_CURRENCIES") for code in settings.currencies.split(",")]
    deployer = Deployer(node, keystore, keystore.create())
    roles = {role: keystore.create() for role in ("admin", *ROLES)}
    node.prepare_accounts(deployer.address, *roles.values())
    report("keys made")
    first_block = node.head().number + 1

    authority = deployer.create("Authority", deployer.address)
    participants = deployer.create("Participants", authority)
    limits = (
        settings.max_face_value,
        settings.min_tenor_days,
        settings.max_tenor_days,
        settings.confirmation_days,
        settings.max_depth,
        settings.max_notes,
        settings.cut_off_days,
        settings.acceptance_days,
        settings.grace_days,
        settings.penalty_bps_per_day,
        settings.levy_bps,
        settings.price_age_hours,
        settings.count_age_hours,
    )
    policy = deployer.create("Policy", authority, limits)
    fingerprints = deployer.create("Fingerprints", authority)
    contracts = {"Authority": authority, "Participants": participants, "Policy": policy, "Fingerprints": fingerprints}
    contracts |= _create_circle(deployer, contracts)
    report("contracts deployed")
    tokens = {}
    for money in monies:
        tokens[money.code] = deployer.create(
            "SettlementToken",
            authority,
            participants,
            f"Feiqian {money.code}",
            f"fq{money.code}",
            money.numeric,
            money.decimals,
        )
    deployer.settle()  # a call of a contract that is not there yet would be estimated as one of nothing
    report(f"settlement tokens deployed: {', '.join(tokens)}")

    deployment = Deployment(
        chain_id=node.chain_id,
        block=first_block,
        contracts=contracts,
        tokens=tokens,
        roles=roles,
    )
    _wire(deployer, Contracts(node, deployment), settings)
    report("powers handed over")
    places = {name: address for name, (_, address) in deployment.places.items()}
    codes = node.all("eth_getCode", [(address, "latest") for address in places.values()])
    deployment = replace(
        deployment,
        code_hashes={name: code_hash(code) for name, code in zip(places, codes, strict=True)},
        build=build_record(artifacts(), {artifact for artifact, _ in deployment.places.values()}),
        created={name: deployer.created[address] for name, address in places.items()},
    )
    deployment.save(settings)
    return deployment


CIRCLE = (
    "Receivables",
    "Repayments",
    "Adjustments",
    "Reserve",
    "Settlement",
    "Prices",
    "WarehouseReceipts",
    "Attestations",
    "Loans",
    "Collateral",
    "Enforcement",
)
"""Each of these knows others of them for good, so their addresses are foreseen. In this order."""


def _create_circle(deployer: Deployer, made: dict[str, str]) -> dict[str, str]:
    circle = dict(zip(CIRCLE, deployer.foresee(len(CIRCLE)), strict=True))
    receivables, repayments, adjustments, reserve, settlement, prices, receipts, attestations, loans, *rest = (
        circle.values()
    )
    collateral, enforcement = rest
    participants, policy, fingerprints = made["Participants"], made["Policy"], made["Fingerprints"]
    arguments: dict[str, tuple[Any, ...]] = {
        "Receivables": (participants, policy, fingerprints, (repayments, adjustments, reserve, collateral)),
        "Repayments": (receivables, adjustments, participants, policy, collateral),
        "Adjustments": (made["Authority"], receivables, repayments, participants, policy, fingerprints),
        "Reserve": (receivables, repayments, adjustments, policy, settlement, collateral),
        "Settlement": (participants, policy, receivables, reserve),
        "Prices": (made["Authority"], participants, policy),
        "WarehouseReceipts": (made["Authority"], participants, policy, fingerprints, (attestations, collateral)),
        "Attestations": (made["Authority"], participants, receipts),
        "Loans": (participants, policy, collateral, enforcement, receipts, receivables),
        "Collateral": (
            policy,
            (loans, enforcement, prices, receipts, receivables, adjustments, repayments, reserve),
        ),
        "Enforcement": (participants, policy, loans, collateral, receipts),
    }
    for name, foreseen in circle.items():
        if deployer.create(name, *arguments[name]) != foreseen:
            raise ChainUnavailable(
                reason=both("{name} is not where it was foreseen", "{name} 的地址与预期不符", name=name)
            )
    return circle


def _wire(deployer: Deployer, contracts: Contracts, settings: Settings) -> None:
    def do(name: str, function: str, *args: Any) -> None:
        call = contracts.call_data(name, function, *args)
        deployer.post(name, call.to, call.data)

    address = contracts.address
    tokens = [contracts.token(code) for code in contracts.deployment.tokens]
    for name in ("Receivables", "Adjustments", "WarehouseReceipts"):
        do("Fingerprints", "admit", address(name))
    for name in ("Repayments", "Reserve", "WarehouseReceipts", "Loans", "Collateral", "Enforcement"):  # they keep cash
        identity = Web3.keccak(text=f"feiqian.protocol.{name.lower()}")
        do("Participants", "register", address(name), identity, PROTOCOL_ROLE, NEVER, name)
    for code, token in contracts.deployment.tokens.items():
        do("Policy", "setSettlementToken", currency(code).numeric, token)
        do(contracts.token(code), "setCap", CAP)

    for role, number in ROLES.items():
        for contract, signatures in POWERS[role]:
            selectors = [bytes(Web3.keccak(text=signature)[:4]) for signature in signatures]
            for name in tokens if contract == "SettlementToken" else [contract]:
                do("Authority", "setTargetFunctionRole", address(name), selectors, number)
        do("Authority", "grantRole", number, contracts.deployment.roles[role], 0)
    do("Authority", "grantRole", ADMIN_ROLE, contracts.deployment.roles["admin"], settings.admin_delay_seconds)
    do("Authority", "renounceRole", ADMIN_ROLE, deployer.address)
    deployer.settle()
