"""The application factory."""

from __future__ import annotations

from apiflask import APIFlask
from flask import Response, render_template, request
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.demo.theatre import Theatre
from backend.errors import FeiqianError, NotFound, both
from backend.live.stream import Streams
from backend.system import System
from backend.web import auditing, inputs, limits, operations, pages, problems
from backend.web.access import Access
from backend.web.api import BLUEPRINTS
from backend.web.api.description import describe
from backend.web.api.shared import IDENTIFIER, IdentifierConverter
from backend.web.metrics import open_streams
from backend.web.pages import assets

_HARDENED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), "
    "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()",
}
"""What every answer tells a browser, as OWASP lists it (rule Y9); pages have a policy of their own beside it (G4)."""


def create_app(system: System) -> APIFlask:
    """The Flask application over a system. It neither starts nor stops the system's engine."""
    app = APIFlask(
        "feiqian",
        title="Feiqian 飞钱",
        version="0.1.0",
        spec_path="/api/v1/openapi.json",
        docs_path="/docs",
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # as Flask has it: no static files
    )
    app.config.update(
        MAX_CONTENT_LENGTH=system.settings.max_body_bytes,
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION="Supply-chain finance on a chain. Amounts are whole numbers of minor units (fen) as strings; "
        "times are UTC seconds. Writes answer with an operation; refusals are RFC 9457 problem documents.",
        DOCS_FAVICON="/assets/favicon-32x32.png",
        SWAGGER_UI_CSS="/assets/swagger-ui.css",
        SWAGGER_UI_BUNDLE_JS="/assets/swagger-ui-bundle.js",
        SWAGGER_UI_STANDALONE_PRESET_JS="/assets/swagger-ui-standalone-preset.js",
    )
    app.security_schemes = {"bearer": {"type": "http", "scheme": "bearer"}}
    app.url_map.converters[IDENTIFIER] = IdentifierConverter
    app.extensions["feiqian"] = system
    app.extensions["feiqian-access"] = Access(system.database, system.node, system.settings)
    app.extensions["feiqian-streams"] = Streams(system.database, system.settings.max_streams, open_streams.inc)
    app.extensions["feiqian-theatre"] = Theatre(system)
    if system.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=system.settings.proxies, x_proto=system.settings.proxies)  # type: ignore[method-assign]
    operations.install(app, system)
    problems.install(app)
    limits.install(app, system.settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)

    pages.install(app)
    Compress(app)

    app.spec_processor(describe(app))

    @app.get("/problems/<kind>")
    @app.doc(hide=True)
    def problem_page(kind: str) -> str:
        found = {cls.type: cls for cls in _refusals(FeiqianError)}.get(kind)
        if found is None:
            raise NotFound(what=both("problem", "问题类型"), id=kind)
        return render_template(
            "problem.html", type=kind, status=found.status, title=found.title[problems.language()], detail=""
        )

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.update(_HARDENED)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = f"max-age={assets.YEAR}; includeSubDomains"
        return response

    auditing.install(app, system)  # the last: what it refuses is hardened too
    return app


def _refusals(cls: type[FeiqianError]) -> list[type[FeiqianError]]:
    return [cls, *(deeper for child in cls.__subclasses__() for deeper in _refusals(child))]


__all__ = ["create_app", "inputs"]
