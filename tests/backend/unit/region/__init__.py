"""The plan of a region and its measures."""
