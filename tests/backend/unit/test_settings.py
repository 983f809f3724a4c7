"""Settings come from one place; secrets are made once, whoever asks first."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from backend.config import ROOT, Settings, write_private


def test_the_environment_and_its_overrides() -> None:
    env = {"FEIQIAN_PORT": "9000", "FEIQIAN_CHAIN": "anvil", "DATABASE_URL": "sqlite:///elsewhere.db", "OTHER": "1"}
    found = Settings.from_env(env, port=9100)
    assert (found.port, found.chain, found.database) == (9100, "anvil", "sqlite:///elsewhere.db")
    assert Settings.from_env(env | {"FEIQIAN_DATABASE_URL": "sqlite:///ours.db"}).database == "sqlite:///ours.db"


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEIQIAN_PORT", "9200")
    assert Settings.from_env().port == 9200


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(ValidationError, match="chain"):
        Settings.from_env({"FEIQIAN_CHAIN": "bitcoin"})


def test_places_and_names(tmp_path: Path) -> None:
    plain = Settings.from_env({}, home=tmp_path)
    assert plain.database == f"sqlite:///{tmp_path / 'feiqian.db'}"
    assert plain.deployments_folder == tmp_path / "deployments"
    assert plain.sign_in_domain == "127.0.0.1:8600"
    joined = plain.model_copy(update={"rpc_url": "http://elsewhere:8545", "domain": "feiqian.example"})
    assert joined.deployments_folder == ROOT / "deployments"
    assert joined.sign_in_domain == "feiqian.example"


def test_a_passphrase_is_made_once(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path / "home")
    made = settings.passphrase
    assert len(made) > 40
    assert settings.passphrase == made == Settings.from_env({}, home=tmp_path / "home").passphrase
    assert Settings.from_env({}, home=tmp_path / "home", keystore_passphrase="given").passphrase == "given"
    assert stat.S_IMODE((tmp_path / "home" / "secret").stat().st_mode) == 0o600


def test_many_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    barrier, found = threading.Barrier(8), []

    def ask() -> None:
        barrier.wait()
        found.append(settings.secret("operator-api-key"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert os.listdir(tmp_path) == ["operator-api-key"]


def test_a_private_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_handle: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fails)
        with pytest.raises(OSError, match="disk full"):
            write_private(tmp_path / "key", "secret")
    assert os.listdir(tmp_path) == []
    write_private(tmp_path / "key", "first")
    write_private(tmp_path / "key", "second")
    assert (tmp_path / "key").read_text() == "first"
