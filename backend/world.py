"""A whole network in one process: a local chain, a deployment, a backend. What `feiqian up`, the demo and the
test plugin all stand on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from backend.chain.contracts import Deployment
from backend.chain.deploy import deploy
from backend.chain.keystore import Keystore
from backend.chain.node import LocalChain, Node, connect
from backend.config import Settings
from backend.errors import SetupIncomplete
from backend.sdk import Feiqian
from backend.system import System
from backend.web.app import create_app

Report = Callable[[str], None]


@dataclass
class World:
    """A running network. `chain` is None where another one was joined."""

    settings: Settings
    chain: LocalChain | None
    system: System
    app: Any

    @classmethod
    def start(cls, settings: Settings, *, report: Report = lambda line: None, keep_chain: bool = True) -> World:
        """Starts or joins the chain, deploys where there is no deployment, and sets the engine going.

        With `keep_chain` the local chain's blocks stay on disk for the next start.
        """
        chain: LocalChain | None = None
        if settings.rpc_url:
            node = connect(settings)
            report(f"joined {settings.rpc_url}")
        else:
            data = settings.home / "chain" if keep_chain else None
            if data is not None:
                data.mkdir(parents=True, exist_ok=True)
            chain = LocalChain(settings, data=data)
            node = chain.start()
            report(f"{settings.chain} listens on {chain.url}")
        try:
            deployment = find_or_deploy(node, settings, report)
            system = System.open(settings, node, deployment)
            system.start()
        except BaseException:
            if chain is not None:
                chain.stop()
            raise
        return cls(settings, chain, system, create_app(system))

    def close(self) -> None:
        self.system.close()
        if self.chain is not None:
            self.chain.stop()

    def client(self, token: str | None = None) -> Feiqian:
        """An SDK client that reaches the application without a network."""
        transport = httpx.WSGITransport(app=self.app)
        return Feiqian(f"http://{self.settings.sign_in_domain}", token, transport=transport)

    def operator(self) -> Feiqian:
        """The client of the operator."""
        return self.client(self.settings.operator_api_key or self.settings.secret("operator-api-key"))

    def serve(self) -> threading.Thread:
        """Serves the API on host:port in a thread."""
        from waitress import serve  # only needed here

        thread = threading.Thread(
            target=serve,
            args=(self.app,),
            kwargs={"host": self.settings.host, "port": self.settings.port, "threads": 16},
            daemon=True,
        )
        thread.start()
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
