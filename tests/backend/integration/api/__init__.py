"""The API as its callers meet it, friends and others."""
