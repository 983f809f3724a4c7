"""Who there is, and how a random act picks its caller, its notes and its amounts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ..chain import Call, Chain
from ..rules import parties
from ..rules.claims import OPEN, SUBMITTED, Receivable
from ..rules.notes import Note, of_receivable
from ..rules.penalty import DAY
from ..rules.world import World
from ..signing import Signer

T = TypeVar("T")

ROLES = {
    "supplier": parties.SUPPLIER,
    "mill": parties.SUPPLIER,
    "obligor": parties.OBLIGOR,
    "dealer": parties.SUPPLIER | parties.OBLIGOR,
    "bank": parties.FINANCIER,
    "fund": parties.FINANCIER,
    "trader": parties.SUPPLIER | parties.OBLIGOR | parties.FINANCIER,
    "thief": parties.SUPPLIER | parties.FINANCIER,
}
OUTSIDERS = ("stranger", "newcomer", "latecomer")
SPENDERS = ("Repayments", "Adjustments", "Settlement")
OFFICES = ("admin", "registrar", "issuer", "attestor", "regulator")


@dataclass(frozen=True)
class Move:
    act: str
    call: Call
    model: Callable[[World], Any]


class Scene:
    def __init__(self, chain: Chain, world: World, signer: Signer, rng: random.Random) -> None:
        self.chain = chain
        self.w = world
        self.signer = signer
        self.rng = rng
        self.accounts = signer.accounts
        self.nonces = 0
        self.names = 0
        self.edge: tuple[str, int] | None = None
        """What the second of this act is the edge of, and of which receivable."""

    # ---- chance

    def often(self, likely: float = 0.8) -> bool:
        return self.rng.random() < likely

    def pick(self, some: Sequence[T]) -> T:
        return self.rng.choice(some)

    # ---- who

    def party(self) -> str:
        """One of those who were admitted at the start."""
        return self.accounts[self.pick(list(ROLES))]

    def anyone(self) -> str:
        others = [*OUTSIDERS, *ROLES]
        if self.often(0.96):
            return self.accounts[self.pick(others)]
        return self.pick([self.w.contracts["Reserve"], self.w.contracts["Repayments"], *self.w.offices.values()])

    def caller(self, rightful: str) -> str:
        """Mostly who may, at times anybody."""
        return rightful if self.often(0.85) else self.accounts[self.pick([*OUTSIDERS, *ROLES])]

    def officer(self, office: str) -> str:
        if self.often(0.9):
            return self.w.offices[office]
        return self.pick([self.accounts["thief"], *(self.w.offices[other] for other in OFFICES)])

    def payee(self, note: Note) -> str:
        """Often one who holds another note of the same receivable, or nothing would ever be merged."""
        near = [n.holder for n in of_receivable(self.w, note.receivable) if n.value and n is not note]
        return self.pick(near) if near and self.often(0.35) else self.anyone()

    # ---- what

    def idle(self) -> bool:
        """Too little is owed for much to happen."""
        return sum(r.status in OPEN for r in self.w.receivables.values()) < 3

    def receivable(self, wanted: Callable[[Receivable], Any] = lambda r: True) -> Receivable | None:
        return self._one(self.w.receivables.values(), wanted)

    def open_receivable(self, wanted: Callable[[Receivable], Any] = lambda r: True) -> Receivable | None:
        return self.receivable(lambda r: r.status in OPEN and wanted(r))

    def submitted(self) -> Receivable | None:
        return self.receivable(lambda r: r.status == SUBMITTED and self.w.now <= r.confirm_by)

    def note(self, wanted: Callable[[Note], Any] = lambda note: note.value) -> Note | None:
        return self._one(self.w.notes.values(), wanted)

    def _one(self, all_: Iterable[T], wanted: Callable[[T], Any]) -> T | None:
        things = list(all_)
        good = [thing for thing in things if wanted(thing)]
        if self.edge and self.often(0.9):
            near = [t for t in good if getattr(t, "receivable", t.number) == self.edge[1]]  # type: ignore[attr-defined]
            near = near or [t for t in things if getattr(t, "receivable", t.number) == self.edge[1]]  # type: ignore[attr-defined]
            good = near or good
        if good and self.often(0.9):
            return self.pick(good)
        return self.pick(things) if things else None

    def number(self, right: int) -> int:
        """The number, at times another that nobody has."""
        return right if self.often(0.97) else self.pick([0, 9_999])

    def of(self, receivable: Receivable) -> tuple[str, str]:
        """Supplier and obligor."""
        return parties.account_of(self.w, receivable.supplier), parties.account_of(self.w, receivable.obligor)

    def notes_of(self, number: int) -> list[int]:
        """All that have value, ascending; at times a list that is not that."""
        right = [note.number for note in of_receivable(self.w, number) if note.value]
        if self.often(0.85):
            return right
        if self.often(0.5) and right:
            return self.rng.sample(right, len(right))
        other = list(self.w.notes)
        wrong = self.rng.sample(other, min(len(other), self.rng.randint(0, 4)))
        return sorted(wrong) if self.often(0.5) else [*right, *wrong, *([9_999] if self.often(0.3) else [])]

    def own_notes(self, receivable: Receivable) -> list[int]:
        """Notes that the supplier can have absorbed; at times others among them."""
        supplier, _ = self.of(receivable)
        own = [n.number for n in of_receivable(self.w, receivable.number) if n.holder == supplier and n.value]
        if self.often(0.7):
            return own
        return (
            self.rng.sample(own, self.rng.randint(0, len(own))) if self.often(0.6) else self.notes_of(receivable.number)
        )

    # ---- how much, until when

    def amount(self, limit: int) -> int:
        chance = self.rng.random()
        if chance < 0.25:
            return limit
        if chance < 0.31:
            return self.pick([0, limit + 1, limit + self.rng.randint(1, 10**6)])
        if chance < 0.5:  # equal parts, whose remainders are equal too
            return max(1, limit // self.pick([2, 3, 4]))
        return self.rng.randint(1, max(1, limit if self.often(0.6) else min(limit, 20)))

    def nonce(self) -> int:
        self.nonces += 1
        used = [nonce for _, _, nonce in self.w.nonces]
        return self.pick(sorted(used)) if used and self.often(0.07) else self.nonces

    def deadline(self) -> int:
        return self.w.now + (self.rng.randint(0, 3 * DAY) if self.often(0.93) else -self.rng.randint(1, DAY))

    def hash(self) -> str:
        if self.often(0.03):
            return parties.NO_HASH
        self.names += 1
        return self.fixed_hash(f"thing {self.names}")

    @staticmethod
    def fixed_hash(text: str) -> str:
        return "0x" + text.encode().hex().rjust(64, "f")

    def flaw(self) -> str:
        return "" if self.often(0.95) else self.pick(["chain", "bytes"])

    def signer_for(self, rightful: str) -> str:
        """A key that is there: not every participant's is."""
        known = rightful in self.accounts.values()
        return rightful if known and self.often(0.95) else self.party()

    # ---- time

    def later(self) -> int:
        """The second of the next act: soon, in days, or at the edge of something."""
        now, chance, self.edge = self.w.now, self.rng.random(), None
        if chance < 0.84:
            return now + self.rng.randint(1, 1_200)
        if chance < 0.92:
            return now + self.rng.randint(1, DAY)
        ahead = sorted((when, kind, number) for when, kind, number in self._edges() if when > now)[:4]
        if not ahead:
            return now + self.rng.randint(1, DAY)
        when, kind, number = self.pick(ahead)
        self.edge = (kind, number)
        return max(now + 1, when + self.pick([-1, 0, 0, 1]))

    def _edges(self) -> set[tuple[int, str, int]]:
        edges = {(begins, "limits", 0) for begins, _ in self.w.limits}
        for r in self.w.receivables.values():
            if r.status == SUBMITTED:
                edges.add((r.confirm_by, "confirm", r.number))
            if r.status in OPEN:
                edges |= {(r.maturity, "maturity", r.number), (r.cut_off, "cut-off", r.number)}
                edges |= {(r.grace_end + day * DAY, "grace", r.number) for day in range(6)}
        return edges | {(n.accept_by, "accept", n.receivable) for n in self.w.notes.values() if n.accept_by}
