"""The deployed world that every contract test begins with, and what a test does to it.

Brownie's: plain pytest cannot run what imports this.
"""

from __future__ import annotations

import gc
import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

import brownie
import brownie.exceptions
import brownie.network.contract
import brownie.network.transaction
import pytest
from brownie import accounts, chain, web3
from brownie._config import CONFIG
from brownie.exceptions import VirtualMachineError
from eth_abi import decode
from eth_account import Account
from eth_account.hdaccount.deterministic import HDPath
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils import keccak, to_checksum_address
from eth_utils.abi import collapse_if_tuple

os.environ.setdefault("no_proxy", "127.0.0.1")  # else every call to the chain looks through the environment

DAY = 86_400
CNY, EUR = 156, 978
FACE = 1_000_000_00
FAR = 2**40 - 1
UNLIMITED = 2**256 - 1
ZERO = "0x" + "00" * 20
NOTHING = b"\0" * 32
CUT_OFF, ACCEPTANCE, GRACE = 2 * DAY, 3 * DAY, 5 * DAY
PENALTY_BPS, LEVY_BPS = 5, 50
LENT, LIMIT_OF_LOAN = 60_000_000, 70_000_000
"""What is drawn at once on a note of FACE, or on goods worth as much, and what could be."""
TONNE = 100_000
"""What a tonne is worth when a loan begins: GOODS are worth FACE."""
LIMIT = {
    "maxFaceValue": 10**15, "minTenorDays": 1, "maxTenorDays": 366, "confirmationDays": 30, "maxDepth": 5,
    "maxNotes": 12, "cutOffDays": CUT_OFF // DAY, "acceptanceDays": ACCEPTANCE // DAY, "graceDays": GRACE // DAY,
    "penaltyBpsPerDay": PENALTY_BPS, "levyBps": LEVY_BPS,
    "priceAgeHours": 48, "countAgeHours": 24,
}  # fmt: skip
LIMITS = tuple(LIMIT.values())
GOODS, TARIFF = 1_000_000, 1_500
"""A thousand tonnes in kilograms, and thousandths of a fen for a tonne a day: 1,500 fen a day for all of it."""


TOO_MUCH_TO_TRACE = pytest.mark.skip_coverage
"""The traces of such a test would fill the memory."""


class Role(IntFlag):
    SUPPLIER = 1
    OBLIGOR = 2
    FINANCIER = 4
    CUSTODIAN = 8
    CARRIER = 16
    ORACLE = 32
    PROTOCOL = 256


class Status(IntEnum):
    NONE = 0
    SUBMITTED = 1
    CONFIRMED = 2
    REJECTED = 3
    WITHDRAWN = 4
    EXPIRED = 5
    REPAID = 6
    DISPUTED = 7


class Cause(IntEnum):
    """Why an obligor owes less than it confirmed."""

    CREDIT_NOTE = 0
    SET_OFF = 1
    DISPUTE = 2
    PAYMENT_TO_ASSIGNOR = 3


class LoanStatus(IntEnum):
    NONE = 0
    LIVE = 1
    IN_SALE = 2
    UNCOVERED = 3
    ENDED = 4


class Power(IntEnum):
    """Roles of the AccessManager; 0 is the admin."""

    ADMIN = 0
    REGISTRAR = 1
    ISSUER = 2
    ATTESTOR = 3
    REGULATOR = 4


POWERS = {
    Power.REGISTRAR: [("participants", "register"), ("participants", "renew"),
                      ("participants", "setConfirmationLimit"), ("prices", "assignFeed"),
                      ("attestations", "changeWatch")],
    Power.ISSUER: [("cash", "mint")],
    Power.ATTESTOR: [("cash", "attestReserve")],
    Power.REGULATOR: [("participants", "freeze"), ("participants", "unfreeze"), ("cash", "setFrozenTokens"),
                      ("cash", "forcedTransfer"), ("adjustments", "resolveByOrder"), ("warehousereceipts", "unlock"),
                      ("warehousereceipts", "freeze"), ("warehousereceipts", "unfreeze"),
                      ("attestations", "revokeByOrder")],
}  # fmt: skip
"""Who may call what; everything else that is restricted is the admin's."""

PARTIES = {
    "supplier": Role.SUPPLIER,
    "mill": Role.SUPPLIER,  # the supplier's own supplier, one tier down
    "obligor": Role.OBLIGOR,
    "dealer": Role.SUPPLIER | Role.OBLIGOR,  # both, towards different people
    "bank": Role.FINANCIER,
    "fund": Role.FINANCIER,
    "thief": Role.SUPPLIER | Role.FINANCIER,  # registered like everybody else
    "custodian": Role.CUSTODIAN,
    "depot": Role.CUSTODIAN,  # another one
    "carrier": Role.CARRIER,
    "oracle": Role.ORACLE,
}
OFFICERS = ("admin", "registrar", "issuer", "attestor", "regulator")
OUTSIDERS = ("stranger", "newcomer")

