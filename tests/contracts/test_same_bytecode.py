"""One compiler for all: what brownie deploys is what the backend deploys, to the byte."""

import pytest

from backend.chain.compile import artifacts
from tests.contracts.world import CIRCLE


@pytest.mark.parametrize("name", ["Authority", "Participants", "Policy", "Fingerprints", "SettlementToken", *CIRCLE])
def test_brownie_and_the_backend_compile_the_same_bytecode(name, request):
    assert request.getfixturevalue(name).bytecode == artifacts()[name].bytecode.removeprefix("0x")
