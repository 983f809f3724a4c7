"""Pieces of the web layer that need no network."""
