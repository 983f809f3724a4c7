"""What pages load: our own style and script, and what npm installed. All of it is served from here; its address changes
with its content, so that a browser keeps it."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from apiflask import APIBlueprint
from flask import Response, request

from backend.config import ROOT
from backend.errors import NotFound, both

_OWN = Path(__file__).resolve().parent.parent / "static"
_MODULES = ROOT / "node_modules"
_SWAGGER = _MODULES / "swagger-ui-dist"

FILES = {
    "feiqian.css": _OWN / "feiqian.css",
    "feiqian.js": _OWN / "feiqian.js",
    "payees.js": _OWN / "payees.js",
    "theme.js": _OWN / "theme.js",
    "stage.css": _OWN / "stage.css",
    "stage.js": _OWN / "stage.js",
    "pictures.js": _OWN / "pictures.js",
    "readings.js": _OWN / "readings.js",
    "mark.svg": _OWN / "mark.svg",
    "echarts.js": _MODULES / "echarts" / "dist" / "echarts.min.js",
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


blueprint = APIBlueprint("assets", __name__, enable_openapi=False)


@blueprint.get("/assets/<name>")
def asset(name: str) -> Response:
    if name not in FILES:
        raise NotFound(what=both("asset", "资源"), id=name)
    kind = mimetypes.guess_type(name)[0]
    if request.accept_encodings["gzip"]:
        response = Response(_compressed(name), mimetype=kind)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(FILES[name].read_bytes(), mimetype=kind)
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response


@cache
def _compressed(name: str) -> bytes:
    """Once: a design system takes longer to compress than to send."""
    return gzip.compress(FILES[name].read_bytes(), mtime=0)


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(FILES[name].read_bytes()).hexdigest()[:12]
