"""Feiqian 飞钱: the backend that drives the contracts and shows every party its own desk."""
