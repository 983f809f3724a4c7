"""Readings that come in from outside."""
