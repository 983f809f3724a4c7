"""What is wrong with this installation, and what mends it: one finding a check. One that falls over is a finding."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from web3 import Web3

from backend.chain.building import code_hash
from backend.chain.contracts import Deployment
from backend.chain.keystore import Keystore
from backend.chain.node import Block, Node, connect
from backend.config import ROOT, TOOLCHAIN, Settings
from backend.database import open_database
from backend.detached import what_is_wrong
from backend.errors import ChainUnavailable, FeiqianError
from backend.leases import holders
from backend.migrations import revisions
from backend.queries import chain as chain_queries
from backend.queries import operations
from backend.secrecy import exposed
from backend.storage import try_writing

LEAST_ROOM = 512 * 1024**2
MOST_DRIFT_SECONDS = 60
STUCK_PERIODS = 4
"""A lane whose oldest operation waits for so many times FEIQIAN_RECEIPT_SECONDS is stuck."""


@dataclass(frozen=True)
class Finding:
    check: str
    found: str
    mend: str = ""
    """What to do; empty where all is well."""

    @property
    def ok(self) -> bool:
        return not self.mend


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which one depends on another."""
    return [*_machine(settings), *_kept(settings)]


def _machine(settings: Settings) -> Iterator[Finding]:
    version = sys.version.split()[0]
    fits = (3, 11) <= sys.version_info < (3, 14)
    yield Finding("Python", version, "" if fits else "use Python 3.11 to 3.13, then 'make setup'")
    yield _tool("Node.js", "node")
    if not settings.rpc_url:
        yield _tool(settings.chain, settings.chain)
    present = (ROOT / "node_modules" / "solc").exists()
    yield Finding("compiler", "there" if present else "not installed", "" if present else "run 'make setup'")
    yield _port(settings)
    folder = next(place for place in (settings.home, *settings.home.absolute().parents) if place.exists())
    free = shutil.disk_usage(folder).free
    room = f"{free / 1024**3:.1f} GiB free at {settings.home}"
    yield Finding("disk", room, "" if free >= LEAST_ROOM else "make room, or set FEIQIAN_HOME to another disk")


