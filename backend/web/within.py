"""The API without a network: clients of the Python SDK over the application itself."""

from __future__ import annotations

from typing import Any

import httpx

from backend.config import Settings
from backend.sdk import Feiqian


def client(app: Any, settings: Settings, token: str | None = None) -> Feiqian:
    """An SDK client that reaches the application without a network."""
    return Feiqian(f"http://{settings.sign_in_domain}", token, transport=httpx.WSGITransport(app=app))


def operator(app: Any, settings: Settings) -> Feiqian:
    """The client of the operator."""
    return client(app, settings, settings.operator_api_key or settings.secret("operator-api-key"))