CONFIRMATION = {
    "receivableId": "uint256", "supplier": "address", "documentHash": "bytes32", "faceValue": "uint256",
    "maturityAt": "uint256", "amount": "uint256", "setOffWaived": "bool", "nonce": "uint256", "deadline": "uint256",
}  # fmt: skip
QUOTE = {
    "financier": "address", "seller": "address", "asset": "address", "assetKey": "uint256", "documentHash": "bytes32",
    "value": "uint256", "cash": "address", "price": "uint256", "withRecourse": "bool", "nonce": "uint256",
    "deadline": "uint256",
}  # fmt: skip
RESOLUTION = {
    "receivableId": "uint256", "disputeId": "uint256", "upheld": "uint256", "nonce": "uint256", "deadline": "uint256",
}  # fmt: skip
SET_OFF = {
    "receivableId": "uint256", "amount": "uint256", "counterclaimHash": "bytes32", "arisenAt": "uint256",
    "dueAt": "uint256", "nonce": "uint256", "deadline": "uint256",
}  # fmt: skip
INTAKE = {
    "custodian": "address", "depositor": "address", "commodity": "bytes32", "grade": "bytes32", "unit": "bytes32",
    "decimals": "uint8", "quantity": "uint64", "placeHash": "bytes32", "fingerprint": "bytes32",
    "documentHash": "bytes32", "insuredUntil": "uint40", "expiresAt": "uint40", "currency": "uint16",
    "milliPerUnitDay": "uint32", "nonce": "uint256", "deadline": "uint256",
}  # fmt: skip
DELIVERY_ORDER = {
    "receiptId": "uint256", "quantity": "uint64", "recipientHash": "bytes32", "nonce": "uint256", "deadline": "uint256",
}  # fmt: skip
PRICE = {
    "feed": "bytes32", "price": "uint256", "observedAt": "uint256", "nonce": "uint256", "deadline": "uint256",
}  # fmt: skip
LOAN_QUOTE = {
    "financier": "address", "borrower": "address", "asset": "address", "assetKey": "uint256", "documentHash": "bytes32",
    "value": "uint256", "currency": "uint16", "limit": "uint64", "rateBps": "uint16", "penaltyBps": "uint16",
    "maturityAt": "uint40", "graceDays": "uint8", "advanceBps": "uint16", "callBps": "uint16",
    "liquidationBps": "uint16", "cureSeconds": "uint32", "reservePrice": "uint64", "order": "uint8", "nonce": "uint256",
    "deadline": "uint256",
}  # fmt: skip
COUNT = {
    "receiptId": "uint256", "pledgee": "address", "quantity": "uint64", "countedAt": "uint40", "nonce": "uint256",
    "deadline": "uint256",
}  # fmt: skip
BID = {"loanId": "uint256", "bidder": "address", "amount": "uint64", "nonce": "uint256", "deadline": "uint256"}
NO_COUNT = ((0, ZERO, 0, 0, 0, 0), b"")
"""What is said of a custodian's count over notes."""
PERMIT = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"}
DOMAINS = {
    "Receivables": "Feiqian Receivables", "Adjustments": "Feiqian Adjustments", "Settlement": "Feiqian Settlement",
    "SettlementToken": "Feiqian CNY", "Prices": "Feiqian Prices", "WarehouseReceipts": "Feiqian Warehouse Receipts",
    "Attestations": "Feiqian Attestations", "Loans": "Feiqian Loans", "Collateral": "Feiqian Collateral",
    "Enforcement": "Feiqian Enforcement",
}  # fmt: skip

CIRCLE = (
    "Receivables", "Repayments", "Adjustments", "Reserve", "Settlement", "Prices", "WarehouseReceipts", "Attestations",
    "Loans", "Collateral", "Enforcement",
)  # fmt: skip
"""Each of these knows others of them for good, so their addresses are foreseen. In this order."""


def digest(text: str) -> bytes:
    return bytes(keccak(text=text))


def clause(name: str) -> bytes:
    """How a policy's refusal names its clause."""
    return name.encode().ljust(32, b"\0")


def limits(**changed: int) -> tuple[int, ...]:
    """The world's limits with members replaced."""
    return tuple((LIMIT | changed).values())


def levy_on(price: int) -> int:
    """L6: what the reserve gets of a price, rounded half up."""
    return (price * LEVY_BPS + 5_000) // 10_000


def key_of(index: int) -> Any:
    """The private key behind accounts[index]. Ganache's mnemonic is no BIP-39 sentence, so the seed is made here."""
    words = CONFIG.active_network["cmd_settings"]["mnemonic"]
    seed = hashlib.pbkdf2_hmac("sha512", words.encode(), b"mnemonic", 2048)
    return Account.from_key(HDPath(f"m/44'/60'/0'/0/{index}").derive(seed))


# ---- brownie


def _adapt_brownie() -> None:
    """Errors come as bytes, to compare values and not words. And to save two thirds of the time: no trace of a
    refused transaction, since its error says it all; no snapshot after every transaction, which is for `chain.undo`;
    no question for the chain's id before every call; no look at the whole call stack at every step back.
    Immutables, which brownie takes for foreign code, do not hide a contract from the coverage. And a transaction that
    Anvil counts already and cannot tell of yet is waited for: brownie takes it for a dropped one."""
    for module in (brownie.exceptions, brownie.network.transaction):
        module.decode_typed_error = lambda data: str(data)  # type: ignore[attr-defined]
    receipts: Any = brownie.network.transaction.TransactionReceipt
    receipts._raise_if_reverted = _raise_if_reverted
    receipts._await_confirmation = _patient(receipts._await_confirmation)
    brownie.network.contract._verify_deployed_code = lambda *_: True
    type(chain)._add_to_undo_buffer = lambda *_: None  # type: ignore[method-assign]
    web3.middleware_onion.remove("validation")
    rpc: Any = type(brownie.rpc)
    rpc.snapshot = lambda self: self.backend.snapshot()
    rpc.revert = lambda self, number: self.backend.revert(number)


def _patient(await_confirmation: Any) -> Any:
    def waiting(receipt: Any, *args: Any) -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if web3.provider.make_request("eth_getTransactionReceipt", [str(receipt.txid)]).get("result"):
                break
            time.sleep(0.005)
        await_confirmation(receipt, *args)

    return waiting


def _raise_if_reverted(receipt: Any, refusal: VirtualMachineError | None) -> None:
    if receipt.status:
        return
    assert refusal is not None
    if not refusal.revert_msg:  # Ganache tells the error's bytes of a call only: the same again, in the same block
        call = {"from": str(receipt.sender), "data": receipt.input, "gas": hex(receipt.gas_limit)}
        if receipt.receiver:
            call["to"] = str(receipt.receiver)
        answer = web3.provider.make_request("eth_call", [call, hex(receipt.block_number)])
        refusal.revert_msg = answer["error"]["data"]
    name, values = decoded(refusal.revert_msg)
    raise refusal._with_attr(source=f"{name}{values}")


