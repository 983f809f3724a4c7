"""The read model: tables that one handler an event keeps, and a double-entry ledger beside them."""
