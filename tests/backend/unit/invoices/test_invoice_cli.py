"""`invoice read FILE`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.invoices import MAX_DOCUMENT_BYTES, read_invoice, to_json
from backend.invoices.cli import invoice

from .documents import NUMBER, PLAIN, SAMPLES, edited

DEMO = SAMPLES / "demo-battery-cny.xml"


def test_a_file_is_printed_as_one_line_of_json() -> None:
    result = CliRunner().invoke(invoice, ["read", str(DEMO)])
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    assert result.stdout.endswith("\n")
    assert json.loads(result.stdout) == to_json(read_invoice(DEMO.read_bytes()))
    assert "宁波锂电芯有限公司" in result.stdout


def test_a_dash_is_standard_input() -> None:
    result = CliRunner().invoke(invoice, ["read", "-"], input=DEMO.read_bytes())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["payable"] == "100000000"


@pytest.mark.parametrize(
    ("document", "start"),
    [
        (edited((NUMBER, "")).encode(), "invoice.number: "),
        (b"no XML", "invoice: not well-formed XML at line 1"),
        (PLAIN.encode() + b" " * MAX_DOCUMENT_BYTES, "invoice: the document has "),
    ],
    ids=["a fact missing", "no XML", "too long"],
)
def test_a_refusal_goes_to_standard_error(tmp_path: Path, document: bytes, start: str) -> None:
    file = tmp_path / "invoice.xml"
    file.write_bytes(document)
    result = CliRunner().invoke(invoice, ["read", str(file)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(start)
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_a_wrong_use(tmp_path: Path) -> None:
    result = CliRunner().invoke(invoice, ["read", str(tmp_path / "none.xml")])
    assert result.exit_code == 2
    assert "none.xml" in result.stderr
