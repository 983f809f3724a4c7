"""The rules of docs/SPECIFICATION.md in plain Python, written from them and not from the contracts."""
