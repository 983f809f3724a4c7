"""Certificates of a test's own network, and what an altered one comes to."""

from __future__ import annotations

from typing import Any

from eth_account.signers.local import LocalAccount

from backend.certificates import canonical, sealing
from backend.certificates.checking import Check, check, failures
from backend.certificates.facts import MAIN
from backend.certificates.making import make
from backend.testing import Network


def made(network: Network, kind: str, number: int) -> bytes:
    system = network.world.system
    return make(system.contracts, system.keystore, system.database, 0, kind, number)


def parsed(file: bytes) -> dict[str, Any]:
    return canonical.parse(file)


def signed(network: Network, certificate: dict[str, Any], key: LocalAccount | None = None) -> bytes:
    """The certificate with a fresh signature: of the registrar, or of a forger who says so."""
    keystore = network.world.system.keystore
    body = {name: value for name, value in certificate.items() if name != "signature"}
    if key is not None:
        keystore.add(key)
        body["issuer"] = key.address
    document = sealing.document(body, MAIN[body["kind"]])
    return canonical.write(body | {"signature": keystore.sign_typed(body["issuer"], document)})


def wrong(file: bytes) -> list[Check]:
    """What does not hold of it."""
    return failures(check(file).checks)


def names(checks: list[Check]) -> list[str]:
    return [one.name for one in checks]
