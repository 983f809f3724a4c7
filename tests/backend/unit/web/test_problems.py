"""What a schema says of a wrong value reaches the caller as it is."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field, ValidationError

from backend.web.problems import _first_mistake


class Body(BaseModel):
    currency: str = Field(pattern="^[A-Z]{3}$")


def test_a_pattern_keeps_its_braces() -> None:
    with pytest.raises(ValidationError) as mistake:
        Body(currency="cny")
    refusal = _first_mistake(mistake.value)
    assert "'^[A-Z]{3}$'" in refusal.describe("en")
    assert refusal.describe("zh") == "currency: 格式不正确"
