"""Evidence about a warehouse that is made for each test: the world's own has no lots here."""

import pytest
from brownie._config import CONFIG

if CONFIG.argv.get("cli") != "test":
    collect_ignore_glob = ["*"]
else:
    from tests.contracts.Attestations.evidence import Evidence

    @pytest.fixture
    def evidence(world, Attestations, MockWarehouse):
        return Evidence.deploy(world, Attestations, MockWarehouse)

    @pytest.fixture
    def scale(evidence):
        """The custodian's scale under the lot."""
        return evidence.device("scale")
