"""A validator whose process does not do what it should: what is said of it (rule B61)."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.config import Settings
from backend.errors import ChainUnavailable, SetupIncomplete
from backend.network import Network
from backend.network.genesis import lay_out

PANIC = """
case "$*" in *init*) mkdir -p "$2/geth/chaindata"; exit 0;; esac
echo 'INFO Starting peer-to-peer node'
echo 'panic: bad IV length'
for line in $(seq 1 60); do echo "	main.go:$line"; done
exit 2
"""


def network(tmp_path: Path, script: str) -> Network:
    """With a geth that does as `script` says."""
    geth = tmp_path / "geth"
    geth.write_text(f"#!/bin/sh\n{script}")
    geth.chmod(0o755)
    folder = tmp_path / "network"
    return Network(folder, lay_out(folder, Settings.from_env({}, home=tmp_path, network_port=0)), geth)


def test_one_that_ends_at_its_start_is_said_with_its_trouble(tmp_path: Path) -> None:
    found = network(tmp_path, PANIC)
    with pytest.raises(ChainUnavailable, match=r"validator 1 does not answer \(it last said: panic: bad IV length\)"):
        found.up()
    assert not found.running()


def test_one_that_takes_no_genesis_is_said(tmp_path: Path) -> None:
    found = network(tmp_path, "echo 'Fatal: no space left on device' >&2; exit 1")
    with pytest.raises(SetupIncomplete, match="geth init failed: Fatal: no space left on device"):
        found.up()


def test_of_none_that_runs_there_is_no_head(tmp_path: Path) -> None:
    found = network(tmp_path, PANIC)
    assert not found.is_up()
    with pytest.raises(ChainUnavailable, match="no validator answers"):
        found.head_number()
