"""One world from its first day on: random acts on the chain and on the model, step by step, compared after each."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .chain import FIRST_LIMITS, Call, Chain
from .moves import changing, claiming, moving, paying, ruling
from .moves.scene import OUTSIDERS, ROLES, SPENDERS, Move, Scene
from .reading import Reader, by_model, differences
from .rules import cash, notes, parties
from .rules.cash import UNLIMITED, Money
from .rules.refusals import Refusal, Refused
from .rules.world import World
from .signing import Signer

Make = Callable[[Scene], Move | None]
MOVES = {move: weight for part in (ruling, claiming, moving, changing, paying) for move, weight in part.MOVES.items()}
AT_EDGES: dict[str, list[Make]] = {
    "limits": [claiming.register, moving.endorse],
    "confirm": [claiming.confirm, claiming.expire, claiming.confirm_and_settle],
    "cut-off": [moving.endorse, moving.assign, moving.merge, claiming.settle],
    "maturity": [paying.allot],
    "grace": [paying.buy_back, paying.write_off, paying.claim_recourse, paying.cover, paying.repay],
    "accept": [moving.accept, moving.decline],
}
"""What a moment decides about."""
FAR = 2**40 - 1
TRIES = 8


@dataclass
class Tally:
    """How often each act was carried out, and refused for which reasons."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        acts = sorted({*self.done, *self.refused})
        return [
            f"{act:36} {self.done[act]:6} done {self.refused[act]:6} refused: "
            + ", ".join(sorted(error for of, error in self.reasons if of == act))
            for act in acts
        ]


class Disagreement(AssertionError):
    pass