def begin_here() -> None:
    """From now on brownie's isolation goes back to this block and not to an empty chain, so that one deployment
    serves every module. What is in memory now stays: brownie collects garbage at every step back."""
    gc.collect()
    gc.freeze()
    chain._reset_id = chain._current_id = chain._take_snapshot()


# ---- refusals


@contextmanager
def refused(error: str, *values: Any) -> Iterator[None]:
    """The act inside must revert with this custom error and exactly these values."""
    try:
        yield
    except VirtualMachineError as refusal:
        data = refusal.revert_msg
    else:
        raise AssertionError(f"not refused; {error}{values} was expected")
    assert decoded(data) == (error, tuple(_plain(value) for value in values))


def decoded(data: str | None) -> tuple[str, tuple[Any, ...]]:
    """Name and values of revert data, looked up in the ABIs of everything compiled."""
    if not data or not data.startswith("0x") or len(data) < 10:
        return f"no custom error: {data!r}", ()
    name, types = _errors()[data[:10].lower()]
    return name, tuple(_plain(value) for value in decode(types, bytes.fromhex(data[10:])))


def _errors() -> dict[str, tuple[str, list[str]]]:
    if not _known_errors:
        _known_errors["0x08c379a0"] = ("Error", ["string"])
        _known_errors["0x4e487b71"] = ("Panic", ["uint256"])
        for project in brownie.project.get_loaded_projects():
            for _, build in project._build.items():
                for entry in build.get("abi", []):
                    if entry["type"] == "error":
                        types = [collapse_if_tuple(dict(value)) for value in entry["inputs"]]
                        selector = keccak(text=f"{entry['name']}({','.join(types)})")[:4]
                        _known_errors["0x" + selector.hex()] = (entry["name"], types)
    return _known_errors


_known_errors: dict[str, tuple[str, list[str]]] = {}


def _plain(value: Any) -> Any:
    """One form for a value, whether it comes from a test, from brownie or from the decoder."""
    if hasattr(value, "address"):
        return str(value.address).lower()
    if isinstance(value, (bytes, bytearray)):
        return "0x" + bytes(value).hex()
    if isinstance(value, str):
        return value.lower() if value.startswith("0x") else value
    if isinstance(value, (tuple, list)):
        return tuple(_plain(item) for item in value)
    return int(value)


# ---- time


def now() -> int:
    """UTC seconds of the latest block."""
    return int(web3.eth.get_block("latest")["timestamp"])


@contextmanager
def at(timestamp: int) -> Iterator[None]:
    """The one transaction inside is mined in exactly this second."""
    if "ganache" in web3.client_version.lower():
        _rpc("evm_setTime", timestamp * 1000)
    else:
        _rpc("evm_setNextBlockTimestamp", timestamp)
    yield
    assert now() == timestamp, "the machine was too slow to hit the second"


def restart_clock() -> None:
    """Ganache's clock goes on while other tests run, and its next block would jump to it: here it begins again at the
    latest block. (Anvil's goes back with the blocks.)"""
    if "ganache" in web3.client_version.lower():
        _rpc("evm_setTime", now() * 1000)


def wait_until(timestamp: int) -> None:
    """Mines an empty block in this second, or just after it."""
    with at(timestamp):
        _rpc("evm_mine")


def _rpc(method: str, *params: Any) -> Any:
    response = web3.provider.make_request(method, list(params))
    assert "error" not in response, response
    return response["result"]


# ---- the world


