"""The world in which gas is measured: contracts as they are deployed, and parties who have done business before.

Clock, keys and documents are fixed, so that the same act costs the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_utils.crypto import keccak

from backend.chain.contracts import Contracts
from backend.chain.deploy import NEVER, Deployer, deploy
from backend.chain.keystore import Keystore
from backend.chain.node import Node
from backend.chain.typed import Confirmation, Quote, Resolution, SetOff
from backend.config import DAY, MAX_AMOUNT_FEN, Settings

CNY = 156
FACE = 1_000_000_00
NOW = 2_208_988_800  # 2040-01-01, or signed dates would change from run to run
MATURITY = NOW + 180 * DAY
DEADLINE = NOW + 10 * DAY
UNLIMITED = 2**256 - 1
SUPPLIER, OBLIGOR, FINANCIER = 1, 2, 4
PARTIES = {
    "supplier": SUPPLIER,
    "supplier2": SUPPLIER,
    "careful": SUPPLIER,  # wants to be asked before it takes an endorsement
    "obligor": OBLIGOR,
    "bank": FINANCIER,
}
HOLDERS = [f"holder{i}" for i in range(100)]
MOST_AT_ONCE = 100  # payees in one endorseMany, so that it fits a block


@dataclass(frozen=True)
class Measured:
    """What an act cost. `notes` is set where one call does the same for many notes."""

    act: str
    contract: str
    what: str
    gas: int
    notes: int | None = None


class FixedKeys(Keystore):
    """A keystore whose first key is the same in every run, and its second, and so on."""

    _made = 0

    def create(self) -> str:
        self._made += 1
        return self.add(Account.from_key(keccak(text=f"bench {self._made}")))


class World:
    def __init__(self, node: Node, settings: Settings) -> None:
        self.node = node
        node.travel(NOW - node.now())
        self.keys = FixedKeys(settings)
        self.contracts = Contracts(node, deploy(node, self.keys, settings))
        self.cash = self.contracts.token("CNY")
        self.accounts = dict(self.contracts.deployment.roles)
        self.measured: list[Measured] = []
        self._nonces = 0
        self._admit_parties()
        self._reach_steady_state()

    # ---- acts

    def send(self, sender: str, contract: str, function: str, *args: Any) -> int:
        """The gas that the act took. Raises ContractRefused."""
        call = self.contracts.call_data(contract, function, *args)
        receipt = Deployer(self.node, self.keys, self.accounts[sender]).send(contract, call.to, call.data)
        return int(receipt["gasUsed"], 16)

    def act(
        self, name: str, how: str, sender: str, contract: str, function: str, *args: Any, notes: int | None = None
    ) -> None:
        """The same, measured under `name`; `how` says in which case."""
        gas = self.send(sender, contract, function, *args)
        contract = contract.partition(":")[0]
        what = f"{contract}.{function.partition('(')[0]}"
        self.measured.append(Measured(name, contract, f"{what}, {how}" if how else what, gas, notes))

    def travel_to(self, moment: int) -> None:
        self.node.travel(moment - self.node.now())

    # ---- the steps before an act

    def registered(self) -> int:
        """One more receivable, whole face value, not confirmed; its number."""
        self.send("supplier", *self.registration())
        return self.last_receivable()

    def registration(self) -> tuple[Any, ...]:
        number = self.last_receivable() + 1
        document, fingerprint = self.document(number), keccak(text=f"fingerprint {number}")
        return ("Receivables", "register", self.accounts["obligor"], CNY, FACE, MATURITY, document, fingerprint)

    def confirmed(self, waived: bool = True) -> tuple[int, int]:
        """One more receivable, confirmed; its number and its root note's."""
        receivable = self.registered()
        self.send("supplier", "Receivables", "confirm", *self.confirmation(receivable, waived))
        return receivable, self.last_note()

    def endorsed(self, to: str, value: int = FACE // 4, recourse: bool = False) -> tuple[int, int]:
        """One more confirmed receivable whose supplier endorsed `value` to somebody; its number and the child's."""
        receivable, root = self.confirmed()
        self.send("supplier", "Receivables", "endorse", root, self.accounts[to], value, recourse)
        return receivable, root + 1

    def spread(self, notes: int) -> tuple[int, list[int]]:
        """One more confirmed receivable in equal notes, one the supplier's, the others of many holders; its number and
        theirs."""
        receivable, root = self.confirmed()
        payees = [self.accounts[HOLDERS[i % len(HOLDERS)]] for i in range(notes - 1)]
        for batch in batches(payees, MOST_AT_ONCE):
            shares = [(payee, FACE // notes, False) for payee in batch]
            self.send("supplier", "Receivables", "endorseMany", root, shares)
        return receivable, list(range(root, root + notes))

    def last_receivable(self) -> int:
        return int(self.contracts.read("Receivables", "receivableCount"))

    def last_note(self) -> int:
        return int(self.contracts.read("Receivables", "noteCount"))

    # ---- signed documents

    @staticmethod
    def document(receivable: int) -> str:
        return "0x" + keccak(text=f"invoice {receivable}").hex()

    def next_nonce(self) -> int:
        self._nonces += 1
        return self._nonces

    def confirmation(self, receivable: int, waived: bool = True) -> tuple[tuple[Any, ...], str]:
        """A signed confirmation of the whole face value."""
        supplier, nonce = self.accounts["supplier"], self.next_nonce()
        document = self.document(receivable)
        confirmation = Confirmation(receivable, supplier, document, FACE, MATURITY, FACE, waived, nonce, DEADLINE)
        return confirmation.arguments(), self.signature("obligor", confirmation)

    def quote(self, receivable: int, value: int, recourse: bool) -> tuple[tuple[Any, ...], str]:
        """The bank's signed quote for `value` of the supplier's note, at 2 % discount."""
        quote = Quote(
            financier=self.accounts["bank"],
            seller=self.accounts["supplier"],
            asset=self.contracts.address("Receivables"),
            assetKey=receivable,
            documentHash=self.document(receivable),
            value=value,
            cash=self.contracts.address(self.cash),
            price=value * 98 // 100,
            withRecourse=recourse,
            nonce=self.next_nonce(),
            deadline=DEADLINE,
        )
        return quote.arguments(), self.signature("bank", quote)

    def resolution(self, receivable: int, upheld: int) -> tuple[tuple[Any, ...], str, str]:
        """The end of a first dispute, signed by both sides."""
        resolution = Resolution(receivable, 1, upheld, self.next_nonce(), DEADLINE)
        signatures = [self.signature(side, resolution) for side in ("obligor", "supplier")]
        return resolution.arguments(), signatures[0], signatures[1]

    def set_off(self, receivable: int, amount: int) -> tuple[tuple[Any, ...], str]:
        """A counterclaim that the supplier acknowledged."""
        counterclaim = "0x" + keccak(text="counterclaim").hex()
        document = SetOff(receivable, amount, counterclaim, NOW, NOW, self.next_nonce(), DEADLINE)
        return document.arguments(), self.signature("supplier", document)

    def signature(self, signer: str, document: Confirmation | Quote | Resolution | SetOff) -> str:
        return self.keys.sign_typed(self.accounts[signer], document.typed(self.contracts))

    # ---- inside

    def open_account(self, name: str) -> str:
        """A key that can send; its address."""
        self.accounts[name] = self.keys.create()
        self.node.prepare_accounts(self.accounts[name])
        return self.accounts[name]

    def admission(self, name: str, roles: int) -> tuple[Any, ...]:
        return ("Participants", "register", self.open_account(name), keccak(text=name), roles, NEVER, name)

    def _admit_parties(self) -> None:
        for name, roles in (PARTIES | dict.fromkeys(HOLDERS, SUPPLIER)).items():
            self.send("registrar", *self.admission(name, roles))
        obligor = self.accounts["obligor"]
        self.send("registrar", "Participants", "setConfirmationLimit", obligor, CNY, MAX_AMOUNT_FEN)
        self.send("careful", "Participants", "wantAcceptance", True)

    def _reach_steady_state(self) -> None:
        """Everybody holds a note, has spent a nonce, and keeps some cash; the contracts keep some too."""
        self.send("attestor", self.cash, "attestReserve", MAX_AMOUNT_FEN, keccak(text="statement"))
        for name in (*PARTIES, *HOLDERS):
            self.send("issuer", self.cash, "mint", self.accounts[name], 100 * FACE)
        for name, spender in (
            ("bank", "Settlement"),
            ("obligor", "Repayments"),
            ("obligor", "Adjustments"),
            ("supplier", "Repayments"),
        ):
            self.send(name, self.cash, "approve", self.contracts.address(spender), UNLIMITED)
        self.send("bank", self.cash, "transfer", self.contracts.address("Reserve"), 10 * FACE)
        settlement = self.contracts.address("Settlement")
        for seller in ("supplier", "supplier2"):
            self.send(seller, "Receivables", "setApprovalForAll", settlement, True)

        receivable, notes = self.spread(len(HOLDERS) + 1)
        for to in ("supplier2", "bank", "careful"):
            self.send("supplier", "Receivables", "endorse", notes[0], self.accounts[to], 1_00, False)
        self.send("supplier", "Settlement", "settle", *self.quote(receivable, 1_00, False), notes[0])
        self.send("supplier", "Settlement", "cancelNonce", self.next_nonce())
        for signer in ("obligor", "supplier"):
            self.send(signer, "Adjustments", "cancelNonce", self.next_nonce())
        receivable, _ = self.confirmed()
        self.send("obligor", "Repayments", "repay", receivable, FACE)


def batches(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (items[i : i + size] for i in range(0, len(items), size))
