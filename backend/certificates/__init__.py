"""Certificates: what the chain holds of a receivable, a note, a warehouse receipt or a loan, so that anyone can check it
from the file and the hash of a block alone."""
