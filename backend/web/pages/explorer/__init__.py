"""The explorer: blocks, transactions, contracts, addresses, and the way from a thing to what happened to it."""

from __future__ import annotations

from backend.web.pages.explorer.history import history_of
from backend.web.pages.explorer.views import blueprint

__all__ = ["blueprint", "history_of"]
