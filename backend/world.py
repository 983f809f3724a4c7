"""A whole network in one process: a local chain, a deployment, a backend. What `feiqian up`, the demo and the
test plugin all stand on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.chain.contracts import Deployment
from backend.chain.deploy import deploy
from backend.chain.keystore import Keystore
from backend.chain.node import LocalChain, Node, connect
from backend.config import Settings
from backend.engine import PARTS
from backend.errors import Conflict, SetupIncomplete, both
from backend.sdk import Feiqian
from backend.system import System
from backend.web import within
from backend.web.app import create_app

Report = Callable[[str], None]

LEAVE_SECONDS = 10
"""How long requests that are served when the network is ended may take."""


@dataclass
class World:
    """A running network. `chain` is None where another one was joined."""

    settings: Settings
    chain: LocalChain | None
    system: System
    app: Any
    _leave: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False)
    """What is to be done before the rest is ended."""

    @classmethod
    def start(
        cls,
        settings: Settings,
        *,
        report: Report = lambda line: None,
        keep_chain: bool = True,
        parts: Collection[str] = PARTS,
    ) -> World:
        """Starts or joins the chain, deploys where there is no deployment, and sets `parts` of the engine going.

        With `keep_chain` the local chain's blocks stay on disk for the next start.
        """
        chain: LocalChain | None = None
        if settings.rpc_url:
            node = connect(settings)
            report(f"joined {settings.rpc_url}")
        else:
            chain = LocalChain(settings, data=_data(settings) if keep_chain else None)
            node = chain.start()
            report(f"{settings.chain} listens on {chain.url}")
        try:
            deployment = find_or_deploy(node, settings, report)
            system = System.open(settings, node, deployment)
            system.start(parts)
        except BaseException:
            if chain is not None:
                chain.stop()
            raise
        return cls(settings, chain, system, create_app(system))

    def close(self) -> None:
        """Ends the streams and what is played, lets the requests under way end, then everything else."""
        self.stop_serving()
        self.system.close()
        if self.chain is not None:
            self.chain.stop()

    def stop_serving(self) -> None:
        """Ends the streams and what is played, and lets the requests under way end."""
        self.app.extensions["feiqian-theatre"].close()
        self.app.extensions["feiqian-streams"].closing.set()
        self._leave.close()

    def client(self, token: str | None = None) -> Feiqian:
        """An SDK client that reaches the application without a network."""
        return within.client(self.app, self.settings, token)

    def operator(self) -> Feiqian:
        """The client of the operator."""
        return within.operator(self.app, self.settings)

    def serve(self, listener: socket.socket) -> threading.Thread:
        """Serves the API on a socket that listens, in a thread."""
        from waitress.server import create_server  # only needed here

        server = create_server(
            self.app,
            sockets=[listener],
            threads=self.settings.web_threads,
            clear_untrusted_proxy_headers=not self.settings.proxies,  # else the application believes them itself
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        self._leave.callback(server.task_dispatcher.shutdown, cancel_pending=True, timeout=LEAVE_SECONDS)
        return thread


def find_or_deploy(node: Node, settings: Settings, report: Report = lambda line: None) -> Deployment:
    """The deployment on this chain; made where there is none, or where the one written down is not there."""
    try:
        deployment = Deployment.load(settings, node.chain_id)
    except SetupIncomplete:
        return deploy(node, Keystore(settings), settings, report)
    if node.rpc("eth_getCode", deployment.contracts["Receivables"], "latest") in ("0x", "0x0"):
        if settings.rpc_url:
            raise SetupIncomplete(reason=f"chain {node.chain_id} has no contract where its deployment says")
        report("the chain is a new one: deploying again")
        return deploy(node, Keystore(settings), settings, report)
    return deployment


def listen(settings: Settings) -> socket.socket:
    """Claims host:port for the API, before anything is started that would have to be undone. Raises Conflict or
    SetupIncomplete, naming the setting."""
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, None, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise SetupIncomplete(
            reason=both(
                "{host} is no host; set FEIQIAN_HOST", "{host} 不是主机;请设置 FEIQIAN_HOST", host=settings.host
            )
        ) from None
    try:
        return socket.create_server((address[0], settings.port), family=family)
    except (OSError, OverflowError) as refusal:
        raise Conflict(
            reason=both(
                "the API cannot have port {port} of {host} ({refusal}); set FEIQIAN_PORT",
                "API 无法使用 {host} 的端口 {port} ({refusal});请设置 FEIQIAN_PORT",
                port=settings.port,
                host=settings.host,
                refusal=getattr(refusal, "strerror", None) or refusal,
            )
        ) from refusal


@contextlib.contextmanager
def open_resting(settings: Settings) -> Iterator[System]:
    """The system of a network that is down: a joined chain, or the local one on its kept blocks for as long as this
    lasts. The engine stands still."""
    chain = None if settings.rpc_url else LocalChain(settings.model_copy(update={"rpc_port": 0}), data=_data(settings))
    try:
        system = System.open(settings, chain.start() if chain else None)
        try:
            yield system
        finally:
            system.close()
    finally:
        if chain is not None:
            chain.stop()


def _data(settings: Settings) -> Path:
    return settings.home / "chain"
