"""Rule B16: roles share a home, a rebuild has it and the reading of the chain for itself."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from backend.cli_operations import role, sole_indexer
from backend.config import Settings
from backend.testing import Network


def test_roles_share_a_home_and_a_rebuild_does_not(tmp_path: Path) -> None:
    settings = Settings.from_env({}, home=tmp_path)
    with role(settings), role(settings), role(settings, only="up"):
        with pytest.raises(click.ClickException, match="another feiqian works on"), role(settings, alone=True):
            pass
        with pytest.raises(click.ClickException, match="another feiqian works on"), role(settings, only="up"):
            pass
    with role(settings, alone=True), pytest.raises(click.ClickException, match="rebuild"), role(settings):
        pass
    with role(settings, only="up"):
        pass


def test_a_rebuild_does_not_read_beside_an_indexer_of_another_machine(feiqian: Network) -> None:
    database = feiqian.world.system.database
    feiqian.registered()
    with pytest.raises(click.ClickException, match="reads the chain into this database"), sole_indexer(database):
        pass
    feiqian.world.system.engine.stop()
    with sole_indexer(database) as still_alone:
        still_alone()
        feiqian.world.system.engine.start()
        before = feiqian.world.system.indexer.position()
        feiqian.world.system.node.rpc("evm_mine")
        feiqian.world.system.wait_for_block(before + 1, 1.0)
        assert feiqian.world.system.indexer.position() == before
    feiqian.world.system.wait_for_block(before + 1, 20.0)
    assert feiqian.world.system.indexer.position() > before
