"""What is logged is one line of plain text for each event, whatever strangers send."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from backend import logs
from backend.config import Settings

HOSTILE = "/a\x1b[2J\x9b31m\nred\r\x85line\u2028\u202egnorw\x00\x7f"
SPELT = r"/a\x1b[2J\x9b31m\nred\r\x85line\u2028\u202egnorw\x00\x7f"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [True, False])
def test_a_path_neither_moves_a_terminal_nor_begins_a_line(
    as_json: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure(Settings(log_json=as_json, log_level="INFO"))
    structlog.get_logger().info("request", path=HOSTILE, status=404)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    if as_json:
        entry = json.loads(said)
        assert entry["path"] == SPELT and entry["status"] == 404 and entry["level"] == "info"
        assert entry["timestamp"].endswith("Z"), "UTC"
    else:
        coloured = [part.partition("m")[0] for part in said.split("\x1b[")[1:]]
        assert all(part.isdigit() for part in coloured), "the renderer's own colours alone"
        assert not {"\x9b", "\r", "\x85", "\u2028", "\u202e", "\x00", "\x7f"} & set(said)


def test_no_secret_of_a_frame_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback names lines, not what stood in their variables."""
    logs.configure(Settings(log_level="INFO"))

    def fail() -> None:
        passphrase = "correct horse".upper()
        raise ValueError(len(passphrase))

    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("request-failed")
    said = capsys.readouterr().err
    assert "ValueError: 13" in said and "CORRECT HORSE" not in said


def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings())
    structlog.get_logger().info("request")
    structlog.get_logger().warning("operation-suspended")
    assert "operation-suspended" in (said := capsys.readouterr().err) and "request" not in said
