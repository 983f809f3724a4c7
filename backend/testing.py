"""A pytest plugin: `feiqian` gives each test a deployed network of its own, in a fraction of a second.

One chain and one deployment serve the whole run; between tests the chain is reverted to a snapshot and the
database to a copy, so that no test sees another. `CHAIN=anvil` in the environment runs it on Anvil,
`DATABASE=postgresql` on PostgreSQL.

    def test_a_claim_is_paid(feiqian):
        claim = feiqian.tier1.hand_over(feiqian.invoice(amount=100_000_00))
        …
        feiqian.operator.travel(days=90)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

# Imported where it is used, or coverage would miss what is loaded before it starts.
if TYPE_CHECKING:
    from pathlib import Path

    from backend.config import Settings
    from backend.sdk import Feiqian, Party
    from backend.testing_databases import Databases
    from backend.world import World

NewDatabase = Callable[..., str]

FUNDS_FEN = 1_000_000_000_00
LIMIT_FEN = 500_000_000_00
IDENTIFIERS = {
    "car_maker": "91310000MA1AUTO001",
    "tier1": "91330200MA2CELL001",
    "tier2": "91320500MA3CATH001",
    "bank_a": "91110000MA4BANK00A",
    "bank_b": "91440300MA5BANK00B",
    "warehouse": "91310115MA6STORE01",
    "oracle": "91110108MA7PRICE01",
}


@dataclass
class Network:
    """What a test gets: the world, the operator, and a cast of seven that is registered and funded.

    The car maker may owe up to LIMIT_FEN; the car maker and both banks hold FUNDS_FEN each, in CNY. The warehouse keeps
    goods, and the oracle says what they are worth.
    """

    world: World
    operator: Feiqian
    car_maker: Party
    tier1: Party
    tier2: Party
    bank_a: Party
    bank_b: Party
    warehouse: Party
    oracle: Party
    _counter: int = field(default=0, kw_only=True)

    def invoice(
        self,
        *,
        amount: int = 1_000_000_00,
        days: int = 90,
        number: str | None = None,
        currency: str = "CNY",
        seller: str | None = None,
        buyer: str | None = None,
    ) -> bytes:
        """A UBL invoice of `amount` minor units (two decimals) from tier1 to the car maker, issued on the chain's
        today and due in `days`; its number is new unless given."""
        from backend.invoices.minimal import make_invoice

        self._counter += 1
        return make_invoice(
            amount=amount,
            issued=datetime.fromtimestamp(self.operator.now(), UTC).strftime("%Y-%m-%d"),
            due=(datetime.fromtimestamp(self.operator.now(), UTC) + timedelta(days=days)).strftime("%Y-%m-%d"),
            number=number or f"TEST-{self._counter:05d}",
            currency=currency,
            seller=seller or IDENTIFIERS["tier1"],
            buyer=buyer or IDENTIFIERS["car_maker"],
        )

    def registered(self, **invoice: Any) -> int:
        """The number of a new receivable of tier1 on the car maker."""
        return int(self.tier1.hand_over(self.invoice(**invoice))["result"]["receivableId"])

    def confirmed(self, amount: int = 1_000_000_00, **invoice: Any) -> tuple[int, int]:
        """A new receivable that the car maker confirmed whole, and its root note."""
        receivable_id = self.registered(amount=amount, **invoice)
        return receivable_id, int(self.car_maker.confirm(receivable_id, amount)["result"]["noteId"])

    def stored(self, quantity: str = "1000", **intake: Any) -> tuple[int, int]:
        """A new lot of crude oil that the warehouse took in for tier1, insured and good for a year, and its receipt:
        "1000" are barrels, of three decimals, stored at 0.05 yuan a barrel a day."""
        self._counter += 1
        until = self.operator.now() + 365 * 86_400
        goods: dict[str, Any] = {
            "commodity": "BRENT",
            "grade": "CRUDE",
            "unit": "BBL",
            "location": "Yangshan Port, Tank 7",
            "lot": f"LOT-{self._counter:05d}",
            "inspection": "CCIC 2026-0815",
            "insurance": "PICC 88-123456",
            "insured_until": until,
            "expires_at": until,
            "storage": 5_000,
        }
        depositor = intake.pop("depositor", self.tier1)
        result = self.warehouse.take_in(depositor, quantity=quantity, **(goods | intake))["result"]
        return int(result["lotId"]), int(result["receiptId"])


@pytest.fixture(scope="session")
def feiqian_databases() -> Iterator[Databases]:
    """Where the databases of the run are."""
    from backend.testing_databases import open_databases

    with open_databases() as databases:
        yield databases


@pytest.fixture
def new_database(feiqian_databases: Databases, tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes databases of the test's own; gives the URL of each."""
    made: list[str] = []

    def make(*, empty: bool = False) -> str:
        made.append(feiqian_databases.new(tmp_path, empty=empty))
        return made[-1]

    yield make
    for url in made:
        feiqian_databases.drop(url)