@dataclass
class World:
    """Everything deployed, everybody admitted, cash in the financiers' hands, all approvals given."""

    keys: dict[str, Any] = field(default_factory=dict)
    contracts: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, Any] = field(default_factory=dict)
    nonces: int = 0

    def __getattr__(self, name: str) -> Any:
        for known in (self.contracts, self.parties):
            if name in known:
                return known[name]
        raise AttributeError(name)

    def deploy(self, containers: dict[str, Any]) -> World:
        for index, name in enumerate((*OFFICERS, *PARTIES, *OUTSIDERS)):
            self.parties[name] = accounts[index]
            self.keys[accounts[index].address] = key_of(index)
        sender = {"from": self.admin}
        make = {name: container.deploy for name, container in containers.items()}
        made = self.contracts
        made["authority"] = authority = make["Authority"](self.admin, sender)
        made["participants"] = make["Participants"](authority, sender)
        made["policy"] = make["Policy"](authority, LIMITS, sender)
        made["fingerprints"] = make["Fingerprints"](authority, sender)
        made["cash"] = make["SettlementToken"](authority, self.participants, "Feiqian CNY", "fCNY", CNY, 2, sender)
        self._deploy_circle(make)
        authority.multicall(self._powers(), sender)
        self.policy.setSettlementToken(CNY, self.cash, sender)
        for contract in (self.receivables, self.adjustments, self.warehousereceipts):
            self.fingerprints.admit(contract, sender)
        self._admit_parties()
        self._fill_purses()
        return self

    def _deploy_circle(self, make: dict[str, Any]) -> None:
        first = self.admin.nonce
        foreseen = [self.admin.get_deployment_address(first + step) for step in range(len(CIRCLE))]
        receivables, repayments, adjustments, reserve, settlement, prices, receipts, attestations, loans, *rest = (
            foreseen
        )
        collateral, enforcement = rest
        arguments = {
            "Receivables": (
                self.participants,
                self.policy,
                self.fingerprints,
                (repayments, adjustments, reserve, collateral),
            ),
            "Repayments": (receivables, adjustments, self.participants, self.policy, collateral),
            "Adjustments": (self.authority, receivables, repayments, self.participants, self.policy, self.fingerprints),
            "Reserve": (receivables, repayments, adjustments, self.policy, settlement, collateral),
            "Settlement": (self.participants, self.policy, receivables, reserve),
            "Prices": (self.authority, self.participants, self.policy),
            "WarehouseReceipts": (
                self.authority,
                self.participants,
                self.policy,
                self.fingerprints,
                (attestations, collateral),
            ),
            "Attestations": (self.authority, self.participants, receipts),
            "Loans": (self.participants, self.policy, collateral, enforcement, receipts, receivables),
            "Collateral": (
                self.policy,
                (loans, enforcement, prices, receipts, receivables, adjustments, repayments, reserve),
            ),
            "Enforcement": (self.participants, self.policy, loans, collateral, receipts),
        }
        for name, address in zip(CIRCLE, foreseen, strict=True):
            self.contracts[name.lower()] = make[name](*arguments[name], {"from": self.admin})
            assert self.contracts[name.lower()].address == address

    def _powers(self) -> list[bytes]:
        calls = []
        for power, acts in POWERS.items():
            calls.append(self.authority.grantRole.encode_input(power, self.parties[power.name.lower()], 0))
            for contract in {contract for contract, _ in acts}:
                target = self.contracts[contract]
                selectors = [getattr(target, act).signature for of, act in acts if of == contract]
                calls.append(self.authority.setTargetFunctionRole.encode_input(target, selectors, power))
        return calls

    def _admit_parties(self) -> None:
        for name, roles in PARTIES.items():
            self.admit(self.parties[name], roles, name)
        for name in (
            "repayments",
            "reserve",
            "warehousereceipts",
            "loans",
            "collateral",
            "enforcement",
        ):  # they keep cash
            self.admit(self.contracts[name], Role.PROTOCOL, name)
        for obligor in (self.obligor, self.dealer):
            self.limit(obligor, 10**12)

    def _fill_purses(self) -> None:
        self.cash.setCap(10**15, {"from": self.admin})
        self.cash.attestReserve(10**15, digest("statement"), {"from": self.attestor})
        for name in ("bank", "fund", "obligor"):
            self.cash.mint(self.parties[name], 10**12, {"from": self.issuer})
        for name in ("bank", "fund"):
            self.cash.approve(self.settlement, UNLIMITED, {"from": self.parties[name]})
        for contract in (self.repayments, self.adjustments):
            self.cash.approve(contract, UNLIMITED, {"from": self.obligor})
        self.receivables.setApprovalForAll(self.settlement, True, {"from": self.supplier})
        self.receivables.setApprovalForAll(self.collateral, True, {"from": self.supplier})
        for name in ("bank", "fund"):
            for contract in (self.loans, self.enforcement):
                self.cash.approve(contract, UNLIMITED, {"from": self.parties[name]})
        self.cash.approve(self.warehousereceipts, UNLIMITED, {"from": self.bank})
        for operator in (self.settlement, self.collateral):
            self.warehousereceipts.setApprovalForAll(operator, True, {"from": self.supplier})

    def admit(self, account: Any, roles: int, name: str, kyc_valid_until: int = FAR) -> int:
        """Registers one more participant; its number."""
        self.participants.register(
            account, digest(f"identity of {name}"), roles, kyc_valid_until, name, {"from": self.registrar}
        )
        return int(self.participants.participantCount.call())

    def freeze(self, account: Any) -> None:
        self.participants.freeze(account, digest("order"), {"from": self.regulator})

    def unfreeze(self, account: Any) -> None:
        self.participants.unfreeze(account, digest("another order"), {"from": self.regulator})

    def limit(self, obligor: Any, amount: int, currency: int = CNY) -> None:
        """What an obligor may owe on what it confirmed."""
        self.participants.setConfirmationLimit(obligor, currency, amount, {"from": self.registrar})

    def change_limits(self, **changed: int) -> None:
        """Other limits, in force from a second that this waits for."""
        begin = now() + DAY
        self.policy.scheduleLimits(limits(**changed), begin, {"from": self.admin})
        wait_until(begin)

    def give(self, account: Any, amount: int, *spenders: Any) -> None:
        """Cash in somebody's hand, and what it may be taken by."""
        self.cash.mint(account, amount, {"from": self.issuer})
        for spender in spenders:
            self.cash.approve(spender, UNLIMITED, {"from": account})

    def euros(self, MockCash: Any) -> Any:
        """Money of another maker: the euro's from now on, with the obligor's limit in it, its purse and approval."""
        euro = MockCash.deploy(EUR, {"from": self.admin})
        self.policy.setSettlementToken(EUR, euro, {"from": self.admin})
        self.limit(self.obligor, FACE, EUR)
        euro.print(self.obligor, FACE, {"from": self.admin})
        euro.approve(self.repayments, FACE, {"from": self.obligor})
        return euro

    # ---- from paper to a note

    def register(self, supplier: Any = None, obligor: Any = None, face: int = FACE, **changed: Any) -> int:
        """Registers a receivable, every time another one; its number."""
        number = int(self.receivables.receivableCount.call()) + 1
        claim = {
            "currency": CNY,
            "maturityAt": now() + 90 * DAY,
            "documentHash": digest(f"document {number}"),
            "fingerprint": digest(f"fingerprint {number}"),
        } | changed
        self.receivables.register(
            obligor or self.obligor, claim["currency"], face, claim["maturityAt"], claim["documentHash"],
            claim["fingerprint"], {"from": supplier or self.supplier},
        )  # fmt: skip
        return number

    def confirm(self, receivable: int, **changed: Any) -> int:
        """Has a registered receivable confirmed, by whoever its obligor is; the root note."""
        confirmation, signature = self.confirmation(receivable, **changed)
        carrier = {"from": self.stranger}
        return int(self.receivables.confirm(confirmation, signature, carrier).events["ReceivableConfirmed"]["noteId"])

    def note(self, **changed: Any) -> tuple[int, int]:
        """A receivable, confirmed, and the root note in its supplier's hand."""
        receivable = self.register(**changed)
        return receivable, self.confirm(receivable)

    def endorse(self, note: int, giver: Any, taker: Any, value: int, recourse: bool = False) -> int:
        """Endorses part of a note or all its value; the child note."""
        tx = self.receivables.endorse(note, taker, value, recourse, {"from": giver})
        return int(tx.events["NoteEndorsed"]["childId"])

    def repaid(self, **changed: Any) -> tuple[int, int]:
        """A receivable that its obligor has paid, and the root note in its supplier's hand."""
        receivable, note = self.note(**changed)
        self.repay(receivable)
        return receivable, note

    # ---- goods in a warehouse (`contract`: another instance than the world's)

    def intake(self, signer: Any = None, contract: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """The custodian's intake of copper from the supplier, every time another lot, and its signature."""
        number = self.nonce()
        words = {
            "custodian": self.custodian.address, "depositor": self.supplier.address, "commodity": clause("COPPER"),
            "grade": clause("A"), "unit": clause("TNE"), "decimals": 3, "quantity": GOODS,
            "placeHash": digest("shed 4"), "fingerprint": digest(f"lot {number}"),
            "documentHash": digest(f"papers {number}"), "insuredUntil": now() + 365 * DAY,
            "expiresAt": now() + 365 * DAY, "currency": CNY, "milliPerUnitDay": TARIFF, "nonce": number,
            "deadline": now() + DAY,
        } | {name: getattr(value, "address", value) for name, value in changed.items()}  # fmt: skip
        signer, contract = signer or words["custodian"], contract or self.warehousereceipts
        return tuple(words.values()), self.sign(signer, contract, "Intake", INTAKE, words)

    def receipt(self, contract: Any = None, **changed: Any) -> tuple[int, int]:
        """Goods taken in: the lot, and the receipt in the depositor's hand."""
        signed = self.intake(contract=contract, **changed)
        tx = (contract or self.warehousereceipts).issue(*signed, {"from": self.stranger})
        return int(tx.events["LotTakenIn"]["lotId"]), int(tx.events["LotTakenIn"]["receiptId"])

    def split(self, receipt: int, giver: Any, taker: Any, quantity: int, contract: Any = None) -> int:
        tx = (contract or self.warehousereceipts).split(receipt, taker, quantity, {"from": giver})
        return int(tx.events["ReceiptSplit"]["childId"])

    def order(
        self, receipt: int, quantity: int = GOODS, signer: Any = None, contract: Any = None, **changed: Any
    ) -> tuple[tuple[Any, ...], bytes]:
        """The holder's order to hand goods out, and its signature."""
        words = {
            "receiptId": receipt, "quantity": quantity, "recipientHash": digest("the carrier's lorry"),
            "nonce": self.nonce(), "deadline": now() + DAY,
        } | changed  # fmt: skip
        contract = contract or self.warehousereceipts
        signer = signer or contract.receiptOf.call(receipt).dict()["holder"]
        return tuple(words.values()), self.sign(signer, contract, "DeliveryOrder", DELIVERY_ORDER, words)

    def pay_storage(self, *receipts: int) -> None:
        for receipt in receipts:
            self.warehousereceipts.payStorage(receipt, {"from": self.bank})

    def receipts_of(self, lot: int, contract: Any = None) -> list[int]:
        """All live receipts of a lot, ascending: what a report must be told."""
        contract = contract or self.warehousereceipts
        everything = range(1, int(contract.receiptCount.call()) + 1)
        views = {receipt: contract.receiptOf.call(receipt).dict() for receipt in everything}
        return [receipt for receipt, view in views.items() if view["lotId"] == lot and view["quantity"]]

    def quantities(self, *receipts: int, contract: Any = None) -> list[int]:
        """What the receipts stand for; 0 for one that ended."""
        contract = contract or self.warehousereceipts
        return [int(contract.goodsOf.call(receipt).dict()["quantity"]) for receipt in receipts]

    def require_goods_conserved(self, contract: Any = None) -> None:
        """W12, over all lots that a test has made."""
        contract = contract or self.warehousereceipts
        for lot in range(1, int(contract.lotCount.call()) + 1):
            view = contract.lotOf.call(lot).dict()
            live = view["counted"] - view["delivered"] - view["lost"]
            assert sum(self.quantities(*self.receipts_of(lot, contract), contract=contract)) == live
            assert contract.isLive.call(lot) == (live > 0)

    def feed(self, commodity: str = "COPPER", currency: int = CNY) -> bytes:
        """O1. The feed of the world's goods, as abi.encode has it."""
        return bytes(keccak(clause(commodity) + clause("A") + clause("TNE") + currency.to_bytes(32)))

    def price(self, price: int, signer: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """What a tonne is worth in fen, now, and the oracle's signature."""
        words = {
            "feed": self.feed(), "price": price, "observedAt": now(), "nonce": self.nonce(), "deadline": now() + DAY,
        } | changed  # fmt: skip
        return tuple(words.values()), self.sign(signer or self.oracle, self.prices, "Price", PRICE, words)

    def publish(self, price: int, **changed: Any) -> Any:
        """Publishes a price of the world's oracle, which it names first where the feed has none."""
        document, signature = self.price(price, **changed)
        if self.prices.oracleOf.call(document[0]) == ZERO:
            self.prices.assignFeed(document[0], self.oracle, {"from": self.registrar})
        return self.prices.publish(document, signature, {"from": self.stranger})

    # ---- loans

    def loan_quote(self, claim: int, signer: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """The bank's quote to the supplier for a loan over a whole claim (a receivable, or with `asset` another kind of
        title), and its signature."""
        asset = changed.get("asset", self.receivables)
        view = asset.receivableOf if asset == self.receivables else asset.lotOf
        words = {
            "financier": self.bank.address, "borrower": self.supplier.address, "asset": asset.address,
            "assetKey": claim, "documentHash": bytes(view.call(claim).dict()["documentHash"]), "value": FACE,
            "currency": CNY, "limit": LIMIT_OF_LOAN, "rateBps": 600, "penaltyBps": 900, "maturityAt": now() + 60 * DAY,
            "graceDays": 3, "advanceBps": 7_000, "callBps": 8_000, "liquidationBps": 9_000, "cureSeconds": 2 * DAY,
            "reservePrice": 8_000, "order": 0, "nonce": self.nonce(), "deadline": now() + DAY,
        } | {name: getattr(value, "address", value) for name, value in changed.items()}  # fmt: skip
        signed = self.sign(signer or words["financier"], self.loans, "Quote", LOAN_QUOTE, words)
        return tuple(words.values()), signed

    def loan(self, amount: int = LENT, **changed: Any) -> tuple[int, int]:
        """A loan over a new note of the supplier; its number and the note."""
        receivable, note = self.note()
        signed = self.loan_quote(receivable, **changed)
        tx = self.loans.originate(*signed, note, *NO_COUNT, amount, {"from": self.supplier})
        return int(tx.events["LoanOriginated"]["loanId"]), note

    def goods_loan(self, amount: int = LENT, price: int = TONNE, **changed: Any) -> tuple[int, int]:
        """A loan over new goods of the supplier at a price that is published now; its number and the receipt."""
        lot, receipt = self.receipt()
        self.publish(price)
        tx = self.loans.originate(
            *self.goods_quote(lot, **changed), receipt, *self.count(receipt), amount, {"from": self.supplier}
        )
        return int(tx.events["LoanOriginated"]["loanId"]), receipt

    def goods_quote(self, lot: int, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        goods = {"asset": self.warehousereceipts, "value": GOODS, "reservePrice": TONNE * 4 // 5} | changed
        return self.loan_quote(lot, **goods)

    def count(self, receipt: int, signer: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """The custodian's count of a receipt, for the bank, now, and its signature."""
        words = {
            "receiptId": receipt, "pledgee": self.bank.address, "quantity": GOODS, "countedAt": now(),
            "nonce": self.nonce(), "deadline": now() + DAY,
        } | changed  # fmt: skip
        return tuple(words.values()), self.sign(signer or self.custodian, self.collateral, "Count", COUNT, words)

    def title(self, receipt: int, value: int | None = None) -> tuple[Any, ...]:
        """A receipt as it is named where it goes into escrow."""
        goods = self.warehousereceipts.goodsOf.call(receipt).dict()
        lot = self.warehousereceipts.lotOf.call(goods["lotId"]).dict()
        return receipt, goods["lotId"], bytes(lot["documentHash"]), goods["quantity"] if value is None else value

    def move_price(self, price: int) -> Any:
        """A newer price, a second later."""
        wait_until(now() + 1)
        return self.publish(price)

    def top_up_goods(self, loan: int, quantity: int) -> int:
        """Other goods of the same kind into the escrow of a loan."""
        _, receipt = self.receipt(quantity=quantity)
        signed = self.count(receipt, quantity=quantity)
        self.loans.topUp(loan, self.title(receipt), *signed, {"from": self.supplier})
        return receipt

    def top_up(self, loan: int, note: int | None = None, value: int = FACE) -> int:
        """Another note of the supplier into the escrow of a loan."""
        note = note or self.note()[1]
        receivable = int(self.receivables.slotOf.call(note))
        title = (note, receivable, bytes(self.view(receivable)["documentHash"]), value)
        tx = self.loans.topUp(loan, title, *NO_COUNT, {"from": self.supplier})
        return int(tx.events["TitlePledged"]["tokenId"])

    def bid(self, loan: int, amount: int, bidder: Any = None, signer: Any = None, **changed: Any) -> Any:
        """A signed bid of the fund, or of somebody else, carried by a stranger."""
        return self.enforcement.bid(*self.bid_of(loan, amount, bidder, signer, **changed), {"from": self.stranger})

    def bid_of(
        self, loan: int, amount: int, bidder: Any = None, signer: Any = None, **changed: Any
    ) -> tuple[tuple[Any, ...], bytes]:
        bidder = bidder or self.fund
        words = {
            "loanId": loan, "bidder": bidder.address, "amount": amount, "nonce": self.nonce(),
            "deadline": now() + 10 * DAY,
        } | changed  # fmt: skip
        return tuple(words.values()), self.sign(signer or bidder, self.enforcement, "Bid", BID, words)

    def loan_view(self, loan: int) -> dict[str, Any]:
        return dict(self.loans.loanOf.call(loan).dict())

    def debt(self, loan: int) -> tuple[int, ...]:
        """Costs, penalty, interest and principal that are owed now."""
        return tuple(int(part) for part in self.loans.debtOf.call(loan))

    def ended(self, loan: int) -> bool:
        return bool(self.loan_view(loan)["status"] == LoanStatus.ENDED)

    def overdue(self, loan: int) -> None:
        """The grace of a loan has passed, by an hour: no day begins while a test goes on."""
        wait_until(self.loan_view(loan)["graceEndsAt"] + 3_600)

    def in_sale(self, window: int = DAY, **changed: Any) -> tuple[int, int]:
        """A loan that is overdue and whose note is for sale; the loan's number and the note."""
        loan, note = self.loan(**changed)
        self.overdue(loan)
        self.enforcement.openSale(loan, window, {"from": self.bank})
        return loan, note

    def sale_of(self, loan: int) -> tuple[dict[str, Any], int]:
        """What is known of a sale, and the least that is bid now."""
        sale, least = self.enforcement.saleOf.call(loan)
        fields = next(entry for entry in self.enforcement.abi if entry.get("name") == "saleOf")["outputs"][0]
        return dict(zip((part["name"] for part in fields["components"]), sale, strict=True)), int(least)

    def close_sale(self, loan: int) -> Any:
        """The window has passed, and somebody says so."""
        wait_until(self.sale_of(loan)[0]["endsAt"] + 1)
        return self.enforcement.closeSale(loan, {"from": self.stranger})

    def require_escrow(self) -> None:
        """K3 and K19, over all loans that a test has made."""
        standing: set[tuple[str, int]] = set()
        proceeds: dict[int, int] = defaultdict(int)
        bids: dict[int, int] = defaultdict(int)
        for loan in range(1, int(self.loans.loanCount.call()) + 1):
            view = self.loan_view(loan)
            proceeds[view["currency"]] += self.collateral.proceedsOf.call(loan)
            bids[view["currency"]] += self.sale_of(loan)[0]["bid"]
            asset, titles = self.collateral.titlesOf.call(loan)
            for title in titles:
                assert (asset, title) not in standing
                assert self.collateral.loanIdOf.call(asset, title) == loan
                standing.add((asset, title))
        for currency, came in proceeds.items():
            for contract, kept in ((self.collateral, came), (self.enforcement, bids[currency]), (self.loans, 0)):
                if contract != self.collateral:
                    kept += sum(contract.withheldOf.call(party, currency) for party in self.parties.values())
                assert self.holding(contract, currency) >= kept

    def holding(self, account: Any, currency: int = CNY) -> int:
        token = self.policy.settlementTokenOf.call(currency)
        question = {"to": token, "data": self.cash.balanceOf.encode_input(account)}
        return int.from_bytes(web3.eth.call(question), "big")

    # ---- what becomes of it

    def view(self, receivable: int) -> dict[str, Any]:
        return dict(self.receivables.receivableOf.call(receivable).dict())

    def value(self, *notes: int) -> list[int]:
        return [int(self.receivables.noteOf.call(note).dict()["value"]) for note in notes]

    def maturity(self, receivable: int) -> int:
        return int(self.view(receivable)["maturityAt"])

    def grace_end(self, receivable: int) -> int:
        """The last second before a penalty runs and recourse opens."""
        return int(self.receivables.termsOf.call(receivable).dict()["graceEndsAt"])

    def notes(self, receivable: int) -> list[int]:
        """All notes of a receivable that have value, ascending: what a division and a dispute must be told."""
        everything = range(1, int(self.receivables.noteCount.call()) + 1)
        views = {note: self.receivables.noteOf.call(note).dict() for note in everything}
        return [note for note, view in views.items() if view["receivableId"] == receivable and view["value"]]

    def owed(self, obligor: Any = None, currency: int = CNY) -> int:
        """What an obligor owes on everything it confirmed, as its limit counts it."""
        number = self.participants.participantOf.call(obligor or self.obligor)[0]
        return int(self.receivables.owedBy.call(number, currency))

    def due(self, receivable: int) -> tuple[int, int, int]:
        """Penalty, undisputed principal, and what the supplier owes."""
        penalty, principal, supplier_owes = self.repayments.dueOf.call(receivable)
        return int(penalty), int(principal), int(supplier_owes)

    def repay(self, receivable: int, amount: int = FACE, payer: Any = None) -> Any:
        """Pays for the obligor, as far as something is due."""
        return self.repayments.repay(receivable, amount, {"from": payer or self.obligor})

    def allot(self, receivable: int) -> Any:
        return self.repayments.allot(receivable, self.notes(receivable), {"from": self.stranger})

    def redeem_all(self, receivable: int) -> int:
        """Has all notes paid; what they got together."""
        tx = self.repayments.redeemMany(self.notes(receivable), {"from": self.stranger})
        paid = [event for event in tx.events if event.name == "NoteRedeemed"]  # what it returns would need a trace
        return sum(event["principal"] + event["penalty"] for event in paid)

    def default(self, receivable: int) -> None:
        """Grace has passed."""
        wait_until(self.grace_end(receivable) + 1)

    def dispute(self, receivable: int, amount: int, reason: str = "moulded") -> int:
        """The obligor disputes a part; the dispute's number."""
        tx = self.adjustments.dispute(receivable, amount, reason, self.notes(receivable), {"from": self.obligor})
        return int(tx.events["ReceivableDisputed"]["disputeId"])

    def credit(self, receivable: int, amount: int, notes: Sequence[int] = (), **changed: Any) -> Any:
        """The supplier's credit note, every time another one; `notes` absorb it."""
        number = self.nonce()
        paper = {"documentHash": digest(f"credit {number}"), "fingerprint": digest(f"credit print {number}")} | changed
        return self.adjustments.dilute(receivable, amount, *paper.values(), notes, {"from": self.supplier})

    def owes_by_supplier(self, amount: int, **changed: Any) -> tuple[int, int, int]:
        """A receivable whose supplier has endorsed all value to the mill and then credited a part: receivable, root and
        the mill's note."""
        receivable, root = self.note(**changed)
        child = self.endorse(root, self.supplier, self.mill, FACE)
        self.credit(receivable, amount)
        return receivable, root, child

    # ---- what must always be so

    def require_conserved(self) -> None:
        """R9 and R10, over all receivables that a test has made."""
        live: dict[int, int] = defaultdict(int)
        for note in range(1, int(self.receivables.noteCount.call()) + 1):
            view = self.receivables.noteOf.call(note).dict()
            live[view["receivableId"]] += view["value"]
        cash: dict[int, int] = defaultdict(int)
        for receivable in range(1, int(self.receivables.receivableCount.call()) + 1):
            currency, waits = self._require_balanced(receivable, live[receivable])
            cash[currency] += waits
        for currency, expected in cash.items():
            kept = sum(self.repayments.withheldOf.call(party, currency) for party in self.parties.values())
            token = self.policy.settlementTokenOf.call(currency)
            question = {"to": token, "data": self.cash.balanceOf.encode_input(self.repayments)}
            assert int.from_bytes(web3.eth.call(question), "big") == expected + kept

    def _require_balanced(self, receivable: int, live: int) -> tuple[int, int]:
        """R9; the currency, and the cash that waits for the notes."""
        view = self.view(receivable)
        account = self.repayments.accountOf.call(receivable).dict()
        change = self.adjustments.adjustmentOf.call(receivable).dict()
        obligor_owes = view["confirmed"] - change["reduced"] - account["repaid"]
        supplier_owes = change["reduced"] - change["absorbed"] - account["madeGood"]
        waits = account["repaid"] + account["madeGood"] - account["redeemed"]
        assert min(obligor_owes - change["disputed"], supplier_owes, waits) >= 0
        assert (
            live
            == view["confirmed"] - change["absorbed"] - account["redeemed"]
            == self.repayments.liveOf.call(receivable)
        )
        assert live == obligor_owes + supplier_owes + waits
        assert view["confirmed"] <= view["faceValue"]
        penalty = account["penaltyPaid"] - self.repayments.penaltyOf.call(receivable).dict()["redeemed"]
        assert penalty >= 0
        return view["currency"], waits + penalty

    # ---- signed documents

    def confirmation(self, receivable: int, signer: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """The confirmation and its signature. Values that the contract itself adds can be changed too: what is
        signed then differs from what the contract reads."""
        view = self.view(receivable)
        shown = {
            "receivableId": receivable,
            "supplier": view["supplier"],
            "documentHash": bytes(view["documentHash"]),
            "faceValue": view["faceValue"],
            "maturityAt": view["maturityAt"],
            "amount": view["faceValue"],
            "setOffWaived": False,
            "nonce": self.nonce(),
            "deadline": now() + DAY,
        } | changed
        sent = tuple(shown[name] for name in ("receivableId", "amount", "setOffWaived", "nonce", "deadline"))
        return sent, self.sign(signer or view["obligor"], self.receivables, "Confirmation", CONFIRMATION, shown)

    def quote(self, receivable: int, signer: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """A financier's quote for the whole of a receivable's face value, and its signature."""
        words = {
            "financier": self.bank.address,
            "seller": self.supplier.address,
            "asset": self.receivables.address,
            "assetKey": receivable,
            "documentHash": bytes(self.view(receivable)["documentHash"]),
            "value": FACE,
            "cash": self.cash.address,
            "price": FACE - 15_000_00,
            "withRecourse": False,
            "nonce": self.nonce(),
            "deadline": now() + DAY,
        } | {name: getattr(value, "address", value) for name, value in changed.items()}
        signed = self.sign(signer or words["financier"], self.settlement, "Quote", QUOTE, words)
        return tuple(words.values()), signed

    def resolution(self, receivable: int, upheld: int, **changed: Any) -> tuple[tuple[Any, ...], bytes, bytes]:
        """What both sides of the open dispute sign, and their signatures; `obligor` and `supplier` may be others."""
        signers = {side: changed.pop(side, self.parties[side]) for side in ("obligor", "supplier")}
        words = {
            "receivableId": receivable,
            "disputeId": self.adjustments.adjustmentOf.call(receivable).dict()["disputeId"],
            "upheld": upheld,
            "nonce": self.nonce(),
            "deadline": now() + DAY,
        } | changed
        signed = [self.sign(signer, self.adjustments, "Resolution", RESOLUTION, words) for signer in signers.values()]
        return tuple(words.values()), *signed

    def counterclaim(self, receivable: int, amount: int, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """A counterclaim of the obligor that the supplier acknowledged, and its signature."""
        signer = changed.pop("signer", self.supplier)
        words = {
            "receivableId": receivable,
            "amount": amount,
            "counterclaimHash": digest("counterclaim"),
            "arisenAt": now(),
            "dueAt": now() + DAY,
            "nonce": self.nonce(),
            "deadline": now() + DAY,
        } | changed
        return tuple(words.values()), self.sign(signer, self.adjustments, "SetOff", SET_OFF, words)

    def sale(self, note: int, **changed: Any) -> int:
        """The supplier sells a note by quote; the note that the financier holds then."""
        receivable = int(self.receivables.slotOf.call(note))
        seller = changed.get("seller", self.supplier)
        words = {"value": self.value(note)[0], "price": self.value(note)[0]} | changed
        tx = self.settlement.settle(*self.quote(receivable, **words), note, {"from": seller})
        return int(tx.events["Settled"]["deliveredId"])

    def nonce(self) -> int:
        self.nonces += 1
        return self.nonces

    def sign(self, signer: Any, contract: Any, kind: str, fields: dict[str, str], values: dict[str, Any]) -> bytes:
        """The signature of `signer` (an account or an address) under the document."""
        return bytes(self._key(signer).sign_message(self.message(contract, kind, fields, values)).signature)

    def message(
        self, contract: Any, kind: str, fields: dict[str, str], values: dict[str, Any], **domain: Any
    ) -> SignableMessage:
        """The EIP-712 message as a wallet would show it; `domain` replaces members of the domain."""
        return encode_typed_data(
            {"name": DOMAINS[contract._name], "version": "1", "chainId": chain.id,
             "verifyingContract": contract.address} | domain,
            {kind: [{"name": name, "type": type_} for name, type_ in fields.items()]},
            {name: values[name] for name in fields},
        )  # fmt: skip

    def _key(self, signer: Any) -> Any:
        return self.keys[to_checksum_address(str(getattr(signer, "address", signer)))]


_adapt_brownie()
