"""Whole lives of loans and claims, divisions and prices: drawn, told by the model, played by the contracts."""