def _tool(check: str, name: str) -> Finding:
    try:
        asked = subprocess.run(
            [str(TOOLCHAIN / name), "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return Finding(check, "does not start", "run 'make setup'")
    return Finding(check, asked.stdout.strip().splitlines()[0])


def _port(settings: Settings) -> Finding:
    place = f"{settings.host}:{settings.port}"
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.settimeout(2)
        try:
            answers = probe.connect_ex((settings.host, settings.port)) == 0
        except OSError as wrong:
            return Finding("port", f"{place}: {wrong}", "set FEIQIAN_HOST and FEIQIAN_PORT")
    if not answers:
        return Finding("port", f"{place} is free")
    problem = what_is_wrong(settings)
    mend = "end what has the port, or set FEIQIAN_PORT; what else is wrong stands below" if problem else ""
    return Finding("port", problem or f"this network answers at {place}", mend)


def _kept(settings: Settings) -> Iterator[Finding]:
    """What there is of a network: keys, database, chain."""
    key, database, node = _keystore(settings), _open(settings), connect(settings)
    yield key
    try:
        yield from _database(database)
        head = None
        try:
            head = node.head()
        except ChainUnavailable as silence:
            mend = "start it with 'feiqian up'" if not settings.rpc_url else "look at the node, or set FEIQIAN_RPC_URL"
            yield Finding("chain", f"{node.url}: {silence.params['reason']}", mend)
        if head is not None:
            yield from _chain(settings, node, head)
        if database is not None:
            yield from _guarded("work", lambda: _work(settings, database, head))
    finally:
        if database is not None:
            database.dispose()


def _keystore(settings: Settings) -> Finding:
    if open_to_others := exposed(settings):
        return Finding("keystore", str(open_to_others[0]), "do that: others could sign for everybody")
    files = sorted((settings.home / "keystore").glob("*.json"))
    if not files:
        return Finding("keystore", "no keys yet")
    try:
        address = json.loads(files[0].read_text(encoding="utf-8"))["address"]
        Keystore(settings).account(Web3.to_checksum_address(address))
    except (OSError, ValueError, KeyError, FeiqianError) as wrong:
        return Finding("keystore", f"{files[0].name} does not open: {wrong}", "set FEIQIAN_KEYSTORE_PASSPHRASE")
    return Finding("keystore", f"{len(files)} keys")


def _open(settings: Settings) -> Engine | None:
    """The database; None where there is none yet."""
    if not (settings.database_url or (settings.home / "feiqian.db").exists()):
        return None
    return open_database(settings.database)


def _database(database: Engine | None) -> Iterator[Finding]:
    if database is None:
        yield Finding("database", "none yet: the first 'feiqian up' makes it")
        return
    name = database.url.render_as_string(hide_password=True)
    try:
        at, newest = revisions(database)
    except (DBAPIError, OSError) as wrong:
        yield Finding("database", f"{name}: {_first_line(wrong)}", "start it, or set FEIQIAN_DATABASE_URL")
        return
    behind = "" if at == newest else "the next start of any process migrates it"
    yield Finding("database", f"{name} at migration {at} of {newest}", behind)
    if at == newest:
        wrong_with = try_writing(database)
        mend = "make room or make it writable; what waits goes on by itself then"
        yield Finding("writing", str(wrong_with or "it takes what is written"), mend if wrong_with else "")


def _chain(settings: Settings, node: Node, head: Block) -> Iterator[Finding]:
    yield Finding("chain", f"{node.url} is chain {node.chain_id}, at block {head.number}")
    yield from _guarded("deployment", lambda: _deployment(settings, node))
    if node.development is None:  # a development chain's clock goes where it is sent
        drift = abs(int(time.time()) - head.timestamp)
        mend = "" if drift <= MOST_DRIFT_SECONDS else "set the clock of this machine, or see why no block comes"
        yield Finding("clock", f"{drift} s between this machine and the latest block", mend)


def _deployment(settings: Settings, node: Node) -> Iterator[Finding]:
    deployment = Deployment.load(settings, node.chain_id)
    if deployment.chain_id != node.chain_id:
        yield Finding("deployment", f"it is of chain {deployment.chain_id}", "set FEIQIAN_DEPLOYMENTS to the right one")
        return
    # An older record has no hashes of the settlement tokens.
    places = {
        name: address
        for name, (_, address) in deployment.places.items()
        if name in deployment.code_hashes or name in deployment.contracts
    }
    codes = {name: node.rpc("eth_getCode", address, "latest") for name, address in places.items()}
    other = [name for name, code in codes.items() if code_hash(code) != deployment.code_hashes.get(name)]
    mend = "join the chain of the deployment, or deploy to this one with 'feiqian deploy'" if other else ""
    found = f"not as deployed: {', '.join(other)}" if other else f"{len(codes)} contracts as deployed"
    yield Finding("deployment", found, mend)
    keys = Keystore(settings)
    missing = [name for name, account in deployment.roles.items() if not keys.holds(account)]
    if missing:
        yield Finding("powers", f"no keys for {', '.join(missing)}", f"copy the keystore to {settings.home}")


def _work(settings: Settings, database: Engine, head: Block | None) -> Iterator[Finding]:
    lanes = operations.lanes(database)
    patience = STUCK_PERIODS * settings.receipt_seconds
    stuck = [lane["signer"] for lane in lanes if head is not None and head.timestamp - lane["since"] > patience]
    found = f"{len(lanes)} with work" + (f", stuck: {', '.join(stuck)}" if stuck else "")
    yield Finding("lanes", found, "see that a sender runs, and 'feiqian trace ID' of its oldest" if stuck else "")
    waiting = operations.suspended(database)
    what = "; ".join(f"{one['id']} {one['error']['error']}: {one['error']['arguments']['reason']}" for one in waiting)
    yield Finding("suspended", what or "none", "see 'feiqian trace ID'; funds and prices at the node" if what else "")
    if head is not None:
        behind = max(0, head.number - chain_queries.position(database)["block"])
        late = behind > settings.ready_lag_blocks
        yield Finding("read model", f"{behind} blocks behind", "see that an indexer runs, and its log" if late else "")
    held = holders(database)
    absent = [f"no process does {part}" for part in ("indexer", "runs") if head is not None and part not in held]
    working = ", ".join(f"{part}: {held[part]}" for part in ("indexer", "runs") if part in held)
    yield Finding(
        "processes", "; ".join(absent) or working, "start 'feiqian up', or 'feiqian indexer'" if absent else ""
    )
    hooks = operations.webhooks_by_state(database)
    bad = hooks["failing"] + hooks["suspended"]
    told = ", ".join(f"{count} {state}" for state, count in hooks.items())
    yield Finding("webhooks", told, "see GET /api/v1/webhooks; resume with …/resumptions" if bad else "")


def _guarded(check: str, findings: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from findings()
    except (FeiqianError, DBAPIError, OSError) as wrong:
        yield Finding(check, _first_line(wrong), "mend what stands above")


def _first_line(wrong: Exception) -> str:
    return str(getattr(wrong, "orig", None) or wrong).partition("\n")[0]
