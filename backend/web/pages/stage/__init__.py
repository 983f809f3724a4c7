"""The stage: the network as a picture, and a story that is played on it."""

from __future__ import annotations

from backend.web.pages.stage.views import blueprint, may_watch

__all__ = ["blueprint", "may_watch"]
