"""Keys of the participants whose signing is left to the backend: Ethereum keystore v3 files, one a key."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3

from backend.config import Settings, write_private
from backend.errors import KeyNotHeld, SetupIncomplete, both
from backend.secrecy import require_private

IV_DIGITS = 32
"""Sixteen bytes in hex. eth-keyfile drops leading zeros, in one file of 256, and geth then panics over the file."""


def encrypted(account: LocalAccount, passphrase: str, rounds: int) -> str:
    """The v3 file of a key (Web3 Secret Storage), as JSON. `rounds` is scrypt's n."""
    keyfile = account.encrypt(passphrase, kdf="scrypt", iterations=rounds)
    cipher = keyfile["crypto"]["cipherparams"]
    cipher["iv"] = cipher["iv"].zfill(IV_DIGITS)
    return json.dumps(keyfile)


class Keystore:
    """A folder of v3 files named by address. A key is decrypted once and then kept in memory."""

    def __init__(self, settings: Settings) -> None:
        """Raises SetupIncomplete where others could read or change the keys."""
        require_private(settings)
        self._folder = settings.home / "keystore"
        self._passphrase = settings.passphrase
        self._rounds = settings.keystore_rounds
        self._open: dict[str, LocalAccount] = {}
        self._lock = threading.Lock()

    def create(self) -> str:
        """Makes a key; the checksummed address of it."""
        return self.add(Account.create())

    def add(self, account: LocalAccount) -> str:
        """Stores a key that exists already. It is on disk when this returns."""
        address = str(account.address)
        path = self._path(address)
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(path, encrypted(account, self._passphrase, self._rounds))
        self._open[address] = account
        return address

    def holds(self, address: str) -> bool:
        return Web3.to_checksum_address(address) in self._open or self._path(address).exists()

    def account(self, address: str) -> LocalAccount:
        """The key of `address`. Raises KeyNotHeld: then only the party itself can sign. Raises SetupIncomplete
        where the file is there but does not open."""
        address = Web3.to_checksum_address(address)
        with self._lock:
            if address not in self._open:
                self._open[address] = self._decrypted(address)
            return self._open[address]

    def _decrypted(self, address: str) -> LocalAccount:
        path = self._path(address)
        if not path.exists():
            raise KeyNotHeld(address=address)
        try:
            account: LocalAccount = Account.from_key(
                Account.decrypt(json.loads(path.read_text(encoding="utf-8")), self._passphrase)
            )
        except (ValueError, KeyError, TypeError) as wrong:
            raise SetupIncomplete(
                reason=both(
                    "the passphrase does not open the key of {address}",
                    "口令无法打开 {address} 的密钥",
                    address=address,
                )
            ) from wrong
        if account.address != address:
            raise SetupIncomplete(
                reason=both(
                    "the key file of {address} holds the key of {other}",
                    "{address} 的密钥文件中是 {other} 的密钥",
                    address=address,
                    other=account.address,
                )
            )
        return account

    def sign_typed(self, address: str, document: dict[str, Any]) -> str:
        """The 0x-hex EIP-712 signature of `address` over a full typed document."""
        signed = self.account(address).sign_typed_data(full_message=document)
        return "0x" + bytes(signed.signature).hex()

    def _path(self, address: str) -> Path:
        return self._folder / f"{address.lower()}.json"
