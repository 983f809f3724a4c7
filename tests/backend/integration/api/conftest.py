from __future__ import annotations

import pytest

from backend.testing import Network

from .driver import Scene, make_scene


@pytest.fixture
def scene(feiqian: Network) -> Scene:
    """A network in which there is one of everything."""
    return make_scene(feiqian)
