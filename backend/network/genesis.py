"""What the network begins with: a seat for each validator (account, node key, ports), the first block, and the files
that geth wants of them. Made once in a folder, then read."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_keys.datatypes import PrivateKey

from backend.chain.keystore import encrypted
from backend.chain.node import GAS_LIMIT, free_port
from backend.config import Settings, write_private

VALIDATORS = 4
KEY_ROUNDS = 4_096
EPOCH = 30_000
BERLIN = (
    *("homestead", "eip150", "eip155", "eip158", "byzantium"),
    *("constantinople", "petersburg", "istanbul", "berlin"),
)
CHAIN_IDS = 8_617_000_000
"""Own chain ids begin here. Each network has another, so that nothing signed for one is good on the next."""


@dataclass(frozen=True)
class Seat:
    """One validator as the others know it."""

    number: int
    account: str
    enode: str
    rpc_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.rpc_port}"


@dataclass(frozen=True)
class Layout:
    """The network as it was laid out. `block_seconds` is Clique's period."""

    chain_id: int
    block_seconds: int
    seats: tuple[Seat, ...]

    @classmethod
    def load(cls, folder: Path) -> Layout | None:
        """None where no network was laid out yet."""
        if not (folder / "network.json").exists():
            return None
        kept = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        return cls(**{**kept, "seats": tuple(Seat(**seat) for seat in kept["seats"])})


def seat_folder(folder: Path, number: int) -> Path:
    return folder / f"validator-{number}"


def lay_out(folder: Path, settings: Settings) -> Layout:
    """Makes keys, ports, genesis and configurations in an empty `folder`."""
    ports = _ports(settings)
    accounts = {number: Account.create() for number in range(1, VALIDATORS + 1)}
    node_keys = {number: secrets.token_bytes(32) for number in accounts}
    listens = {number: ports.pop() for number in accounts}
    seats = tuple(
        Seat(number, accounts[number].address, _enode(node_keys[number], listens[number]), ports.pop())
        for number in accounts
    )
    layout = Layout(CHAIN_IDS + secrets.randbelow(1_000_000), settings.network_block_seconds, seats)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "genesis.json").write_text(json.dumps(genesis(layout), indent=2), encoding="utf-8")
    for seat in seats:
        own = seat_folder(folder, seat.number)
        own.mkdir(mode=0o700)
        write_private(own / "password", secrets.token_urlsafe(32))
        write_private(own / "nodekey", node_keys[seat.number].hex())
        (own / "keystore").mkdir(mode=0o700)
        keyfile = encrypted(accounts[seat.number], (own / "password").read_text(), KEY_ROUNDS)
        write_private(own / "keystore" / f"{seat.account}.json", keyfile)
        (own / "config.toml").write_text(_config(seat, listens[seat.number], seats), encoding="utf-8")
    write_private(folder / "network.json", json.dumps(asdict(layout), indent=2))  # the last: now it is whole
    return layout


def genesis(layout: Layout) -> dict[str, Any]:
    """The first block. Berlin's rules: the last before a base fee, which would rise from zero and never come back."""
    signers = "".join(sorted(seat.account[2:].lower() for seat in layout.seats))
    return {
        "config": {
            "chainId": layout.chain_id,
            **{f"{fork}Block": 0 for fork in BERLIN},
            "clique": {"period": layout.block_seconds, "epoch": EPOCH},
        },
        "timestamp": hex(int(time.time())),
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": "0x1",
        "extraData": "0x" + "00" * 32 + signers + "00" * 65,
        "alloc": {},
    }


def _ports(settings: Settings) -> list[int]:
    """Two a validator, to be taken from the end: those between validators, then those of the RPC, in order."""
    first, count = settings.network_port, 2 * VALIDATORS
    given = [first + n for n in range(count)] if first else sorted({free_port() for _ in range(4 * count)})[:count]
    rpc, listens = given[:VALIDATORS], given[VALIDATORS:]
    return [*reversed(rpc), *reversed(listens)]


def _enode(node_key: bytes, port: int) -> str:
    return f"enode://{PrivateKey(node_key).public_key.to_bytes().hex()}@127.0.0.1:{port}"


def _config(own: Seat, port: int, seats: tuple[Seat, ...]) -> str:
    """What geth takes from no flag: to listen on loopback alone, to let in and to dial as many as there are, and to ask
    for no fee. Two that dial each other at the same moment refuse each other, so only the later one does."""
    others = [seat.enode for seat in seats if seat is not own]
    earlier = [seat.enode for seat in seats if seat.number < own.number]
    return f"""
[Eth.GPO]
Default = 0
Blocks = 20
Percentile = 60
MaxHeaderHistory = 1024
MaxBlockHistory = 1024

[Node.P2P]
ListenAddr = "127.0.0.1:{port}"
DialRatio = 1
StaticNodes = {json.dumps(earlier)}
TrustedNodes = {json.dumps(others)}
"""