class Stage:
    """The chain with everybody admitted, which every episode begins from."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.signer = Signer(chain, [*ROLES, *OUTSIDERS])
        self.reader = Reader(chain)
        self.world = World(chain.now, chain.addresses, chain.offices, FIRST_LIMITS)
        for name in ("Repayments", "Reserve", "WarehouseReceipts", "Loans", "Collateral", "Enforcement"):
            number = len(self.world.parties) + 1
            account = chain.addresses[name]
            self.world.parties[account] = parties.Participant(number, account, name, parties.PROTOCOL, FAR)
        for currency in chain.codes:
            self.world.cash[currency] = Money(cap=10**18)
        for account in [*self.signer.accounts.values(), *chain.offices.values(), *chain.addresses.values()]:
            chain.fund(account)
        self._admit()
        self._start = pickle.dumps(self.world.__dict__)
        self._snapshot = chain.snapshot()

    def again(self) -> World:
        self.chain.revert(self._snapshot)
        self._snapshot = self.chain.snapshot()
        self.world.__dict__ = pickle.loads(self._start)
        return self.world

    def _admit(self) -> None:
        w, offices, settlement = self.world, self.chain.offices, self.world.contracts["Settlement"]
        for currency in w.cash:
            token = f"SettlementToken:{currency}"
            statement = Scene.fixed_hash("statement")
            self._do(offices["attestor"], token, "attestReserve", 10**15, statement,
                     model=lambda w, c=currency, h=statement: cash.attest(w, c, offices["attestor"], 10**15, h))  # fmt: skip
        for name, roles in ROLES.items():
            account, identity = self.signer.accounts[name], Scene.fixed_hash(name)
            until = FAR if name != "mill" else w.now + 90 * 86_400
            self._do(offices["registrar"], "Participants", "register", account, identity, roles, until, name,
                     model=lambda w, a=account, i=identity, r=roles, u=until:
                     parties.register(w, offices["registrar"], a, i, r, u))  # fmt: skip
            for currency in w.cash:
                self._equip(name, account, roles, currency)
            if name in ("bank", "mill"):
                self._do(account, "Participants", "wantAcceptance", True,
                         model=lambda w, a=account: parties.want_acceptance(w, a, True))  # fmt: skip
            if name not in ("obligor", "thief"):
                self._do(account, "Receivables", "setApprovalForAll", settlement, True,
                         model=lambda w, a=account: notes.approve_all(w, a, settlement, True))  # fmt: skip

    def _equip(self, name: str, account: str, roles: int, currency: int) -> None:
        """Cash, who may collect it, and what an obligor may owe."""
        offices, token = self.chain.offices, f"SettlementToken:{currency}"
        purse = 50 if name == "thief" else 10**11
        self._do(offices["issuer"], token, "mint", account, purse,
                 model=lambda w: cash.mint(w, currency, offices["issuer"], account, purse))  # fmt: skip
        for spender in SPENDERS:
            address = self.world.contracts[spender]
            allowed = 100_000 if (name, spender) in (("fund", "Settlement"), ("dealer", "Repayments")) else UNLIMITED
            self._do(account, token, "approve", address, allowed,
                     model=lambda w, to=address, m=allowed: cash.allow(w, currency, account, to, m))  # fmt: skip
        if roles & parties.OBLIGOR:
            self._do(offices["registrar"], "Participants", "setConfirmationLimit", account, currency, 10**12,
                     model=lambda w: parties.set_limit(w, offices["registrar"], account, currency, 10**12))  # fmt: skip

    def _do(self, sender: str, contract: str, function: str, *args: Any, model: Any) -> None:
        self.world.now = self.chain.now + 1
        refused = self.chain.do(Call(sender, contract, function, args), self.world.now)
        disagreed = self.world.attempt(model)
        assert refused is None and disagreed is None, (function, args, refused, disagreed)


def play(stage: Stage, seed: int, steps: int, tally: Tally) -> None:
    """Raises Disagreement at the first step at which chain and model differ."""
    rng = random.Random(seed)
    scene = Scene(stage.chain, stage.again(), stage.signer, rng)
    story: list[str] = []
    known: set[tuple[Make, bool]] = set()
    for step in range(steps):
        scene.w.now = scene.later()
        make, move = _next(scene, known)
        wanted = scene.w.attempt(move.model)
        seen = stage.chain.do(move.call, scene.w.now)
        story.append(f"{step} t={scene.w.now} {move.call} -> {seen or 'done'}")
        _compare(stage, scene, move, wanted, seen, f"seed {seed}, step {step}", story)
        known.add((make, seen is None))
        outcome = tally.done if seen is None else tally.refused
        outcome[move.act] += 1
        if seen is not None:
            tally.reasons[move.act, seen.name] += 1


def _next(scene: Scene, known: set[tuple[Make, bool]]) -> tuple[Make, Move]:
    """A random act: mostly one that the model would carry out, or too few would be; at times one that it refuses, or
    whatever comes. What has not been `known` to happen in this episode is tried more often."""
    rng = scene.rng
    while True:
        mood = rng.random() if scene.edge is None else 1.0
        wish = mood < 0.65 if mood < 0.85 else None
        makes = list(MOVES)
        make = rng.choices(makes, [MOVES[m] * (1 if wish is None or (m, wish) in known else 4) for m in makes])[0]
        if scene.idle() and rng.random() < 0.6:
            make = rng.choice([claiming.register, claiming.confirm, claiming.confirm_and_settle])
        if scene.edge and rng.random() < 0.9:
            make = rng.choice(AT_EDGES[scene.edge[0]])
        for _ in range(TRIES):
            move = make(scene)
            if move is not None and (wish is None or _would_stand(scene.w, move) == wish):
                return make, move


def _would_stand(w: World, move: Move) -> bool:
    before = pickle.dumps(w.__dict__)
    stands = w.attempt(move.model) is None
    w.__dict__ = pickle.loads(before)
    return stands


def _compare(
    stage: Stage, scene: Scene, move: Move, wanted: Refused | None, seen: Refusal | None, where: str, story: list[str]
) -> None:
    grounds = wanted.grounds if wanted else []
    agree = (seen in grounds) if seen else not grounds
    table = by_model(scene.w, scene.accounts.values())
    found = [] if agree else [f"chain: {seen or 'done'}; model: {wanted or 'done'}"]
    found += differences(stage.reader(table, scene.w.now, sent=seen is None or not story[1:]), table)
    if found:
        past = "\n".join(story[-12:])
        raise Disagreement(f"{where}: {move.act} {move.call}\n" + "\n".join(found) + f"\nbefore it:\n{past}")
    scene.w.check()
