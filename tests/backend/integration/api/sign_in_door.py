"""Sign-In with Ethereum step by step, with any step changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from backend.testing import Network

from .driver import Answer, Raw

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Door:
    """Signs in step by step, with any step changed."""

    def __init__(self, network: Network) -> None:
        self.raw = Raw(network)
        self.wallet: LocalAccount = Account.create()

    def nonce(self) -> dict[str, Any]:
        answer = self.raw.send("POST", "/auth/nonces", {})
        assert answer.status == 200
        return dict(answer.body)

    def message(self, **changes: Any) -> str:
        asked = self.nonce()
        now = datetime.now(UTC)
        part = {
            "domain": asked["domain"],
            "account": self.wallet.address,
            "statement": "Good day.\n",
            "uri": asked["uri"],
            "version": "1",
            "chain": asked["chainId"],
            "nonce": asked["nonce"],
            "issued": iso(now),
            "tail": f"\nExpiration Time: {iso(now + timedelta(minutes=5))}",
        } | changes
        return (
            "{domain} wants you to sign in with your Ethereum account:\n{account}\n\n{statement}\nURI: {uri}\n"
            "Version: {version}\nChain ID: {chain}\nNonce: {nonce}\nIssued At: {issued}{tail}"
        ).format(**part)

    def sign(self, message: str, wallet: LocalAccount | None = None) -> str:
        return "0x" + bytes((wallet or self.wallet).sign_message(encode_defunct(text=message)).signature).hex()

    def enter(self, message: str, signature: str | None = None) -> Answer:
        body = {"message": message, "signature": signature or self.sign(message)}
        return self.raw.send("POST", "/auth/sessions", body)

    def me(self, token: str) -> Answer:
        return self.raw.send("GET", "/me", token=token)


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def soon(**later: int) -> str:
    return f"\nExpiration Time: {iso(datetime.now(UTC) + timedelta(minutes=5))}" + "".join(
        f"\n{name.replace('_', ' ').title()}: {iso(datetime.now(UTC) + timedelta(seconds=seconds))}"
        for name, seconds in later.items()
    )
