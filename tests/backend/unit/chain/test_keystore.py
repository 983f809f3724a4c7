"""Keys at rest: files that only their owner reads, in the format every wallet reads."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from eth_account import Account

from backend.chain.keystore import Keystore
from backend.config import Settings
from backend.errors import KeyNotHeld, SetupIncomplete


def settings(home: Path, **more: object) -> Settings:
    return Settings.from_env({}, home=home, keystore_rounds=2, **more)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_private_and_standard(tmp_path: Path) -> None:
    home = tmp_path / "home"
    address = Keystore(settings(home)).create()
    file = home / "keystore" / f"{address.lower()}.json"
    assert [mode(home), mode(home / "keystore"), mode(file), mode(home / "secret")] == [0o700, 0o700, 0o600, 0o600]
    kept = json.loads(file.read_text())
    assert kept["version"] == 3
    assert kept["crypto"]["kdf"] == "scrypt"
    key = Account.decrypt(kept, (home / "secret").read_text())
    assert Account.from_key(key).address == address
    assert [path.name for path in (home / "keystore").iterdir()] == [file.name], "nothing unfinished stays"


def test_an_initial_vector_that_begins_with_zeros_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule B8. One file of 256: geth and wallets take sixteen bytes and nothing else."""
    monkeypatch.setattr("eth_keyfile.keyfile.Random.get_random_bytes", lambda length: bytes(length - 1) + b"\x07")
    address = Keystore(settings(tmp_path)).create()
    kept = json.loads((tmp_path / "keystore" / f"{address.lower()}.json").read_text())
    assert kept["crypto"]["cipherparams"]["iv"] == "00" * 15 + "07"
    assert Keystore(settings(tmp_path)).account(address).address == address


def test_keys_survive_a_restart(tmp_path: Path) -> None:
    account = Account.create()
    Keystore(settings(tmp_path)).add(account)
    again = Keystore(settings(tmp_path))
    assert again.holds(account.address)
    assert again.holds(account.address.lower())
    assert again.account(account.address.lower()).key == account.key
    assert again.holds(account.address), "also once it is open"


def test_adding_a_key_again_leaves_its_file(tmp_path: Path) -> None:
    keystore, account = Keystore(settings(tmp_path)), Account.create()
    keystore.add(account)
    before = (tmp_path / "keystore" / f"{account.address.lower()}.json").read_bytes()
    keystore.add(account)
    assert (tmp_path / "keystore" / f"{account.address.lower()}.json").read_bytes() == before


def test_a_key_that_is_not_held(tmp_path: Path) -> None:
    stranger = Account.create().address
    keystore = Keystore(settings(tmp_path))
    assert not keystore.holds(stranger)
    with pytest.raises(KeyNotHeld) as refusal:
        keystore.account(stranger)
    assert refusal.value.params["address"] == stranger


def test_another_passphrase(tmp_path: Path) -> None:
    address = Keystore(settings(tmp_path, keystore_passphrase="one")).create()
    with pytest.raises(SetupIncomplete, match="passphrase") as refusal:
        Keystore(settings(tmp_path, keystore_passphrase="other")).account(address)
    assert "口令" in refusal.value.describe("zh")


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 3, "crypto": {}}', '{"version": 3, "crypto": 1}'])
def test_a_broken_file(tmp_path: Path, content: str) -> None:
    address = Keystore(settings(tmp_path)).create()
    (tmp_path / "keystore" / f"{address.lower()}.json").write_text(content)
    with pytest.raises(SetupIncomplete):
        Keystore(settings(tmp_path)).account(address)


def test_a_file_under_another_name(tmp_path: Path) -> None:
    keystore = Keystore(settings(tmp_path))
    one, other = keystore.create(), keystore.create()
    folder = tmp_path / "keystore"
    (folder / f"{one.lower()}.json").replace(folder / f"{other.lower()}.json")
    with pytest.raises(SetupIncomplete, match=f"of {other} holds the key of {one}"):
        Keystore(settings(tmp_path)).account(other)


def test_typed_documents_are_signed_by_the_party(tmp_path: Path) -> None:
    keystore = Keystore(settings(tmp_path))
    address = keystore.create()
    document = {
        "types": {"EIP712Domain": [{"name": "name", "type": "string"}], "Act": [{"name": "amount", "type": "uint256"}]},
        "primaryType": "Act",
        "domain": {"name": "Feiqian"},
        "message": {"amount": 5},
    }
    from eth_account.messages import encode_typed_data

    signature = keystore.sign_typed(address, document)
    assert Account.recover_message(encode_typed_data(full_message=document), signature=signature) == address
