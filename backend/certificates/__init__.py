"""Certificates: what the chain holds of a receivable, a note, a warehouse receipt or a loan, for anyone to check
from the file and the hash of a block alone."""