@pytest.fixture(scope="session")
def feiqian_settings(feiqian_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the run; a project overrides this fixture to change them."""
    home = tmp_path_factory.mktemp("feiqian")
    return settings_in(home, feiqian_databases)


def settings_in(home: Path, databases: Databases, **more: Any) -> Settings:
    """Settings of a network that is there for one run."""
    from backend.config import UNLIMITED, Settings

    chosen: dict[str, Any] = {
        "home": home,
        "database_url": databases.new(home),
        "chain": os.environ.get("CHAIN", "ganache"),
        "rpc_port": 0,
        "rpc_timeout": 20,
        "keystore_rounds": 2,
        "operator_api_key": "operator-key-of-the-tests",
        "poll_seconds": 0.01,
        **UNLIMITED,
    }
    return Settings.from_env({}, **chosen | more)


@dataclass
class _Base:
    world: World
    parties: dict[str, tuple[str, str, str | None]]
    snapshot: str


@pytest.fixture(scope="session")
def feiqian_base(feiqian_settings: Settings) -> Iterator[_Base]:
    """One chain, one deployment and the cast, for the whole run."""
    with open_base(feiqian_settings) as base:
        yield base


@contextmanager
def open_base(settings: Settings) -> Iterator[_Base]:
    """A chain, a deployment and the cast, that networks are made from, one after another."""
    from backend.world import World

    world = World.start(settings, keep_chain=False)
    try:
        parties = _register_cast(world.operator())
        world.system.close()
        development = world.system.node.development
        assert development is not None
        yield _Base(world, parties, development.snapshot())
    finally:
        world.close()


@pytest.fixture
def feiqian(feiqian_base: _Base, feiqian_databases: Databases, tmp_path: Path) -> Iterator[Network]:
    """A deployed network of the test's own."""
    with open_network(feiqian_base, feiqian_databases, tmp_path) as network:
        yield network


@contextmanager
def open_network(feiqian_base: _Base, databases: Databases, folder: Path) -> Iterator[Network]:
    """A deployed network whose database is in `folder`; afterwards the base is as it was."""
    from backend.sdk import Party
    from backend.system import System
    from backend.web.app import create_app
    from backend.world import World

    base = feiqian_base.world
    database_url = databases.copy(base.settings.database, folder)
    settings = base.settings.model_copy(update={"database_url": database_url})
    system = System.open(settings, base.system.node, base.system.contracts.deployment)
    system.start()
    try:
        world = World(settings, base.chain, system, create_app(system))
        operator = world.operator()
        cast = [Party(operator, *feiqian_base.parties[role]) for role in IDENTIFIERS]
        yield Network(world, operator, *cast)
    finally:
        system.close()
        databases.drop(database_url)
        development = base.system.node.development
        if development is not None and base.system.node.is_up():
            development.revert(feiqian_base.snapshot)
            feiqian_base.snapshot = development.snapshot()


def _register_cast(operator: Feiqian) -> dict[str, tuple[str, str, str | None]]:
    roles = {
        "car_maker": ["obligor"],
        "tier1": ["supplier"],
        "tier2": ["supplier"],
        "bank_a": ["financier"],
        "bank_b": ["financier"],
        "warehouse": ["custodian"],
        "oracle": ["oracle"],
    }
    operator.attest_reserve(10 * FUNDS_FEN, "opening statement")
    parties = {}
    for name, identifier in IDENTIFIERS.items():
        limits = {"CNY": LIMIT_FEN} if name == "car_maker" else {}
        party = operator.register(name, identifier, roles[name], limits=limits)
        if name in ("car_maker", "bank_a", "bank_b"):
            operator.issue_cash(party, FUNDS_FEN)
        parties[name] = (party.name, party.account, party.token)
    return parties
