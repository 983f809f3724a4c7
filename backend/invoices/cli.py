"""`feiqian invoice`: look at an invoice from the command line. Mounted by the main command line."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import click

from backend.errors import FeiqianError
from backend.invoices.encoding import MAX_DOCUMENT_BYTES
from backend.invoices.model import to_json
from backend.invoices.reading import read_invoice


@click.group()
def invoice() -> None:
    """Read UBL 2.1 invoices."""


@invoice.command()
@click.argument("file", type=click.File("rb"))
def read(file: BinaryIO) -> None:
    """Print the facts of the invoice in FILE ("-" for standard input) as one line of JSON.

    Leaves with 1 and "field: reason" on standard error when the invoice is refused.
    """
    try:
        facts = to_json(read_invoice(file.read(MAX_DOCUMENT_BYTES + 1)))
    except FeiqianError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(json.dumps(facts, ensure_ascii=False).encode("utf-8"))
