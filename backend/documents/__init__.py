"""What people hand over or sign before it reaches the chain: invoices, confirmations, quotes."""
