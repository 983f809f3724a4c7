"""Fixtures of the contract tests, which run under `brownie test` alone.

`world` is deployed once; every test begins with it as it was then (brownie's fn_isolation), and ends with no fen made
or lost.
"""

from __future__ import annotations

import pytest
from brownie._config import CONFIG

if CONFIG.argv.get("cli") != "test":
    collect_ignore_glob = ["*"]
else:
    import psutil
    from brownie import history, rpc, web3

    from tests.contracts.line import lay
    from tests.contracts.world import CIRCLE, OFFICERS, OUTSIDERS, PARTIES, World, begin_here, restart_clock

    COLLECTING = psutil.Process()
    CONTRACTS = ("Authority", "Participants", "Policy", "Fingerprints", "SettlementToken", *CIRCLE)

    @pytest.fixture(scope="session")
    def world(request):
        # Brownie takes whatever answers there, and the tests turn its time back. (Mutants are tried in forks.)
        if not (rpc.is_active() and rpc.process.parent() == COLLECTING):
            pytest.exit(f"another chain answers at {web3.provider.endpoint_uri}: end it first", returncode=2)
        lay(web3.provider)
        deployed = World().deploy({name: request.getfixturevalue(name) for name in CONTRACTS})
        begin_here()
        return deployed

    @pytest.fixture(autouse=True)
    def isolation(world, fn_isolation):
        restart_clock()
        yield
        world.require_conserved()
        world.require_escrow()
        history._list.clear()  # brownie keeps the trace of every transaction that was measured, gigabytes of them

    def _part(name):
        """A fixture of its own for a contract or a party of the world."""

        @pytest.fixture(scope="session", name=name)
        def part(world):
            return getattr(world, name)

        return part

    for _name in (
        "authority", "participants", "policy", "fingerprints", "cash", *(name.lower() for name in CIRCLE),
        *OFFICERS, *PARTIES, *OUTSIDERS,
    ):  # fmt: skip
        globals()[_name] = _part(_name)
