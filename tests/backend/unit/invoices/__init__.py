"""Tests of backend.invoices."""
