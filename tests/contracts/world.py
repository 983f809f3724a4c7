"""The deployed world that every contract test begins with, and what a test does to it.

Brownie's: plain pytest cannot run what imports this.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

import brownie
import brownie.exceptions
import brownie.network.contract
import brownie.network.transaction
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
LIMITS = (10**15, 1, 366, 30, 5, 12)
"""maxFaceValue, minTenorDays, maxTenorDays, confirmationDays, maxDepth, maxNotes"""


class Role(IntFlag):
    SUPPLIER = 1
    OBLIGOR = 2
    FINANCIER = 4
    PROTOCOL = 256


class Status(IntEnum):
    NONE = 0
    SUBMITTED = 1
    CONFIRMED = 2
    REJECTED = 3
    WITHDRAWN = 4
    EXPIRED = 5
    REPAID = 6


class Power(IntEnum):
    """Roles of the AccessManager; 0 is the admin."""

    ADMIN = 0
    REGISTRAR = 1
    ISSUER = 2
    ATTESTOR = 3
    REGULATOR = 4


POWERS = {
    Power.REGISTRAR: [("participants", "register"), ("participants", "renew"),
                      ("participants", "setConfirmationLimit")],
    Power.ISSUER: [("cash", "mint")],
    Power.ATTESTOR: [("cash", "attestReserve")],
    Power.REGULATOR: [("participants", "freeze"), ("participants", "unfreeze"), ("cash", "setFrozenTokens"),
                      ("cash", "forcedTransfer")],
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
PERMIT = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"}


def digest(text: str) -> bytes:
    return bytes(keccak(text=text))


def clause(name: str) -> bytes:
    """How a policy's refusal names its clause."""
    return name.encode().ljust(32, b"\0")


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
    And immutables, which brownie takes for foreign code, do not hide a contract from the coverage."""
    for module in (brownie.exceptions, brownie.network.transaction):
        module.decode_typed_error = lambda data: str(data)  # type: ignore[attr-defined]
    brownie.network.transaction.TransactionReceipt._raise_if_reverted = _raise_if_reverted
    brownie.network.contract._verify_deployed_code = lambda *_: True
    type(chain)._add_to_undo_buffer = lambda *_: None  # type: ignore[method-assign]
    web3.middleware_onion.remove("validation")
    rpc: Any = type(brownie.rpc)
    rpc.snapshot = lambda self: self.backend.snapshot()
    rpc.revert = lambda self, number: self.backend.revert(number)


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
        made["receivables"] = make["Receivables"](self.participants, self.policy, self.fingerprints, sender)
        made["settlement"] = make["Settlement"](self.participants, self.receivables, sender)
        authority.multicall(self._powers(), sender)
        self.policy.setSettlementToken(CNY, self.cash, sender)
        self.fingerprints.admit(self.receivables, sender)
        self._admit_parties()
        self._fill_purses()
        return self

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
        self.admit(self.receivables, Role.PROTOCOL, "receivables")
        for obligor in (self.obligor, self.dealer):
            self.participants.setConfirmationLimit(obligor, CNY, 10**12, {"from": self.registrar})

    def _fill_purses(self) -> None:
        self.cash.setCap(10**15, {"from": self.admin})
        self.cash.attestReserve(10**15, digest("statement"), {"from": self.attestor})
        for name in ("bank", "fund", "obligor"):
            self.cash.mint(self.parties[name], 10**12, {"from": self.issuer})
        for name in ("bank", "fund"):
            self.cash.approve(self.settlement, UNLIMITED, {"from": self.parties[name]})
        self.cash.approve(self.receivables, UNLIMITED, {"from": self.obligor})
        self.receivables.setApprovalForAll(self.settlement, True, {"from": self.supplier})

    def admit(self, account: Any, roles: int, name: str, kyc_valid_until: int = FAR) -> int:
        """Registers one more participant; its number."""
        self.participants.register(
            account, digest(f"identity of {name}"), roles, kyc_valid_until, name, {"from": self.registrar}
        )
        return int(self.participants.participantCount.call())

    def freeze(self, account: Any) -> None:
        self.participants.freeze(account, digest("order"), {"from": self.regulator})

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
        self.receivables.repay(receivable, self.receivables.dueOf.call(receivable), {"from": self.obligor})
        return receivable, note

    # ---- signed documents

    def confirmation(self, receivable: int, signer: Any = None, **changed: Any) -> tuple[tuple[Any, ...], bytes]:
        """The confirmation and its signature. Values that the contract itself adds can be changed too: what is
        signed then differs from what the contract reads."""
        view = self.receivables.receivableOf.call(receivable).dict()
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
            "documentHash": bytes(self.receivables.receivableOf.call(receivable).dict()["documentHash"]),
            "value": FACE,
            "cash": self.cash.address,
            "price": FACE - 15_000_00,
            "withRecourse": False,
            "nonce": self.nonce(),
            "deadline": now() + DAY,
        } | {name: getattr(value, "address", value) for name, value in changed.items()}
        signed = self.sign(signer or words["financier"], self.settlement, "Quote", QUOTE, words)
        return tuple(words.values()), signed

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
        names = {"Receivables": "Feiqian Receivables", "Settlement": "Feiqian Settlement",
                 "SettlementToken": "Feiqian CNY"}  # fmt: skip
        return encode_typed_data(
            {"name": names[contract._name], "version": "1", "chainId": chain.id,
             "verifyingContract": contract.address} | domain,
            {kind: [{"name": name, "type": type_} for name, type_ in fields.items()]},
            {name: values[name] for name in fields},
        )  # fmt: skip

    def _key(self, signer: Any) -> Any:
        return self.keys[to_checksum_address(str(getattr(signer, "address", signer)))]


_adapt_brownie()
