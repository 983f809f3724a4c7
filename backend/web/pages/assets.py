"""What pages load: our own style and script, and what npm installed. All of it is served from here; its address changes
with its content, so that a browser keeps it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, send_file

from backend.config import ROOT
from backend.errors import NotFound, both

_OWN = Path(__file__).resolve().parent.parent / "static"
_MODULES = ROOT / "node_modules"
_SWAGGER = _MODULES / "swagger-ui-dist"

FILES = {
    "feiqian.css": _OWN / "feiqian.css",
    "feiqian.js": _OWN / "feiqian.js",
    "theme.js": _OWN / "theme.js",
    "tabler.css": _MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css",
    "htmx.js": _MODULES / "htmx.org" / "dist" / "htmx.min.js",
    "swagger-ui.css": _SWAGGER / "swagger-ui.css",
    "swagger-ui-bundle.js": _SWAGGER / "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js": _SWAGGER / "swagger-ui-standalone-preset.js",
    "favicon-32x32.png": _SWAGGER / "favicon-32x32.png",
}
YEAR = 365 * 86_400


def asset_url(name: str) -> str:
    """Where the asset is, with the mark of its content."""
    return f"/assets/{name}?v={_mark(name)}"


blueprint = Blueprint("assets", __name__)


@blueprint.get("/assets/<name>")
def asset(name: str) -> Response:
    if name not in FILES:
        raise NotFound(what=both("asset", "资源"), id=name)
    return send_file(FILES[name], max_age=YEAR)


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]
