"""Devices that watch goods: what they sign, how it comes in, and how it is anchored (rules E)."""
