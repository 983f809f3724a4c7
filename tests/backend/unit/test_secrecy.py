"""Nothing starts while others could reach the keys (rule Y8)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from eth_account import Account

from backend.chain.keystore import Keystore
from backend.config import Settings
from backend.doctor import examine
from backend.errors import SetupIncomplete
from backend.secrecy import PLACES, exposed


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a key and both secrets."""
    made = Settings.from_env({}, home=tmp_path / "home", keystore_rounds=2, rpc_url="http://127.0.0.1:9")
    Keystore(made).add(Account.create())
    made.secret("operator-api-key")
    return made


def test_what_is_made_here_is_private(settings: Settings) -> None:
    assert exposed(settings) == []
    Keystore(settings)


@pytest.mark.parametrize("bit", [0o040, 0o020, 0o010, 0o004, 0o002, 0o001], ids=oct)
@pytest.mark.parametrize("name", PLACES)
def test_what_others_can_reach_stops_it(settings: Settings, name: str, bit: int) -> None:
    path = settings.home / name
    path.chmod(path.stat().st_mode | bit)
    with pytest.raises(SetupIncomplete) as refusal:
        Keystore(settings)
    assert str(path) in refusal.value.describe("en") and "chmod go-rwx" in refusal.value.describe("en")
    assert "可被其他用户访问" in refusal.value.describe("zh")
    path.chmod(path.stat().st_mode & ~0o077)
    Keystore(settings)


@pytest.mark.parametrize("name", PLACES)
def test_what_belongs_to_another_stops_it(settings: Settings, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [place for place in PLACES if place != name]
    for place in others:
        (settings.home / place).rename(settings.home / f"{place}-away")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(SetupIncomplete, match="belongs to another user"):
        Keystore(settings)
    assert "属于其他用户" in exposed(settings)[0].zh


def test_the_doctor_says_so(settings: Settings) -> None:
    path = settings.home / "keystore"
    path.chmod(0o755)
    (found,) = [one for one in examine(settings) if one.check == "keystore"]
    assert str(path) in found.found and "chmod go-rwx" in found.found and found.mend


def test_what_is_not_there_exposes_nothing(tmp_path: Path) -> None:
    assert exposed(Settings.from_env({}, home=tmp_path / "nowhere")) == []
