"""Every setting of Feiqian, in one place. Each is read from the environment variable FEIQIAN_<NAME>
(DATABASE_URL is also understood), or has the default written here."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).resolve().parent.parent
TOOLCHAIN = ROOT / "toolchain"

SOLC_VERSION = "0.8.30"
DAY = 86_400
HOUR = 3_600
MAX_AMOUNT_FEN = 10**15
"""Ten trillion yuan: nothing that is owed in one invoice is larger, so more is a mistake."""

UNLIMITED = {"attempts_per_minute": 0, "writes_per_minute": 0, "reads_per_minute": 0}
"""For a network that nobody but a program of ours uses, as fast as it can."""


class Settings(BaseModel):
    """All settings; immutable. Amounts are in minor units (fen), times in seconds, rates in basis points."""

    model_config = ConfigDict(frozen=True)

    home: Path = Field(default=ROOT / "var", description="Where keystore, database and chain data live")
    chain: Literal["ganache", "anvil", "external"] = Field(default="ganache", description="The local chain to start")
    rpc_url: str = Field(default="", description="Join this chain instead of starting one")
    rpc_port: int = Field(default=8545, description="Port of the local chain; 0 takes a free one")
    rpc_timeout: float = Field(default=10.0, description="Seconds before an unanswered call counts as no chain")
    chain_id: int = 1337
    database_url: str = Field(default="", description="SQLAlchemy URL; default is SQLite in home")
    deployments: Path | None = Field(
        default=None,
        description="Where deployments are written down; default home, or the project for a joined chain",
    )
    host: str = "127.0.0.1"
    port: int = 8600
    domain: str = Field(default="", description="Domain that sign-in messages must name; default host:port")
    public_url: str = Field(default="", description="Where others reach the pages; printed on certificates")
    keystore_passphrase: str = Field(default="", description="Default: home/secret, made at the first start")
    keystore_rounds: int = Field(default=262_144, description="scrypt work factor of the keystore")
    operator_api_key: str = Field(default="", description="Default: made at the first start, in home/operator-api-key")
    session_seconds: int = 12 * 3600
    session_idle_seconds: int = Field(
        default=3600, ge=0, description="A session that nobody uses for so long ends; 0: it lasts its hours"
    )
    sign_in_seconds: int = 300
    document_seconds: int = Field(default=3 * DAY, description="How long a signed document stays valid by default")
    poll_seconds: float = Field(default=0.05, description="Pause of the engine between two rounds")
    gather_seconds: float = Field(
        default=0.0, description="How long a part of the engine that was woken waits for more to come along"
    )
    receipt_seconds: float = Field(default=10.0, description="A transaction unseen for so long is sent again")
    sender_workers: int = Field(default=2, ge=1, le=64, description="Threads that send, each its own lanes")
    max_wait_seconds: int = Field(default=60, description="Most that Prefer: wait may ask for")
    max_body_bytes: int = 6 * 1024 * 1024
    attempts_per_minute: int = Field(
        default=20, ge=0, description="Sign-ins of an address, and its tokens that fail; 0: as many as it likes"
    )
    writes_per_minute: int = Field(default=6_000, ge=0, description="Of a caller; 0: as many as it likes")
    reads_per_minute: int = Field(default=30_000, ge=0, description="Of a caller; 0: as many as it likes")
    proxies: int = Field(
        default=0, ge=0, le=9, description="Reverse proxies in front, whose X-Forwarded-For and -Proto are believed"
    )
    confirmations: int | None = Field(
        default=None,
        ge=0,
        description="Blocks on top before an event is read; default 2 on Clique, where sealed blocks "
        "may be taken back, 0 elsewhere",
    )
    currencies: str = Field(default="CNY,EUR,USD,SGD", description="One settlement token each")
    admin_delay_seconds: int = Field(default=DAY, description="Delay of the admin role once set-up is over")
    min_tenor_days: int = 1
    max_tenor_days: int = 366
    confirmation_days: int = 30
    max_depth: int = 20
    max_notes: int = 500
    max_face_value: int = MAX_AMOUNT_FEN
    cut_off_days: int = Field(default=1, description="How long before maturity notes stop moving")
    acceptance_days: int = Field(default=3, description="How long a payee that wants to be asked may take")
    grace_days: int = Field(default=3, description="After maturity, before penalty and recourse")
    penalty_bps_per_day: int = Field(default=5, description="0.05 % of what is overdue, for each day begun after grace")
    levy_bps: int = Field(default=50, description="0.5 % of the price of each financing, for the reserve")
    price_age_hours: int = Field(default=96, description="How old a price may be to lend or to liquidate on it")
    count_age_hours: int = Field(default=24, description="How old a custodian's count may be to pledge goods on it")
    mqtt_host: str = Field(default="", description="Broker that devices send their readings to; empty: none")
    mqtt_port: int = Field(default=1883, ge=1, le=65_535, description="Port of that broker")
    web_workers: int = Field(default=2, ge=1, le=64, description="Processes of 'feiqian web'")
    web_threads: int = Field(default=64, ge=2, le=1_000, description="Requests that each of them serves at a time")
    open_doors: bool | None = Field(
        default=None,
        description="Pages let one in as any party whose key the backend keeps, on a development chain; default: where "
        "the API is on loopback",
    )
    ready_lag_blocks: int = Field(default=20, description="A read model further behind counts as not ready")
    max_streams: int = Field(default=40, description="Readers of the live feed that one process serves at a time")
    webhook_timeout: float = Field(default=5.0, description="Seconds that a webhook has for its answer")
    webhook_days: int = Field(default=3, description="A webhook that fails for so long is suspended")
    webhook_pause_seconds: int = Field(default=3600, description="Longest pause before a delivery is tried again")
    webhook_anywhere: bool = Field(
        default=False, description="Webhooks may be plain HTTP and point inside, as on a development chain"
    )
    network_port: int = Field(
        default=9545, description="First of the eight loopback ports of 'feiqian network'; 0 takes free ones"
    )
    network_block_seconds: int = Field(default=1, ge=1, le=5, description="Time between blocks of 'feiqian network'")
    log_level: str = "WARNING"
    log_json: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, **overrides: object) -> Settings:
        """Settings from the environment; `overrides` win. Raises pydantic.ValidationError naming the setting."""
        env = os.environ if env is None else env
        found: dict[str, object] = {}
        for name in cls.model_fields:
            value = env.get(f"FEIQIAN_{name.upper()}")
            if value is not None:
                found[name] = value
        if "DATABASE_URL" in env:
            found.setdefault("database_url", env["DATABASE_URL"])
        return cls.model_validate(found | overrides)

    @property
    def database(self) -> str:
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.home / 'feiqian.db'}"

    @property
    def deployments_folder(self) -> Path:
        return self.deployments or (ROOT if self.rpc_url else self.home) / "deployments"

    @property
    def sign_in_domain(self) -> str:
        return self.domain or f"{self.host}:{self.port}"

    @property
    def has_open_doors(self) -> bool:
        return self.host in ("127.0.0.1", "::1", "localhost") if self.open_doors is None else self.open_doors

    @property
    def passphrase(self) -> str:
        """The keystore's passphrase, from the setting or the private file beside the keystore."""
        return self.keystore_passphrase or self.secret("secret")

    def secret(self, name: str) -> str:
        """The content of the private file `name` in home; made at random where there is none."""
        path = self.home / name
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii").strip()


def write_private(path: Path, text: str) -> None:
    """Makes a file that only its owner may read, whole and on disk or not at all. Where another process was
    faster, its file stays."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
